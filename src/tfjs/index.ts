/** `tfjs-initializers`: the door to TensorFlow.js. */
export { ArgumentError, ConvergenceError, MemoryError } from "../errors.ts";
export {
  fitGrowing,
  type FitGrowingArgs,
  type GrowthEvent,
  type GrownFit,
  type Schedule,
} from "./grow/fitGrowing.ts";
export { grow, type GrowOptions, type LayerGrowth } from "./grow/grow.ts";
export { install, uninstall } from "./install.ts";
export * as linalg from "./linalg/index.ts";
export { deltaOrthogonal, orthogonal } from "./orthogonal.ts";
export { relu1 } from "./relu1.ts";
