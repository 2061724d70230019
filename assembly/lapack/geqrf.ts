/**
 * geqrf: blocked Householder QR, A = Q R, of a matrix in panels.
 *
 * Left-looking: a stripe of nb columns takes all earlier blocks at once (larfb), is factored panel
 * by panel (geqr2, and larfb with the panel's own small T), and becomes a block itself (larft). R is
 * written out row-major on the way, so what stays in the panels is V alone, with its ones and zeros
 * explicit, as larft, larfb and orgqr want it. 2mn² - 2n³/3 flops.
 *
 * A is m x n in panels; R is min(m,n) x n; tau has one entry a column of A's panels; T has nb² entries
 * a block. `work` holds geqrfWork(nb) bytes.
 */
import { NR, PAD, ROW, pad, panelStride, unpack } from "../blas/panel";
import { REAL } from "../real";
import { geqr2 } from "./geqr2";
import { larfb } from "./larfb";
import { larft } from "./larft";

/** W and Y of larfb, the T of one panel, one row for geqr2. */
export function geqrfWork(nb: i32): u64 {
  return ROW * <u64>(2 * nb + NR + 1);
}

export function geqrf(m: i32, n: i32, nb: i32, a: usize, r: usize, tau: usize, t: usize, work: usize): void {
  const stride = panelStride(m);
  const rows = pad(m, PAD);
  const k = min(m, n);
  const tPanel = work + 2 * ROW * nb;
  const row = tPanel + ROW * NR;
  memory.fill(r, 0, REAL * k * n);
  memory.fill(tau, 0, REAL * pad(n, NR));
  for (let s = 0; s < n; s += nb) {
    const stripe = a + stride * (s / NR);
    const cols = min(nb, n - s);
    for (let b = 0; b < min(s, k); b += nb) {
      const kb = min(nb, pad(k - b, NR));
      const vb = a + stride * (b / NR) + ROW * b;
      for (let j = 0, c = stripe + ROW * b; j < cols; j += NR, c += stride) {
        larfb(true, rows - b, kb, vb, stride, t + REAL * b * nb, 0, rows - b, c, work);
      }
    }
    unpack(false, min(s, k), cols, stripe, stride, r + REAL * s, n);
    if (s >= k) continue;

    const end = min(s + cols, k);
    for (let j = s; j < end; j += NR) {
      const panel = a + stride * (j / NR) + ROW * j;
      geqr2(m - j, min(NR, k - j), panel, tau + REAL * j, row);
      split(s, j, n, k, a + stride * (j / NR), r);
      if (j + NR >= s + cols) break;
      larft(rows - j, NR, panel, stride, tau + REAL * j, tPanel);
      for (let c = panel + stride, l = j + NR; l < s + cols; l += NR, c += stride) {
        larfb(true, rows - j, NR, panel, stride, tPanel, 0, rows - j, c, work);
      }
    }
    // Panels of this stripe right of the last reflector (m < n) hold R only.
    for (let j = pad(end, NR); j < s + cols; j += NR) {
      unpack(false, k - s, min(NR, n - j), a + stride * (j / NR) + ROW * s, stride, r + REAL * (<usize>s * n + j), n);
    }
    const vs = stripe + ROW * s;
    larft(rows - s, pad(end - s, NR), vs, stride, tau + REAL * s, t + REAL * s * nb);
  }
}

/**
 * Parts what geqr2 left in the panel of columns j.. : rows s.. on and above the diagonal go to R, and
 * in their place come the zeros and ones of V. Columns from k on are no reflectors: all zero in V.
 */
export function split(s: i32, j: i32, n: i32, k: i32, panel: usize, r: usize): void {
  for (let i = s; i < j + NR; i++) {
    for (let c = j; c < j + NR; c++) {
      const at = panel + ROW * i + REAL * (c - j);
      if (i <= c && i < k && c < n) store<real>(r + REAL * (<usize>i * n + c), load<real>(at));
      if (i <= c || c >= k) store<real>(at, i == c && c < k ? 1 : 0);
    }
  }
}
