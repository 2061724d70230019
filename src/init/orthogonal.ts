/**
 * Orthogonal weights for layers. A kernel of shape […, in, out] is read as a matrix with `out` columns: all axes before
 * `out` are flattened to rows (Saxe, McClelland and Ganguli 2014, section 3; the layout is Keras's).
 */
import { float32, float64 } from "../arrays.ts";
import { checkInteger, checkOneOf, checkSeed, checkSingle } from "../arguments.ts";
import { ArgumentError, MemoryError, show } from "../errors.ts";
import { haar } from "../linalg/haar.ts";
import { qr } from "../linalg/qr.ts";
import { seedsOf } from "./draws.ts";
import { centreOf, checkShape, size } from "./shape.ts";

export interface DrawOptions {
  /** Factor on the matrix, finite in single precision; default 1. √2 suits relu. */
  gain?: number;
  /** Integer from 0 to 2^53 − 1; without a seed every call gives other weights. */
  seed?: number;
}

const layers = ["dense", "depthwise", "separable"] as const;
const convolutions = ["dense", "transpose"] as const;

export interface OrthogonalOptions extends DrawOptions {
  /**
   * The kind of layer, which the shape of a kernel does not tell: `"depthwise"`, `"separable"` (for both kernels of the
   * layer), or `"dense"` (default) for every other layer.
   */
  layer?: (typeof layers)[number];
  /**
   * Number of gates of a recurrent layer (4 of an LSTM, 3 of a GRU): each gets an orthogonal matrix of its own, from
   * equal runs of columns. Default 1: one matrix, as in Keras. Only with layer `"dense"`.
   */
  gates?: number;
}

export interface DeltaOrthogonalOptions extends DrawOptions {
  /** `"dense"` (default) for a convolution […, in, out], `"transpose"` for a transposed one […, out, in]. */
  layer?: (typeof convolutions)[number];
}

/**
 * Makes an orthogonal kernel gain · Q, with Q Haar distributed: orthonormal columns or, where Q has more columns than
 * rows, orthonormal rows. The option `layer` decides which matrix Q is:
 *
 *   `"dense"`      […, in, out]         the kernel flattened to rows x out
 *   `"depthwise"`  […, in, multiplier]  one Q for each channel, taps x multiplier: filters of a channel see no other
 *   `"separable"`  with one tap, the pointwise kernel: as dense; with more, the depthwise kernel
 *
 * With the option `gates` the columns are cut into as many equal runs, one Q for each. An LSTM's [units, 4 units] as one
 * matrix has orthonormal rows, and each of its gates, a quarter, shrinks the state to half its length on the average.
 *
 * @param shape rank ≥ 2; a zero gives an empty kernel
 * @returns the kernel, row-major
 * @throws ArgumentError for a bad shape, gain, layer, seed or number of gates; MemoryError
 */
export function orthogonal(
  shape: readonly number[],
  options: OrthogonalOptions = {},
): Float32Array {
  const { gain = 1, layer = "dense", gates = 1, seed } = options;
  const [rows, cols] = flatten(shape);
  checkOptions(options);
  if (cols % gates !== 0) {
    throw new ArgumentError("shape", `a last axis that ${gates} gates divide`, show(shape));
  }
  if (rows * cols === 0) return float32(0);
  if (gates > 1) return scale(gated(rows, cols, gates, seed), gain);
  if (layer === "dense") return dense(shape, { gain, seed });
  const taps = size(shape.slice(0, -2));
  const channels = shape.at(-2)!;
  if (layer === "depthwise") return scale(filters(taps, channels, cols, seed), gain);
  // tf.layers gives one initializer, hence one seed, to both kernels.
  const [depthwise, pointwise] = seedsOf(seed, 2);
  return scale(
    taps === 1
      ? haar(rows, cols, { seed: pointwise }).data
      : filters(taps, channels, cols, depthwise),
    gain,
  );
}

/** As `orthogonal` with the options that stock initializers have; `install` carries no more code than this. */
export function dense(shape: readonly number[], options: DrawOptions): Float32Array {
  const { gain = 1, seed } = options;
  const [rows, cols] = flatten(shape);
  checkDraw(options);
  return scale(haar(rows, cols, { seed }).data, gain);
}

/** Matrices of cols / gates columns, side by side. */
function gated(rows: number, cols: number, gates: number, seed?: number): Float32Array {
  const kernel = float32(rows * cols);
  const units = cols / gates;
  seedsOf(seed, gates).forEach((own, gate) => {
    const { data } = haar(rows, units, { seed: own });
    for (let i = 0; i < rows; i++) {
      kernel.set(data.subarray(i * units, (i + 1) * units), i * cols + gate * units);
    }
  });
  return kernel;
}

/** Makes a depthwise kernel […, channels, multiplier]: an orthogonal matrix, taps x multiplier, for each channel. */
export function filters(
  taps: number,
  channels: number,
  multiplier: number,
  seed: number | undefined,
): Float32Array {
  const kernel = float32(taps * channels * multiplier);
  seedsOf(seed, channels).forEach((own, channel) => {
    const { data } = haar(taps, multiplier, { seed: own });
    for (let tap = 0; tap < taps; tap++) {
      const row = data.subarray(tap * multiplier, (tap + 1) * multiplier);
      kernel.set(row, (tap * channels + channel) * multiplier);
    }
  });
  return kernel;
}

