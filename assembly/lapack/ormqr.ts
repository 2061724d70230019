/**
 * ormqr: C := Q C for a matrix C in panels, Q = H_0 … H_{k-1} from block reflectors as geqrf leaves
 * them. C is m x n with the panel stride of V. `work` holds 2 nb panel rows.
 */
import { NR, PAD, ROW, pad, panelStride } from "../blas/panel";
import { REAL } from "../real";
import { larfb } from "./larfb";

export function ormqr(m: i32, n: i32, k: i32, nb: i32, v: usize, t: usize, c: usize, work: usize): void {
  if (k == 0) return;
  const stride = panelStride(m);
  const rows = pad(m, PAD);
  for (let b = (k - 1) & -nb; b >= 0; b -= nb) {
    const kb = min(nb, pad(k - b, NR));
    const vb = v + stride * (b / NR) + ROW * b;
    for (let j = 0, cj = c + ROW * b; j < n; j += NR, cj += stride) {
      larfb(false, rows - b, kb, vb, stride, t + REAL * b * nb, 0, rows - b, cj, work);
    }
  }
}
