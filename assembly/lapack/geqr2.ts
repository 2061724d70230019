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
    const scale = <real>larfg(m - j, a + ROW * j + REAL * j, ROW);
    store<real>(tau + REAL * j, scale);
    if (scale != 0) larf(m, j, scale, a, work);
  }
}

/** larf: applies H = I - tau v vᵀ from column j of the panel to the columns right of it. */
function larf(m: i32, j: i32, tau: real, a: usize, work: usize): void {
  // w := tau (vᵀ A), zero in columns 0..j, which then stay as they are. v(j) = 1 is implicit.
  let p = a + ROW * j;
  let lo0 = v128.load(p), hi0 = v128.load(p, 16);
  let lo1 = v128.splat<real>(0), hi1 = lo1;
  p += ROW;
  const column = REAL * j;
  let r = j + 1;
  for (; r + 2 <= m; r += 2, p += 2 * ROW) {
    const v0 = v128.load_splat<real>(p + column);
    const v1 = v128.load_splat<real>(p + column, ROW);
    lo0 = v128.add<real>(lo0, v128.mul<real>(v0, v128.load(p)));
    hi0 = v128.add<real>(hi0, v128.mul<real>(v0, v128.load(p, 16)));
    lo1 = v128.add<real>(lo1, v128.mul<real>(v1, v128.load(p, ROW)));
    hi1 = v128.add<real>(hi1, v128.mul<real>(v1, v128.load(p, ROW + 16)));
  }
  if (r < m) {
    const v0 = v128.load_splat<real>(p + column);
    lo1 = v128.add<real>(lo1, v128.mul<real>(v0, v128.load(p)));
    hi1 = v128.add<real>(hi1, v128.mul<real>(v0, v128.load(p, 16)));
  }
  const scale = v128.splat<real>(tau);
  v128.store(work, v128.mul<real>(scale, v128.add<real>(lo0, lo1)));
  v128.store(work, v128.mul<real>(scale, v128.add<real>(hi0, hi1)), 16);
  memory.fill(work, 0, column + REAL);
  const lo = v128.load(work), hi = v128.load(work, 16);

  p = a + ROW * j;
  v128.store(p, v128.sub<real>(v128.load(p), lo));
  v128.store(p, v128.sub<real>(v128.load(p, 16), hi), 16);
  for (r = j + 1, p += ROW; r < m; r++, p += ROW) {
    const v = v128.load_splat<real>(p + column);
    v128.store(p, v128.sub<real>(v128.load(p), v128.mul<real>(v, lo)));
    v128.store(p, v128.sub<real>(v128.load(p, 16), v128.mul<real>(v, hi)), 16);
  }
}
