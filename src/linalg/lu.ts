import { int32 } from "../arrays.ts";
import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/systems.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

export interface Lu<T extends Data> {
  /** Row i of l·u is row p[i] of a. */
  readonly p: Int32Array;
  /** m x k, lower trapezoidal, ones on its diagonal and nothing larger below. */
  readonly l: Matrix<T>;
  /** k x n, upper trapezoidal. */
  readonly u: Matrix<T>;
}

/**
 * LU factorization with partial pivoting, a = p·l·u, of any m x n matrix, k = min(m, n): p a permutation of rows (see
 * `Lu`), l and u triangular or trapezoidal with exact zeros. LAPACK's getrf, left-looking on tiles; of several
 * pivots of the same magnitude the first is taken. A singular matrix is factored like any other: u then has a zero on
 * its diagonal, up to rounding.
 *
 * @param a it is not changed
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, or when u overflows; MemoryError
 */
export function lu<T extends Data>(a: Matrix<T>): Lu<T> {
  const dtype = checkMatrix("a", a);
  const { rows: m, cols: n } = a;
  const k = Math.min(m, n);
  return frame(dtype, (f) => {
    const input = f.put(a.data);
    const [l, u, rows, status] = [f.alloc(m * k), f.alloc(k * n), f.alloc(m), f.alloc(2)];
    check(f.kernels.lu(m, n, input, l, u, 0, rows, status), "a");
    return {
      p: int32(f.copy(rows, m)),
      l: { rows: m, cols: k, data: f.copy(l, m * k) as T },
      u: { rows: k, cols: n, data: f.copy(u, k * n) as T },
    };
  });
}
