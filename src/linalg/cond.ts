import { jacobi } from "./jacobi.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";
import { lifted } from "./powers.ts";
import { decompose } from "./singular.ts";

/**
 * Computes the condition number in the 2-norm, s₁/s_k with k = min(m, n): the largest factor by which a solution can
 * magnify a relative error of the data.
 *
 * @param a m x n; it is not changed
 * @returns at least 1; Infinity if s_k = 0, the zero matrix included; 0 for an empty matrix, whose norm is 0 (as in
 *   MATLAB; NumPy refuses it)
 *
 * @remarks
 * Jacobi's method is used, so that large values are as reliable as its singular values (see `jacobi`): for a matrix
 * that is ill-conditioned only by the scaling of its columns the condition number has full accuracy; otherwise 1/eps and
 * more says only that the matrix is singular to working precision.
 *
 * @throws ArgumentError for a malformed matrix or a NaN or infinite entry; MemoryError
 */
export function cond(a: Matrix): number {
  checkMatrix("a", a);
  const { s } = decompose(lifted(a).matrix, jacobi, false);
  if (s.length === 0) return 0;
  const [largest, smallest] = [s[0]!, s[s.length - 1]!];
  return smallest === 0 ? Infinity : largest / smallest;
}
