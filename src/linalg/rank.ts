import { checkNumber, known } from "../arguments.ts";
import { ArgumentError, show } from "../errors.ts";
import type { Data } from "../wasm/memory.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";
import { lifted } from "./powers.ts";
import type { SvdMethod } from "./singular.ts";
import { svd } from "./svd.ts";

/** Which singular values count, and how they are computed. */
export interface Truncation {
  tolerance?: number;
  method?: SvdMethod;
}

/**
 * Computes the numerical rank of a matrix: the number of singular values s_i > tolerance·s₁.
 *
 * @param a m x n; it is not changed
 * @param options.tolerance relative to the largest singular value; default max(m, n)·eps, with eps = 2⁻²³ for
 *   Float32Array and 2⁻⁵² for Float64Array data: the convention (and the `rtol`) of NumPy's matrix_rank. A smaller one
 *   needs `method: jacobi`, as values below the default are noise to the default method; with 0, every singular value that
 *   is not exactly zero counts.
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @returns an integer from 0 to min(m, n); 0 for an empty or a zero matrix
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, or a tolerance that is negative or too small for the
 *   method; MemoryError
 */
export function rank(a: Matrix, options: Truncation = {}): number {
  const { tolerance, method } = known(options, ["tolerance", "method"]);
  checkMatrix("a", a);
  checkTruncation(a, options);
  return significant(svd(lifted(a).matrix, { vectors: false, method }).s, a, tolerance);
}

/** The number of singular values s of a, descending, that are above the tolerance. */
export function significant(s: Data, a: Matrix, tolerance = defaultTolerance(a)): number {
  let count = 0;
  while (count < s.length && s[count]! > tolerance * s[0]!) count++;
  return count;
}

/** Below the default tolerance are the errors of divide and conquer: what it finds there is no singular value of a. */
export function checkTruncation(a: Matrix, { tolerance, method }: Truncation): void {
  checkTolerance(tolerance);
  const least = defaultTolerance(a);
  if (tolerance === undefined || tolerance >= least || method !== undefined) return;
  const expected = `at least ${least}, or method: jacobi, which knows smaller singular values`;
  throw new ArgumentError("tolerance", expected, show(tolerance));
}

export function checkTolerance(tolerance: number | undefined): void {
  if (tolerance !== undefined) checkNumber("tolerance", tolerance, "non-negative");
}

function defaultTolerance({ rows, cols, data }: Matrix): number {
  return Math.max(rows, cols) * (data.BYTES_PER_ELEMENT === 4 ? 2 ** -23 : 2 ** -52);
}
