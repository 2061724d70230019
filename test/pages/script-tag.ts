/** A page without a bundler: the union build, its wasm backend and this package by script tags. */
import type * as Door from "../../src/tfjs/index.ts";
import * as page from "./door.ts";

declare const tf: page.Namespace & { wasm: { setWasmPaths(path: string): void } };
declare const tfjsInitializers: typeof Door;

/** In the order of README.md's recipe. */
export const scripts = [
  "/node_modules/@tensorflow/tfjs/dist/tf.min.js",
  "/node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
  "/dist/tfjs-initializers.min.js",
];

export const report = () =>
  page.report({
    title: "script tags",
    about: "The union build of TensorFlow.js, and dist/tfjs-initializers.min.js.",
    tf,
    door: tfjsInitializers,
    setWasmPaths: tf.wasm.setWasmPaths,
  });
