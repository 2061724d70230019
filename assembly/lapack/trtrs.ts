/** trtrs: op(A) X = B for a row-major triangular A; the driver over trsm. */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { at, pack, panelBytes, panelStride, unpack } from "../blas/panel";
import { Info } from "../info";
import { trsm } from "../blas/trsm";
import { lascl, scaleOf } from "./lascl";

/**
 * A is n x n, of which the triangle is read, without its diagonal if that is `unit`; B is n x cols and overwritten by X.
 * `status` receives the number, from 1, of the first diagonal entry that is zero.
 */
export function trtrs(
  lower: bool, trans: bool, unit: bool, n: i32, cols: i32, a: usize, b: usize, status: usize,
): Info {
  store<real>(status, 0);
  const topB = amax(n * cols, b);
  if (!(topB <= f64.MAX_VALUE)) return Info.NONFINITE;
  for (let i = 0; i < n; i++) {
    const own = unit ? 0 : 1;
    const row = lower ? at(a, n, i, 0) : at(a, n, i, i + 1 - own);
    if (!(amax(lower ? i + own : n - i - 1 + own, row) <= f64.MAX_VALUE)) return Info.NONFINITE;
    if (unit || load<real>(at(a, n, i, i)) != 0) continue;
    store<real>(status, <real>(i + 1));
    return Info.SINGULAR;
  }
  const frame = mark();
  const p = alloc(panelBytes(n, n));
  const x = alloc(panelBytes(n, cols));
  if (!p || !x) {
    release(frame);
    return Info.MEMORY;
  }
  const scale = scaleOf(topB);
  lascl(n * cols, scale, 1, b);
  pack(false, n, n, a, n, p);
  pack(false, n, cols, b, cols, x);
  trsm(lower, trans, unit, n, cols, p, panelStride(n), x, panelStride(n));
  unpack(false, n, cols, x, panelStride(n), b, cols);
  lascl(n * cols, 1, scale, b);
  release(frame);
  return amax(n * cols, b) <= f64.MAX_VALUE ? Info.OK : Info.OVERFLOW;
}
