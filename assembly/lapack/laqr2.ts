/**
 * laqr2: aggressive early deflation (Braman, Byers and Mathias, SIAM J. Matrix Anal. Appl. 23, 2002, II).
 *
 * The trailing window of the active block is brought to Schur form, T = Vᵀ H V. What couples it to the rest is then
 * a spike, s times the first row of V: where its foot is negligible, an eigenvalue has converged. Others are
 * moved up out of the way (trexc), so that all in the window are looked at. The spike is reflected back to one
 * entry, and what remains of the window to Hessenberg form. What did not converge makes good shifts.
 */
import { axpy, dot } from "../blas/axpy";
import { at } from "../blas/panel";
import { EPS, REAL } from "../real";
import { get, smallest } from "./bulge";
import { lahqr } from "./lahqr";
import { larfg } from "./larfg";
import { blockSize, trexc } from "./trexc";
import { Window } from "./window";

/** How many eigenvalues of the window did not converge: the shifts that `pairs` takes from it. */
export let undeflated: i32 = 0;

/** Deflates in the window of order m that ends at row `foot`; how many converged, or -1 if lahqr did not. */
export function laqr2(x: Window, top: i32, foot: i32, m: i32, work: usize): i32 {
  const w = foot - m + 1;
  const t = x.t, v = x.v, ld = x.ld;
  const spike = w == top ? 0 : get(x.h, x.n, w, w - 1);
  x.open(w, m);
  if (!lahqr(true, m, t, ld, v, ld, work)) return -1;
  const floor = smallest(x.n);
  let left = m;
  for (let moved = 0; moved < left; ) {
    const size = left > 1 && get(t, ld, left - 1, left - 2) != 0 ? 2 : 1;
    const k = left - size;
    let own = abs(get(t, ld, k, k));
    if (size == 2) own += sqrt(abs(get(t, ld, k, k + 1))) * sqrt(abs(get(t, ld, k + 1, k)));
    if (own == 0) own = abs(spike);
    // V is kept transposed: its first row is the first column of Vᵀ.
    const foot = max(abs(get(v, ld, k, 0)), abs(get(v, ld, left - 1, 0)));
    if (abs(spike) * foot <= max(floor, 2 * EPS * own)) left = k;
    else {
      // Two blocks too close to be swapped end the search.
      if (!trexc(m, t, ld, v, ld, k, moved, work)) break;
      moved += size;
    }
  }
  undeflated = left;
  return m - left;
}

/** The eigenvalues that did not converge, as pairs of shifts, `most` at most: sr, si, tr, ti. Their number. */
export function pairs(x: Window, most: i32, shifts: usize): i32 {
  const t = x.t, ld = x.ld;
  let count = 0;
  let single: f64 = 0, waiting = false;
  for (let k = 0; k < undeflated && count < most; k++) {
    const d = get(t, ld, k, k);
    const to = shifts + 32 * count;
    if (blockSize(undeflated, t, ld, k) == 2) {
      const imaginary = sqrt(abs(get(t, ld, k, k + 1))) * sqrt(abs(get(t, ld, k + 1, k)));
      put(to, d, imaginary, d, -imaginary);
      count++;
      k++;
    } else if (waiting) {
      put(to, single, 0, d, 0);
      count++;
      waiting = false;
    } else {
      single = d;
      waiting = true;
    }
  }
  if (count == 0 && waiting) put(shifts, single, 0, single, 0), (count = 1);
  return count;
}

// @ts-ignore: decorator
@inline
export function put(to: usize, sr: f64, si: f64, tr: f64, ti: f64): void {
  store<f64>(to, sr);
  store<f64>(to, si, 8);
  store<f64>(to, tr, 16);
  store<f64>(to, ti, 24);
}

/** Makes H Hessenberg again after a deflation: the spike and what remains of the window. */
export function mend(x: Window, top: i32, foot: i32, work: usize): void {
  const t = x.t, v = x.v, ld = x.ld, m = x.m, w = x.w;
  const column = work, s = at(work, 1, m, 0);
  let corner: f64 = w == top || undeflated == 0 ? 0 : get(x.h, x.n, w, w - 1);
  if (corner != 0) {
    // Column -1 is the spike, without its factor.
    for (let j = -1; j < max(undeflated - 2, 0); j++) {
      const k = j + 1, order = undeflated - k;
      for (let i = 0; i < order; i++) {
        store<real>(at(column, 1, i, 0), load<real>(j < 0 ? at(v, ld, i, 0) : at(t, ld, k + i, j)));
      }
      const tau = <real>larfg(order, column, REAL);
      const beta = load<real>(column);
      store<real>(column, 1);
      if (j < 0) {
        corner *= <f64>beta;
      } else {
        store<real>(at(t, ld, k, j), beta);
        for (let i = 1; i < order; i++) store<real>(at(t, ld, k + i, j), 0);
      }
      if (tau == 0) continue;
      larfRows(order, m - k, column, tau, at(t, ld, k, k), ld, s);
      for (let i = 0; i < undeflated; i++) {
        const row = at(t, ld, i, k);
        axpy(order, -tau * dot(order, row, column), column, row);
      }
      larfRows(order, m, column, tau, at(v, ld, k, 0), ld, s);
    }
  }
  if (w > top) store<real>(at(x.h, x.n, w, w - 1), <real>corner);
  x.close(top, foot);
}

/** m rows, n columns: X := (I - tau u uᵀ) X; s: room for n. */
function larfRows(m: i32, n: i32, u: usize, tau: real, x: usize, ld: i32, s: usize): void {
  memory.fill(s, 0, REAL * n);
  for (let i = 0; i < m; i++) axpy(n, load<real>(at(u, 1, i, 0)), at(x, ld, i, 0), s);
  for (let i = 0; i < m; i++) axpy(n, -tau * load<real>(at(u, 1, i, 0)), s, at(x, ld, i, 0));
}
