/**
 * rotg: the rotation that turns (f, g) into (r, 0), c f + s g = r and c g - s f = 0; the identity for (0, 0).
 *
 * What iterations on singular matrices leave over decays far below the roundoff. Where squares of it would lose bits to
 * underflow, the pair is lifted first, so that c² + s² = 1 whatever f and g are.
 */

/** 2^-400, whose square is far from underflow; 2^700 lifts what is below it as far up again. */
const SMALL: f64 = reinterpret<f64>(<u64>(1023 - 400) << 52);
const LIFT: f64 = reinterpret<f64>(<u64>(1023 + 700) << 52);

/** Cosine and sine of the last rotation. */
export let c: f64 = 1;
export let s: f64 = 0;

/** Returns r. For f and g below 1e150. */
// @ts-ignore: decorator
@inline
export function rotg(f: f64, g: f64): f64 {
  const r = sqrt(f * f + g * g);
  if (r < SMALL) return lifted(LIFT * f, LIFT * g);
  c = f / r;
  s = g / r;
  return r;
}

function lifted(f: f64, g: f64): f64 {
  const r = sqrt(f * f + g * g);
  c = r > 0 ? f / r : 1;
  s = r > 0 ? g / r : 0;
  return r / LIFT;
}
