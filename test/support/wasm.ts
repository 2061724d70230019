/**
 * TensorFlow.js as the smallest app loads it: core, layers and the wasm backend, but not the union package, which adds
 * the chained ops that stock `Orthogonal` needs. Test files with the union package do not import this file.
 */
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-wasm";
import "./tidies.ts";

await core.setBackend("wasm");

/** Core and layers in one namespace, as in the documentation of TensorFlow.js. */
export const tf = { ...core, ...layers };
