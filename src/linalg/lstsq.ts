import { float64 } from "../arrays.ts";
import { finiteNumbers, known } from "../arguments.ts";
import { ArgumentError } from "../errors.ts";
import { allocate, type Data } from "../wasm/memory.ts";
import { columns, scaleRows } from "./columns.ts";
import { matmul } from "./matmul.ts";
import { checkBeside, checkMatrix, type Matrix } from "./matrix.ts";
import { lifted, scaled } from "./powers.ts";
import { checkTruncation, significant, type Truncation } from "./rank.ts";
import { svd } from "./svd.ts";

export interface LeastSquares<T extends Data> {
  /** n x p, a column for each of b. */
  readonly x: Matrix<T>;
  /** ‖b_j − a·x_j‖² for each column; only if rank = n < m, else there is nothing to tell. */
  readonly residuals?: T;
  readonly rank: number;
  /** The min(m, n) singular values of a, descending. */
  readonly s: T;
}

/**
 * Least squares: for every column of b the x of minimum norm among those that minimise ‖b_j − a·x_j‖₂,
 * x = Σ v_i (u_iᵀ b) / s_i over the singular values s_i > tolerance·s₁. LAPACK's gelsd (and through it
 * NumPy's lstsq) in meaning and conventions; also for underdetermined and rank-deficient a.
 *
 * @param a m x n; it is not changed
 * @param b m x p, of the same precision; it is not changed
 * @param options.tolerance relative to s₁, gelsd's `rcond`; default max(m, n)·eps, with eps = 2⁻²³ for
 *   Float32Array and 2⁻⁵² for Float64Array data, as NumPy (SciPy takes eps); a
 *   smaller one needs `method: jacobi`, as in `pinv`
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @param options.weights m numbers w_i ≥ 0: minimised is Σ w_i·(b_ij − a_i·x_j)², and s and the residuals are those of the
 *   weighted problem, whose rows are √w_i times those of a and b; default 1
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, a negative tolerance or weight, a tolerance too
 *   small for the method, when precisions
 *   or numbers of rows differ, or when x overflows; MemoryError
 */
export function lstsq<T extends Data>(
  a: Matrix<T>,
  b: Matrix<T>,
  options: Truncation & { weights?: ArrayLike<number> } = {},
): LeastSquares<T> {
  checkMatrix("a", a);
  checkBeside("b", b, a);
  const { tolerance, method, weights } = known(options, ["tolerance", "method", "weights"]);
  checkTruncation(a, options);
  if (weights !== undefined) {
    const roots = checkWeights(weights, a.rows);
    return lstsq(scaleRows(a, roots), scaleRows(b, roots), { tolerance, method });
  }

  // What is small enough to lose digits is brought near 1 first: a = 2^e·left, b = 2^f·right.
  const { matrix: left, e } = lifted(a);
  const { matrix: right, e: f } = lifted(b);
  const { u, s, v } = svd(left, { method });
  const r = significant(s, a, tolerance);
  const y = matmul(columns(u, 0, r), right, { transposeA: true });
  // Divided, not multiplied by an inverse that may overflow where the quotient does not.
  y.data.forEach((value, at) => (y.data[at] = value / s[Math.floor(at / b.cols)]!));
  const z = matmul(columns(v, 0, r), y);
  const x = scaled(z, f - e);
  checkRepresentable(x);
  const found = { x, rank: r, s: scaled({ rows: 1, cols: s.length, data: s }, e).data };
  if (r < a.cols || a.rows <= a.cols) return found;
  return { ...found, residuals: squares(right, matmul(left, z), 2 * f) };
}

/** What overflowed on the way is no result. */
export function checkRepresentable(x: Matrix): void {
  if (x.data.every(Number.isFinite)) return;
  throw new ArgumentError("a", "entries whose result can be represented", "an overflow");
}

/** 2^e·‖b_j − c_j‖² for each column, summed in f64. */
function squares<T extends Data>(b: Matrix<T>, c: Matrix<T>, e: number): T {
  const sums = float64(b.cols);
  b.data.forEach((value, at) => (sums[at % b.cols]! += (value - c.data[at]!) ** 2));
  const out = allocate(checkMatrix("b", b), b.cols) as T;
  out.set(scaled({ rows: 1, cols: b.cols, data: sums }, e).data);
  return out;
}

/** The roots of m weights. */
function checkWeights(weights: ArrayLike<number>, m: number): Float64Array {
  const expected = `${m} finite numbers, none negative`;
  const values = finiteNumbers("weights", weights, expected);
  const wrong = values.length === m ? values.find((w) => w < 0) : `${values.length} numbers`;
  if (wrong !== undefined) throw new ArgumentError("weights", expected, `${wrong}`);
  return float64(values, Math.sqrt);
}
