import { float64 } from "../../arrays.ts";
import { checkFlag, checkOneOf } from "../../arguments.ts";
import { ArgumentError, ConvergenceError, show } from "../../errors.ts";
import { eigh, matmul, qr, spread, svd, triangularSolve, type Eigh, type Matrix } from "../../linalg/index.ts"; // prettier-ignore
import { gram } from "../../linalg/gram.ts";
import { checkMatrix } from "../../linalg/matrix.ts";
import { factorOf } from "./definite.ts";
import { leastMeanCos2 } from "./metrics.ts";
import { checkFinite, largest, normalised } from "../units.ts";

type Real = Matrix<Float64Array>;

/** The directions found, as rows of length 1, and the number of iterations that finding them took. */
interface Found {
  readonly u: Real;
  readonly iterations: number;
}

const methods = { zca, qr: orthonormalised, cholesky: whitened, gradient: descended, data: zca };

export type Method = keyof typeof methods;

export interface DecorrelateOptions {
  /** Default `"zca"`. */
  method?: Method;
  /** Also subtract the mean of every unit, for Pearson's correlation instead of the cosine; default false. */
  centred?: boolean;
  /** The n x n covariance of the inputs; required by `"data"`, refused by every other method. */
  covariance?: Matrix;
}

/**
 * Replaces the directions of the rows of w by decorrelated directions; the lengths of the rows stay.
 *
 * With u the rows divided by their lengths, for m ≤ n rows of n entries:
 * - `"zca"`: the polar factor (u·uᵀ)^(−½)·u, the orthonormal rows nearest to u (Löwdin's);
 * - `"qr"`: Gram–Schmidt in the order of the rows (Householder QR of uᵀ, positive diagonal);
 * - `"cholesky"`: L⁻¹·u with u·uᵀ = L·Lᵀ: the same rows as `"qr"`, less accurate when u is ill-conditioned;
 * - `"gradient"`: steepest descent for Σ cos² (see `spread`), which ends near zca's rows;
 * - `"data"`: zca's rows times (covariance + ridge)^(−½), the ridge a thousandth of the mean variance. It decorrelates
 *   pre-activations, not weights. Directions in which inputs hardly vary gain weight, and their noise with them: in one
 *   of our studies training became worse, on the digits of examples/diversity.ts its first epochs became better.
 *
 * More than n rows cannot all be orthogonal. The least possible mean cos² is then (m − n) / (n (m − 1)), that of a
 * unit-norm tight frame (Benedetto and Fickus 2003):
 * - zca alternates the polar factor and division by the row lengths (Tropp et al. 2005), and gradient descends, both
 *   until mean cos² is within 0.4 % of that bound;
 * - qr divides the rows of the orthonormal columns by their lengths once, which leaves mean cos² a few per cent above
 *   the bound (a fraction of 2/n);
 * - cholesky is refused, because the factor L does not exist.
 *
 * Taking Löwdin's and these methods for initialization is our formulation.
 *
 * @param w m x n, no row zero; it is not changed
 * @returns the new rows in f64, and the number of iterations
 * @throws ArgumentError for a malformed matrix, a NaN, a row of zeros (with `centred`: a constant row), linearly
 *   dependent rows (cholesky), m > n (cholesky) or a bad option; ConvergenceError when 1000 iterations do not reach the
 *   tolerance, as for gradient from identical rows; MemoryError
 */
export function decorrelate(
  w: Matrix,
  options: DecorrelateOptions = {},
): { weights: Real; iterations: number } {
  const { method = "zca", centred = false, covariance } = options;
  checkMatrix("w", w);
  checkFinite("w", w.data);
  checkDecorrelateOptions(options);
  if (w.rows * w.cols === 0) return { weights: real(w), iterations: 0 };
  const { lengths, u } = normalised(w);
  checkRows(lengths, "not zero", 0);
  let start = u;
  if (centred) {
    const inside = normalised(withoutMean(u));
    checkRows(inside.lengths, "not constant", 2 ** -40);
    start = inside.u;
  }
  const found = methods[method](start);
  let directions = centred ? withMean(found.u) : found.u;
  if (method === "data") directions = normalised(matmul(directions, whitening(covariance!, w.cols))).u; // prettier-ignore
  const data = float64(directions.data);
  lengths.forEach((length, i) => {
    for (let at = i * w.cols; at < (i + 1) * w.cols; at++) data[at]! *= length;
  });
  return { weights: { rows: w.rows, cols: w.cols, data }, iterations: found.iterations };
}

