/**
 * TensorFlow.js as the smallest app has it: core, layers and the wasm backend, not the union package
 * (which adds the chained ops that stock `Orthogonal` needs). Test files with the union do not import this.
 */
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-wasm";
import "./tidies.ts";

await core.setBackend("wasm");

/** One namespace of both, as it is in the documentation of TensorFlow.js. */
export const tf = { ...core, ...layers };
