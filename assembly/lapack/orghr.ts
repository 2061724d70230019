/**
 * orghr: Qᵀ of the reflectors that gehrd left below the subdiagonal of A: a unit row and column, and beside them
 * what orgqr makes of the n - 1 reflectors of order n - 1. 4n³/3 flops. False if memory ends.
 */
import { alloc } from "../arena";
import { identity } from "../blas/identity";
import { NR, PAD, ROW, at, columnOf, pack, pad, panelBytes, panelStride } from "../blas/panel";
import { REAL } from "../real";
import { larft } from "./larft";
import { orgqr, orgqrWork } from "./orgqr";

export function orghr(n: i32, nb: i32, a: usize, tau: usize, q: usize): bool {
  identity(n, q);
  const k = n - 1;
  if (k == 0) return true;
  const v = alloc(panelBytes(k, k));
  const t = alloc(<u64>REAL * nb * pad(k, nb));
  const ones = alloc(<u64>REAL * k);
  const work = alloc(orgqrWork(k, nb));
  if (!v || !t || !ones || !work) return false;
  const stride = panelStride(k);
  pack(false, k, k, at(a, n, 1, 0), n, v);
  for (let j = 0; j < k; j++) {
    const column = columnOf(v, stride, j);
    for (let i = 0; i < j; i++) store<real>(column + ROW * i, 0);
    store<real>(column + ROW * j, 1);
    store<real>(ones + REAL * j, 1);
  }
  for (let j = k; j < pad(k, NR); j++) store<real>(tau + REAL * j, 0);
  for (let b = 0; b < k; b += nb) {
    const vb = v + stride * (b / NR) + ROW * b;
    larft(pad(k, PAD) - b, min(nb, pad(k - b, NR)), vb, stride, tau + REAL * b, t + REAL * b * nb);
  }
  orgqr(true, k, k, k, nb, v, t, ones, at(q, n, 1, 1), n, work);
  return true;
}
