/** `tfjs-initializers`: the door to TensorFlow.js. */
export { ArgumentError, ConvergenceError, MemoryError } from "../errors.ts";
export { install, uninstall } from "./install.ts";
export * as linalg from "./linalg/index.ts";
export { deltaOrthogonal, orthogonal } from "./orthogonal.ts";
