/**
 * iparmq: the sizes of the QR iteration for order n, as measured; the choice decides roundings.
 *
 * LAPACK's own are smaller blocks and more shifts: there, chains are not worth their overhead below 75 rows; here,
 * where rows and not columns are what vectors run along, lahqr keeps up with them to 200.
 */

/** Up to this order lahqr does it all. */
// @ts-ignore: decorator
@inline
export function crossover(): i32 {
  return 200;
}

/** Active blocks up to this order go to lahqr. */
// @ts-ignore: decorator
@inline
export function blockOrder(): i32 {
  return 75;
}

/** Bulges of a chain; a sweep has two chains. */
export function chain(n: i32): i32 {
  return n < 400 ? 8 : 10;
}

/** Order of the deflation window. */
// @ts-ignore: decorator
@inline
export function deflationWindow(bulges: i32): i32 {
  return 5 * bulges;
}
