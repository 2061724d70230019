import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/systems.ts";
import { checkSquare, type Matrix } from "./matrix.ts";
import type { Solve } from "./solve.ts";

/**
 * The inverse of a square matrix, 2n³ flops: LU with partial pivoting, then a solve for each column of the identity, so
 * that every column of a·a⁻¹ − 1 is small (Higham, Accuracy and Stability of Numerical Algorithms, 2002, 14.3). To solve
 * a system, `solve` is more accurate and does a third of the work; for matrices without full rank there is `pinv`.
 *
 * @param a n x n; it is not changed
 * @returns a⁻¹ with `info.rcond` besides, as `solve` has it
 * @throws SingularError if a pivot is exactly zero; ArgumentError for a malformed or non-square matrix, a NaN or infinite
 *   entry, or an inverse that overflows; MemoryError
 */
export function inverse<T extends Data>(a: Matrix<T>): Solve<T> {
  const dtype = checkSquare("a", a);
  const n = a.rows;
  return frame(dtype, (f) => {
    const [x, status] = [f.put(a.data), f.alloc(2)];
    const info = f.kernels.getri(n, x, status);
    const [rcond, which] = f.copy(status, 2);
    check(info, "a", which);
    const data = f.copy(x, n * n) as T;
    return { rows: n, cols: n, data, info: { rcond: rcond! } };
  });
}
