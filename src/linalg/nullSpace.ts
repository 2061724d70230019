import { known } from "../arguments.ts";
import type { Data } from "../wasm/memory.ts";
import { columns } from "./columns.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";
import { lifted } from "./powers.ts";
import { checkTolerance, significant } from "./rank.ts";
import { svd } from "./svd.ts";

/**
 * Computes an orthonormal basis of the null space {x: a·x = 0}. Each column z of the basis has ‖a·z‖ ≤ tolerance·s₁, up
 * to rounding.
 *
 * @param a m x n; it is not changed
 * @param options.tolerance relative to s₁; default max(m, n)·eps, with eps = 2⁻²³ for Float32Array and 2⁻⁵² for
 *   Float64Array data, as in `rank` and SciPy's null_space
 * @returns n x (n − rank), orthonormal columns: the right singular vectors of the singular values s_i ≤ tolerance·s₁
 *   and, if a has fewer rows than columns, those that belong to no singular value. Their choice within the space is
 *   arbitrary, but always the same. There are no columns if a has full column rank; the result is the identity if a has
 *   no rows.
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, or a negative tolerance; MemoryError
 */
export function nullSpace<T extends Data>(
  a: Matrix<T>,
  options: { tolerance?: number } = {},
): Matrix<T> {
  checkMatrix("a", a);
  const { tolerance } = known(options, ["tolerance"]);
  checkTolerance(tolerance);
  // Only a wide matrix needs the complete mode: for a tall matrix the reduced v is already square.
  const { s, v } = svd(lifted(a).matrix, { mode: a.rows < a.cols ? "complete" : "reduced" });
  return columns(v, significant(s, a, tolerance));
}
