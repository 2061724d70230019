/** Powers of two and their exponents, by their bits. */

/** The e of 2^e <= value < 2^(e + 1), for a normal positive number. */
// @ts-ignore: decorator
@inline
export function exponentOf(value: f64): i32 {
  return <i32>(reinterpret<u64>(value) >> 52) - 1023;
}

/** 2^e for -1022 <= e <= 1023. */
// @ts-ignore: decorator
@inline
export function power(e: i32): f64 {
  return reinterpret<f64>(<u64>(1023 + e) << 52);
}

/** floor(log2 |x|) for x != 0, subnormal ones too. */
export function exponent(x: f64): i32 {
  const bits = <i32>(reinterpret<u64>(x) >> 52) & 0x7ff;
  if (bits) return bits - 1023;
  return (<i32>(reinterpret<u64>(x * 18014398509481984.0) >> 52) & 0x7ff) - 1023 - 54; // 2^54
}

/** x 2^e for |e| <= 2044, in two steps, the first of which is exact unless the result overflows. */
export function scale(x: f64, e: i32): f64 {
  const half = max(min(e >> 1, 1023), -1022);
  return x * power(half) * power(max(min(e - half, 1023), -1022));
}
