import { checkOneOf, known } from "../arguments.ts";
import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/systems.ts";
import { checkBeside, checkSquare, type Matrix } from "./matrix.ts";

/** What a solution tells about itself. */
export interface SolveInfo {
  /**
   * 1 / (‖a‖₁·‖a⁻¹‖₁), as Higham estimates it (LAPACK's gecon): from above, seldom more than three times too large. A
   * relative error of about u / rcond may be expected of x; at u or below, x may have no correct digit.
   */
  readonly rcond: number;
}

export interface Solve<T extends Data> extends Matrix<T> {
  readonly info: SolveInfo;
}

/**
 * The solution x of a·x = b, a square, one or many right-hand sides. Gaussian elimination with partial pivoting
 * (LAPACK's gesv), or Cholesky's factorization at half the flops where a is known to be symmetric positive definite
 * (posv); then the condition is estimated, at the cost of some triangular solves (gecon). An x whose `info.rcond` is
 * about u is returned like any other, to be looked at; only an exactly singular a is an error. For rectangular or
 * rank-deficient systems there is `lstsq`.
 *
 * @param a n x n; it is not changed
 * @param b n x p, of the same precision; it is not changed
 * @param options.assume `"general"` (default), or `"posdef"`: symmetric positive definite, of which the lower triangle
 *   is read
 * @returns x, n x p, with `info` besides
 * @throws SingularError if a pivot is exactly zero; ArgumentError for malformed matrices, sizes or precisions that do not
 *   match, a NaN or infinite entry, an a that is not positive definite where that is assumed, or an x that overflows;
 *   MemoryError
 */
export function solve<T extends Data>(
  a: Matrix<T>,
  b: Matrix<T>,
  options: { assume?: "general" | "posdef" } = {},
): Solve<T> {
  const { assume = "general" } = known(options, ["assume"]);
  checkOneOf("assume", assume, ["general", "posdef"]);
  const dtype = checkSquare("a", a);
  checkBeside("b", b, a);
  const { rows: n, cols: p } = b;
  return frame(dtype, (f) => {
    const [input, x, status] = [f.put(a.data), f.put(b.data), f.alloc(2)];
    const info = f.kernels.gesv(Number(assume === "posdef"), n, p, input, x, status);
    const [rcond, which] = f.copy(status, 2);
    check(info, "a", which);
    const data = f.copy(x, n * p) as T;
    return { rows: n, cols: p, data, info: { rcond: rcond! } };
  });
}
