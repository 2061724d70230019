import { allocate, type Data } from "../wasm/memory.ts";
import { matmul } from "./matmul.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/**
 * Entries of a large matrix that are copied to the kernels at a time: few enough for the kernel instance to be kept.
 */
const STRIP = 2 ** 20;

/**
 * Computes a·x, or aᵀ·x with `transpose`, for a large a and a small x. The matrix a goes through the kernels in strips
 * of rows, so that no second copy of it ever exists.
 */
export function multiply<T extends Data>(
  a: Matrix<T>,
  x: Matrix<T>,
  transpose: boolean,
): Matrix<T> {
  if (a.data.length <= STRIP) return matmul(a, x, { transposeA: transpose });
  const [m, n, p] = [a.rows, a.cols, x.cols];
  const out = allocate(checkMatrix("a", a), (transpose ? n : m) * p) as T;
  const height = Math.max(1, Math.floor(STRIP / n));
  for (let i = 0; i < m; i += height) {
    const rows = Math.min(height, m - i);
    const part = { rows, cols: n, data: a.data.subarray(i * n, (i + rows) * n) as T };
    if (transpose) {
      const y = { rows, cols: p, data: x.data.subarray(i * p, (i + rows) * p) as T };
      const { data } = matmul(part, y, { transposeA: true });
      for (let at = 0; at < data.length; at++) out[at]! += data[at]!;
    } else {
      out.set(matmul(part, x).data, i * p);
    }
  }
  return { rows: transpose ? n : m, cols: p, data: out };
}