/** Throws an ArgumentError for options that are invalid whatever the matrix. */
export function checkDecorrelateOptions(options: DecorrelateOptions): void {
  const { method = "zca", centred = false, covariance } = options;
  checkOneOf("method", method, Object.keys(methods));
  checkFlag("centred", centred);
  if ((method === "data") !== (covariance !== undefined)) {
    throw new ArgumentError("covariance", 'a matrix for method "data", and only there', show(covariance)); // prettier-ignore
  }
  if (centred && method === "data") throw new ArgumentError("centred", 'false for "data"', "true");
}

/** The mean cos² at which iterations end: as near zero as float32 weights can show, or within 2⁻⁸ of the bound. */
const goal = (m: number, n: number) => Math.max(2 ** -60, leastMeanCos2(m, n) * (1 + 2 ** -8));

/** The limit of iterations; 33 x 32, one of the slowest shapes, takes 100. */
const LIMIT = 1000;

function iterate(u: Real, step: (u: Real) => Real): Found {
  const { rows: m, cols: n } = u;
  for (let iterations = 0; iterations < LIMIT; iterations++) {
    if (meanCos2(u) <= goal(m, n)) return { u, iterations };
    u = step(u);
  }
  throw new ConvergenceError(
    `w: after ${LIMIT} iterations mean cos² is ${meanCos2(u)}, not ${goal(m, n)}`,
  );
}

/** After the first step x is so near a tight frame that forming xᵀx costs its polar factor no accuracy. */
function zca(u: Real): Found {
  const first = nearest(u);
  if (u.rows <= u.cols) return { u: first, iterations: 1 };
  const found = iterate(normalised(first).u, (x) => {
    return normalised(matmul(x, inverseRoot(eigh(gram(x))))).u;
  });
  return { u: found.u, iterations: 1 + found.iterations };
}

/**
 * The least ratio of the eigenvalues of a Gram matrix: forming the matrix costs the polar factor an error of about
 * 2⁻⁵³ / 2⁻²⁰, still far below what float32 weights can show.
 */
const REGULAR = 2 ** -20;

/** The polar factor of x, by the Gram matrix of its shorter side where that is regular, which costs a tenth of an SVD. */
function nearest(x: Real): Real {
  const wide = x.rows < x.cols;
  const factors = eigh(wide ? matmul(x, x, { transposeB: true }) : gram(x));
  if (factors.values[0]! > REGULAR * factors.values.at(-1)!) {
    const root = inverseRoot(factors);
    return wide ? matmul(root, x) : matmul(x, root);
  }
  const { u, v } = svd(x);
  return matmul(u, v, { transposeB: true });
}

function descended(u: Real): Found {
  return iterate(u, (x) => spread(x));
}

function orthonormalised(u: Real): Found {
  if (u.rows > u.cols) return { u: normalised(qr(u, { positive: true }).q).u, iterations: 1 };
  return { u: transposed(qr(transposed(u), { positive: true }).q), iterations: 1 };
}

function whitened(u: Real): Found {
  const { rows: m, cols: n } = u;
  if (m > n) {
    const expected = `"zca", "qr" or "gradient" for more units (${m}) than dimensions (${n})`;
    throw new ArgumentError("method", expected, '"cholesky"');
  }
  const l = factorOf(matmul(u, u, { transposeB: true }));
  if (l === undefined) {
    throw new ArgumentError("w", 'linearly independent rows for "cholesky"', "dependent ones");
  }
  return { u: triangularSolve(l, u), iterations: 1 };
}

function meanCos2(u: Real): number {
  const m = u.rows;
  const { data } = matmul(u, u, { transposeB: true });
  let sum = 0;
  for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) sum += data[i * m + j]! ** 2;
  return m < 2 ? 0 : sum / ((m * (m - 1)) / 2);
}

