/** TensorFlow.js as an app with a bundler has it: core, layers and the wasm backend, on a page, in a worker or in Node. */
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

export const tf = { ...core, ...layers };

/** Where the server of the tests has the binaries of the backend. */
export const binaries = "/node_modules/@tensorflow/tfjs-backend-wasm/dist/";

/** Starts the wasm backend and returns what is running. */
export async function wasm(): Promise<string> {
  // Node, Bun and Deno have a process; there the backend finds its binaries by itself.
  if (tf.getBackend() !== "wasm" && !("process" in globalThis)) setWasmPaths(binaries);
  await tf.setBackend("wasm");
  return `tfjs ${tf.version_core}, ${tf.getBackend()}`;
}
