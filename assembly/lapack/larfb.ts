/**
 * larfb: applies a block reflector to one panel, C := H C or Hᵀ C, H = I - V T Vᵀ.
 *
 *   W := Vᵀ C,   Y := T W or Tᵀ W,   C := C - V Y
 *
 * Only rows lo..hi-1 of C are read on entry; the others count as zero (and need not be set), which
 * is how the unit columns of orgqr are exploited: its blocks start from a few rows of an identity.
 *
 * V is m x k in panels of stride `vs`; m is a multiple of PAD, k of NR, lo and hi of MR. T as larft
 * leaves it. `work` holds 2 k panel rows (W and Y).
 */
import { NR, ROW, entryOf } from "../blas/panel";
import { CHUNK, MR, tileNN, tileTN } from "../blas/tile";
import { REAL } from "../real";

export function larfb(
  trans: bool, m: i32, k: i32, v: usize, vs: usize, t: usize, lo: i32, hi: i32, c: usize, work: usize,
): void {
  const w = work;
  const y = work + ROW * k;
  for (let r = lo; r < hi; r += CHUNK) {
    const rows = min(CHUNK, hi - r);
    for (let i = 0; i < k; i += MR) {
      const vi = entryOf(v, vs, r, i);
      tileTN(rows, 1, vi, c + ROW * r, r == lo ? 0 : 1, w + ROW * i, ROW);
    }
  }
  const ts = ROW * k;
  for (let i = 0; i < k; i += MR) {
    const j = i & -NR;
    const panel = t + ts * (i / NR);
    if (trans) tileTN(i + MR, 1, panel + REAL * (i - j), w, 0, y + ROW * i, ROW);
    else tileNN(k - j, 1, panel + ROW * i, ts, w + ROW * j, 0, y + ROW * i, ROW);
  }
  for (let r = 0; r < m; r += MR) {
    const inside: real = r >= lo && r < hi ? 1 : 0;
    tileNN(k, -1, v + ROW * r, vs, y, inside, c + ROW * r, ROW);
  }
}
