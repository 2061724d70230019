/**
 * laqr0: real Schur form of a large Hessenberg matrix: aggressive early deflation (laqr2) and, when that gives too
 * little, multishift sweeps (laqr5) with the shifts it found. Active blocks up to order `nmin` go to lahqr.
 */
import { alloc } from "../arena";
import { NR, ROW, at, pad, panelBytes } from "../blas/panel";
import { MR } from "../blas/tile";
import { TURN } from "../blas/turn";
import { Info } from "../info";
import { REAL } from "../real";
import { get, negligible, smallest } from "./bulge";
import { lahqr } from "./lahqr";
import { laqr2, mend, pairs, put } from "./laqr2";
import { chainWindow, laqr5 } from "./laqr5";
import { CROSSOVER, NMIN, chain, deflationWindow } from "./iparmq";
import { TREXC_WORK } from "./trexc";
import { Window } from "./window";

/** A sweep is skipped if this many percent of the window have converged (LAPACK's iparmq: 14). */
// @ts-ignore: decorator
@inline const NIBBLE: i32 = 14;
/** Iterations without deflation after which windows are doubled, and every how many shifts are exceptional. */
// @ts-ignore: decorator
@inline const STALL: i32 = 5;

/**
 * Schur form of a Hessenberg H in place, Zᵀ := Vᵀ Zᵀ (z = 0: eigenvalues only). Where one of the sizes is 0,
 * all three are the routine's own choice.
 */
export function laqr0(n: i32, nmin: i32, nw: i32, bulges: i32, h: usize, z: usize): Info {
  if (!nmin || !nw || !bulges) {
    nmin = n <= CROSSOVER ? n : NMIN;
    bulges = chain(n);
    nw = deflationWindow(bulges);
  }
  if (n <= nmin) {
    const turn = alloc(TURN);
    if (!turn) return Info.MEMORY;
    return lahqr(z != 0, n, h, n, z, n, turn) ? Info.OK : Info.CONVERGENCE;
  }
  const address = alloc(offsetof<Window>());
  if (!address) return Info.MEMORY;
  const x = changetype<Window>(address);
  const order = max(max(nmin, 2 * nw), chainWindow(bulges));
  x.n = n;
  x.h = h;
  x.z = z;
  x.ld = pad(order, 8) + 4; // no power of two
  x.t = alloc(<u64>REAL * order * x.ld);
  x.v = alloc(<u64>REAL * order * x.ld);
  x.packed = alloc(panelBytes(order, order));
  x.panel = alloc(panelBytes(order, NR));
  x.edge = alloc(<u64>MR * ROW);
  const shifts = alloc(32 * <u64>bulges);
  const work = alloc(max(<u64>TREXC_WORK, 2 * REAL * <u64>order));
  if (!x.t || !x.v || !x.packed || !x.panel || !x.edge || !shifts || !work) return Info.MEMORY;
  return iterate(x, nmin, nw, bulges, shifts, work) ? Info.OK : Info.CONVERGENCE;
}

/** nw: order of the deflation window; `bulges`: pairs of shifts a sweep, at most. */
function iterate(x: Window, nmin: i32, nw: i32, bulges: i32, shifts: usize, work: usize): bool {
  const n = x.n, h = x.h, floor = smallest(n);
  let stalled = 0;
  for (let foot = n - 1, left = 30 * max(10, n); foot >= 0; left--) {
    let top = foot;
    while (top > 0 && !negligible(h, n, top, 0, n - 1, floor)) top--;
    if (top > 0) store<real>(at(h, n, top, top - 1), 0);
    const order = foot - top + 1;
    if (order <= nmin) {
      x.open(top, order);
      if (!lahqr(x.z != 0, order, x.t, x.ld, x.z ? x.v : 0, x.ld, work)) return false;
      x.close(top, foot);
      foot = top - 1;
      stalled = 0;
      continue;
    }
    if (left == 0) return false;
    const window = min(order, stalled < STALL ? nw : 2 * nw);
    const deflated = laqr2(x, top, foot, window, work);
    if (deflated < 0) return false;
    let count = pairs(x, bulges, shifts);
    if (deflated > 0) mend(x, top, foot, work);
    foot -= deflated;
    stalled = deflated > 0 ? 0 : stalled + 1;
    if (100 * deflated > NIBBLE * window || foot - top < nmin) continue;
    if (stalled > 0 && stalled % (STALL + 1) == 0) count = exceptional(x, top, foot, bulges, shifts);
    laqr5(x, top, foot, count, shifts);
  }
  return true;
}

/** Pairs of shifts from the subdiagonal above row `foot`, as the exceptional ones of lahqr. */
function exceptional(x: Window, top: i32, foot: i32, most: i32, shifts: usize): i32 {
  let count = 0;
  for (let k = foot; count < most && k >= top + 2; k -= 2, count++) {
    const s = abs(get(x.h, x.n, k, k - 1)) + abs(get(x.h, x.n, k - 1, k - 2));
    const real = 0.75 * s + get(x.h, x.n, k, k);
    put(shifts + 32 * count, real, 0.6614378277661477 * s, real, -0.6614378277661477 * s); // sqrt(0.4375)
  }
  return count;
}
