import { float64 } from "../arrays.ts";
import { known } from "../arguments.ts";
import type { Data } from "../wasm/memory.ts";
import { columns, scaleColumns } from "./columns.ts";
import { checkRepresentable } from "./lstsq.ts";
import { matmul } from "./matmul.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";
import { lifted, scaled } from "./powers.ts";
import { checkTruncation, significant, type Truncation } from "./rank.ts";
import { svd } from "./svd.ts";

/**
 * Computes the Moore–Penrose inverse a⁺ = Σ v_i u_iᵀ / s_i over the singular values s_i > tolerance·s₁. It is the only
 * x with a·x·a = a and x·a·x = x for which a·x and x·a are symmetric. To solve a system, `lstsq` is more accurate and
 * does less work.
 *
 * @param a m x n; it is not changed
 * @param options.tolerance relative to s₁; default max(m, n)·eps, with eps = 2⁻²³ for Float32Array and 2⁻⁵² for
 *   Float64Array data. This is SciPy's default, and NumPy's with `rtol=None` (not NumPy's `rcond` of 1e-15, which lets
 *   noise through in single precision). A smaller one needs `method: jacobi`, to which such values are no noise if the
 *   scaling of columns or rows makes them.
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @returns n x m; zero for a zero matrix
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, a tolerance that is negative or too small for the
 *   method, or when a⁺ overflows; MemoryError
 */
export function pinv<T extends Data>(a: Matrix<T>, options: Truncation = {}): Matrix<T> {
  const { tolerance, method } = known(options, ["tolerance", "method"]);
  checkMatrix("a", a);
  checkTruncation(a, options);
  const { matrix, e } = lifted(a);
  const { u, s, v } = svd(matrix, { method });
  const r = significant(s, a, tolerance);
  const inverse = float64(s.subarray(0, r), (x) => 1 / x);
  const y = matmul(scaleColumns(columns(v, 0, r), inverse), columns(u, 0, r), { transposeB: true });
  const x = scaled(y, -e);
  checkRepresentable(x);
  return x;
}
