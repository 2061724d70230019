/** lascl: scaling by powers of two, which changes no digit, of what would over- or underflow on the way; and by -1. */
import { reciprocalPower } from "../blas/nrm2";
import { REAL, SINGLE } from "../real";

/** No scaling between these: far enough from the limits for a product of two entries and a long sum. */
// @ts-ignore: decorator
@inline const SMALL: f64 = SINGLE ? 7.888609052210118e-31 : 1.1830521861667747e-271; // 2^-100, 2^-900
// @ts-ignore: decorator
@inline const BIG: f64 = SINGLE ? 1.2676506002282294e30 : 8.452712498170644e270; // 2^100, 2^900

/** The factor for data whose largest magnitude is `top`; 1 where none is needed. */
export function scaleOf(top: f64): f64 {
  return top == 0 || (top >= SMALL && top <= BIG) ? 1 : reciprocalPower(top);
}

/** x := alpha x / beta, for powers of two whose quotient alone may overflow. */
export function lascl(n: i32, alpha: f64, beta: f64, x: usize): void {
  if (alpha == beta) return;
  for (const end = x + REAL * n; x < end; x += REAL) store<real>(x, <real>((alpha * <f64>load<real>(x)) / beta));
}
