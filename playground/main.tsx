import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { App } from "./app.tsx";
import { Missing, missing } from "./missing.tsx";

const lacks = missing();
render(lacks.length ? <Missing what={lacks} /> : <App />, document.getElementById("app")!);
