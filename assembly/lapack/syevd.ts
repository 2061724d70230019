/**
 * syevd: A = Z diag(w) Zᵀ, A symmetric, w ascending, Z orthogonal.
 *
 *   A = H T Hᵀ         tridiagonal                (sytrd)
 *   T = Q diag(w) Qᵀ   divide and conquer         (stedc)
 *   Z = H Q            block reflectors           (ormqr)
 *
 * 4n³/3 + 4n³/3 + 2n³ flops, the values alone 4n³/3. A power of two brings the largest entry of A to [1, 2), so that
 * nothing over- or underflows that counts: before sytrd where it must be, or else T alone is scaled. w goes back in the end.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { reciprocalPower } from "../blas/nrm2";
import { NR, PAD, ROW, columnOf, pack, pad, panelBytes, panelStride, unpack } from "../blas/panel";
import { Info } from "../info";
import { REAL } from "../real";
import { ilaenv } from "./ilaenv";
import { larft } from "./larft";
import { lascl, scaleOf } from "./lascl";
import { columnsBytes, merging } from "./merge";
import { ormqr } from "./ormqr";
import { LEAF_BYTES, stedc } from "./stedc";
import { sytrd, sytrdWork } from "./sytrd";

/**
 * A is n x n row-major, of which the lower triangle is decomposed; it is overwritten, and Z may take its place. w has n entries. With `vectors`
 * Z is n x n row-major; in every column the component of largest magnitude, the first of equals, is positive.
 */
export function syevd(n: i32, vectors: bool, nb: i32, a: usize, w: usize, z: usize): Info {
  if (n == 0) return Info.OK;
  const top = amax(n * n, a);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  if (nb == 0) nb = ilaenv(n);
  const frame = mark();
  const info = decompose(n, vectors, nb, top, a, w, z);
  release(frame);
  return info;
}

function decompose(n: i32, vectors: bool, nb: i32, top: f64, a: usize, w: usize, z: usize): Info {
  const bytes = panelBytes(n, n);
  // What sytrd has used up serves stedc, and then Z.
  const p = alloc(columnsBytes(n));
  const v = alloc(bytes);
  const tau = alloc(<u64>REAL * pad(n, NR));
  const work = alloc(sytrdWork(n, nb));
  const leaf = alloc(LEAF_BYTES);
  const q = vectors ? alloc(bytes) : v;
  const m = merging(n, vectors, q, 0, p);
  if (!p || !v || !tau || !work || !leaf || !q || !m) return Info.MEMORY;

  const scale = top > 0 ? reciprocalPower(top) : 1;
  const before = scaleOf(top);
  lascl(n * n, before, 1, a);
  pack(false, n, n, a, n, p);
  sytrd(n, nb, p, v, tau, m.d, m.e, work);
  scaled(n, scale / before, m.d);
  scaled(n - 1, scale / before, m.e);
  if (!stedc(m, n, leaf)) return Info.CONVERGENCE;
  let largest: f64 = 0;
  for (let j = 0; j < n; j++) {
    const value = <real>(load<f64>(m.d + 8 * load<i32>(m.order + 4 * j)) / scale);
    store<real>(w + REAL * j, value);
    largest = max(largest, <f64>abs(value));
  }
  if (!(largest <= f64.MAX_VALUE)) return Info.OVERFLOW;
  if (!vectors) return Info.OK;

  const t = alloc(<u64>REAL * nb * pad(n, nb));
  if (!t) return Info.MEMORY;
  const stride = panelStride(n), rows = pad(n, PAD);
  for (let s = 0; s < n - 1; s += nb) {
    const k = pad(min(nb, n - 1 - s), NR);
    larft(rows - s, k, v + stride * (s / NR) + ROW * s, stride, tau + REAL * s, t + REAL * s * nb);
  }
  sorted(n, q, m.order, p);
  ormqr(n, n, n - 1, nb, v, t, p, work);
  fixSigns(n, p);
  unpack(false, n, n, p, stride, z, n);
  return Info.OK;
}

/** x := alpha x, n f64. */
function scaled(n: i32, alpha: f64, x: usize): void {
  for (const end = x + 8 * n; x < end; x += 8) store<f64>(x, alpha * load<f64>(x));
}

/** Columns order[0], order[1], … of Q. */
function sorted(n: i32, q: usize, order: usize, to: usize): void {
  const stride = panelStride(n);
  memory.fill(to, 0, <usize>panelBytes(n, n));
  for (let j = 0; j < n; j++) {
    const c = load<i32>(order + 4 * j);
    let x = columnOf(q, stride, c), y = columnOf(to, stride, j);
    for (let i = 0; i < n; i++, x += ROW, y += ROW) store<real>(y, load<real>(x));
  }
}

/** Makes the largest component of every column positive. */
function fixSigns(n: i32, z: usize): void {
  for (let j = 0, x = z; j < n; j += NR, x += panelStride(n)) {
    for (let half = x; half < x + ROW; half += 16) {
      let best = v128.splat<real>(0), at = best;
      for (let p = half, end = half + ROW * n; p < end; p += ROW) {
        const value = v128.load(p);
        const size = v128.abs<real>(value);
        const larger = v128.gt<real>(size, best);
        best = v128.bitselect(size, best, larger);
        at = v128.bitselect(value, at, larger);
      }
      const flip = v128.and(at, v128.splat<real>(-0.0));
      for (let p = half, end = half + ROW * n; p < end; p += ROW) v128.store(p, v128.xor(v128.load(p), flip));
    }
  }
}
