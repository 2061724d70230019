import { log } from "../elementary.ts";
import { allocate, check, frame } from "../wasm/memory.ts";
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
  const { mantissa, e } = product(a);
  return shifted(mantissa, e);
}

/**
 * Sign and logarithm of |det a|, which neither over- nor underflow: det a = sign·exp(logdet). A singular matrix has
 * sign 0 and logdet −Infinity, as NumPy has it.
 *
 * @param a n x n; it is not changed
 * @throws as `det`
 */
export function slogdet(a: Matrix): { sign: number; logdet: number } {
  const { mantissa, e } = product(a);
  if (mantissa === 0) return { sign: 0, logdet: -Infinity };
  return { sign: Math.sign(mantissa), logdet: log(Math.abs(mantissa)) + e * LN2 };
}

const LN2 = 0.6931471805599453;

/** det a = mantissa·2^e, 1 ≤ |mantissa| < 2, or zero. */
function product(a: Matrix): { mantissa: number; e: number } {
  const dtype = checkSquare("a", a);
  const n = a.rows;
  const { pivots, sign, shift } = frame(dtype, (f) => {
    const [input, d, rows, status] = [f.put(a.data), f.alloc(n), f.alloc(n), f.alloc(2)];
    check(f.kernels.lu(n, n, input, 0, 0, d, rows, status), "a");
    const [sign, shift] = f.take(status, 2, allocate(dtype, 2));
    return { pivots: f.take(d, n, allocate(dtype, n)), sign: sign!, shift: shift! };
  });
  let mantissa: number = sign;
  let e = n * shift;
  for (const pivot of pivots) {
    if (pivot === 0) return { mantissa: 0, e: 0 };
    const own = exponent(pivot);
    mantissa *= shifted(pivot, -own);
    e += own;
    if (Math.abs(mantissa) < 2) continue;
    mantissa /= 2;
    e++;
  }
  return { mantissa, e };
}
