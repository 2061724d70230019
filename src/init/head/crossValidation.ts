/**
 * The choice of λ for ridge regression with an intercept, from one eigen-decomposition for all λ (Golub, Heath and Wahba,
 * Technometrics 21, 1979). Let the columns of U be the left singular vectors of the centred features and v the squares
 * of the singular values. With Γ = Uᵀ Y, the residuals and the diagonal of I − H, H the map from Y to its fit, are
 *
 *   r = (Y − ȳ − U Γ) + U diag(λ/(v + λ)) Γ,   s_i = (1 − 1/n − Σ u_ik²) + Σ u_ik² λ/(v_k + λ),
 *
 * sums of terms that do not cancel. Without sample i, its prediction misses its target by exactly r_i / s_i.
 *
 * - Leave-one-out takes the λ of least Σ (r_i / s_i)².
 * - Generalized cross-validation puts the mean of s_i in the place of s_i: then the eigenvalues and Γ suffice, which follow
 *   from moments, without the samples.
 */
import { float64 } from "../../arrays.ts";
import { columns } from "../../linalg/columns.ts";
import { matmul } from "../../linalg/matmul.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";
import { SAFE } from "./solution.ts";
import { centred, part, type Targets } from "./targets.ts";
import { accumulate } from "./vectors.ts";

/** Exponents e of the tried λ, 2^e times the largest eigenvalue: from a fit that is practically ȳ down to rounding errors. */
const [MOST, LEAST] = [6, -46];

/**
 * The λ of least ‖(I − H) Y‖² / tr(I − H)². The numerator is the energy that the axes explain, with a factor
 * (λ/(v + λ))² in the axis of eigenvalue v, plus the rest that they do not explain.
 *
 * @param values the eigenvalues above rounding errors, ascending
 * @param explained the part of the targets' energy that each axis explains at λ = 0
 * @param freedom number of samples, less one for an intercept
 */
export function generalized(
  values: Float64Array,
  explained: Float64Array,
  energy: number,
  freedom: number,
): number {
  // Axes that take all degrees of freedom explain all of the energy too.
  const free = Math.max(0, freedom - values.length);
  const rest =
    free > 0
      ? Math.max(
          0,
          explained.reduce((sum, part) => sum - part, energy),
        )
      : 0;
  let [lambda, least] = [0, Infinity];
  for (let e = MOST; e >= LEAST && values.length > 0; e--) {
    const tried = values.at(-1)! * 2 ** e;
    let [error, left] = [rest, free];
    values.forEach((value, i) => {
      const factor = tried / (value + tried);
      error += factor * factor * explained[i]!;
      left += factor;
    });
    const score = error / (left * left);
    if (score < least) [lambda, least] = [tried, score];
  }
  return lambda;
}

/** The samples in the axes of their singular vectors. */
export interface Modes {
  readonly count: number;
  /** The eigenvalues above rounding errors, ascending. */
  readonly values: Float64Array;
  /** Γ = Uᵀ (Y − ȳ), values.length x width. */
  readonly gamma: Matrix<Float64Array>;
  readonly targets: Targets;
  readonly mean: Float64Array;
  /** U in blocks of rows. */
  blocks(): Iterable<{ first: number; u: Matrix<Float64Array> }>;
}

/** Tried λ go down by this factor: the error is flat near its minimum, so that a factor of 2 finds nothing better. */
const STEP = 2;

/** Errors that differ by less than this share are alike: far below their own uncertainty for any number of samples. */
const FLAT = 2 ** -10;

/**
 * The λ of the least squared leave-one-out error, each target's error weighed by `weights`. Of errors that are alike the
 * largest λ is taken, for which the solution is least sensitive. The only sample of a class has no say: without it there
 * is no such class. Where there are no others, nothing tells a spread within the classes, and λ is so small that the
 * solution goes through the samples, as far as there are features for that.
 *
 * @returns λ; 0 where there is nothing to choose by, because the features or the targets are all equal
 */
export function leaveOneOut(modes: Modes, weights: Float64Array): number {
  const top = modes.values.at(-1);
  if (top === undefined || weights.every((weight) => weight === 0)) return 0;
  const tried: number[] = [];
  for (let e = MOST; e >= LEAST; e -= STEP) tried.push(top * 2 ** e);
  const errors = float64(tried.length);
  const single = singles(modes.targets, weights.length);
  if (single.every(Boolean)) return top * SAFE;
  missed(modes, tried, (first, { rows, data }, at) => {
    for (let i = 0; i < rows; i++) {
      if (!single[first + i]) errors[at]! += weighed(data, i * weights.length, weights);
    }
  });
  const least = errors.reduce((one, error) => Math.min(one, error), Infinity);
  return tried[errors.findIndex((error) => error <= least * (1 + FLAT))]!;
}

