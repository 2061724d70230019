import { allocate, type Data } from "../wasm/memory.ts";
import { trsyl, type Decomposition } from "./bartelsStewart.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/** The largest number of vectors that are tried (ITMAX of LAPACK's lacn2). */
const ROUNDS = 5;

/**
 * Estimates 1 / ‖L⁻¹‖₁ for L(x) = t·x + x·s (`transposeB`: x·sᵀ), as LAPACK's trsen estimates sep(A, B): the distance
 * of a and −b from having an eigenvalue in common. Higham's estimator of a 1-norm (ACM TOMS 14, 1988, algorithm 4.1;
 * LAPACK's lacn2) usually takes 4 or 5 triangular solves; it gives a lower bound of ‖L⁻¹‖₁, seldom below a third of it.
 */
export function separation<T extends Data>(
  { t }: Decomposition<T>,
  { t: s }: Decomposition<T>,
  transposeB: boolean,
): number {
  const [rows, cols] = [t.rows, s.rows];
  const size = rows * cols;
  if (size === 0) return Infinity;
  const vector = (entry: (at: number) => number): Matrix<T> => {
    const data = allocate(checkMatrix("t", t), size) as T;
    for (let at = 0; at < size; at++) data[at] = entry(at);
    return { rows, cols, data };
  };
  /** Applies L⁻¹ or its adjoint to c; ‖L⁻¹(c)‖₁ is norm·2^exponent. */
  const inverse = (c: Matrix<T>, adjoint: boolean) => {
    const flags = { transposeA: adjoint, transposeB: transposeB !== adjoint };
    const { x, exponent } = trsyl(t, s, c, flags);
    return { x: x.data, norm: sum(x.data) * 2 ** exponent };
  };
  const sign = (x: number) => (x < 0 ? -1 : 1);

  let { x, norm } = inverse(
    vector(() => 1 / size),
    false,
  );
  let signs = vector((at) => sign(x[at]!));
  let steepest = -1;
  for (let round = 1; size > 1 && round < ROUNDS; round++) {
    const slope = inverse(signs, true).x;
    let top = 0;
    for (let at = 1; at < size; at++) if (Math.abs(slope[at]!) > Math.abs(slope[top]!)) top = at;
    if (steepest >= 0 && Math.abs(slope[steepest]!) === Math.abs(slope[top]!)) break;
    steepest = top;
    const next = inverse(
      vector((at) => (at === top ? 1 : 0)),
      false,
    );
    x = next.x;
    if (next.norm <= norm) break;
    norm = next.norm;
    if (signs.data.every((value, at) => value === sign(x[at]!))) break;
    signs = vector((at) => sign(x[at]!));
  }
  // A large entry that the steps missed is seldom missed by this vector too.
  const alternating = vector((at) => (at % 2 ? -1 : 1) * (1 + at / Math.max(size - 1, 1)));
  return 1 / Math.max(norm, (2 * inverse(alternating, false).norm) / (3 * size));
}

function sum(data: Data): number {
  let total = 0;
  for (let i = 0; i < data.length; i++) total += Math.abs(data[i]!);
  return total;
}
