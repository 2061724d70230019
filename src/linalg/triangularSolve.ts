import { checkFlag, known } from "../arguments.ts";
import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/systems.ts";
import { checkBeside, checkSquare, type Matrix } from "./matrix.ts";

/**
 * The solution x of op(a)·x = b for a triangular a, op the identity or the transpose, by substitution (LAPACK's
 * trtrs), n²·p flops. Accurate row by row: x is exact for a triangle whose entries differ from those of a by some n·u of
 * their own size.
 *
 * @param a n x n; it is not changed. Only the triangle is read, without its diagonal if that is `unit`
 * @param b n x p, of the same precision; it is not changed
 * @param options.lower the lower triangle (default, as in TensorFlow), or the upper
 * @param options.transpose solve aᵀ·x = b; default false
 * @param options.unit the diagonal counts as ones; default false
 * @throws SingularError if an entry of the diagonal is zero; ArgumentError for malformed matrices, sizes or precisions
 *   that do not match, a NaN or infinite entry, or an x that overflows; MemoryError
 */
export function triangularSolve<T extends Data>(
  a: Matrix<T>,
  b: Matrix<T>,
  options: { lower?: boolean; transpose?: boolean; unit?: boolean } = {},
): Matrix<T> {
  const {
    lower = true,
    transpose = false,
    unit = false,
  } = known(options, ["lower", "transpose", "unit"]);
  for (const [name, flag] of Object.entries({ lower, transpose, unit })) checkFlag(name, flag);
  const dtype = checkSquare("a", a);
  checkBeside("b", b, a);
  const { rows: n, cols: p } = b;
  return frame(dtype, (f) => {
    const [input, x, status] = [f.put(a.data), f.put(b.data), f.alloc(1)];
    const [l, t, u] = [lower, transpose, unit].map(Number) as [number, number, number];
    const info = f.kernels.trtrs(l, t, u, n, p, input, x, status);
    check(info, "a", f.copy(status, 1)[0]);
    return { rows: n, cols: p, data: f.copy(x, n * p) as T };
  });
}
