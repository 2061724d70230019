/**
 * Independent random weights of a given mean and standard deviation, and those whose variance is a scale over the fan
 * of the kernel.
 */
import { checkOneOf, checkSeed, checkSingle, isSingle } from "../arguments.ts";
import { ArgumentError, show } from "../errors.ts";
import { draw } from "../linalg/draw.ts";
import { checkKernelLayer, fansOf, isPointwise, type KernelLayer } from "./fans.ts";
import { checkShape, size } from "./shape.ts";
import { TRUNCATED } from "./truncated.ts";

/** What the largest draw can be, in standard deviations: larnv's bound. */
const REACH = 6.67;

export interface NormalOptions {
  /** Default 0. */
  mean?: number;
  /** Standard deviation of the weights; default 0.05. */
  stddev?: number;
  /** Integer from 0 to 2^53 − 1; without a seed every call gives other weights. */
  seed?: number;
}

export interface UniformOptions {
  /** Default −0.05. */
  minval?: number;
  /** Default 0.05. */
  maxval?: number;
  seed?: number;
}

const modes = ["fanIn", "fanOut", "fanAvg"] as const;
const distributions = ["truncatedNormal", "untruncatedNormal", "uniform"] as const;

export type Mode = (typeof modes)[number];
export type Distribution = (typeof distributions)[number];

export interface VarianceScalingOptions {
  /** Variance times fan; positive, default 1. */
  scale?: number;
  /** `"fanIn"` (default), `"fanOut"`, or `"fanAvg"`, their mean. */
  mode?: Mode;
  /** `"truncatedNormal"` (default), `"untruncatedNormal"` or `"uniform"`; all of the same variance. */
  distribution?: Distribution;
  /** The kind of layer, which decides the fans (see `fansOf`); default `"dense"`. */
  layer?: KernelLayer;
  seed?: number;
}

/**
 * The usual rules: Glorot and Bengio 2010, variance 2 / (fanIn + fanOut); He et al. 2015, 2 / fanIn, for relu; LeCun et
 * al. 1998, 1 / fanIn, for linear layers, tanh and selu.
 */
export const rules = {
  glorotNormal: { scale: 1, mode: "fanAvg", distribution: "truncatedNormal" },
  glorotUniform: { scale: 1, mode: "fanAvg", distribution: "uniform" },
  heNormal: { scale: 2, mode: "fanIn", distribution: "truncatedNormal" },
  heUniform: { scale: 2, mode: "fanIn", distribution: "uniform" },
  leCunNormal: { scale: 1, mode: "fanIn", distribution: "truncatedNormal" },
  leCunUniform: { scale: 1, mode: "fanIn", distribution: "uniform" },
} as const satisfies Record<string, VarianceScalingOptions>;

export type Rule = keyof typeof rules;

/** Normal weights N(mean, stddev²) for any shape. */
export function randomNormal(shape: readonly number[], options: NormalOptions = {}): Float32Array {
  checkNormal(options);
  const { mean = 0, stddev = 0.05, seed } = options;
  checkShape(shape, 0, Infinity);
  return draw(size(shape), { kind: "normal", shift: mean, scale: stddev, seed });
}

/**
 * Normal weights without tails: N(0, 1) cut at ±2, divided by its standard deviation 0.8796, so that `stddev` is that
 * of the weights. They lie within mean ± 2.274 stddev.
 */
export function truncatedNormal(
  shape: readonly number[],
  options: NormalOptions = {},
): Float32Array {
  checkNormal(options);
  const { mean = 0, stddev = 0.05, seed } = options;
  checkShape(shape, 0, Infinity);
  return truncated(size(shape), mean, stddev, seed);
}

function truncated(count: number, mean: number, stddev: number, seed?: number, part?: number) {
  const scale = stddev / TRUNCATED;
  const [low, high] = [mean - 2 * scale, mean + 2 * scale];
  return draw(count, { kind: "truncated", shift: mean, scale, low, high, seed, part });
}

/** Uniform weights within [minval, maxval] for any shape. */
export function randomUniform(
  shape: readonly number[],
  options: UniformOptions = {},
): Float32Array {
  checkUniform(options);
  const { minval = -0.05, maxval = 0.05, seed } = options;
  checkShape(shape, 0, Infinity);
  return uniform(size(shape), minval, maxval, seed);
}

function uniform(count: number, low: number, high: number, seed?: number, part?: number) {
  const [shift, scale] = [low / 2 + high / 2, high / 2 - low / 2];
  return draw(count, { kind: "uniform", shift, scale, low, high, seed, part });
}

/**
 * Weights of mean 0 and variance scale / fan, for a kernel of the given shape. A fan of 0 counts as 1.
 *
 * @throws ArgumentError for a bad shape or option; MemoryError
 */
export function varianceScaling(
  shape: readonly number[],
  options: VarianceScalingOptions = {},
): Float32Array {
  checkVarianceScaling(options);
  const { scale = 1, mode = "fanIn", distribution = "truncatedNormal" } = options;
  const { layer = "dense", seed } = options;
  const { fanIn, fanOut } = fansOf(shape, layer);
  const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
  const variance = scale / Math.max(1, fan);
  const count = size(shape);
  // tf.layers gives one initializer, hence one seed, to both kernels of a separable convolution.
  const part = Number(isPointwise(shape, layer));
  if (distribution === "uniform") {
    const limit = Math.sqrt(3 * variance);
    return uniform(count, -limit, limit, seed, part);
  }
  const stddev = Math.sqrt(variance);
  if (distribution === "truncatedNormal") return truncated(count, 0, stddev, seed, part);
  return draw(count, { kind: "normal", scale: stddev, seed, part });
}

/** Throws an ArgumentError for options of the normal initializers that are invalid whatever the shape. */
export function checkNormal({ mean = 0, stddev = 0.05, seed }: NormalOptions): void {
  checkSingle("mean", mean);
  checkSingle("stddev", stddev, "non-negative");
  checkSeed(seed);
  if (isSingle(Math.abs(mean) + REACH * stddev)) return;
  throw new ArgumentError("stddev", "weights that are finite in single precision", show(stddev));
}

/** As `checkNormal`, for `randomUniform`. */
export function checkUniform({ minval = -0.05, maxval = 0.05, seed }: UniformOptions): void {
  checkSingle("minval", minval);
  checkSingle("maxval", maxval);
  checkSeed(seed);
  if (minval > maxval) throw new ArgumentError("maxval", `at least minval, ${minval}`, show(maxval)); // prettier-ignore
}

/** As `checkNormal`, for `varianceScaling`. */
export function checkVarianceScaling(options: VarianceScalingOptions): void {
  const { scale = 1, mode = "fanIn", distribution = "truncatedNormal" } = options;
  const { layer = "dense", seed } = options;
  checkSingle("scale", scale, "positive");
  checkOneOf("mode", mode, modes);
  checkOneOf("distribution", distribution, distributions);
  checkKernelLayer(layer);
  checkSeed(seed);
}
