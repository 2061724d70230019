/**
 * laqr5: a small-bulge multishift QR sweep (Braman, Byers and Mathias, SIAM J. Matrix Anal. Appl. 23, 2002, I).
 *
 * Each pair of shifts is a bulge, each bulge three rows behind the one before; a chain of them moves down the
 * active block. It moves in a window of twice its own length, which is closed when the chain has come to its
 * lower end: the rest of H and Z takes the V of the window at once. V is banded: a bulge brings a row up by no more
 * than two, and down by no more than the way that it goes.
 */
import { at } from "../blas/panel";
import { reflectColumns, reflectRows } from "../blas/reflect";
import { leave, next, reflector, start, tau, v1, v2 } from "./bulge";
import { Window } from "./window";

/** Rows that a bulge needs. */
// @ts-ignore: decorator
@inline const SPACE: i32 = 3;
/** Order of the windows for chains of so many bulges. */
// @ts-ignore: decorator
@inline
export function chainWindow(bulges: i32): i32 {
  return 2 * SPACE * bulges;
}

/** Chases `bulges` bulges from row `top` to row `foot` of H; shifts: four f64 a pair, sr, si, tr, ti. */
export function laqr5(x: Window, top: i32, foot: i32, bulges: i32, shifts: usize): void {
  const step = SPACE * bulges - 1;
  // Bulge i is at column top - 1 + tick - 3i, and through when that is foot - 1.
  const ticks = foot - top + SPACE * (bulges - 1);
  for (let tick = 0; tick < ticks; tick += step) {
    const end = min(tick + step, ticks);
    const w = max(top, top - 1 + tick - SPACE * (bulges - 1));
    x.open(w, min(top + end + 2, foot) + 1 - w);
    for (let now = tick; now < end; now++) {
      for (let i = 0; i < bulges; i++) {
        const k = top - 1 + now - SPACE * i;
        if (k >= top - 1 && k < foot - 1) move(x, k - w, top - w, min(3, foot - k), shifts + 32 * i);
      }
    }
    x.above = 2 * bulges;
    x.below = step + SPACE;
    assert(banded(x));
    x.close(top, foot);
  }
}

/** Is V zero outside of its band? */
function banded(x: Window): bool {
  for (let i = 0; i < x.m; i++) {
    for (let k = 0; k < x.m; k++) {
      if ((k < i - x.below || k > i + x.above) && load<real>(at(x.v, x.ld, i, k)) != 0) return false;
    }
  }
  return true;
}

/** Moves a bulge from column k of the window to the next, or starts one at row `top`. */
function move(x: Window, k: i32, top: i32, order: i32, shifts: usize): void {
  const t = x.t, ld = x.ld, m = x.m;
  if (k < top) {
    start(t, ld, top, load<f64>(shifts), load<f64>(shifts, 8), load<f64>(shifts, 16), load<f64>(shifts, 24));
    reflector();
  } else {
    next(order, t, ld, k);
    leave(order, t, ld, k, reflector());
  }
  if (tau == 0) return;
  const r = k + 1;
  reflectRows(order, m - r, at(t, ld, r, r), ld, tau, v1, v2);
  reflectColumns(order, min(r + 4, m), at(t, ld, 0, r), ld, tau, v1, v2);
  reflectRows(order, m, at(x.v, ld, r, 0), ld, tau, v1, v2);
}
