/** amax: the largest magnitude of n contiguous values; NaN if there is one. */
import { LANES, REAL } from "../real";

export function amax(n: i32, x: usize): f64 {
  let top = v128.splat<real>(0);
  let i = 0;
  // SIMD max hands on a NaN from either side.
  for (; i + LANES <= n; i += LANES, x += 16) top = v128.max<real>(top, v128.abs<real>(v128.load(x)));
  let value: f64 = 0;
  if (LANES == 4) {
    top = v128.max<real>(top, v128.shuffle<i64>(top, top, 1, 0));
    value = <f64>f32x4.extract_lane(top, 0);
    value = max(value, <f64>f32x4.extract_lane(top, 1));
  } else {
    value = max(f64x2.extract_lane(top, 0), f64x2.extract_lane(top, 1));
  }
  for (; i < n; i++, x += REAL) value = max(value, <f64>abs(load<real>(x)));
  return value;
}
