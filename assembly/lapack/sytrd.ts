/**
 * sytrd: A = H T Hᵀ, A symmetric, T tridiagonal, H = H_0 H_1 … H_{n-2}, of a matrix in panels.
 *
 * Reflector j clears column j below the subdiagonal, v(j+1) = 1. While a block of nb columns is made, A stays as
 * it was and A - V Wᵀ - W Vᵀ stands for what has become of it (Dongarra, Hammarling, Sorensen 1989):
 *
 *   x := a_j - V W(j)ᵀ - W V(j)ᵀ          v, tau from x
 *   y := A v - W (Vᵀ v) - V (Wᵀ v)        w := tau y - tau²/2 (vᵀy) v
 *
 * Then the block is applied to what remains, in tiles on and below the diagonal. 4n³/3 flops: half of them in
 * symv, at two thirds of the speed of a GEMM, half in tiles.
 *
 * A: n x n panels, of which the lower triangle is read; overwritten. On exit V
 * holds the reflectors with explicit ones and zeros, as larft and ormqr want them, and nothing above the rows where its blocks
 * begin; tau one real a column of V's panels; d and e are n and n-1 f64. `work` holds sytrdWork(n, nb) bytes.
 */
import { gemvN, gemvT, symv } from "../blas/symv";
import { NR, PAD, ROW, entryOf, pad, panelBytes, panelStride, transpose } from "../blas/panel";
import { MR, tileNN } from "../blas/tile";
import { LANES, REAL } from "../real";
import { larfg } from "./larfg";

/** V and W of a block, their rows transposed for one panel, x, y and t. */
export function sytrdWork(n: i32, nb: i32): u64 {
  return panelBytes(n, 2 * nb) + 2 * ROW * <u64>nb + 2 * REAL * <u64>pad(n, 2 * NR) + 2 * REAL * <u64>nb;
}

export function sytrd(n: i32, nb: i32, a: usize, v: usize, tau: usize, d: usize, e: usize, work: usize): void {
  const stride = panelStride(n);
  const vw = work;
  const rest = vw + <usize>panelBytes(n, 2 * nb);
  memory.fill(tau, 0, REAL * pad(n, NR));
  mirror(n, a, stride);
  for (let s = 0; s < n; s += nb) {
    latrd(n, s, nb, a, stride, vw, tau, d, e, rest);
    for (let j = s; j < min(s + nb, n); j += NR) {
      memory.copy(v + stride * (j / NR) + ROW * s, vw + stride * ((j - s) / NR) + ROW * s, stride - ROW * s);
    }
    for (let j = s + nb; j < n; j += NR) {
      swapped(nb, vw, stride, j, rest);
      for (let i = j, rows = pad(n, PAD); i < rows; i += MR) {
        tileNN(2 * nb, -1, vw + ROW * i, stride, rest, 1, a + stride * (j / NR) + ROW * i, ROW);
      }
    }
  }
}

/** Makes the diagonal blocks whole, as symv wants them. */
function mirror(n: i32, a: usize, stride: usize): void {
  for (let j = 0; j < n; j += NR, a += stride) {
    const block = a + ROW * j;
    for (let i = 0; i < NR; i++) {
      for (let c = 0; c < i; c++) store<real>(block + ROW * c + REAL * i, load<real>(block + ROW * i + REAL * c));
    }
  }
}

/** latrd: the reflectors of columns s..s+nb-1 and their W, side by side in `vw`. */
function latrd(
  n: i32, s: i32, nb: i32, a: usize, stride: usize, vw: usize, tau: usize, d: usize, e: usize, work: usize,
): void {
  const w = vw + stride * (nb / NR);
  const x = work;
  const y = x + REAL * pad(n, 2 * NR);
  const t = y + REAL * pad(n, 2 * NR);
  memory.fill(vw, 0, stride * (2 * nb / NR));
  memory.fill(x, 0, REAL * pad(n, 2 * NR));
  for (let j = s, end = min(s + nb, n); j < end; j++) {
    const panels = (j - s + NR - 1) / NR;
    for (let i = j, p = entryOf(a, stride, j, j); i < n; i++, p += ROW) {
      store<real>(x + REAL * i, load<real>(p));
    }
    row(nb, vw, stride, j, t);
    gemvN(n, j, panels, vw, stride, t + REAL * nb, x);
    gemvN(n, j, panels, w, stride, t, x);
    store<f64>(d + 8 * j, <f64>load<real>(x + REAL * j));
    if (j == n - 1) break;
    const scale = larfg(n - j - 1, x + REAL * (j + 1), REAL);
    store<f64>(e + 8 * j, <f64>load<real>(x + REAL * (j + 1)));
    store<real>(tau + REAL * j, <real>scale);
    store<real>(x + REAL * (j + 1), 1);
    // Also what gemvN touched before row j.
    memory.fill(x + REAL * s, 0, REAL * (j + 1 - s));

    symv(n, j + 1, a, stride, x, y);
    gemvT(n, s, panels, vw, stride, x, t);
    gemvN(n, j + 1, panels, w, stride, t, y);
    gemvT(n, s, panels, w, stride, x, t);
    gemvN(n, j + 1, panels, vw, stride, t, y);
    const shift = 0.5 * scale * scale * dot(n - j - 1, x + REAL * (j + 1), y + REAL * (j + 1));
    let p = entryOf(vw, stride, j + 1, j - s);
    let q = entryOf(w, stride, j + 1, j - s);
    for (let i = j + 1; i < n; i++, p += ROW, q += ROW) {
      const xi = load<real>(x + REAL * i);
      store<real>(p, xi);
      store<real>(q, <real>(scale * <f64>load<real>(y + REAL * i) - shift * <f64>xi));
    }
  }
}

/** xᵀy by sums of 16 terms, then by a sum of those: where all terms are alike, one long sum drifts by n u. */
function dot(n: i32, x: usize, y: usize): f64 {
  let total: f64 = 0;
  for (let i = 0; i < n;) {
    let sum: f64 = 0;
    for (const end = min(i + 16, n); i < end; i++) sum += <f64>load<real>(x + REAL * i) * <f64>load<real>(y + REAL * i);
    total += sum;
  }
  return total;
}

/** Row i of [V W], contiguous. */
// @ts-ignore: decorator
@inline
function row(nb: i32, vw: usize, stride: usize, i: i32, t: usize): void {
  for (let p = 0, q = vw + ROW * i; p < 2 * nb; p += NR, q += stride, t += ROW) memory.copy(t, q, ROW);
}

/** [W V]ᵀ of rows j..j+NR-1: the right operand of the update. */
function swapped(nb: i32, vw: usize, stride: usize, j: i32, to: usize): void {
  for (let l = 0; l < 2 * nb; l += LANES, to += ROW * LANES) {
    const from = entryOf(vw, stride, j, l < nb ? l + nb : l - nb);
    for (let c: usize = 0; c < 2; c++) transpose(from + c * ROW * LANES, ROW, to + 16 * c, ROW);
  }
}
