/**
 * The W of L W = U diag(s), when L, U and s are known but W was not accumulated: by a solve, or, where L is
 * too close to singular for that, by a product and a QR. All are n x n in panels.
 */
import { amax } from "../blas/amax";
import { NR, ROW, columnOf, pad, panelBytes, panelStride } from "../blas/panel";
import { sumsq } from "../blas/sumsq";
import { MR, tileNN, tileTN } from "../blas/tile";
import { trsm } from "../blas/trsm";
import { EPS, REAL } from "../real";
import { orthonormal } from "./orthonormal";

/** cos of the angle between two columns of W from which `straighten` starts to converge. */
// @ts-ignore: decorator
@inline const BENT: f64 = 0.0625;
// @ts-ignore: decorator
@inline const STEPS: i32 = 6;

/**
 * W with L W = U diag(s) by a solve, where that can be made orthogonal; L is lost. The small columns of
 * W get their relative accuracy here.
 */
export function solve(n: i32, l: usize, u: usize, w: usize, work: usize): bool {
  const stride = panelStride(n);
  memory.copy(w, u, <usize>panelBytes(n, n));
  trsm(true, false, false, n, n, l, stride, w, stride);
  for (let j = 0; j < n; j += NR) units(n, w + stride * (j / NR), work);
  let bent = straighten(n, w, stride, l, work);
  if (!(bent < BENT)) return false;
  // Squared at every step, so a few are enough; where they are not, L is too close to singular.
  for (let step = 1; step < STEPS && bent > sqrt(EPS); step++) bent = straighten(n, w, stride, l, work);
  return bent <= sqrt(EPS);
}

/**
 * W from W diag(s) = LᵀU, for an L that is singular to working precision, even with its columns scaled. A
 * column has an error of order u σ₁, which is backward stable once the columns are made orthonormal in
 * this order, of descending s. L is lost.
 */
export function project(
  n: i32, nb: i32, l: usize, u: usize, w: usize, tau: usize, t: usize, work: usize,
): void {
  const stride = panelStride(n);
  memory.fill(w, 0, <usize>panelBytes(n, n));
  for (let j = 0; j < n; j += NR) {
    for (let i = 0; i < n; i += MR) {
      const li = columnOf(l, stride, i);
      tileTN(n, 1, li, u + stride * (j / NR), 0, w + stride * (j / NR) + ROW * i, ROW);
    }
  }
  orthonormal(n, nb, w, tau, t, l, work);
  memory.copy(w, l, <usize>panelBytes(n, n));
}

/**
 * Makes the columns of W more orthogonal: W := W - W Λ, Λ the part of WᵀW below the diagonal, and unit
 * lengths again. A solve with L leaves in every column something of the later ones, of the order u σ₁/σ_i
 * along w_i, but hardly anything of the earlier; so the later ones are right, and taken out of the
 * earlier. What was ε becomes ε². Returns the largest ε found. `c` holds rank x rank panels.
 */
function straighten(rank: i32, w: usize, ws: usize, c: usize, work: usize): f64 {
  const cs = panelStride(rank);
  let worst: f64 = 0;
  for (let j = 0; j < rank; j += NR) {
    const cj = c + cs * (j / NR), wj = w + ws * (j / NR);
    for (let i = j; i < rank; i += MR) {
      tileTN(rank, 1, columnOf(w, ws, i), wj, 0, cj + ROW * i, ROW);
    }
    for (let i = j; i < j + NR; i++) memory.fill(cj + ROW * i + REAL * (i - j), 0, REAL * (j + NR - i));
    worst = max(worst, amax((pad(rank, MR) - j) * NR, cj + ROW * j));
    // Columns to the right are still untouched, and only those are read.
    for (let i = 0; i < rank; i += MR) {
      tileNN(pad(rank, MR) - j, -1, w + ws * (j / NR) + ROW * i, ws, cj + ROW * j, 1, wj + ROW * i, ROW);
    }
    units(rank, wj, work);
  }
  return worst;
}

/**
 * Scales the columns of a panel of n rows to unit length; a zero column stays. One whose square overflows turns
 * into NaN, and so fails the test of `solve`, instead of vanishing. `work`: NR f64.
 */
function units(n: i32, p: usize, work: usize): void {
  sumsq(n, p, work);
  for (let j = 0; j < NR; j++) {
    const y2 = load<f64>(work + 8 * j);
    // In place: factor j of `real` ends before square j + 1 begins.
    store<real>(work + REAL * j, <real>(y2 == 0 ? 1 : y2 <= f64.MAX_VALUE ? 1 / sqrt(y2) : NaN));
  }
  const lo = v128.load(work), hi = v128.load(work, 16);
  for (const end = p + ROW * n; p < end; p += ROW) {
    v128.store(p, v128.mul<real>(lo, v128.load(p)));
    v128.store(p, v128.mul<real>(hi, v128.load(p, 16)), 16);
  }
}
