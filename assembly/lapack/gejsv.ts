/**
 * gejsv: singular value decomposition A = U diag(s) Vᵀ by preconditioned one-sided Jacobi, after Drmac and
 * Veselic, "New fast and accurate Jacobi SVD algorithm" I, II (SIAM J. Matrix Anal. Appl. 29, 2008).
 *
 *   A P = Q R          pivoted: R graded by rows           (geqp3)
 *   R V₀ = X           where R is hardly graded: columns nearly orthogonal (precondition), X W = U₁ diag(s), and R for L below
 *   Rᵀ = Q₂ Lᵀ         else: L lower triangular, nearly diagonal  (geqrf)
 *   L W = U₁ diag(s)   rotations, W never accumulated       (gesvj)
 *   L W = U₁ diag(s)   solved for W                         (rightvectors)
 *   U = Q U₁,  V = P Q₂ W
 *
 * Small singular values of A = B D, D diagonal, are as accurate as the conditioning of B allows, not that of A;
 * rows that are graded are sorted first (lapmr), which serves D B, and so a wide B D, too. Singular values keep their
 * digits down to LEAST / LIFT of the largest. When A has rank r < n (what remains is nothing, relative to that), L
 * is r x r, the other singular values are zero, and Q and Q₂ complete U and V: always orthonormal. Where L itself
 * is singular to working precision, W comes from LᵀU₁ = W diag(s) and a QR instead of the solve.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { identity } from "../blas/identity";
import { nrm2, reciprocalPower } from "../blas/nrm2";
import { NR, ROW, columnOf, pack, pad, panelBytes, panelStride, unpack } from "../blas/panel";
import { Info } from "../info";
import { EPS, REAL, SAFMIN, SINGLE } from "../real";
import { geqp3 } from "./geqp3";
import { geqrf, geqrfWork } from "./geqrf";
import { GESVJ_WORK, gesvj } from "./gesvj";
import { ilaenv } from "./ilaenv";
import { graded, lapmr } from "./lapmr";
import { lasrt } from "./lasrt";
import { ormqr } from "./ormqr";
import { orthonormal } from "./orthonormal";
import { precondition, reverseRows, turnAround, worthwhile } from "./precondition";
import { project, solve } from "./rightvectors";

/** The largest entry of A at work, 2^80 or 2^400: room below it, and above for sums of m n of its kind or their squares. */
// @ts-ignore: decorator
@inline const LIFT: f64 = SINGLE ? 1.2089258196146292e24 : 2.5822498780869086e120;
/** What is shorter than this at work has lost digits to underflow. */
// @ts-ignore: decorator
@inline const LEAST: f64 = SAFMIN / EPS;

/**
 * A is m x n with m >= n; with `wide` it is stored as its transpose, n x m row-major, and the signs are
 * fixed by V instead of U: in every column of it the component of largest magnitude is positive. With
 * `vectors` U is m x cols, n <= cols <= m, and V n x n. s has n + 2 entries: the singular values,
 * descending, the number of sweeps and the rank. A is overwritten, and with cols = n U may take its place.
 */
export function gejsv(
  wide: bool, m: i32, n: i32, cols: i32, vectors: bool, nb: i32, a: usize, u: usize, s: usize, v: usize,
): Info {
  if (n == 0) {
    if (vectors) identity(cols, u);
    return Info.OK;
  }
  const top = amax(m * n, a);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  if (nb == 0) nb = ilaenv(n);
  const frame = mark();
  const info = decompose(wide, m, n, cols, vectors, nb, top, a, u, s, v);
  release(frame);
  return info;
}

