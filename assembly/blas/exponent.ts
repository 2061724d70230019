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
