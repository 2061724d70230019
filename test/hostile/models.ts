/** Good calls of everything that makes weights: initializers, and functions of models. */
import * as core from "@tensorflow/tfjs-core";
import * as door from "../../src/tfjs/index.ts";
import { tf } from "../support/wasm.ts";
import type { Loose } from "./entries.ts";
import { tensor, type Goods } from "./matrices.ts";

// prettier-ignore
const initializers: Record<string, object> = {
  decorrelated: { method: "zca", base: "heNormal", centred: true, depthwise: false, seed: 1 },
  deltaOrthogonal: { gain: 1, layer: "transpose", seed: 1 },
  glorotNormal: { layer: "dense", seed: 1 },
  glorotUniform: { layer: "transpose", seed: 1 },
  heNormal: { layer: "depthwise", seed: 1 },
  heUniform: { layer: "separable", seed: 1 },
  leCunNormal: { layer: "embedding", seed: 1 },
  leCunUniform: { layer: "dense", seed: 1 },
  idInit: { gain: 2, layer: "transpose" },
  identity: { gain: 2, groups: 1, layer: "dense" },
  mimetic: { heads: 2, queryKey: { alpha: 1, beta: 1 }, valueOutput: { alpha: 1 }, seed: 1 },
  orthogonal: { gain: 1, gates: 1, layer: "depthwise", seed: 1 },
  randomNormal: { mean: 1, stddev: 2, seed: 1 },
  randomUniform: { minval: 1, maxval: 2, seed: 1 },
  reluOrthogonal: { gain: 1, seed: 1 },
  truncatedNormal: { mean: 1, stddev: 2, seed: 1 },
  varianceScaling: { scale: 2, mode: "fanAvg", distribution: "uniform", layer: "dense", seed: 1 },
  zerO: { gain: 2, layer: "depthwise" },
};
const lps = () => ({ activation: "relu", degree: 2, interval: 1, norm: "legendre", biasScale: 1, variance: "he", moment: 1, weights: "gaussian", layer: "dense", strides: 1, seed: 1 }); // prettier-ignore
/** A shape that each takes; the others take a convolution's. */
const shapes: Record<string, number[]> = {};

export const ofWeights: Goods = {};
for (const [name, options] of Object.entries(initializers)) {
  const make = (door as unknown as Record<string, (config: object) => object>)[name]!;
  ofWeights[name] = () => [{ ...options }];
  if (name === "mimetic") continue;
  ofWeights[`${name}().apply`] = {
    self: () => make(options),
    good: () => [shapes[name] ?? [3, 3, 4, 4], "float32"],
  };
}

export const model = () => {
  const made = tf.sequential({
    name: "model",
    layers: [
      tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], activation: "relu" }),
      tf.layers.dense({ name: "out", units: 2 }),
    ],
  });
  made.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return made;
};
const relu1Model = () =>
  tf.sequential({ name: "model", layers: [tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], activation: door.relu1 })] }); // prettier-ignore
export const xs = () => tensor(8, 3);
export const ys = () => tensor(8, 2);

const writes = true;
/** What everything takes that can last longer than a second. */
export const run = () => ({ onProgress() {}, signal: new AbortController().signal });
const schedule = () => ({ layers: "hidden", unit: "steps", every: 1, from: 1, events: 1, units: 1, order: "all", samples: 4, method: "zero", seed: 1 }); // prettier-ignore

/** The loss of a complex point is NaN; that of any other is finite. */
const solved: Loose = (...values) => {
  const { points, ...rest } = door.solveLPS(...(values as Parameters<typeof door.solveLPS>));
  const finite = ({ loss, ...one }: (typeof points)[number]) => one.kind === "complex" ? one : { ...one, loss }; // prettier-ignore
  return { ...rest, points: points.map(finite) };
};

const [query] = [() => door.mimetic({ heads: 2, seed: 1 }).query];

// prettier-ignore
export const ofModels: Goods = {
  "mimetic().query.apply": { self: query, good: () => [[4, 8]] },
  approximate: { good: () => ["relu", { degree: 2, interval: 1, norm: "legendre" }], share: 0.4 },
  // The Pearson correlation of a unit that does not vary is NaN.
  diversity: { good: () => [model(), xs(), { spectrum: true }], infinite: true, share: 0.4 },
  diversityHistory: { good: () => [model(), { metrics: ["coherence"], xs: xs() }], share: 0.4 },
  diversityPenalty: { good: () => [{ penalty: "ncl", lambda: 1, epochs: 2, cap: 1, name: "penalty" }], share: 0.4 },
  diversityRegularizer: { good: () => [{ penalty: "cos2", lambda: 1, epochs: 2, power: 2, epsilon: 1, depthwise: false }], share: 0.4 },
  "diversityRegularizer().apply": { self: () => door.diversityRegularizer(), good: () => [tensor(3, 4)], infinite: true, share: 0.4 },
  diversitySchedule: { good: () => [model()], share: 0.4 },
  fitGrowing: { good: () => [model(), xs(), ys(), { batchSize: 4, shuffle: false, verbose: 0, schedule: schedule(), onGrow: () => {}, signal: run().signal }], writes, share: 0.15 },
  grow: { good: () => [model(), { layer: "hidden", units: 1, method: "gradmax", xs: xs(), ys: ys(), batchSize: 4, gain: 1, norm: "fixed", inverse: false, statistics: "batch", seed: 1, ...run() }], share: 0.4 },
  growable: { good: () => [model()], share: 0.4 },
  initialize: { good: () => [model(), { scheme: "lps", degree: 2, interval: 1, norm: "legendre", biasScale: 1, variance: "he", moment: 1, weights: "orthogonal", seed: 1, ...run() }], writes, share: 0.4 },
  initializeFromData: { good: () => [model(), xs(), { ys: ys(), method: "sylvester", code: "pca", alpha: 1, beta: 1, ridge: "auto", rescale: "he", samples: 8, memory: 1e6, seed: 1, layers: ["hidden"], skip: [], branches: true, worker: false, ...run() }], writes, share: 0.4 },
  inputCovariance: { good: () => [xs()], share: 0.4 },
  inspect: { good: () => [model(), xs(), { ys: ys(), gradients: true, ...run() }], infinite: true, share: 0.4 },
  install: { good: () => [core, { variance: false }], share: 0.4 },
  lps: { good: () => [lps()], share: 0.4 },
  lpsDesign: { good: () => [{ activation: { value: Math.abs, derivative: Math.sign, kinks: [0] }, degree: 2, biasScale: 1, variance: "he", moment: 1 }], share: 0.4 },
  "register/register": { good: () => [core], share: 0.4 },
  replaceRedundant: { good: () => [model(), { layer: "hidden", threshold: 0.9, xs: xs(), seed: 1 }], writes, share: 0.4 },
  settle: { good: () => [relu1Model(), { xs: xs(), layers: ["hidden"], ...run() }], writes, share: 0.4 },
  solveLPS: { call: solved, good: () => [[0, 1], { rows: 3, cols: 1, data: Float64Array.of(1, 2, 4) }, [1, 2, 3], { seed: 1, mostPaths: 10 }], share: 0.4 },
  spreadUnits: { good: () => [model(), { step: 0.1, layers: ["hidden"] }], writes, share: 0.4 },
  spreading: { good: () => [model(), { step: 0.1, layers: ["hidden"], epochs: 2, every: "batch" }], share: 0.4 },
  uninstall: { good: () => [core], share: 0.4 },
  "script-tag/train": () => [],
};
