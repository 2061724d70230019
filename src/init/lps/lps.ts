/** Kernels and biases of the linear product structure: random draws with the variance and biases of an `lpsDesign`. */
import { float32 } from "../../arrays.ts";
import {
  allPass,
  checkInteger,
  checkOneOf,
  checkSeed,
  checkSingle,
  isSingle,
} from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { haar } from "../../linalg/haar.ts";
import { normal } from "../../linalg/normal.ts";
import { permutation, seedsOf } from "../draws.ts";
import { filters } from "../orthogonal.ts";
import { checkShape, size } from "../shape.ts";

/**
 * The kind of layer that a kernel belongs to: `"dense"` for dense layers, and conv1d, conv2d, conv3d; `"transpose"` for
 * transposed convolutions, 2d and 3d; `"depthwise"`; `"separable"` for both kernels of a separable convolution.
 */
export type LpsLayer = "dense" | "transpose" | "depthwise" | "separable";

export interface LpsKernelOptions {
  /** Variance of a weight times the fan-in; not negative. */
  variance: number;
  /** `"gaussian"` (default): independent; `"orthogonal"`: orthonormal rows or columns of the same mean square. */
  weights?: "gaussian" | "orthogonal";
  /** Default `"dense"`. */
  layer?: LpsLayer;
  /** Strides of a transposed convolution, which divide the number of terms in an output. */
  strides?: number | number[];
  /** Integer from 0 to 2^53 − 1; without a seed every call gives other weights. */
  seed?: number;
}

/**
 * Draws a kernel whose weights have mean square variance / d, with d the fan-in:
 *
 *   `"dense"`      […, in, out]         d = all but the last axis
 *   `"transpose"`  […, out, in]         d = taps · in / strides
 *   `"depthwise"`  […, in, multiplier]  d = taps; orthogonality is among the multipliers of one channel
 *   `"separable"`  with one tap, the pointwise kernel: as dense; with more, the depthwise kernel with
 *                  variance 1, because no activation stands between the two
 *
 * @throws ArgumentError for a bad shape or option; MemoryError
 */
export function lpsKernel(shape: readonly number[], options: LpsKernelOptions): Float32Array {
  checkKernel(options);
  checkShape(shape, 2, Infinity);
  const { variance, weights = "gaussian", layer = "dense", strides = 1, seed } = options;
  const spatial = shape.slice(0, -2);
  const taps = size(spatial);
  if (layer === "separable") {
    // tf.layers gives one initializer, hence one seed, to both kernels.
    const [depthwise, pointwise] = seedsOf(seed, 2);
    return taps === 1
      ? lpsKernel(shape, { variance, weights, seed: pointwise })
      : lpsKernel(shape, { variance: 1, weights, layer: "depthwise", seed: depthwise });
  }
  const [a, b] = shape.slice(-2) as [number, number];
  const count = taps * a * b;
  if (count === 0) return float32(0);
  const rows = { dense: taps * a, transpose: taps * b, depthwise: taps }[layer];
  const fan = layer === "transpose" ? rows / size(spatial.map(thinning(strides))) : rows;
  if (weights === "gaussian") {
    const deviation = Math.sqrt(variance / fan);
    return float32(normal(taps * a, b, { seed }).data, (x) => deviation * x);
  }
  const cols = layer === "transpose" ? a : b;
  const scale = Math.sqrt((variance * Math.max(rows, cols)) / fan);
  if (layer === "depthwise") return float32(filters(taps, a, b, seed), (x) => scale * x);
  const [own] = seedsOf(seed, 1);
  const { data } = haar(rows, cols, { seed: own });
  if (layer === "dense") return float32(data, (x) => scale * x);
  const kernel = float32(count);
  for (let at = 0, tap = 0; tap < taps; tap++) {
    for (let i = 0; i < a; i++) {
      for (let j = 0; j < b; j++, at++) kernel[at] = scale * data[(tap * b + j) * cols + i]!;
    }
  }
  return kernel;
}

export interface LpsBiasOptions {
  /** The K values that are distributed over the units. */
  biases: number[];
  seed?: number;
}

/**
 * Distributes the K given biases over m units in random order; each bias goes to ⌊m/K⌋ or ⌈m/K⌉ units.
 *
 * @param shape [m]
 * @throws ArgumentError for a bad shape or option; MemoryError
 */
export function lpsBias(shape: readonly number[], options: LpsBiasOptions): Float32Array {
  checkBias(options);
  const { biases, seed } = options;
  checkShape(shape, 1, 1);
  const count = shape[0]!;
  const [first, second] = seedsOf(seed, 2);
  const order = permutation(biases.length, first);
  const values = float32(count);
  permutation(count, second).forEach((unit, i) => {
    values[unit] = biases[order[i % order.length]!]!;
  });
  return values;
}

/** Throws an ArgumentError for options that are invalid whatever the shape. */
export function checkKernel(options: LpsKernelOptions): void {
  const { variance, weights = "gaussian", layer = "dense", strides = 1, seed } = options;
  checkSingle("variance", variance, "non-negative");
  checkOneOf("weights", weights, ["gaussian", "orthogonal"]);
  checkOneOf("layer", layer, ["dense", "transpose", "depthwise", "separable"]);
  for (const stride of Array.isArray(strides) ? strides : [strides])
    checkInteger("strides", stride, 1);
  checkSeed(seed);
}

/** Throws an ArgumentError for options of `lpsBias` that are invalid whatever the shape. */
export function checkBias({ biases, seed }: LpsBiasOptions): void {
  if (!Array.isArray(biases) || biases.length === 0 || !allPass(biases, isSingle)) {
    throw new ArgumentError("biases", "finite numbers in single precision", show(biases));
  }
  checkSeed(seed);
}

/** The factor by which a stride reduces the taps of an axis that reach one output; at least one tap always does. */
const thinning = (strides: number | number[]) => (size: number, axis: number) =>
  Math.min(Array.isArray(strides) ? (strides[axis] ?? 1) : strides, size);