function decompose(
  wide: bool, m: i32, n: i32, cols: i32, vectors: bool, nb: i32, top: f64,
  a: usize, u: usize, s: usize, v: usize,
): Info {
  const ms = panelStride(m), ns = panelStride(n);
  const np = pad(n, NR);
  const q = alloc(panelBytes(m, n));
  const t = alloc(<u64>REAL * nb * pad(n, nb));
  const q2 = alloc(panelBytes(n, n));
  const t2 = alloc(<u64>REAL * nb * pad(n, nb));
  // R takes the place of A.
  const r = a;
  const x = alloc(panelBytes(n, n));
  const tau = alloc(<u64>REAL * np);
  const perm = alloc(<u64>4 * n);
  const order = alloc(<u64>4 * np);
  const d = alloc(<u64>8 * np);
  const y2 = alloc(<u64>8 * np);
  const work = alloc(max(geqrfWork(nb), max(GESVJ_WORK, 16 * <u64>n)));
  const row = alloc(ROW);
  const sizes = alloc(8 * <u64>m);
  const rowOrder = alloc(4 * <u64>m);
  const panel = alloc(ms);
  if (!q || !t || !q2 || !t2 || !x || !tau || !perm || !order || !d || !y2 || !work || !row) return Info.MEMORY;
  if (!sizes || !rowOrder || !panel) return Info.MEMORY;

  // In two steps, of which one is 1 or exact: neither over- nor underflows.
  const scale = top > 0 ? reciprocalPower(top) : 1;
  const first = max(scale, 1), second = min(scale, 1) * LIFT;
  for (let p = a, end = a + REAL * m * n; p < end; p += REAL) store<real>(p, <real>(<f64>load<real>(p) * first * second));
  pack(wide, m, n, a, wide ? m : n, q);
  const sorted = n > 1 && graded(m, n, q, rowOrder, sizes, row);
  if (sorted) lapmr(false, m, n, q, rowOrder, panel);
  const rank = geqp3(m, n, nb, LEAST, q, r, perm, tau, t, work, row);
  // Either R itself, preconditioned, or L; from here on `r` is lower triangular: R with both sides turned around, or L.
  const gentle = rank == n && worthwhile(n, r);
  if (gentle) {
    const info = precondition(n, nb, <real>(1 / LIFT), r, vectors ? v : 0, x, q2);
    if (info != Info.OK) return info;
    turnAround(n, r);
  } else {
    pack(true, n, rank, r, n, q2);
    geqrf(n, rank, nb, q2, r, tau, t2, work);
    pack(true, rank, rank, r, rank, x);
  }
  const sweeps = gesvj(rank, rank, EPS * (vectors ? sqrt(<f64>rank) : <f64>rank), x, d, y2, work);
  if (rank > 0 && sweeps == 0) return Info.CONVERGENCE;

  const rs = panelStride(rank);
  for (let j = 0; j < rank; j++) {
    const length = nrm2(rank, columnOf(x, rs, j), ROW);
    store<f64>(y2 + 8 * j, length);
    store<f64>(d + 8 * j, length * load<f64>(d + 8 * j));
  }
  lasrt(rank, d, order);
  for (let j = 0; j < n; j++) {
    store<real>(s + REAL * j, j < rank ? <real>(load<f64>(d + 8 * load<i32>(order + 4 * j)) / second / first) : 0);
  }
  store<real>(s + REAL * n, <real>sweeps);
  store<real>(s + REAL * (n + 1), <real>rank);
  if (!(<f64>load<real>(s) <= f64.MAX_VALUE)) return Info.OVERFLOW;
  if (!vectors) return Info.OK;

  const cu = alloc(panelBytes(m, cols));
  const cv = alloc(panelBytes(n, n));
  const t3 = alloc(<u64>REAL * nb * pad(rank, nb));
  if (!cu || !cv || !t3) return Info.MEMORY;
  const l = x, u1 = cu, w = cv;
  const singular = rank > 0 && load<f64>(d + 8 * load<i32>(order + 4 * (rank - 1))) == 0;
  gather(rank, x, y2, order, u1);
  if (singular) {
    orthonormal(rank, nb, u1, tau, t3, w, work);
    memory.copy(u1, w, <usize>panelBytes(rank, rank));
  }
  if (gentle) reverseRows(n, u1, row);
  pack(!gentle, rank, rank, r, rank, l);
  if (singular || !solve(rank, l, u1, w, work)) {
    pack(!gentle, rank, rank, r, rank, l);
    project(rank, nb, l, u1, w, tau, t3, work);
  }
  if (gentle) {
    reverseRows(n, u1, row);
    reverseRows(n, w, row);
  }
  embed(m, cols, rank, cu);
  embed(n, n, rank, cv);
  ormqr(m, cols, rank, nb, q, t, cu, work);
  if (!gentle) ormqr(n, n, rank, nb, q2, t2, cv, work);
  if (sorted) lapmr(true, m, cols, cu, rowOrder, panel);
  if (wide) for (let i = 0; i < n; i++) store<i32>(order + 4 * load<i32>(perm + 4 * i), i);
  fixSigns(wide, m, n, cu, cv, order);
  unpack(false, m, cols, cu, ms, u, cols);
  for (let i = 0; i < n; i++) {
    unpack(false, 1, n, cv + ROW * i, ns, v + REAL * (<usize>load<i32>(perm + 4 * i) * n), n);
  }
  return Info.OK;
}