/** Σ w_c x_(first + c)² */
function weighed(x: Float64Array, first: number, weights: Float64Array): number {
  let sum = 0;
  for (let c = 0, at = first; c < weights.length; c++, at++) sum += weights[c]! * x[at]! * x[at]!;
  return sum;
}

/** For each sample whether it is the only one of its class. */
function singles({ kind, values }: Targets, width: number): boolean[] {
  const counts = float64(width);
  if (kind === "values") return Array<boolean>(values.length / width).fill(false);
  values.forEach((label) => counts[label]!++);
  return Array.from(values, (label) => counts[label] === 1);
}

/**
 * Computes y − ŷ of every sample, where ŷ is the prediction for the sample without it, for some λ, in blocks of samples.
 *
 * @param see receives the number of the first sample of a block, a row for each sample of the block, and which λ it is
 */
export function missed(
  { count, values, gamma, targets, mean, blocks }: Modes,
  lambdas: readonly number[],
  see: (first: number, miss: Matrix<Float64Array>, at: number) => void,
): void {
  const factors = lambdas.map((lambda) => float64(values, (value) => lambda / (value + lambda)));
  const table = { rows: lambdas.length, cols: values.length, data: float64(factors.flatMap((row) => [...row])) }; // prettier-ignore
  const complete = values.length === count - 1;
  for (const { first, u } of blocks()) {
    const squares = { ...u, data: float64(u.data) };
    for (let i = 0; i < u.rows; i++) square(squares.data, i * u.cols, (i + 1) * u.cols);
    const slack = matmul(squares, table, { transposeB: true });
    const own = part(targets, first, first + u.rows);
    const rest = complete ? undefined : outside(own, mean, u, gamma);
    const spare = complete ? undefined : unspanned(squares, count);
    const k = gamma.cols;
    const group = Math.max(1, Math.floor(WIDE / k));
    for (let start = 0; start < lambdas.length; start += group) {
      const together = factors.slice(start, start + group);
      const inside = matmul(u, besideEachOther(gamma, together));
      for (let g = 0; g < together.length; g++) {
        const miss = columns(inside, g * k, (g + 1) * k);
        if (rest) accumulate(miss.data, rest, 1);
        for (let i = 0; i < u.rows; i++) {
          const s = slack.data[i * lambdas.length + start + g]! + (spare?.[i] ?? 0);
          divide(miss.data, i * k, (i + 1) * k, s);
        }
        see(first, miss, start + g);
      }
    }
  }
}

function square(x: Float64Array, first: number, end: number): void {
  for (let at = first; at < end; at++) x[at]! *= x[at]!;
}

function divide(x: Float64Array, first: number, end: number, by: number): void {
  for (let at = first; at < end; at++) x[at]! /= by;
}

/** [diag(f) Γ, …] for all factors f. */
function besideEachOther(gamma: Matrix<Float64Array>, factors: readonly Float64Array[]) {
  const { rows, cols: k, data } = gamma;
  const out = zeros(rows, factors.length * k);
  for (let i = 0, to = 0; i < rows; i++) {
    for (const factor of factors) {
      for (let c = 0; c < k; c++) out.data[to++] = factor[i]! * data[i * k + c]!;
    }
  }
  return out;
}

/** Columns that are multiplied together: enough for GEMM to run at its full rate. */
const WIDE = 256;

/** Y − ȳ − U Γ */
function outside(
  own: Targets,
  mean: Float64Array,
  u: Matrix<Float64Array>,
  gamma: Matrix<Float64Array>,
): Float64Array {
  const fit = matmul(u, gamma).data;
  return float64(centred(own, mean), (y, at) => y - fit[at]!);
}

/** 1 − 1/n − Σ u_ik², which is not negative but for rounding errors. */
function unspanned(squares: Matrix<Float64Array>, count: number): Float64Array {
  const spare = float64(squares.rows).fill(1 - 1 / count);
  squares.data.forEach((square, at) => (spare[Math.floor(at / squares.cols)]! -= square));
  spare.forEach((left, i) => (spare[i] = Math.max(left, count * Number.EPSILON)));
  return spare;
}
