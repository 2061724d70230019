/**
 * The scalar of this binary.
 *
 * Every kernel is written over `real`; asc compiles the same sources once with `real = f32` and once
 * with `real = f64` (asconfig.json). All SIMD is plain 128-bit: IEEE-exact, the same bits everywhere.
 */

/** Bytes of one `real`. */
// @ts-ignore: decorator
@inline export const REAL: usize = sizeof<real>();
/** Reals in one v128. */
// @ts-ignore: decorator
@inline export const LANES: i32 = <i32>(16 / sizeof<real>());

/** Is this the single precision binary? A compile-time constant: the other branch leaves no code. */
// @ts-ignore: decorator
@inline export const SINGLE: bool = sizeof<real>() == 4;

/** Smallest normal number, LAPACK's `safmin`. */
// @ts-ignore: decorator
@inline export const SAFMIN: f64 = sizeof<real>() == 4 ? 1.1754943508222875e-38 : 2.2250738585072014e-308;
/** Unit roundoff u = 2^-24 or 2^-53, LAPACK's `eps`. */
// @ts-ignore: decorator
@inline export const EPS: f64 = sizeof<real>() == 4 ? 5.960464477539063e-8 : 1.1102230246251565e-16;
