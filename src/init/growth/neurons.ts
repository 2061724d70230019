/**
 * A layer's neurons as two matrices of one column each: what comes in and what goes out. For a dense
 * layer, incoming is its kernel [d, m], outgoing the next kernel, transposed; a convolution has its
 * patches (kh·kw·in) as d, and the taps and channels that it reaches in the next layer as o.
 */
import { float32, float64 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";
import { scaleColumns } from "../../linalg/columns.ts";
import type { Matrix } from "../../linalg/matrix.ts";

export type Weights = Matrix<Float32Array>;

export interface Neurons {
  /** d x m, a column for each neuron */
  readonly incoming: Weights;
  /** o x m */
  readonly outgoing: Weights;
}

export function zeroWeights(rows: number, cols: number): Weights {
  return { rows, cols, data: float32(rows * cols) };
}

/** ‖a_j‖₂ of every column, summed in f64. */
export function norms({ cols, data }: Weights): Float64Array {
  const sums = float64(cols);
  for (let at = 0; at < data.length; at++) sums[at % cols]! += data[at]! * data[at]!;
  return float64(sums, Math.sqrt);
}

/** The mean of the columns' norms; 0 without columns. */
export function meanNorm(a: Weights): number {
  return a.cols === 0 ? 0 : norms(a).reduce((sum, norm) => sum + norm, 0) / a.cols;
}

/**
 * The norm of a new column, gain · mean.
 *
 * @throws ArgumentError where single precision makes 0 or infinity of it, as where all old weights are zero
 */
export function newNorm(gain: number, mean: number): number {
  const norm = Math.fround(gain * mean);
  if (norm > 0 && norm < Infinity) return gain * mean;
  throw new ArgumentError(
    "gain",
    "gain · mean norm of the old weights above 0 and within single precision (where they are all zero, " +
      '"gradmax" and "random" take the gain alone with norm: "fixed")',
    `${gain} · ${mean}`,
  );
}

/** Every column scaled to this norm; a zero column stays. */
export function withNorm(a: Weights, norm: number): Weights {
  return scaleColumns(
    a,
    float64(norms(a), (length) => (length === 0 ? 0 : norm / length)),
  );
}

/** The component of largest magnitude of every column made positive. */
export function positive(a: Weights): Weights {
  const largest = float64(a.cols);
  a.data.forEach((x, at) => {
    if (Math.abs(x) > Math.abs(largest[at % a.cols]!)) largest[at % a.cols] = x;
  });
  return scaleColumns(
    a,
    float64(largest, (x) => (x < 0 ? -1 : 1)),
  );
}
