/** lu: P A = L U of a row-major matrix, the factors explicit; the driver over getrf. */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { at, entryOf, pack, panelBytes, panelStride, unpack } from "../blas/panel";
import { Info } from "../info";
import { REAL } from "../real";
import { getrf } from "./getrf";
import { lascl, scaleOf } from "./lascl";

/**
 * A is m x n and k = min(m, n). Where an address is not 0, L is m x k with ones on its diagonal, U k x n, and d the diagonal
 * of U before the power of two is taken out that keeps the work in range. `rows` receives, as m numbers, which
 * row of A each row of L U is; `status` the determinant of that permutation and log2 of diag(U) / d.
 */
export function lu(
  m: i32, n: i32, a: usize, l: usize, u: usize, d: usize, rows: usize, status: usize,
): Info {
  const k = min(m, n);
  for (let i = 0; i < m; i++) store<real>(rows + REAL * i, <real>i);
  store<real>(status, 1);
  store<real>(status, 0, REAL);
  if (k == 0) return Info.OK;
  const top = amax(m * n, a);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  const frame = mark();
  const p = alloc(panelBytes(m, n));
  const pivots = alloc(4 * <u64>k);
  if (!p || !pivots) {
    release(frame);
    return Info.MEMORY;
  }
  const scale = scaleOf(top), stride = panelStride(m);
  lascl(m * n, scale, 1, a);
  pack(false, m, n, a, n, p);
  getrf(m, n, p, pivots);
  for (let i = 0; i < k; i++) {
    const other = load<i32>(pivots + 4 * i);
    if (d) store<real>(d + REAL * i, load<real>(entryOf(p, stride, i, i)));
    if (other == i) continue;
    store<real>(status, -load<real>(status));
    const row = load<real>(rows + REAL * i);
    store<real>(rows + REAL * i, load<real>(rows + REAL * other));
    store<real>(rows + REAL * other, row);
  }
  store<real>(status, <real>(<i32>(reinterpret<u64>(1 / scale) >> 52) - 1023), REAL);
  if (l) {
    unpack(false, m, k, p, stride, l, k);
    for (let i = 0; i < k; i++) {
      memory.fill(at(l, k, i, i), 0, REAL * (k - i));
      store<real>(at(l, k, i, i), 1);
    }
  }
  if (u) {
    unpack(false, k, n, p, stride, u, n);
    for (let i = 1; i < k; i++) memory.fill(at(u, n, i, 0), 0, REAL * i);
    lascl(k * n, 1, scale, u);
  }
  release(frame);
  const finite = amax(u ? k * n : 0, u) <= f64.MAX_VALUE && amax(d ? k : 0, d) <= f64.MAX_VALUE;
  return finite ? Info.OK : Info.OVERFLOW;
}
