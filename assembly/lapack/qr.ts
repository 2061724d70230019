/**
 * qr: A = Q R of a row-major matrix, Q explicit; the driver over geqrf and orgqr.
 *
 * Data whose largest entry lies outside [2^-100, 2^100] (f64: 2^±900) are scaled by a power of two on
 * the way in, and R on the way out, so that no inner product over- or underflows. Columns inside that
 * range keep their own relative accuracy. NaN and infinities are refused; an R that overflows, too.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { identity } from "../blas/identity";
import { NR, pack, pad, panelBytes } from "../blas/panel";
import { Info } from "../info";
import { REAL } from "../real";
import { geqrf, geqrfWork } from "./geqrf";
import { ilaenv } from "./ilaenv";
import { lascl, scaleOf } from "./lascl";
import { orgqr, orgqrWork } from "./orgqr";

/**
 * A is m x n, Q m x cols with min(m,n) <= cols <= m (cols = m: complete), R min(m,n) x n. `positive`
 * makes the diagonal of R non-negative. `nb` is the block size, a power of two from 8 on, or 0
 * for the routine's own choice. A may be overwritten; with cols = n Q may take its place.
 */
export function qr(m: i32, n: i32, cols: i32, positive: bool, nb: i32, a: usize, q: usize, r: usize): Info {
  const k = min(m, n);
  if (k == 0) {
    identity(cols, q);
    return Info.OK;
  }
  const top = amax(m * n, a);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  if (nb == 0) nb = ilaenv(k);
  const frame = mark();
  const v = alloc(panelBytes(m, n));
  const t = alloc(<u64>REAL * nb * pad(k, nb));
  const tau = alloc(<u64>REAL * pad(n, NR));
  const d = alloc(<u64>REAL * k);
  const work = alloc(max(geqrfWork(nb), orgqrWork(m, nb)));
  if (!v || !t || !tau || !d || !work) {
    release(frame);
    return Info.MEMORY;
  }
  const scale = scaleOf(top);
  lascl(m * n, scale, 1, a);
  pack(false, m, n, a, n, v);
  geqrf(m, n, nb, v, r, tau, t, work);
  lascl(k * n, 1, scale, r);
  for (let i = 0; i < k; i++) {
    const row = r + REAL * (<usize>i * n);
    const flip = positive && load<real>(row + REAL * i) < 0;
    store<real>(d + REAL * i, flip ? -1 : 1);
    if (flip) lascl(n - i, -1, 1, row + REAL * i);
  }
  orgqr(false, m, cols, k, nb, v, t, d, q, cols, work);
  release(frame);
  return amax(k * n, r) <= f64.MAX_VALUE ? Info.OK : Info.OVERFLOW;
}
