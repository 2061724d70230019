/**
 * gebrd: A = H B Gᵀ, m >= n, B upper bidiagonal, H = H_0 … H_{n-1}, G = G_0 … G_{n-2}, of a matrix in panels.
 *
 * H_j clears column j below the diagonal, G_j row j right of the superdiagonal. While a block of nb columns and rows is
 * made, A stays as it was and A - V Yᵀ - X Pᵀ stands for what has become of it (Dongarra, Hammarling, Sorensen 1989):
 *
 *   a := a_j - V Y(j)ᵀ - X P(j)ᵀ                         v, tau from a
 *   y := tau (Aᵀ v - Y (Vᵀ v) - P (Xᵀ v))
 *   r := A(j) - Y V(j)ᵀ - P X(j)ᵀ - y                    p, pi from r = (alpha, …)ᵀ, which it turns into (beta, 0 … 0)
 *   x := pi (A p - V (Yᵀ p) - X (Pᵀ p)),                 A p = (A r - beta a_{j+1}) / (alpha - beta)
 *
 * The last line lets both products with A share one pass over it (gemvt), as r of a few columns needs y of the same
 * columns only. There is no cancellation: alpha and beta differ in sign. Then the block is applied to what remains, in tiles.
 * 4mn² - 4n³/3 flops, half in gemvt, half in tiles, and 8 n (m + n) nb / 2 in the thin products of a block.
 *
 * The largest entry of A should be far above 1, so that A r does not underflow where r is small and alpha - beta with it.
 *
 * A: m x n panels and one of zeros; overwritten. V (m x n) and P (n x n) end as the reflectors with explicit ones and
 * zeros, as larft and ormqr want them, tauq and taup as one real a column of the panels; d and e are n and n-1 f64.
 * `work` holds gebrdWork(m, n, nb) bytes.
 */
import { gemvt } from "../blas/gemvt";
import { gemvN, gemvT } from "../blas/symv";
import { NR, PAD, ROW, columnOf, entryOf, pad, panelBytes, panelStride } from "../blas/panel";
import { MR, tileNN } from "../blas/tile";
import { REAL } from "../real";
import { larfg } from "./larfg";

/** V and X, Y and P of a block, [Y P]ᵀ of one panel, two columns and two rows, two rows of a block. */
export function gebrdWork(m: i32, n: i32, nb: i32): u64 {
  const vectors = 2 * (<u64>pad(m, PAD) + <u64>pad(n, PAD) + 2 * NR) + 4 * <u64>nb;
  return panelBytes(m, 2 * nb) + panelBytes(n, 2 * nb) + 2 * ROW * <u64>nb + REAL * vectors;
}

export function gebrd(
  m: i32, n: i32, nb: i32, a: usize, v: usize, p: usize, tauq: usize, taup: usize, d: usize, e: usize, work: usize,
): void {
  const ms = panelStride(m), ns = panelStride(n);
  const vx = work;
  const yp = vx + <usize>panelBytes(m, 2 * nb);
  const rest = yp + <usize>panelBytes(n, 2 * nb);
  memory.fill(tauq, 0, REAL * pad(n, NR));
  memory.fill(taup, 0, REAL * pad(n, NR));
  memory.fill(v, 0, <usize>panelBytes(m, n));
  memory.fill(p, 0, <usize>panelBytes(n, n));
  for (let s = 0; s < n; s += nb) {
    labrd(m, n, s, nb, a, vx, yp, tauq, taup, d, e, rest);
    const x = yp + ns * (nb / NR);
    for (let j = s; j < min(s + nb, n); j += NR) {
      memory.copy(entryOf(v, ms, s, j), entryOf(vx, ms, s, j - s), ms - ROW * s);
      memory.copy(entryOf(p, ns, s, j), entryOf(x, ns, s, j - s), ns - ROW * s);
    }
    for (let j = s + nb; j < n; j += NR) {
      transposed(nb, yp, ns, j, rest);
      for (let i = s + nb, rows = pad(m, PAD); i < rows; i += MR) {
        tileNN(2 * nb, -1, vx + ROW * i, ms, rest, 1, entryOf(a, ms, i, j), ROW);
      }
    }
  }
}

