import { check, type Dtype } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/orthogonal.ts";
import { checkDraw, type DataOf, type Matrix } from "./matrix.ts";

/**
 * Draws a random matrix with orthonormal columns (orthonormal rows, if there are more columns than rows), uniform in
 * the sense of Haar: for Q of rows x cols and any fixed orthogonal U, W, the matrix U·Q·W has the same distribution as
 * Q. QᵀQ = I (rows ≥ cols) or QQᵀ = I (rows ≤ cols) to working precision.
 *
 * @param rows number of rows, ≥ 0
 * @param cols number of columns, ≥ 0; a matrix with rows or cols 0 is empty
 * @param options.seed integer from 0 to 2^53 − 1; the same seed gives the same bits on every machine. Without one,
 *   every call gives another matrix.
 * @param options.dtype `"float32"` (default) or `"float64"`; the two are different draws
 * @returns Q, rows x cols
 *
 * @remarks
 * Q has the distribution of the Q of a QR factorization of a Gaussian matrix with positive diagonal of R, but is made
 * directly from random reflectors, for half the flops and half the random numbers: G. W. Stewart, SIAM J. Numer. Anal.
 * 17 (1980) 403–409, section 3.
 *
 * @throws ArgumentError for a size, seed or dtype out of range; MemoryError beyond 4 GiB of work space (about
 *   2 · rows · cols numbers)
 */
export function haar<D extends Dtype = "float32">(
  rows: number,
  cols: number,
  options: { seed?: number; dtype?: D } = {},
): Matrix<DataOf<D>> {
  const { dtype, words } = checkDraw(rows, cols, options);
  const size = rows * cols;
  // Wide matrices are the transposes of tall ones.
  const wide = rows < cols;
  const data = frame(dtype, (f) => {
    const q = f.alloc(size);
    if (size > 0) {
      const [m, n] = wide ? [cols, rows] : [rows, cols];
      check(f.kernels.haar(Number(wide), m, n, ...words, 0, q), "rows, cols");
    }
    return f.copy(q, size);
  });
  return { rows, cols, data: data as DataOf<D> };
}
