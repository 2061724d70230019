/**
 * The head from the samples themselves, exact leave-one-out included. By size from one of two matrices, about the means:
 *
 * - up to d samples, the dual form: X Xᵀ = U diag(v) Uᵀ, n x n, W = Yᵀ U diag(1/(v + λ)) Uᵀ X. The vector of ones, an
 *   eigenvector of value zero, is taken out first: X Xᵀ is turned by the reflection that maps it to a unit vector,
 *   whose row and column are then dropped.
 * - beyond, the primal form: Xᵀ X = V diag(v) Vᵀ, d x d, U = X V diag(v)^(−1/2).
 */
import { float64 } from "../../arrays.ts";
import { columns, scaleColumns, scaleRows } from "../../linalg/columns.ts";
import { eigh } from "../../linalg/eigh.ts";
import { gram } from "../../linalg/gram.ts";
import { matmul } from "../../linalg/matmul.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";
import { full, significant } from "../data/spectrum.ts";
import { leaveOneOut, type Modes } from "./crossValidation.ts";
import { relative, solvedAt, turned } from "./fromMoments.ts";
import { SAFE, type Inverse, type Solved } from "./solution.ts";
import { crossed, energyOf, meanOf, part, type Targets } from "./targets.ts";
import { accumulate, times, transposedTimes } from "./vectors.ts";

type Double = Matrix<Float64Array>;

/** The samples x, a row each, and their targets. */
export interface Samples {
  readonly count: number;
  readonly size: number;
  readonly x: Float32Array;
  readonly y: Targets;
}

/** Rows that are in double precision at the same time, beyond the dual form. */
const HEIGHT = 1024;

/**
 * Solves for the head.
 *
 * @param lambda λ, or "auto": by leave-one-out
 */
export function fromSamples(
  samples: Samples,
  lambda: number | "auto",
): { solved: Solved; modes: Modes } {
  const { count, size, x, y } = samples;
  const mean = float64(size);
  for (let i = 0; i < count; i++) accumulate(mean, x, 1, i * size);
  for (let j = 0; j < size; j++) mean[j]! /= count;
  const centre = meanOf(y, count);
  const weights = relative(energyOf(y, count, centre), centre, count);
  const form = (count <= size ? dual : primal)(samples, mean, centre);
  const { modes } = form;
  const chosen = lambda === "auto" ? leaveOneOut(modes, weights) : lambda;
  return { solved: { count, lambda: chosen, mean, centre, ...form.solve(chosen) }, modes };
}

/** Numbers of a cache line: so many columns are transposed together, line by line. */
const LINE = 16;

interface Form {
  readonly modes: Modes;
  solve(lambda: number): Pick<Solved, "weights" | "inverse" | "freedom">;
}

function dual({ count, size, x, y }: Samples, mean: Float64Array, centre: Float64Array): Form {
  // A column for each sample, so that its Gram matrix, at half the cost of a product, is X Xᵀ.
  const xt = zeros(size, count);
  for (let first = 0; first < size; first += LINE) {
    const end = Math.min(first + LINE, size);
    for (let i = 0; i < count; i++) centredLine(x, i * size, mean, first, end, xt.data, i, count);
  }
  const { values, vectors } = eigh(reflected(gram(xt)));
  const rank = significant(values, size);
  const first = values.length - rank;
  const v = values.subarray(first);
  const u = unreflected(columns(vectors, first), count);
  const gamma = transposed(crossed(y, centre, u));
  const solve = (lambda: number) => {
    const factors = float64(v, (value) => 1 / (value + lambda));
    const alpha = matmul(u, scaleRows(gamma, factors));
    const weights = matmul(alpha, xt, { transposeA: true, transposeB: true });
    const safe = rank > 0 && lambda >= SAFE * v.at(-1)!;
    const freedom = v.reduce((sum, value) => sum + value / (value + lambda), 0);
    return { weights, freedom, ...(safe && { inverse: dualInverse(xt, u, factors, lambda) }) };
  };
  const blocks = () => [{ first: 0, u }];
  return { modes: { count, values: v, gamma, targets: y, mean: centre, blocks }, solve };
}

