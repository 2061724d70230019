/**
 * nrm2: the 2-norm of a strided vector, safe from overflow and underflow.
 *
 * Squares are summed in f64. The square of any f32 fits f64 with room to spare, so the f32 binary
 * needs no scaling at all. The f64 binary sums plainly first and, only if the sum left the range in
 * which no square can have been lost, again on data scaled by a power of two.
 */
import { SINGLE } from "../real";

/** 2^-900 and 2^900: between them, what under- or overflowed is below the roundoff of the sum. */
const SMALL: f64 = reinterpret<f64>(<u64>(1023 - 900) << 52);
const BIG: f64 = reinterpret<f64>(<u64>(1023 + 900) << 52);

/** n values, `inc` bytes apart. */
export function nrm2(n: i32, x: usize, inc: usize): f64 {
  const sum = sumsq(n, x, inc, 1);
  if (SINGLE || (sum > SMALL && sum < BIG)) return sqrt(sum);
  let top: f64 = 0;
  for (let i = 0, p = x; i < n; i++, p += inc) top = max(top, abs(<f64>load<real>(p)));
  if (top == 0) return 0;
  const scale = reciprocalPower(top);
  return sqrt(sumsq(n, x, inc, scale)) / scale;
}

/** A power of two within a factor of two of 1 / x, for finite x > 0 (clamped to what f64 holds). */
export function reciprocalPower(x: f64): f64 {
  const exponent = reinterpret<u64>(x) >> 52;
  return reinterpret<f64>(max<u64>(2046 - min<u64>(exponent, 2045), 1) << 52);
}

/** Four partial sums: the order is fixed and the additions overlap. */
// @ts-ignore: decorator
@inline
function sumsq(n: i32, x: usize, inc: usize, scale: f64): f64 {
  let s0: f64 = 0, s1: f64 = 0, s2: f64 = 0, s3: f64 = 0;
  let i = 0;
  for (; i + 4 <= n; i += 4, x += 4 * inc) {
    const x0 = scale * <f64>load<real>(x);
    const x1 = scale * <f64>load<real>(x + inc);
    const x2 = scale * <f64>load<real>(x + 2 * inc);
    const x3 = scale * <f64>load<real>(x + 3 * inc);
    s0 += x0 * x0;
    s1 += x1 * x1;
    s2 += x2 * x2;
    s3 += x3 * x3;
  }
  for (; i < n; i++, x += inc) {
    const xi = scale * <f64>load<real>(x);
    s0 += xi * xi;
  }
  return (s0 + s1) + (s2 + s3);
}
