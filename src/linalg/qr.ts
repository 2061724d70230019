import { checkFlag, checkOneOf, known } from "../arguments.ts";
import { allocate, check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/orthogonal.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/**
 * Computes the QR factorization a = q·r: q has orthonormal columns, r is upper triangular (exact zeros below the
 * diagonal).
 *
 * @param a the m x n matrix, Float32Array or Float64Array data; it is not changed
 * @param options.mode with k = min(m, n), `"reduced"` (default): q is m x k, r is k x n; `"complete"`: q is m x m, r is
 *   m x n
 * @param options.positive make the diagonal of r non-negative, which makes the factorization unique when a has full
 *   column rank; default false (LAPACK's signs)
 * @returns q and r
 *
 * @remarks
 * Blocked Householder reflections (LAPACK's geqrf and orgqr), backward stable for every finite matrix, including
 * rank-deficient and badly scaled ones.
 *
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, an unknown mode, or when r overflows;
 *   MemoryError when the work space (about 3 m n numbers, m² more in complete mode) is not available
 */
export function qr<T extends Data>(
  a: Matrix<T>,
  options: { mode?: "reduced" | "complete"; positive?: boolean } = {},
): { q: Matrix<T>; r: Matrix<T> } {
  const { mode = "reduced", positive = false } = known(options, ["mode", "positive"]);
  const dtype = checkMatrix("a", a);
  checkOneOf("mode", mode, ["reduced", "complete"]);
  checkFlag("positive", positive);
  const { rows: m, cols: n } = a;
  const k = Math.min(m, n);
  const cols = mode === "complete" ? m : k;
  // Rows of r beyond k remain zero, as allocated.
  const rRows = mode === "complete" ? m : k;
  return frame(dtype, (f) => {
    const input = f.put(a.data);
    // The kernel has packed the input before it writes q.
    const q = cols <= n ? input : f.alloc(m * cols);
    const r = f.alloc(k * n);
    if (m * cols > 0) check(f.kernels.qr(m, n, cols, Number(positive), 0, input, q, r), "a");
    return {
      q: { rows: m, cols, data: f.copy(q, m * cols) as T },
      r: { rows: rRows, cols: n, data: f.take(r, k * n, allocate(dtype, rRows * n) as T) },
    };
  });
}