/** labrd: reflectors of columns and rows s..s+nb-1, with their X beside V in `vx`, Y beside P in `yp`. */
function labrd(
  m: i32, n: i32, s: i32, nb: i32, a: usize, vx: usize, yp: usize,
  tauq: usize, taup: usize, d: usize, e: usize, work: usize,
): void {
  const ms = panelStride(m), ns = panelStride(n);
  const v = vx, x = vx + ms * (nb / NR), y = yp, p = yp + ns * (nb / NR);
  const mp = pad(m, PAD), np = pad(n, PAD) + 2 * NR;
  const column = work, w = column + REAL * mp;
  const yj = w + REAL * mp, r = yj + REAL * np;
  const t = r + REAL * np, t2 = t + REAL * nb;
  memory.fill(vx, 0, <usize>panelBytes(m, 2 * nb));
  memory.fill(yp, 0, <usize>panelBytes(n, 2 * nb));
  memory.fill(work, 0, t - work);
  for (let j = s, end = min(s + nb, n); j < end; j++) {
    const i = j - s;
    const panels = (i + NR - 1) / NR, more = i / NR + 1;
    copyColumn(j, m, columnOf(a, ms, j), ROW, column, REAL);
    copyRow(nb, yp, ns, j, t);
    gemvN(m, j, panels, v, ms, t, column);
    gemvN(m, j, panels, x, ms, t2, column);
    const tau = <real>larfg(m - j, column + REAL * j, REAL);
    store<f64>(d + 8 * j, <f64>load<real>(column + REAL * j));
    store<real>(tauq + REAL * j, tau);
    store<real>(column + REAL * j, 1);
    // Also what gemvN touched before row j.
    memory.fill(column + REAL * s, 0, REAL * i);
    copyColumn(j, m, column, REAL, columnOf(v, ms, i), ROW);
    if (j == n - 1) break;

    const next = j + 1;
    memory.fill(yj, 0, REAL * np);
    gemvT(m, j, panels, v, ms, column, t);
    gemvN(n, next, panels, y, ns, t, yj);
    gemvT(m, j, panels, x, ms, column, t);
    gemvN(n, next, panels, p, ns, t, yj);
    for (let c = next & -NR, from = entryOf(a, ms, j, c); c < n; c += NR, from += ms) {
      memory.copy(r + REAL * c, from, ROW);
    }
    copyRow(nb, vx, ms, j, t);
    gemvN(n, next, panels, y, ns, t, r);
    gemvN(n, next, panels, p, ns, t2, r);
    gemvt(m, j, n, next, a, ms, tau, column, yj, r, w);
    copyColumn(next, n, yj, REAL, columnOf(y, ns, i), ROW);

    const alpha = <f64>load<real>(r + REAL * next);
    const pi = larfg(n - next, r + REAL * next, REAL);
    const beta = <f64>load<real>(r + REAL * next);
    store<f64>(e + 8 * j, beta);
    store<real>(taup + REAL * j, <real>pi);
    store<real>(r + REAL * next, 1);
    copyColumn(next, n, r, REAL, columnOf(p, ns, i), ROW);
    if (pi == 0) continue;
    let from = entryOf(a, ms, next, next);
    for (let l = next; l < m; l++, from += ROW) {
      const at = w + REAL * l;
      store<real>(at, <real>((<f64>load<real>(at) - beta * <f64>load<real>(from)) / (alpha - beta)));
    }
    gemvT(n, next, more, y, ns, r, t);
    gemvN(m, next, more, v, ms, t, w);
    gemvT(n, next, panels, p, ns, r, t);
    gemvN(m, next, panels, x, ms, t, w);
    let to = entryOf(x, ms, next, i);
    for (let l = next; l < m; l++, to += ROW) store<real>(to, <real>(pi * <f64>load<real>(w + REAL * l)));
  }
}

/** Entries from..to-1 of a column, `fs` and `ts` bytes apart. */
function copyColumn(from: i32, to: i32, x: usize, fs: usize, y: usize, ts: usize): void {
  x += fs * from;
  y += ts * from;
  for (let i = from; i < to; i++, x += fs, y += ts) store<real>(y, load<real>(x));
}

/** Row i of two matrices of nb columns side by side, contiguous. */
function copyRow(nb: i32, panels: usize, stride: usize, i: i32, t: usize): void {
  for (let p = 0, q = panels + ROW * i; p < 2 * nb; p += NR, q += stride, t += ROW) memory.copy(t, q, ROW);
}

/** [Y P]ᵀ of rows j..j+NR-1: the right operand of the update. */
function transposed(nb: i32, yp: usize, stride: usize, j: i32, to: usize): void {
  for (let l = 0; l < 2 * nb; l++, to += ROW) {
    const from = entryOf(yp, stride, j, l);
    for (let c = 0; c < NR; c++) store<real>(to + REAL * c, load<real>(from + ROW * c));
  }
}
