/** A page without a bundler: the union build, its wasm backend and this package by script tags. */
import type * as Door from "../../src/tfjs/script-tag.ts";
import * as page from "./door.ts";

declare const tf: page.Namespace & { wasm: { setWasmPaths(path: string): void } };
declare const tfjsInitializers: typeof Door;

/** In the order of the recipe in docs/recipes.md. */
export const scripts = [
  "/node_modules/@tensorflow/tfjs/dist/tf.min.js",
  "/node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
  "/dist/tfjs-initializers.min.js",
];

/** The same where a policy forbids `Function`: tfjs's bundles for es2017 do without it. */
export const strictScripts = [
  "/node_modules/@tensorflow/tfjs/dist/tf.es2017.min.js",
  "/node_modules/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js",
  scripts[2],
];

export const report = () =>
  page.report({
    title: "script tags",
    about: "The union build of TensorFlow.js, and dist/tfjs-initializers.min.js.",
    tf,
    door: tfjsInitializers,
    setWasmPaths: tf.wasm.setWasmPaths,
  });
