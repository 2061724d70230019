/**
 * laed3: eigenvalues and vectors U of diag(d) + rho z zᵀ, what deflation has left, and the merged Q U.
 *
 * Columns of Q go by kind, those that are zero below first, those that are zero above last, so that upper and
 * lower half of Q U are products of what is not zero: 2 k (n₁ k₁₂ + n₂ k₂₃) flops, n³ without deflation. They are
 * taken by panels of U, which is never there as a whole.
 */
import { NR, ROW, entryOf, pad, panelStride } from "../blas/panel";
import { MR, tileNN } from "../blas/tile";
import { REAL } from "../real";
import { BOTH, LOWER, UPPER } from "./laed2";
import { laed4 } from "./laed4";
import { GROUP, Merge } from "./merge";
import { column, gatherRows, leftColumn, refit } from "./refit";

/** k of the columns lo..hi-1 are coupled. Returns whether all roots were found. */
export function laed3(m: Merge, lo: i32, mid: i32, hi: i32, k: i32, rho: f64): bool {
  let length: f64 = 0;
  for (let i = 0; i < k; i++) length += load<f64>(m.zz + 8 * i);
  const out = m.u;
  for (let j = 0; j < k; j++) {
    if (!laed4(k, j, rho, length, m.dk, m.zz, out)) return false;
    store<f64>(m.origin + 8 * j, load<f64>(out));
    store<f64>(m.tau + 8 * j, load<f64>(out + 8));
  }
  refit(m, k);
  gatherRows(m, k);
  if (!m.vectors) {
    for (let j = 0; j < k; j++) column(m, k, j);
    return true;
  }
  const k1 = arrange(m, k, UPPER, 0);
  const k12 = arrange(m, k, BOTH, k1);
  const k23 = arrange(m, k, LOWER, k12) - k1;
  memory.fill(m.panel, 0, ROW * GROUP * (pad(k, NR) + NR));
  multiply(m, m.q, lo, mid, hi, k, k1, k12, k23);
  if (m.left) multiply(m, m.left, lo, mid, hi, k, k1, k12, k23);
  return true;
}

/** Q := Q U, of the vectors that begin with k1 columns which are zero below and end with those zero above. */
function multiply(m: Merge, q: usize, lo: i32, mid: i32, hi: i32, k: i32, k1: i32, k12: i32, k23: i32): void {
  const top = mid - lo, bottom = hi - mid;
  const ts = panelStride(top), bs = panelStride(bottom);
  const upper = m.columns, lower = upper + ts * ((k12 + NR - 1) / NR);
  const gone = lower + bs * ((k23 + NR - 1) / NR);
  gather(m, q, lo, mid, 0, k12, upper);
  gather(m, q, mid, hi, k1, k23, lower);
  saveDeflated(m, q, lo, hi, k, gone);
  // Some panels of U at a time: they share what a tile reads of the columns.
  const step = ROW * (pad(k, NR) + NR);
  for (let j = 0; j < k; j += GROUP * NR) {
    const end = min(j + GROUP * NR, k);
    for (let c = j; c < pad(end, NR); c++) {
      if (c < k) {
        if (q == m.left) leftColumn(m, k, c);
        else column(m, k, c);
      }
      const u = m.panel + step * ((c - j) / NR) + REAL * (c & (NR - 1));
      for (let i = 0; i < k; i++) {
        store<real>(u + ROW * load<i32>(m.place + 4 * i), c < k ? <real>load<f64>(m.u + 8 * i) : 0);
      }
    }
    const to = q + m.stride * ((lo + j) / NR) + ROW * lo;
    for (let i = 0; i < top; i += MR) {
      for (let c = j, u = m.panel, x = to; c < end; c += NR, u += step, x += m.stride) {
        tileNN(pad(k12, MR), 1, upper + ROW * i, ts, u, 0, x + ROW * i, ROW);
      }
    }
    for (let i = 0; i < bottom; i += MR) {
      for (let c = j, u = m.panel + ROW * k1, x = to + ROW * top; c < end; c += NR, u += step, x += m.stride) {
        tileNN(pad(k23, MR), 1, lower + ROW * i, bs, u, 0, x + ROW * i, ROW);
      }
    }
  }
  restoreDeflated(m, q, lo, hi, k, gone);
}

/** Gives the kept columns of one kind their rows in U, from `at` on; returns where the next kind begins. */
function arrange(m: Merge, k: i32, kind: i32, at: i32): i32 {
  for (let i = 0; i < k; i++) {
    const j = load<i32>(m.kept + 4 * i);
    if (load<i32>(m.kind + 4 * j) != kind) continue;
    store<i32>(m.place + 4 * i, at);
    store<i32>(m.z + 4 * at++, j);
  }
  return at;
}

/** Rows from..to-1 of the columns that stand at, at + 1, … in U, as panels. z, used up, names them. */
function gather(m: Merge, q: usize, from: i32, to: i32, at: i32, count: i32, panels: usize): void {
  const rows = to - from;
  const stride = panelStride(rows);
  for (let j = 0; j < count; j++, at++) {
    const c = load<i32>(m.z + 4 * at);
    let x = entryOf(q, m.stride, from, c);
    const panel = panels + stride * (j / NR);
    if ((j & (NR - 1)) == 0) memory.fill(panel, 0, stride);
    let y = panel + REAL * (j & (NR - 1));
    for (let i = 0; i < rows; i++, x += ROW, y += ROW) store<real>(y, load<real>(x));
  }
}

function saveDeflated(m: Merge, q: usize, lo: i32, hi: i32, k: i32, to: usize): void {
  for (let j = 0, count = hi - lo - k; j < count; j++) {
    const c = load<i32>(m.deflated + 4 * j);
    let x = entryOf(q, m.stride, lo, c);
    for (let i = lo; i < hi; i++, x += ROW, to += REAL) store<real>(to, load<real>(x));
  }
}

function restoreDeflated(m: Merge, q: usize, lo: i32, hi: i32, k: i32, from: usize): void {
  for (let j = lo + k; j < hi; j++) {
    let x = entryOf(q, m.stride, lo, j);
    for (let i = lo; i < hi; i++, x += ROW, from += REAL) store<real>(x, load<real>(from));
  }
}
