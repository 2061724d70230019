/**
 * Principal axes of a scatter matrix. For more than LARGEST inputs only the leading AXES of them are kept, found by
 * randomized subspace iteration (Halko, Martinsson and Tropp, SIAM Review 53, 2011, algorithm 4.4): a full
 * decomposition costs about 9 d³, this one 6 d² AXES.
 */
import { countOf } from "../../arrays.ts";
import { eigh } from "../../linalg/eigh.ts";
import { matmul } from "../../linalg/matmul.ts";
import { trace, type Matrix } from "../../linalg/matrix.ts";
import { normal } from "../../linalg/normal.ts";
import { qr } from "../../linalg/qr.ts";

export interface Spectrum {
  /** Eigenvalues, ascending. */
  readonly values: Float64Array;
  /** d x r; column j is the axis of values[j]. */
  readonly axes: Matrix<Float64Array>;
  /** The number of values above rounding errors, which are the last ones. */
  readonly rank: number;
  /** The share of the trace that the axes account for; 1 where all of them are kept. */
  readonly share: number;
}

const LARGEST = 1536;
const AXES = 512;

/**
 * Computes the principal axes; the seed is used where only leading axes are kept.
 *
 * @param scatter symmetric positive semidefinite, d x d
 */
export function spectrum(scatter: Matrix<Float64Array>, seed: number): Spectrum {
  const d = scatter.rows;
  if (d <= LARGEST) return full(scatter);
  let basis = qr(matmul(scatter, normal(d, AXES, { seed, dtype: "float64" }))).q;
  basis = qr(matmul(scatter, basis)).q;
  const inner = matmul(basis, matmul(scatter, basis), { transposeA: true });
  const { values, vectors } = eigh(inner);
  const share = trace(inner) / trace(scatter);
  return { values, axes: matmul(basis, vectors), rank: significant(values, d), share };
}

/** Computes all principal axes. */
export function full(scatter: Matrix<Float64Array>): Spectrum {
  const { values, vectors } = eigh(scatter);
  return { values, axes: vectors, rank: significant(values, scatter.rows), share: 1 };
}

/** The number of values that exceed the rounding errors of zero eigenvalues. */
export function significant(values: Float64Array, d: number): number {
  const floor = (values.at(-1) ?? 0) * d * Number.EPSILON;
  return countOf(values, (value) => value > floor);
}