/**
 * The fraction of the mean variance that is added to every variance. Without it the weights of constant inputs (the rim
 * of an image) would explode.
 */
const RIDGE = 1e-3;

/** (c + ridge)^(−½) of a covariance of n inputs. */
function whitening(c: Matrix, n: number): Real {
  checkMatrix("covariance", c);
  checkFinite("covariance", c.data);
  const mirrored = transposed(real(c));
  const top = largest(c.data);
  // Float32 sums taken in another order differ by some ten units of 2⁻²⁴.
  const symmetric = c.data.every((x: number, at: number) => Math.abs(x - mirrored.data[at]!) <= 1e-5 * top); // prettier-ignore
  if (c.rows !== n || c.cols !== n || !symmetric || top === 0) {
    const actual = `${c.rows} x ${c.cols}`;
    throw new ArgumentError("covariance", `a symmetric ${n} x ${n} matrix, not zero`, actual);
  }
  const data = float64(mirrored.data, (x, at) => (x + c.data[at]!) / 2);
  let ridge = 0;
  for (let i = 0; i < n; i++) ridge += (RIDGE * data[i * (n + 1)]!) / n;
  for (let i = 0; i < n; i++) data[i * (n + 1)]! += ridge;
  const factors = eigh({ rows: n, cols: n, data });
  if (!(factors.values[0]! > 0)) {
    const actual = `eigenvalue ${factors.values[0]}`;
    throw new ArgumentError("covariance", "a positive semidefinite matrix", actual);
  }
  return inverseRoot(factors);
}

/** c^(−½) of a positive definite matrix with these eigenvalues and vectors. */
function inverseRoot({ values, vectors }: Eigh<Float64Array>): Real {
  const data = float64(vectors.data, (x, at) => x / Math.sqrt(Math.sqrt(values[at % vectors.cols]!))); // prettier-ignore
  const root = { ...vectors, data };
  return matmul(root, root, { transposeB: true });
}

/**
 * Maps rows of n entries whose mean is zero to rows of n − 1 coordinates: those of the Householder reflection that
 * takes (1, …, 1)/√n to (0, …, 0, −1). `withoutMean` projects, `withMean` is its transpose.
 */
function withoutMean({ rows, cols: n, data }: Real): Real {
  if (n === 1) throw new ArgumentError("centred", "false for units of a single input", "true");
  return reflected(rows, n, data, n - 1);
}

function withMean({ rows, cols, data }: Real): Real {
  const n = cols + 1;
  const padded = float64(rows * n);
  for (let i = 0; i < rows; i++) padded.set(data.subarray(i * cols, (i + 1) * cols), i * n);
  return reflected(rows, n, padded, n);
}

/** The first `keep` entries of every row times I − v·vᵀ/β, v = (1, …, 1, 1 + √n), β = n + √n. */
function reflected(rows: number, n: number, data: Float64Array, keep: number): Real {
  const out = float64(rows * keep);
  const last = 1 + Math.sqrt(n);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * n, (i + 1) * n);
    const dot = row.reduce((sum, x) => sum + x, 0) + (last - 1) * row[n - 1]!;
    const factor = dot / (n + Math.sqrt(n));
    for (let k = 0; k < keep; k++) out[i * keep + k] = row[k]! - factor * (k === n - 1 ? last : 1);
  }
  return { rows, cols: keep, data: out };
}

/**
 * Refuses rows that are too short. In rows of length 1, a remainder of 2⁻⁴⁰ after the mean is subtracted is more than
 * rounding leaves of a constant row.
 */
function checkRows(lengths: Float64Array, what: string, least: number): void {
  const i = lengths.findIndex((length) => !(length > least));
  if (i >= 0) throw new ArgumentError("w", `rows that are ${what}`, `row ${i}`);
}

function transposed({ rows, cols, data }: Real): Real {
  const out = float64(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j]!; // prettier-ignore
  return { rows: cols, cols: rows, data: out };
}

function real({ rows, cols, data }: Matrix): Real {
  return { rows, cols, data: float64(data) };
}
