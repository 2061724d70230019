/**
 * haar: m x n matrices with orthonormal columns, uniform on the Stiefel manifold (m >= n).
 *
 * Stewart, "The efficient generation of random orthogonal matrices", SIAM J. Numer. Anal. 17 (1980),
 * section 3: in a QR factorisation of a Gaussian matrix, the column that step j meets is again
 * Gaussian, and independent of what came before. So draw x_j ~ N(0, I_{m-j}), take its reflector, and
 *
 *   Q = H_0 H_1 … H_{n-1} diag(d),   d_j = sign of beta_j, the diagonal that R would have.
 *
 * That is the Q with positive diagonal of R, hence exactly Haar, for mn - n(n-1)/2 normals and the
 * flops of orgqr alone. When m = n the last reflector is the identity and d_{n-1} a random sign.
 */
import { alloc, mark, release } from "../arena";
import { NR, PAD, ROW, pad, panelBytes, panelStride } from "../blas/panel";
import { Info } from "../info";
import { groups, larnv } from "../random/larnv";
import { REAL } from "../real";
import { ilaenv } from "./ilaenv";
import { larfg } from "./larfg";
import { larft } from "./larft";
import { orgqr, orgqrWork } from "./orgqr";

/**
 * Q row-major to q; `trans` writes the n x m matrix Qᵀ. The seed is two words. `nb` is the block
 * size, a power of two from 8 on, or 0 for the routine's own choice.
 */
export function haar(trans: bool, m: i32, n: i32, seed0: u32, seed1: u32, nb: i32, q: usize): Info {
  if (n == 0) return Info.OK;
  if (nb == 0) nb = ilaenv(n);
  const frame = mark();
  const v = alloc(panelBytes(m, n));
  const t = alloc(<u64>REAL * nb * pad(n, nb));
  const tau = alloc(<u64>REAL * pad(n, NR));
  const d = alloc(<u64>REAL * n);
  const work = alloc(orgqrWork(m, nb));
  if (!v || !t || !tau || !d || !work) {
    release(frame);
    return Info.MEMORY;
  }
  const stride = panelStride(m);
  const rows = pad(m, PAD);
  memory.fill(tau, 0, REAL * pad(n, NR));
  let first: u64 = 0;
  for (let b = 0; b < n; b += nb) {
    const end = min(b + nb, n);
    for (let j = b; j < end; j += NR) {
      const panel = v + stride * (j / NR);
      const count = NR * (m - j);
      memory.fill(panel + ROW * b, 0, ROW * (j - b));
      larnv(count, seed0, seed1, first, panel + ROW * j, work);
      first += groups(count);
      memory.fill(panel + ROW * m, 0, ROW * (rows - m));
      reflectors(m - j, min(NR, end - j), panel + ROW * j, tau + REAL * j, d + REAL * j);
    }
    larft(rows - b, pad(end - b, NR), v + stride * (b / NR) + ROW * b, stride, tau + REAL * b, t + REAL * b * nb);
  }
  orgqr(trans, m, n, n, nb, v, t, d, q, trans ? m : n, work);
  release(frame);
  return Info.OK;
}

/** Turns a panel of normals into k reflectors with explicit ones and zeros; other columns into zeros. */
function reflectors(m: i32, k: i32, x: usize, tau: usize, d: usize): void {
  for (let j = 0; j < k; j++) {
    const at = x + ROW * j + REAL * j;
    store<real>(tau + REAL * j, <real>larfg(m - j, at, ROW));
    store<real>(d + REAL * j, copysign<real>(1, load<real>(at)));
    store<real>(at, 1);
    for (let i = 0; i < j; i++) store<real>(x + ROW * i + REAL * j, 0);
  }
  if (k == NR) return;
  for (let i = 0, p = x + REAL * k; i < m; i++, p += ROW) memory.fill(p, 0, REAL * (NR - k));
}
