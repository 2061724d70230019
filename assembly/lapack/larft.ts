/**
 * larft: the triangular factor T of a block of reflectors, H_0 H_1 … H_{k-1} = I - V T Vᵀ.
 *
 * T is the inverse of the upper triangular matrix U with u_ii = 1 / tau_i and, above its diagonal,
 * the entries of VᵀV (Puglisi 1992; Joffrain et al. 2006). VᵀV runs in the tile kernel; the
 * inverse goes bottom up by rows, t_i = tau_i (e_i - Σ_{l>i} u_il t_l), each a run of vectors, and
 * takes tau_i = 0 (H_i = I) in its stride: row and column i of T vanish.
 *
 * V is m x k, unit lower trapezoidal with explicit ones and zeros; k is a multiple of NR; T is a
 * k x k matrix in panels of stride 32 k.
 */
import { NR, ROW, columnOf, entryOf } from "../blas/panel";
import { CHUNK, MR, tileTN } from "../blas/tile";
import { REAL } from "../real";

export function larft(m: i32, k: i32, v: usize, vs: usize, tau: usize, t: usize): void {
  const ts = ROW * k;
  for (let q = 0; q < k; q += NR) {
    const column = v + vs * (q / NR);
    for (let i = 0; i < q + NR; i += MR) {
      const row = columnOf(v, vs, i), to = t + ts * (q / NR) + ROW * i;
      for (let r = 0; r < m; r += CHUNK) {
        tileTN(min(CHUNK, m - r), 1, row + ROW * r, column + ROW * r, r == 0 ? 0 : 1, to, ROW);
      }
    }
  }
  for (let i = k - 1; i >= 0; i--) {
    const scale = v128.splat<real>(load<real>(tau + REAL * i));
    // From the last panel to the first: panel q of row i overwrites VᵀV where no later step reads it.
    for (let q = k - NR; q + NR > i; q -= NR) {
      const panel = t + ts * (q / NR);
      let lo = v128.splat<real>(0), hi = lo;
      for (let l = i + 1; l < q + NR; l++) {
        const u = v128.load_splat<real>(entryOf(t, ts, i, l));
        lo = v128.sub<real>(lo, v128.mul<real>(u, v128.load(panel + ROW * l)));
        hi = v128.sub<real>(hi, v128.mul<real>(u, v128.load(panel + ROW * l, 16)));
      }
      v128.store(panel + ROW * i, v128.mul<real>(scale, lo));
      v128.store(panel + ROW * i, v128.mul<real>(scale, hi), 16);
    }
    store<real>(entryOf(t, ts, i, i), load<real>(tau + REAL * i));
  }
}
