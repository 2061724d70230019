/**
 * A layer's neurons as two matrices with a column for each neuron: incoming and outgoing weights. For a dense layer,
 * incoming is its kernel [d, m], and outgoing is the next kernel, transposed. For a convolution, d is the size of its
 * patches (kh·kw·in), and o counts the taps and channels that a neuron reaches in the next layer.
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

/** The norm ‖a_j‖₂ of every column, summed in f64. */
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
 * @throws ArgumentError where the norm is 0 or infinite in single precision, for example when all old weights are zero
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

/** The matrix with every column scaled to this norm; a zero column stays zero. */
export function withNorm(a: Weights, norm: number): Weights {
  return scaleColumns(
    a,
    float64(norms(a), (length) => (length === 0 ? 0 : norm / length)),
  );
}

/** The matrix with signs of columns changed so that the component of largest magnitude of every column is positive. */
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
