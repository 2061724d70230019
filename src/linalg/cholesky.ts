import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/systems.ts";
import { checkSquare, type Matrix } from "./matrix.ts";

/**
 * Cholesky's factorization a = l·lᵀ of a symmetric positive definite matrix: l lower triangular with a positive
 * diagonal, exact zeros above it. LAPACK's potrf on tiles (blocking and storage are ours), n³/3 flops. Backward stable: l
 * is exact for a matrix that differs from a by some n·u·‖a‖, and scaling rows and columns of a alike by powers of
 * two scales l exactly.
 *
 * @param a n x n; it is not changed. Only its lower triangle is read, as by NumPy: what is above counts as its mirror image
 * @throws ArgumentError for a malformed or non-square matrix, a NaN or infinite entry, or a matrix that is not positive
 *   definite, up to rounding: it names the first leading minor that is not positive; MemoryError
 */
export function cholesky<T extends Data>(a: Matrix<T>): Matrix<T> {
  const dtype = checkSquare("a", a);
  const n = a.rows;
  return frame(dtype, (f) => {
    const l = f.put(a.data);
    const status = f.alloc(1);
    const info = f.kernels.cholesky(n, l, status);
    check(info, "a", f.copy(status, 1)[0]);
    return { rows: n, cols: n, data: f.copy(l, n * n) as T };
  });
}