/** Columns order[0], order[1], … of X at unit length; a zero column stays. */
function gather(n: i32, x: usize, lengths: usize, order: usize, u: usize): void {
  const stride = panelStride(n);
  memory.fill(u, 0, <usize>panelBytes(n, n));
  for (let j = 0; j < n; j++) {
    const k = load<i32>(order + 4 * j);
    const length = load<f64>(lengths + 8 * k);
    const factor = length > 0 ? 1 / length : 0;
    let from = columnOf(x, stride, k), to = columnOf(u, stride, j);
    for (let i = 0; i < n; i++, from += ROW, to += ROW) store<real>(to, <real>(factor * <f64>load<real>(from)));
  }
}

/**
 * The panels of a rank x rank matrix at c become the upper left of C, m x cols, with unit columns e_rank, e_rank+1, … beside
 * it.
 */
function embed(m: i32, cols: i32, rank: i32, c: usize): void {
  const ms = panelStride(m), rs = panelStride(rank);
  const used = (rank + NR - 1) / NR;
  // From the last panel on, so that none is overwritten before it has moved.
  for (let q = used - 1; q >= 0; q--) {
    const to = c + ms * q;
    memory.copy(to, c + rs * q, ROW * rank);
    memory.fill(to + ROW * rank, 0, ms - ROW * rank);
  }
  memory.fill(c + ms * used, 0, <usize>panelBytes(m, cols) - ms * used);
  for (let j = rank; j < cols; j++) {
    const column = columnOf(c, ms, j);
    for (let i = 0; i < rank; i++) store<real>(column + ROW * i, 0);
    store<real>(column + ROW * j, 1);
  }
}

/** Makes the largest component of every column of U (`byV`: of V) positive; the other follows. */
function fixSigns(byV: bool, m: i32, n: i32, u: usize, v: usize, order: usize): void {
  const us = panelStride(m), vs = panelStride(n);
  const rows = byV ? n : m;
  for (let j = 0; j < n; j += NR, u += us, v += vs) {
    for (let half: usize = 0; half < 32; half += 16) {
      let best = v128.splat<real>(0), at = best;
      for (let i = 0; i < rows; i++) {
        const x = v128.load(byV ? v + half + ROW * load<i32>(order + 4 * i) : u + half + ROW * i);
        const size = v128.abs<real>(x);
        const larger = v128.gt<real>(size, best);
        best = v128.bitselect(size, best, larger);
        at = v128.bitselect(x, at, larger);
      }
      const flip = v128.and(at, v128.splat<real>(-0.0));
      for (let i = 0, p = u + half; i < m; i++, p += ROW) v128.store(p, v128.xor(v128.load(p), flip));
      for (let i = 0, p = v + half; i < n; i++, p += ROW) v128.store(p, v128.xor(v128.load(p), flip));
    }
  }
}
