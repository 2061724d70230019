/** Starts the wasm backend in Node; the playground starts it in the browser instead. */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

const { resolve } = createRequire(import.meta.url);
setWasmPaths(dirname(resolve("@tensorflow/tfjs-backend-wasm")) + sep);
if (!(await tf.setBackend("wasm"))) throw new Error("tfjs has no wasm backend here");
// Emscripten's listeners, which rethrow every error behind a page of minified source, are removed.
for (const event of ["uncaughtException", "unhandledRejection"]) process.removeAllListeners(event);
