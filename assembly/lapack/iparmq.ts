/**
 * iparmq: the sizes of the QR iteration for order n, as measured; all of them are flat minima. The choice decides
 * roundings.
 *
 * LAPACK goes over to many shifts at 75 rows. Here rows and not columns are what vectors run along, and lahqr
 * keeps up to three times that order.
 */
import { SINGLE } from "../real";

/** Up to this order lahqr does it all. */
// @ts-ignore: decorator
@inline export const CROSSOVER: i32 = SINGLE ? 170 : 230;
/** From there on, it does the active blocks up to this order. */
// @ts-ignore: decorator
@inline export const NMIN: i32 = 75;

/** Bulges of a chain: half as many as shifts. */
export function chain(n: i32): i32 {
  return n < 400 ? 12 : n < 800 ? 16 : 24;
}

/** Order of the deflation window: all shifts and some more, for those that converge are none. */
export function deflationWindow(bulges: i32): i32 {
  return 3 * bulges;
}
