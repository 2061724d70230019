/** `tfjs-initializers`: the door to TensorFlow.js. */
export { ArgumentError, MemoryError } from "../errors.ts";
export { install, uninstall } from "./install.ts";
export { deltaOrthogonal, orthogonal } from "./orthogonal.ts";
