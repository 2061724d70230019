/**
 * An app with a bundler: core + layers + backend-wasm, with which stock tfjs cannot build an LSTM
 * (tensorflow/tfjs#7721).
 */
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as door from "../../src/tfjs/index.ts";
import * as page from "./door.ts";

export const report = () =>
  page.report({
    title: "core + layers + backend-wasm",
    about: "Bundled with esbuild; no union package on the page.",
    tf: { ...core, ...layers },
    door,
    setWasmPaths,
  });
