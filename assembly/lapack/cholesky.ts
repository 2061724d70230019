/** cholesky: A = L Lᵀ of a row-major matrix, L explicit; the driver over potrf. */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { at, pack, panelBytes, panelStride, unpack } from "../blas/panel";
import { Info } from "../info";
import { REAL } from "../real";
import { potrf } from "./potrf";

/**
 * A is n x n, of which the lower triangle is read, and overwritten by L. `status` receives the order of the first leading
 * minor that is not positive. No entry of L is larger than the root of A's largest: nothing overflows.
 */
export function cholesky(n: i32, a: usize, status: usize): Info {
  store<real>(status, 0);
  for (let i = 0; i < n; i++) {
    if (!(amax(i + 1, at(a, n, i, 0)) <= f64.MAX_VALUE)) return Info.NONFINITE;
  }
  const frame = mark();
  const p = alloc(panelBytes(n, n));
  if (!p) return Info.MEMORY;
  pack(true, n, n, a, n, p);
  const failed = potrf(n, p);
  unpack(true, n, n, p, panelStride(n), a, n);
  for (let i = 0; i < n; i++) memory.fill(at(a, n, i, i + 1), 0, REAL * (n - 1 - i));
  release(frame);
  if (!failed) return Info.OK;
  store<real>(status, <real>failed);
  return Info.INDEFINITE;
}
