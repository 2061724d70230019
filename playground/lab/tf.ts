/** TensorFlow.js on its wasm backend, with all that this package lets it train. */
import * as core from "@tensorflow/tfjs-core";
// The stock orthogonal initializer calls methods of tensors that core alone does not have.
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import * as layers from "@tensorflow/tfjs-layers";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import "tfjs-initializers/train";

export const tf = { ...core, ...layers };

setWasmPaths({
  "tfjs-backend-wasm.wasm": plain,
  "tfjs-backend-wasm-simd.wasm": simd,
  "tfjs-backend-wasm-threaded-simd.wasm": threaded,
});

let started: Promise<void> | undefined;

/** Resolves when tensors can be computed; fails with a sentence for the visitor. */
export const start = () =>
  (started ??= (async () => {
    if (!(await tf.setBackend("wasm")))
      throw new Error("TensorFlow.js cannot start its WebAssembly backend in this browser.");
    await tf.ready();
  })());