/** Row `i` of X, which starts at entry `at` of x, to column `i` of Xᵀ, from `first` to `end` − 1. */
function centredLine(
  x: Float32Array,
  at: number,
  mean: Float64Array,
  first: number,
  end: number,
  xt: Float64Array,
  i: number,
  count: number,
): void {
  for (let j = first; j < end; j++) xt[j * count + i] = x[at + j]! - mean[j]!;
}

/** (S + λ)⁻¹ z = (z − Xᵀ U diag(1/(v + λ)) Uᵀ X z) / λ */
function dualInverse(xt: Double, u: Double, factors: Float64Array, lambda: number): Inverse {
  return (z) => {
    const c = transposedTimes(u, transposedTimes(xt, z));
    const own = float64(c, (value, at) => value * factors[at]!);
    const fit = times(xt, times(u, own));
    return float64(z, (value, j) => (value - fit[j]!) / lambda);
  };
}

/** The reflection H = I − β w wᵀ with H 1 = −√n e₀: w = 1 + √n e₀, β = 1/(n + √n). */
const reflection = (n: number) => ({ root: Math.sqrt(n), beta: 1 / (n + Math.sqrt(n)) });

/** H K H without its first row and column, exactly symmetric, for a K with K 1 = 0. */
function reflected({ rows: n, data: k }: Double): Double {
  const { root, beta } = reflection(n);
  const out = zeros(n - 1, n - 1);
  // K 1 = 0 leaves K w = √n K e₀.
  const corner = beta * root * beta * root * k[0]!;
  const first = k.subarray(0, n);
  for (let i = 1; i < n; i++) {
    for (let j = 1; j < n; j++) {
      const change = beta * root * (first[i]! + first[j]!);
      out.data[(i - 1) * (n - 1) + j - 1] = k[i * n + j]! - change + corner;
    }
  }
  return out;
}

/** H [0; Q] */
function unreflected({ rows, cols, data: q }: Double, n: number): Double {
  const { root, beta } = reflection(n);
  const sums = float64(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) sums[j]! += q[at++]!;
  const out = zeros(n, cols);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < cols; j++, at++) {
      const own = i === 0 ? 0 : q[at - cols]!;
      out.data[at] = own - beta * sums[j]! * (i === 0 ? 1 + root : 1);
    }
  }
  return out;
}

function primal({ count, size, x, y }: Samples, mean: Float64Array, centre: Float64Array): Form {
  const block = (first: number): Double => {
    const rows = Math.min(HEIGHT, count - first);
    const data = float64(x.subarray(first * size, (first + rows) * size), (value, at) => value - mean[at % size]!); // prettier-ignore
    return { rows, cols: size, data };
  };
  const starts = Array.from({ length: Math.ceil(count / HEIGHT) }, (_, b) => b * HEIGHT);
  const [scatter, cross] = [zeros(size, size), zeros(y.width, size)];
  for (const first of starts) {
    const rows = block(first);
    gram(rows).data.forEach((value, at) => (scatter.data[at]! += value));
    crossed(part(y, first, first + rows.rows), centre, rows).data.forEach((value, at) => (cross.data[at]! += value)); // prettier-ignore
  }
  const spectrum = full(scatter);
  const inAxes = turned(spectrum, cross);
  const { values, axes } = inAxes;
  const roots = float64(values, (value) => 1 / Math.sqrt(value));
  const toModes = scaleColumns(axes, roots);
  const gamma = transposed(scaleColumns(inAxes.cross, roots));
  function* blocks() {
    for (const first of starts) yield { first, u: matmul(block(first), toModes) };
  }
  const solve = (lambda: number) => solvedAt(spectrum, inAxes, lambda);
  return { modes: { count, values, gamma, targets: y, mean: centre, blocks }, solve };
}

function transposed({ rows, cols, data }: Double): Double {
  const out = zeros(cols, rows);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) out.data[j * rows + i] = data[at++]!;
  }
  return out;
}
