import { checkFlag, known } from "../arguments.ts";
import { ArgumentError } from "../errors.ts";
import { allocate, check, frame, type Data } from "../wasm/memory.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/**
 * Computes the matrix product op(a)·op(b), where op is the identity or the transpose, by the package's GEMM.
 *
 * @param a m x k (transposed: k x m)
 * @param b k x n (transposed: n x k), of the same precision
 * @param options.transposeA, options.transposeB take the transpose of a or b; default false
 * @returns m x n; all zero when k = 0. NaN and infinities propagate as in IEEE arithmetic.
 * @throws ArgumentError for a malformed matrix, or when precisions or inner sizes differ; MemoryError
 */
export function matmul<T extends Data>(
  a: Matrix<T>,
  b: Matrix<T>,
  options: { transposeA?: boolean; transposeB?: boolean } = {},
): Matrix<T> {
  const { transposeA = false, transposeB = false } = known(options, ["transposeA", "transposeB"]);
  checkFlag("transposeA", transposeA);
  checkFlag("transposeB", transposeB);
  const dtype = checkMatrix("a", a);
  const dtypeB = checkMatrix("b", b);
  if (dtypeB !== dtype) throw new ArgumentError("b", `${dtype} data as in a`, dtypeB);
  const [m, k] = transposeA ? [a.cols, a.rows] : [a.rows, a.cols];
  const [inner, n] = transposeB ? [b.cols, b.rows] : [b.rows, b.cols];
  if (inner !== k) throw new ArgumentError("b", `inner size ${k} as in a`, String(inner));
  const data = frame(dtype, (f) => {
    const c = f.alloc(m * n);
    // prettier-ignore
    const info = f.kernels.gemm(
      Number(transposeA), Number(transposeB), m, n, k, 1, f.put(a.data), a.cols, f.put(b.data), b.cols, 0, c, n,
    );
    check(info, "a, b");
    return f.take(c, m * n, allocate(dtype, m * n));
  });
  return { rows: m, cols: n, data: data as T };
}
