import { log } from "../elementary.ts";
import { check } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/systems.ts";
import { checkSquare, type Matrix } from "./matrix.ts";
import { exponent, shifted } from "./powers.ts";

/**
 * The determinant of a square matrix: the product of the pivots of its LU factorization, in f64, with exponents
 * carried apart. Its relative error is some n·u·cond(a); of a singular matrix it is zero up to rounding. 1 for a
 * matrix without entries.
 *
 * @param a n x n; it is not changed
 * @returns a number; ±Infinity or 0 where it lies beyond the range of f64: `slogdet` does not
 * @throws ArgumentError for a malformed or non-square matrix, or a NaN or infinite entry; MemoryError
 */
export function det(a: Matrix): number {
  return decomposed(a).det;
}

/**
 * Sign and logarithm of |det a|, which neither over- nor underflow: det a = sign·exp(logdet). A singular matrix has
 * sign 0 and logdet −Infinity, as NumPy has it.
 *
 * @param a n x n; it is not changed
 * @throws as `det`
 */
export function slogdet(a: Matrix): { sign: number; logdet: number } {
  const { sign, logdet } = decomposed(a);
  return { sign, logdet };
}

const LN2 = 0.6931471805599453;

/** What the pivots of a matrix say of its determinant. */
interface Determinant {
  readonly det: number;
  readonly sign: number;
  readonly logdet: number;
}

export function decomposed(a: Matrix): Determinant {
  const dtype = checkSquare("a", a);
  const n = a.rows;
  return frame(dtype, (f) => {
    const [input, d, rows, status] = [f.put(a.data), f.alloc(n), f.alloc(n), f.alloc(2)];
    check(f.kernels.lu(n, n, input, 0, 0, d, rows, status), "a");
    const [sign, shift] = f.copy(status, 2);
    let mantissa = sign!;
    let e = n * shift!;
    for (const pivot of f.copy(d, n)) {
      if (pivot === 0) return determinantOf(0, 0);
      const own = exponent(pivot);
      mantissa *= shifted(pivot, -own);
      e += own;
      if (Math.abs(mantissa) < 2) continue;
      mantissa /= 2;
      e++;
    }
    return determinantOf(mantissa, e);
  });
}

/** Of factor·2^e: both parts, so that nothing has over- or underflown on the way. */
export function determinantOf(factor: number, e: number): Determinant {
  if (factor === 0) return { det: 0, sign: 0, logdet: -Infinity };
  return {
    det: shifted(factor, e),
    sign: Math.sign(factor),
    logdet: log(Math.abs(factor)) + e * LN2,
  };
}
