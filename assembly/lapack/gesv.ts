/**
 * gesv: solves A X = B for a square A, by getrf or, where A is symmetric positive definite, by potrf at half the
 * flops; the driver over both, with an estimate of the condition.
 *
 * Data far from 1 are scaled by powers of two on the way in and X on the way out.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { pack, panelBytes, panelStride, unpack } from "../blas/panel";
import { Info } from "../info";
import { REAL } from "../real";
import { gecon, norm1 } from "./gecon";
import { getrf } from "./getrf";
import { getrs, potrs } from "./getrs";
import { lascl, scaleOf } from "./lascl";
import { potrf } from "./potrf";

/**
 * A is n x n, B n x cols and overwritten by X; both row-major. `posdef`: of A only the lower triangle is read. `status`
 * receives 1 / cond₁(A), estimated from above, and the number of the pivot (or of the leading minor) that failed.
 */
export function gesv(posdef: bool, n: i32, cols: i32, a: usize, b: usize, status: usize): Info {
  store<real>(status, 1);
  store<real>(status, 0, REAL);
  if (n == 0) return Info.OK;
  const topA = amax(n * n, a), topB = amax(n * cols, b);
  if (!(max(topA, topB) <= f64.MAX_VALUE)) return Info.NONFINITE;
  const frame = mark();
  const p = alloc(panelBytes(n, n));
  const x = alloc(max(panelBytes(n, cols), <u64>panelStride(n)));
  const pivots = alloc(4 * <u64>n);
  const work = alloc(8 * <u64>n);
  let info = Info.MEMORY;
  if (p && x && pivots && work) info = solve(posdef, n, cols, topA, topB, a, b, p, x, pivots, work, status);
  release(frame);
  return info;
}

function solve(
  posdef: bool, n: i32, cols: i32, topA: f64, topB: f64, a: usize, b: usize,
  p: usize, x: usize, pivots: usize, work: usize, status: usize,
): Info {
  const scaleA = scaleOf(topA), scaleB = scaleOf(topB);
  lascl(n * n, scaleA, 1, a);
  lascl(n * cols, scaleB, 1, b);
  pack(posdef, n, n, a, n, p);
  const norm = norm1(posdef, n, p, work);
  const failed = posdef ? potrf(n, p) : getrf(n, n, p, pivots);
  if (failed) {
    store<real>(status, 0);
    store<real>(status, <real>failed, REAL);
    return posdef ? Info.INDEFINITE : Info.SINGULAR;
  }
  store<real>(status, <real>gecon(posdef, n, norm, p, pivots, x, work));
  pack(false, n, cols, b, cols, x);
  if (posdef) potrs(n, cols, p, x);
  else getrs(false, n, cols, p, pivots, x);
  unpack(false, n, cols, x, panelStride(n), b, cols);
  lascl(n * cols, scaleA, scaleB, b);
  return amax(n * cols, b) <= f64.MAX_VALUE ? Info.OK : Info.OVERFLOW;
}
