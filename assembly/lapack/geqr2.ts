/**
 * geqr2: unblocked Householder QR of one panel, A = Q R.
 *
 * On exit R stands on and above the diagonal, the reflectors below it, their scalars in `tau`. All
 * columns of the panel take part in the updates; the first k get a reflector. m rows count, k <= NR,
 * k <= m. `work` holds one panel row.
 */
import { ROW } from "../blas/panel";
import { REAL } from "../real";
import { larfg } from "./larfg";

export function geqr2(m: i32, k: i32, a: usize, tau: usize, work: usize): void {
  for (let j = 0; j < k; j++) {
    const top = a + ROW * j;
    const scale = <real>larfg(m - j, top + REAL * j, ROW);
    store<real>(tau + REAL * j, scale);
    larf(m - j, scale, top + REAL * j, top, j + 1, work);
  }
}

/**
 * larf: A := (I - tau v vᵀ) A on one panel of m rows. v is a column of this or another panel, v(0) = 1
 * implicit; the first `skip` columns of A stay as they are.
 */
export function larf(m: i32, tau: real, v: usize, a: usize, skip: i32, work: usize): void {
  if (tau == 0) return;
  // w := tau vᵀ A
  let lo0 = v128.load(a), hi0 = v128.load(a, 16);
  let lo1 = v128.splat<real>(0), hi1 = lo1;
  let p = a + ROW, q = v + ROW;
  let r = 1;
  for (; r + 2 <= m; r += 2, p += 2 * ROW, q += 2 * ROW) {
    const v0 = v128.load_splat<real>(q);
    const v1 = v128.load_splat<real>(q, ROW);
    lo0 = v128.add<real>(lo0, v128.mul<real>(v0, v128.load(p)));
    hi0 = v128.add<real>(hi0, v128.mul<real>(v0, v128.load(p, 16)));
    lo1 = v128.add<real>(lo1, v128.mul<real>(v1, v128.load(p, ROW)));
    hi1 = v128.add<real>(hi1, v128.mul<real>(v1, v128.load(p, ROW + 16)));
  }
  if (r < m) {
    const v0 = v128.load_splat<real>(q);
    lo1 = v128.add<real>(lo1, v128.mul<real>(v0, v128.load(p)));
    hi1 = v128.add<real>(hi1, v128.mul<real>(v0, v128.load(p, 16)));
  }
  const scale = v128.splat<real>(tau);
  let lo = v128.mul<real>(scale, v128.add<real>(lo0, lo1));
  let hi = v128.mul<real>(scale, v128.add<real>(hi0, hi1));
  if (skip > 0) {
    v128.store(work, lo);
    v128.store(work, hi, 16);
    memory.fill(work, 0, REAL * skip);
    lo = v128.load(work);
    hi = v128.load(work, 16);
  }
  v128.store(a, v128.sub<real>(v128.load(a), lo));
  v128.store(a, v128.sub<real>(v128.load(a, 16), hi), 16);
  for (r = 1, p = a + ROW, q = v + ROW; r < m; r++, p += ROW, q += ROW) {
    const vr = v128.load_splat<real>(q);
    v128.store(p, v128.sub<real>(v128.load(p), v128.mul<real>(vr, lo)));
    v128.store(p, v128.sub<real>(v128.load(p, 16), v128.mul<real>(vr, hi)), 16);
  }
}
