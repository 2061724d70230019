/** Kernels and biases of the linear product structure: random numbers for what `lpsDesign` found. */
import { float32 } from "../../arrays.ts";
import { checkInteger, checkOneOf, checkSeed, checkSingle, isSingle } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { haar } from "../../linalg/haar.ts";
import { normal } from "../../linalg/normal.ts";
import { permutation, seedsOf } from "../draws.ts";
import { filters } from "../orthogonal.ts";
import { checkShape, size } from "../shape.ts";

/**
 * What a kernel is for: `"dense"` layers, and conv1d, conv2d, conv3d; `"transpose"` convolutions, 2d and 3d;
 * `"depthwise"`; `"separable"`, both of its kernels.
 */
export type LpsLayer = "dense" | "transpose" | "depthwise" | "separable";

export interface LpsKernelOptions {
  /** Of a weight, times the fan-in; not negative. */
  variance: number;
  /** Independent Gaussian (default), or orthonormal rows or columns of the same mean square. */
  weights?: "gaussian" | "orthogonal";
  /** Default `"dense"`. */
  layer?: LpsLayer;
  /** Of a transposed convolution: a strided one has that many times less terms in an output. */
  strides?: number | number[];
  /** Integer from 0 to 2^53 − 1; without one every call gives other weights. */
  seed?: number;
}

/**
 * A kernel with weights of mean square variance / d, d the fan-in:
 *
 *   `"dense"`      […, in, out]         d = all but the last axis
 *   `"transpose"`  […, out, in]         d = taps · in / strides
 *   `"depthwise"`  […, in, multiplier]  d = taps; orthogonality is among the multipliers of one channel
 *   `"separable"`  with one tap, the pointwise kernel: as dense; with more, the depthwise kernel with
 *                  variance 1, for there is no activation between them
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
    // tf.layers gives both kernels to one initializer, hence to one seed.
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
  /** The values that units share. */
  biases: number[];
  seed?: number;
}

/**
 * One of the biases for every unit, each for ⌊m/K⌋ or ⌈m/K⌉ of m units, in random order.
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

/** Throws an ArgumentError for options that no shape could use. */
export function checkKernel(options: LpsKernelOptions): void {
  const { variance, weights = "gaussian", layer = "dense", strides = 1, seed } = options;
  checkSingle("variance", variance, "non-negative");
  checkOneOf("weights", weights, ["gaussian", "orthogonal"]);
  checkOneOf("layer", layer, ["dense", "transpose", "depthwise", "separable"]);
  for (const stride of [strides].flat()) checkInteger("strides", stride, 1);
  checkSeed(seed);
}

/** The same for those of `lpsBias`. */
export function checkBias({ biases, seed }: LpsBiasOptions): void {
  if (!Array.isArray(biases) || biases.length === 0 || !Array.from(biases).every(isSingle)) {
    throw new ArgumentError("biases", "finite numbers in single precision", show(biases));
  }
  checkSeed(seed);
}

/** By how much a stride thins out the taps of an axis that reach one output; one of them always does. */
const thinning = (strides: number | number[]) => (size: number, axis: number) =>
  Math.min(Array.isArray(strides) ? (strides[axis] ?? 1) : strides, size);
