/** `tfjs-initializers`: everything that the package offers to users of TensorFlow.js. */
export {
  ArgumentError,
  ConvergenceError,
  EngineError,
  MemoryError,
  SingularError,
} from "../errors.ts";
export type { ActivationFunction, ActivationName } from "../init/lps/activations.ts";
export { approximate, type ApproximationOptions } from "../init/lps/approximate.ts";
export { lpsDesign, type LpsDesign, type LpsDesignOptions } from "../init/lps/lpsDesign.ts";
export { solveLPS, type LpsSolution, type StationaryPoint } from "../init/lps/solveLPS.ts";
export { provideKernels } from "../linalg/index.ts";
export { initializeFromData } from "./data/initializeFromData.ts";
export { inspect, type Health, type InspectOptions, type LayerHealth } from "./data/inspect.ts";
export type { CodeFunction, DataOptions } from "./data/options.ts";
export type { DataReport, LayerReport } from "./data/report.ts";
export type { Dataset, Samples } from "./data/source.ts";
export { decorrelated, inputCovariance } from "./diversity/decorrelated.ts";
export { diversityHistory, spreading, spreadUnits } from "./diversity/callbacks.ts";
export { diversityPenalty } from "./diversity/layer.ts";
export { diversity, type LayerDiversity } from "./diversity/measure.ts";
export { diversityRegularizer } from "./diversity/regularizer.ts";
export { replaceRedundant, type Replacement } from "./diversity/replace.ts";
export { diversitySchedule } from "./diversity/schedule.ts";
export {
  fitGrowing,
  TrainingError,
  type FitGrowingArgs,
  type FitGrowingDatasetArgs,
  type GrowthEvent,
  type GrownFit,
} from "./growth/fitGrowing.ts";
export { grow, type GrowOptions, type LayerGrowth } from "./growth/grow.ts";
export {
  growable,
  type Growable,
  type GrowableAxis,
  type GrowthMethod,
} from "./growth/growable.ts";
export type { Schedule } from "./growth/schedule.ts";
export { settle, type SettledLayer, type SettleOptions } from "./growth/settle.ts";
export type { Base, Inputs, Pixels, RunOptions } from "./head/features.ts";
export type { RidgeHeadJSON } from "./head/json.ts";
export { knnClassifier, type RidgeClassifier } from "./head/knnClassifier.ts";
export type { Label, Labels, Values } from "./head/labels.ts";
export type { RidgeHeadOptions } from "./head/options.ts";
export type { Accuracies, Classifying, Errors, Prediction, Regressing } from "./head/results.ts";
export { ridgeHead, type RidgeHead } from "./head/ridgeHead.ts";
export { initialize, type InitializeOptions } from "./initialize/initialize.ts";
export type { InitializedLayer, InitializeReport } from "./initialize/report.ts";
export { identity, idInit, zerO } from "./initializers/identity.ts";
export { mimetic } from "./initializers/mimetic.ts";
export { randomNormal, randomUniform, truncatedNormal } from "./initializers/random.ts";
export { reluOrthogonal } from "./initializers/reluOrthogonal.ts";
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  leCunNormal,
  leCunUniform,
  varianceScaling,
} from "./initializers/variance.ts";
export { install, uninstall } from "./install.ts";
export * as linalg from "./linalg/index.ts";
export { lps, type LpsOptions } from "./lps/lps.ts";
export { deltaOrthogonal, orthogonal } from "./orthogonal.ts";
export { relu1 } from "./relu1.ts";