/**
 * Makes an orthogonal kernel from the caller's Gaussian numbers: gain · Q, with Q from their QR factorization with
 * positive diagonal of R. Stock TensorFlow.js computes the same, so this gives its weights for its seeds.
 *
 * The factorization runs in f64. When the Gaussian matrix is close to singular, the last columns of Q magnify rounding
 * errors; in f64, only the errors of stock tfjs remain in the difference between its weights and these.
 *
 * @param gaussian gives a rows x cols matrix, row-major; it is called with max and min of the flattened shape, and Q is
 *   transposed when the kernel has more columns than rows
 */
export function orthogonalFrom(
  gaussian: (rows: number, cols: number) => Float32Array,
  shape: readonly number[],
  options: { gain?: number } = {},
): Float32Array {
  const { gain = 1 } = options;
  const [rows, cols] = flatten(shape);
  checkDraw(options);
  if (rows * cols === 0) return float32(0);
  const [m, n] = [Math.max(rows, cols), Math.min(rows, cols)];
  if (rows * cols > MOST_FACTORED) throw new MemoryError(`shape: ${show(shape)} passes 4 GiB`);
  const { q } = qr({ rows: m, cols: n, data: float64(gaussian(m, n)) }, { positive: true });
  const values = float32(q.data);
  return scale(rows < cols ? transpose(values, m, n) : values, gain);
}

/**
 * Makes a convolution kernel that preserves norms at any depth: it is zero except at its spatial centre, where it is
 * gain · Q with orthonormal vectors for the inputs (in ≤ out).
 *
 * @param shape rank 3 to 5: one to three spatial axes, in, out; with layer `"transpose"` out, in
 * @returns the kernel, row-major
 *
 * @remarks
 * Xiao et al., "Dynamical isometry and a mean field theory of CNNs", ICML 2018, section 3; along an axis of even size
 * the centre is the tap ⌊(size − 1)/2⌋. A transposed convolution, whose kernel is […, out, in], preserves norms with
 * any stride; that is our addition.
 *
 * @throws ArgumentError for a bad shape, gain, layer or seed, or when in > out; MemoryError
 */
export function deltaOrthogonal(
  shape: readonly number[],
  options: DeltaOrthogonalOptions = {},
): Float32Array {
  const { gain = 1, layer = "dense", seed } = options;
  checkShape(shape, 3, 5);
  checkDeltaOptions(options);
  const spatial = shape.slice(0, -2);
  const [rows, cols] = shape.slice(-2) as [number, number];
  const [inputs, outputs] = layer === "dense" ? [rows, cols] : [cols, rows];
  if (inputs > outputs) {
    const axes = layer === "dense" ? "[…, in, out]" : "[…, out, in]";
    const other = layer === "dense" ? ' (of a transposed convolution: layer "transpose")' : "";
    const expected = `${axes} with no more in-channels than out-channels${other}`;
    throw new ArgumentError("shape", expected, show(shape));
  }
  const kernel = float32(size(shape));
  if (kernel.length === 0) return kernel;
  kernel.set(scale(haar(rows, cols, { seed }).data, gain), centreOf(spatial) * rows * cols);
  return kernel;
}

/** The sizes of the matrix as which a kernel is read. */
export function flatten(shape: readonly number[]): [number, number] {
  checkShape(shape, 2, Infinity);
  return [size(shape.slice(0, -1)), shape[shape.length - 1]!];
}

/** The most numbers that a factorization in f64 can take: about three matrices fill the 4 GiB of WebAssembly. */
const MOST_FACTORED = 2 ** 27;

/** Throws an ArgumentError for options that are invalid whatever the shape. */
export function checkOptions({ layer = "dense", gates = 1, ...draw }: OrthogonalOptions): void {
  checkOneOf("layer", layer, layers);
  checkInteger("gates", gates, 1);
  if (gates > 1 && layer !== "dense") throw new ArgumentError("gates", `1 with layer "${layer}"`, show(gates)); // prettier-ignore
  checkDraw(draw);
}

/** Throws an ArgumentError for options of `deltaOrthogonal` that are invalid whatever the shape. */
export function checkDeltaOptions({ layer = "dense", ...draw }: DeltaOrthogonalOptions): void {
  checkOneOf("layer", layer, convolutions);
  checkDraw(draw);
}

export function checkDraw({ gain = 1, seed }: DrawOptions): void {
  checkSingle("gain", gain);
  checkSeed(seed);
}

/** The values times a factor, in place. */
export function scale(values: Float32Array, factor: number): Float32Array {
  if (factor !== 1) for (let i = 0; i < values.length; i++) values[i]! *= factor;
  return values;
}

/** The m x n row-major matrix a, transposed. */
function transpose(a: Float32Array, m: number, n: number): Float32Array {
  const t = float32(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) t[j * m + i] = a[i * n + j]!;
  return t;
}
