/**
 * laed3: eigenvalues and vectors U of diag(d) + rho z zᵀ, what deflation has left, and the merged Q U.
 *
 * A new ẑ is made for which the computed roots λ are exact (Löwner's formula; Gu and Eisenstat 1995), so that its
 * vectors u_i = ẑ_i / (d_i - λ) are orthogonal however close the roots are:
 *
 *   ẑ_i² = Π_j (λ_j - d_i) / Π_{j≠i} (d_j - d_i) / rho
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
import { Merge } from "./merge";

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
  memory.fill(m.panel, 0, ROW * (pad(k, NR) + NR));
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
  const u = m.panel;
  for (let j = 0; j < k; j += NR) {
    for (let c = 0; c < NR; c++) {
      if (j + c < k) {
        if (q == m.left) leftColumn(m, k, j + c);
        else column(m, k, j + c);
      }
      for (let i = 0; i < k; i++) {
        store<real>(u + ROW * load<i32>(m.place + 4 * i) + REAL * c, j + c < k ? <real>load<f64>(m.u + 8 * i) : 0);
      }
    }
    const to = q + m.stride * ((lo + j) / NR) + ROW * lo;
    for (let i = 0; i < top; i += MR) {
      tileNN(pad(k12, MR), 1, upper + ROW * i, ts, u, 0, to + ROW * i, ROW);
    }
    for (let i = 0; i < bottom; i += MR) {
      tileNN(pad(k23, MR), 1, lower + ROW * i, bs, u + ROW * k1, 0, to + ROW * (top + i), ROW);
    }
  }
  restoreDeflated(m, q, lo, hi, k, gone);
}

/** ẑ, but for the factor 1/rho: the vectors are normalised anyway. */
function refit(m: Merge, k: i32): void {
  const d = m.dk, product = m.zhat;
  for (let i = 0; i < k; i++) store<f64>(product + 8 * i, 1);
  for (let j = 0; j < k; j++) {
    const o = load<f64>(m.origin + 8 * j), t = load<f64>(m.tau + 8 * j);
    quotients(0, j, d, load<f64>(d + 8 * j), o, t, product);
    quotients(j + 1, k, d, load<f64>(d + 8 * j), o, t, product);
    store<f64>(product + 8 * j, load<f64>(product + 8 * j) * (load<f64>(d + 8 * j) - o - t));
  }
  for (let i = 0; i < k; i++) {
    store<f64>(product + 8 * i, copysign(sqrt(-load<f64>(product + 8 * i)), load<f64>(m.zk + 8 * i)));
  }
}

/** product_i *= (d_i - λ) / (d_i - d_j) for i from..to-1 */
function quotients(from: i32, to: i32, d: usize, dj: f64, origin: f64, tau: f64, product: usize): void {
  const p = f64x2.splat(dj), o = f64x2.splat(origin), t = f64x2.splat(tau);
  let i = from;
  for (; i + 2 <= to; i += 2) {
    const di = v128.load(d + 8 * i);
    const ratio = f64x2.div(f64x2.sub(f64x2.sub(di, o), t), f64x2.sub(di, p));
    v128.store(product + 8 * i, f64x2.mul(v128.load(product + 8 * i), ratio));
  }
  if (i < to) {
    const di = load<f64>(d + 8 * i);
    store<f64>(product + 8 * i, load<f64>(product + 8 * i) * ((di - origin - tau) / (di - dj)));
  }
}

/** First and last row of the kept columns, in their order, to where zz and zk are no longer needed. */
function gatherRows(m: Merge, k: i32): void {
  for (let i = 0; i < k; i++) {
    const from = load<i32>(m.kept + 4 * i);
    store<f64>(m.zz + 8 * i, load<f64>(m.first + 8 * from));
    store<f64>(m.zk + 8 * i, load<f64>(m.last + 8 * from));
  }
  if (k & 1) {
    // Vectors of two: what lies beyond must not count.
    store<f64>(m.zhat + 8 * k, 0);
    store<f64>(m.dk + 8 * k, load<f64>(m.dk + 8 * (k - 1)));
    store<f64>(m.zz + 8 * k, 0);
    store<f64>(m.zk + 8 * k, 0);
    store<f64>(m.root + 8 * k, 0);
  }
}

/** Column j of U at unit length, and with it value, first and last row of the merged piece, in `spare`. */
function column(m: Merge, k: i32, j: i32): void {
  const o = f64x2.splat(load<f64>(m.origin + 8 * j)), t = f64x2.splat(load<f64>(m.tau + 8 * j));
  let squares = f64x2.splat(0), first = squares, last = squares;
  for (let i = 0; i < k; i += 2) {
    const x = f64x2.div(v128.load(m.zhat + 8 * i), f64x2.sub(f64x2.sub(v128.load(m.dk + 8 * i), o), t));
    v128.store(m.u + 8 * i, x);
    squares = f64x2.add(squares, f64x2.mul(x, x));
    first = f64x2.add(first, f64x2.mul(x, v128.load(m.zz + 8 * i)));
    last = f64x2.add(last, f64x2.mul(x, v128.load(m.zk + 8 * i)));
  }
  const scale = 1 / sqrt(sum(squares));
  const factor = f64x2.splat(scale);
  for (let i = 0; i < k; i += 2) {
    v128.store(m.u + 8 * i, f64x2.mul(factor, v128.load(m.u + 8 * i)));
  }
  const to = m.spare + 24 * j;
  store<f64>(to, load<f64>(m.origin + 8 * j) + load<f64>(m.tau + 8 * j));
  store<f64>(to + 8, scale * sum(first));
  store<f64>(to + 16, scale * sum(last));
}

/**
 * The left vector that belongs to column j, at unit length: u_0 = -1 and u_i = d_i ẑ_i / (d_i² - λ), where 1 = rho (see
 * bdsdc).
 */
function leftColumn(m: Merge, k: i32, j: i32): void {
  const o = f64x2.splat(load<f64>(m.origin + 8 * j)), t = f64x2.splat(load<f64>(m.tau + 8 * j));
  for (let i = 0; i < k; i += 2) {
    const x = f64x2.div(v128.load(m.zhat + 8 * i), f64x2.sub(f64x2.sub(v128.load(m.dk + 8 * i), o), t));
    v128.store(m.u + 8 * i, f64x2.mul(v128.load(m.root + 8 * i), x));
  }
  store<f64>(m.u, -1);
  let squares = f64x2.splat(0);
  for (let i = 0; i < k; i += 2) {
    const x = v128.load(m.u + 8 * i);
    squares = f64x2.add(squares, f64x2.mul(x, x));
  }
  const factor = f64x2.splat(1 / sqrt(sum(squares)));
  for (let i = 0; i < k; i += 2) {
    v128.store(m.u + 8 * i, f64x2.mul(factor, v128.load(m.u + 8 * i)));
  }
}

// @ts-ignore: decorator
@inline
function sum(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
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
