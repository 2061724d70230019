/**
 * gesdd: singular value decomposition A = U diag(s) Vᵀ by divide and conquer.
 *
 *   A = Q R                 if A is tall               (geqrf)
 *   R or A = H B Gᵀ         bidiagonal                 (gebrd)
 *   B = U₁ diag(s) V₁ᵀ      divide and conquer         (bdsdc)
 *   U = Q H U₁,  V = G V₁   block reflectors           (ormqr)
 *
 * 8n³/3 + 8n³/3 + 4n³ flops for m = n, the values alone 8n³/3. Normwise backward stable: singular values have an error of order
 * n u s₁, however small they are. The largest entry of A is scaled to LIFT by a power of two on the way in and s back on the
 * way out.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { identity } from "../blas/identity";
import { reciprocalPower } from "../blas/nrm2";
import { NR, PAD, ROW, columnOf, entryOf, pack, pad, panelBytes, panelStride, unpack } from "../blas/panel";
import { Info } from "../info";
import { REAL, SINGLE } from "../real";
import { LEAVES, bdsdc } from "./bdsdc";
import { gebrd, gebrdWork } from "./gebrd";
import { geqrf, geqrfWork } from "./geqrf";
import { ilaenv } from "./ilaenv";
import { larft } from "./larft";
import { Merge, columnsBytes, merging } from "./merge";
import { ormqr } from "./ormqr";

/** The largest entry of A at work, 2^40 or 2^400: gebrd wants it large, its square n² times must not overflow. */
// @ts-ignore: decorator
@inline const LIFT: f64 = SINGLE ? 1099511627776 : 2.5822498780869086e120;

/**
 * A is m x n with m >= n; with `wide` it is stored as its transpose, n x m row-major, and the signs are fixed by V
 * instead of U: in every column of it the component of largest magnitude, the first of equals, is positive. With `vectors`
 * U is m x cols, n <= cols <= m, and V n x n. s has n entries, descending. A is overwritten, and with cols = n U may take its place.
 */
export function gesdd(
  wide: bool, m: i32, n: i32, cols: i32, vectors: bool, nb: i32, a: usize, u: usize, s: usize, v: usize,
): Info {
  if (n == 0) {
    if (vectors) identity(cols, u);
    return Info.OK;
  }
  const top = amax(m * n, a);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  const frame = mark();
  const info = decompose(wide, m, n, cols, vectors, nb, top, a, u, s, v);
  release(frame);
  return info;
}

function decompose(
  wide: bool, m: i32, n: i32, cols: i32, vectors: bool, nb: i32, top: f64,
  a: usize, u: usize, s: usize, v: usize,
): Info {
  // LAPACK's crossover.
  const tall = 6 * <i64>m >= 11 * <i64>n;
  const blocks = nb == 0 ? ilaenv(n) : nb;
  const h = tall ? n : m;
  const hs = panelStride(h);
  const b = alloc(panelBytes(h, n) + hs);
  const q = tall ? alloc(panelBytes(m, n)) : b;
  const tq = tall ? alloc(<u64>REAL * blocks * pad(n, blocks)) : b;
  const hv = alloc(panelBytes(h, n));
  const gv = alloc(panelBytes(n, n));
  const tauh = alloc(<u64>REAL * pad(n, NR));
  const taug = alloc(<u64>REAL * pad(n, NR));
  const work = alloc(max(gebrdWork(h, n, blocks), geqrfWork(blocks)));
  const leaf = alloc(LEAVES);
  const right = vectors ? alloc(panelBytes(n, n)) : b;
  // Left vectors take the place of what was reduced.
  const columns = vectors ? alloc(columnsBytes(n)) : b;
  const x = merging(n, vectors, right, vectors ? b : 0, columns);
  if (!b || !q || !tq || !hv || !gv || !tauh || !taug || !work || !leaf || !right || !columns || !x) return Info.MEMORY;

  // In two steps, of which one is 1 or exact: neither over- nor underflows.
  const scale = top > 0 ? reciprocalPower(top) : 1;
  const first = max(scale, 1), second = min(scale, 1) * LIFT;
  for (let p = a, end = a + REAL * m * n; p < end; p += REAL) store<real>(p, <real>(<f64>load<real>(p) * first * second));
  pack(wide, m, n, a, wide ? m : n, q);
  if (tall) {
    // R takes the place of A.
    geqrf(m, n, blocks, q, a, tauh, tq, work);
    pack(false, n, n, a, n, b);
  }
  memory.fill(b + <usize>panelBytes(h, n), 0, hs);
  gebrd(h, n, blocks, b, hv, gv, tauh, taug, x.d, x.e, work);
  for (let j = 0; j < n; j++) {
    // The zero matrix has the vectors of the identity.
    store<f64>(x.d + 8 * j, top > 0 ? load<f64>(x.d + 8 * j) / LIFT : 1);
    if (j < n - 1) store<f64>(x.e + 8 * j, load<f64>(x.e + 8 * j) / LIFT);
  }
  if (!bdsdc(x, n, leaf)) return Info.CONVERGENCE;
  for (let j = 0; j < n; j++) {
    const value = load<f64>(x.d + 8 * load<i32>(x.order + 4 * (n - 1 - j)));
    store<real>(s + REAL * j, top > 0 ? <real>(value / min(scale, 1) / first) : 0);
  }
  if (!(<f64>load<real>(s) <= f64.MAX_VALUE)) return Info.OVERFLOW;
  if (!vectors) return Info.OK;

  const t = alloc(<u64>REAL * blocks * pad(n, blocks));
  // What bdsdc kept columns in is free and as large as V, what it kept V in as large as U of a square matrix.
  const cv = columns;
  const cu = m > n ? alloc(panelBytes(m, cols)) : right;
  if (!t || !cu) return Info.MEMORY;
  sorted(n, right, x.order, n, n, cv);
  factors(n, n - 1, blocks, gv, taug, t);
  ormqr(n, n, n - 1, blocks, gv, t, cv, work);
  factors(h, n, blocks, hv, tauh, t);
  if (tall) {
    sorted(n, b, x.order, n, n, right);
    ormqr(n, n, n, blocks, hv, t, right, work);
    embed(n, right, m, cols, cu);
    ormqr(m, cols, n, blocks, q, tq, cu, work);
  } else {
    sorted(n, b, x.order, m, cols, cu);
    ormqr(m, cols, n, blocks, hv, t, cu, work);
  }
  if (wide) fixSigns(n, n, cv, m, cu);
  else fixSigns(n, m, cu, n, cv);
  unpack(false, m, cols, cu, panelStride(m), u, cols);
  unpack(false, n, n, cv, panelStride(n), v, n);
  return Info.OK;
}

