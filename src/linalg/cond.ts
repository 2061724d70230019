import { checkMatrix, type Matrix } from "./matrix.ts";
import { lifted } from "./powers.ts";
import { svd } from "./svd.ts";

/**
 * Condition number in the 2-norm, s₁/s_k with k = min(m, n): by how much, at most, a relative error of the
 * data is magnified in a solution.
 *
 * By Jacobi's method, so that large values are to be believed as far as its singular values are (see `svd`): a matrix that is
 * ill-conditioned by the scaling of its columns alone has a cond of full accuracy; else 1/eps and more
 * says only that the matrix is singular to working precision.
 *
 * @param a m x n; it is not changed
 * @returns at least 1; Infinity if s_k = 0, the zero matrix included; 0 for an empty matrix, whose norm is 0
 *   (as MATLAB; NumPy refuses it)
 * @throws ArgumentError for a malformed matrix or a NaN or infinite entry; MemoryError
 */
export function cond(a: Matrix): number {
  checkMatrix("a", a);
  const { s } = svd(lifted(a).matrix, { vectors: false, method: "jacobi" });
  if (s.length === 0) return 0;
  const [largest, smallest] = [s[0]!, s[s.length - 1]!];
  return smallest === 0 ? Infinity : largest / smallest;
}
