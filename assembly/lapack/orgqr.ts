/**
 * orgqr: the first n columns of Q = H_0 H_1 … H_{k-1} diag(d), k <= n <= m, from block reflectors.
 *
 * Columns are made in stripes of nb, which stay in the cache while the blocks V pass by, from the
 * last that touches them to the first. Panel j starts as the unit columns d_j e_j; a block leaves
 * the rows above it zero, so each product runs only over rows that can be non-zero: 2mn² - 2n³/3
 * flops for k = n, half of what the same products on a full matrix take.
 *
 * V is m x k in panels, unit lower trapezoidal with explicit ones and zeros; T holds the factors of
 * its blocks, nb² each. `trans` writes Qᵀ. `work` holds orgqrWork(m, nb) bytes.
 */
import { NR, PAD, ROW, pad, panelStride, unpack } from "../blas/panel";
import { REAL } from "../real";
import { larfb } from "./larfb";

/** One stripe, and W and Y of larfb. */
export function orgqrWork(m: i32, nb: i32): u64 {
  return <u64>panelStride(m) * (nb / NR) + 2 * ROW * <u64>nb;
}

export function orgqr(
  trans: bool, m: i32, n: i32, k: i32, nb: i32,
  v: usize, t: usize, d: usize, q: usize, ldq: i32, work: usize,
): void {
  const stride = panelStride(m);
  const rows = pad(m, PAD);
  const stripe = work + 2 * ROW * nb;
  for (let s = 0; s < n; s += nb) {
    const cols = min(nb, n - s);
    const last = min(s, (k - 1) & -nb);
    for (let j = s, c = stripe; j < s + cols; j += NR, c += stride) {
      memory.fill(c + ROW * j, 0, ROW * NR);
      for (let i = 0; i < NR && j + i < n; i++) {
        store<real>(c + ROW * (j + i) + REAL * i, j + i < k ? load<real>(d + REAL * (j + i)) : 1);
      }
    }
    for (let b = last; b >= 0; b -= nb) {
      const kb = min(nb, pad(k - b, NR));
      const vb = v + stride * (b / NR) + ROW * b;
      for (let j = s, c = stripe; j < s + cols; j += NR, c += stride) {
        const lo = b == last ? j : b + nb;
        const hi = b == last ? j + NR : rows;
        larfb(false, rows - b, kb, vb, stride, t + REAL * b * nb, lo - b, hi - b, c + ROW * b, work);
      }
    }
    unpack(trans, m, cols, stripe, stride, q + REAL * <usize>(trans ? s * ldq : s), ldq);
  }
}