/** The T of every block of k reflectors. */
function factors(m: i32, k: i32, nb: i32, v: usize, tau: usize, t: usize): void {
  const stride = panelStride(m), rows = pad(m, PAD);
  for (let s = 0; s < k; s += nb) {
    larft(rows - s, pad(min(nb, k - s), NR), entryOf(v, stride, s, s), stride, tau + REAL * s, t + REAL * s * nb);
  }
}

/** Columns of X, n x n, the last of `order` first, in the upper left of C, m x cols, and unit columns e_n, e_n+1, … beside them. */
function sorted(n: i32, x: usize, order: usize, m: i32, cols: i32, c: usize): void {
  const xs = panelStride(n), cs = panelStride(m);
  memory.fill(c, 0, <usize>panelBytes(m, cols));
  for (let j = 0; j < n; j++) {
    const k = load<i32>(order + 4 * (n - 1 - j));
    let from = columnOf(x, xs, k), to = columnOf(c, cs, j);
    for (let i = 0; i < n; i++, from += ROW, to += ROW) store<real>(to, load<real>(from));
  }
  units(n, m, cols, c);
}

/** The same of X in panels, in its order. */
function embed(n: i32, x: usize, m: i32, cols: i32, c: usize): void {
  const xs = panelStride(n), cs = panelStride(m);
  memory.fill(c, 0, <usize>panelBytes(m, cols));
  for (let j = 0; j < n; j += NR) memory.copy(columnOf(c, cs, j), columnOf(x, xs, j), ROW * n);
  units(n, m, cols, c);
}

function units(n: i32, m: i32, cols: i32, c: usize): void {
  const stride = panelStride(m);
  for (let j = n; j < cols; j++) store<real>(entryOf(c, stride, j, j), 1);
}

/** Makes the largest component of the first n columns of X positive, the first of equals; Y follows. */
function fixSigns(n: i32, rows: i32, x: usize, others: i32, y: usize): void {
  const xs = panelStride(rows), ys = panelStride(others);
  for (let j = 0; j < n; j += NR, x += xs, y += ys) {
    for (let half: usize = 0; half < ROW; half += 16) {
      let best = v128.splat<real>(0), at = best;
      for (let p = x + half, end = p + ROW * rows; p < end; p += ROW) {
        const value = v128.load(p);
        const size = v128.abs<real>(value);
        const larger = v128.gt<real>(size, best);
        best = v128.bitselect(size, best, larger);
        at = v128.bitselect(value, at, larger);
      }
      const flip = v128.and(at, v128.splat<real>(-0.0));
      negate(rows, x + half, flip);
      negate(others, y + half, flip);
    }
  }
}

function negate(rows: i32, x: usize, flip: v128): void {
  for (const end = x + ROW * rows; x < end; x += ROW) v128.store(x, v128.xor(v128.load(x), flip));
}
