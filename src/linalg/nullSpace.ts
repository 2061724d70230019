import { known } from "../arguments.ts";
import type { Data } from "../wasm/memory.ts";
import { columns } from "./columns.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";
import { lifted } from "./powers.ts";
import { checkTruncation, significant, type Truncation } from "./rank.ts";
import { svd } from "./svd.ts";

/**
 * Computes an orthonormal basis of the null space {x: a·x = 0}. Each column z of the basis has ‖a·z‖ ≤ tolerance·s₁, up
 * to rounding.
 *
 * @param a m x n; it is not changed
 * @param options.tolerance relative to s₁; default max(m, n)·eps, with eps = 2⁻²³ for Float32Array and 2⁻⁵² for
 *   Float64Array data, as in `rank` and SciPy's null_space; a smaller one needs `method: jacobi`
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @returns n x (n − rank), orthonormal columns: the right singular vectors of the singular values s_i ≤ tolerance·s₁
 *   and, if a has fewer rows than columns, those that belong to no singular value. Their choice within the space is
 *   arbitrary, but always the same. There are no columns if a has full column rank; the result is the identity if a has
 *   no rows.
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, or a tolerance that is negative or too small for the
 *   method; MemoryError
 */
export function nullSpace<T extends Data>(a: Matrix<T>, options: Truncation = {}): Matrix<T> {
  checkMatrix("a", a);
  const { tolerance, method } = known(options, ["tolerance", "method"]);
  checkTruncation(a, options);
  // Only a wide matrix needs the complete mode: for a tall matrix the reduced v is already square.
  const mode = a.rows < a.cols ? "complete" : "reduced";
  const { s, v } = svd(lifted(a).matrix, { mode, method });
  return columns(v, significant(s, a, tolerance));
}
