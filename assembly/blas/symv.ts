/**
 * Products of matrices in panels with vectors.
 *
 *   symv     y := A x       A symmetric: its diagonal blocks (NR x NR, whole) and what lies below them
 *   gemvT    t := Vᵀ x      V of so many panels
 *   gemvN    y := y - V t
 *
 * symv uses every entry below the diagonal blocks twice: half the memory traffic of a plain product, and
 * memory is what bounds it. Where whole rows are summed, they go two at a time.
 *
 * Vectors are contiguous, padded with zeros to a multiple of 2 NR.
 */
import { REAL, SINGLE } from "../real";
import { NR, PAD, ROW, pad } from "./panel";

/** x is zero before `from`, where y is left undefined. */
export function symv(n: i32, from: i32, a: usize, stride: usize, x: usize, y: usize): void {
  const rows = pad(n, PAD);
  const start = from & (-2 * NR);
  memory.fill(y + REAL * start, 0, REAL * (rows - start));
  for (let j = start; j < n; j += 2 * NR) {
    const p = a + stride * (j / NR), q = p + stride;
    const xj = x + REAL * j, yj = y + REAL * j;
    const next = j + NR, below = j + 2 * NR;
    columnSums(NR, p + ROW * j, xj, yj);
    if (next >= n) break;
    onePanel(min(below, rows) - next, p + ROW * next, x + REAL * next, xj, y + REAL * next, yj);
    columnSums(NR, q + ROW * next, x + REAL * next, y + REAL * next);
    if (below < rows) {
      twoPanels(rows - below, p + ROW * below, q + ROW * below, x + REAL * below, xj, y + REAL * below, yj);
    }
  }
}

/** y += Pᵀ x on one panel. */
function columnSums(rows: i32, p: usize, x: usize, y: usize): void {
  let lo = v128.load(y), hi = v128.load(y, 16);
  for (const end = p + ROW * rows; p < end; p += ROW, x += REAL) {
    const s = v128.load_splat<real>(x);
    lo = v128.add<real>(lo, v128.mul<real>(s, v128.load(p)));
    hi = v128.add<real>(hi, v128.mul<real>(s, v128.load(p, 16)));
  }
  v128.store(y, lo);
  v128.store(y, hi, 16);
}

/** yj += Pᵀ x and y += P xj; an even number of rows. */
function onePanel(rows: i32, p: usize, x: usize, xj: usize, y: usize, yj: usize): void {
  const x0 = v128.load(xj), x1 = v128.load(xj, 16);
  let c0 = v128.load(yj), c1 = v128.load(yj, 16);
  for (const end = p + ROW * rows; p < end; p += 2 * ROW, x += 2 * REAL, y += 2 * REAL) {
    let lo = v128.load(p), hi = v128.load(p, 16);
    let s = v128.load_splat<real>(x);
    c0 = v128.add<real>(c0, v128.mul<real>(s, lo));
    c1 = v128.add<real>(c1, v128.mul<real>(s, hi));
    const first = v128.add<real>(v128.mul<real>(lo, x0), v128.mul<real>(hi, x1));
    lo = v128.load(p, ROW);
    hi = v128.load(p, ROW + 16);
    s = v128.load_splat<real>(x, REAL);
    c0 = v128.add<real>(c0, v128.mul<real>(s, lo));
    c1 = v128.add<real>(c1, v128.mul<real>(s, hi));
    addSums(y, first, v128.add<real>(v128.mul<real>(lo, x0), v128.mul<real>(hi, x1)));
  }
  v128.store(yj, c0);
  v128.store(yj, c1, 16);
}

/** The same for P and Q at once. */
function twoPanels(rows: i32, p: usize, q: usize, x: usize, xj: usize, y: usize, yj: usize): void {
  const x0 = v128.load(xj), x1 = v128.load(xj, 16), x2 = v128.load(xj, 32), x3 = v128.load(xj, 48);
  let c0 = v128.load(yj), c1 = v128.load(yj, 16), c2 = v128.load(yj, 32), c3 = v128.load(yj, 48);
  for (const end = p + ROW * rows; p < end; p += 2 * ROW, q += 2 * ROW, x += 2 * REAL, y += 2 * REAL) {
    let s = v128.load_splat<real>(x);
    let a = v128.load(p);
    c0 = v128.add<real>(c0, v128.mul<real>(s, a));
    let first = v128.mul<real>(a, x0);
    a = v128.load(p, 16);
    c1 = v128.add<real>(c1, v128.mul<real>(s, a));
    first = v128.add<real>(first, v128.mul<real>(a, x1));
    a = v128.load(q);
    c2 = v128.add<real>(c2, v128.mul<real>(s, a));
    first = v128.add<real>(first, v128.mul<real>(a, x2));
    a = v128.load(q, 16);
    c3 = v128.add<real>(c3, v128.mul<real>(s, a));
    first = v128.add<real>(first, v128.mul<real>(a, x3));
    s = v128.load_splat<real>(x, REAL);
    a = v128.load(p, ROW);
    c0 = v128.add<real>(c0, v128.mul<real>(s, a));
    let second = v128.mul<real>(a, x0);
    a = v128.load(p, ROW + 16);
    c1 = v128.add<real>(c1, v128.mul<real>(s, a));
    second = v128.add<real>(second, v128.mul<real>(a, x1));
    a = v128.load(q, ROW);
    c2 = v128.add<real>(c2, v128.mul<real>(s, a));
    second = v128.add<real>(second, v128.mul<real>(a, x2));
    a = v128.load(q, ROW + 16);
    c3 = v128.add<real>(c3, v128.mul<real>(s, a));
    second = v128.add<real>(second, v128.mul<real>(a, x3));
    addSums(y, first, second);
  }
  v128.store(yj, c0);
  v128.store(yj, c1, 16);
  v128.store(yj, c2, 32);
  v128.store(yj, c3, 48);
}

/** y[0] += the lanes of `first`, y[1] += the lanes of `second`. */
// @ts-ignore: decorator
@inline
function addSums(y: usize, first: v128, second: v128): void {
  if (SINGLE) {
    const pairs = v128.add<f32>(
      v128.shuffle<f32>(first, second, 0, 4, 1, 5),
      v128.shuffle<f32>(first, second, 2, 6, 3, 7),
    );
    const sums = v128.add<f32>(pairs, v128.shuffle<f32>(pairs, pairs, 2, 3, 0, 1));
    v128.store64_lane(y, v128.add<f32>(v128.load64_zero(y), sums), 0);
  } else {
    const sums = v128.add<f64>(v128.shuffle<f64>(first, second, 0, 2), v128.shuffle<f64>(first, second, 1, 3));
    v128.store(y, v128.add<f64>(v128.load(y), sums));
  }
}

/** Rows from..n-1 of V and x. */
export function gemvT(n: i32, from: i32, panels: i32, v: usize, stride: usize, x: usize, t: usize): void {
  memory.fill(t, 0, ROW * panels);
  v += ROW * from;
  x += REAL * from;
  for (; panels > 1; panels -= 2, v += 2 * stride, t += 2 * ROW) twoSums(n - from, v, v + stride, x, t);
  if (panels) columnSums(n - from, v, x, t);
}

/** y += [P Q]ᵀ x: twice as many sums as in columnSums, none of which waits for another. */
function twoSums(rows: i32, p: usize, q: usize, x: usize, y: usize): void {
  let c0 = v128.load(y), c1 = v128.load(y, 16), c2 = v128.load(y, 32), c3 = v128.load(y, 48);
  for (const end = p + ROW * rows; p < end; p += ROW, q += ROW, x += REAL) {
    const s = v128.load_splat<real>(x);
    c0 = v128.add<real>(c0, v128.mul<real>(s, v128.load(p)));
    c1 = v128.add<real>(c1, v128.mul<real>(s, v128.load(p, 16)));
    c2 = v128.add<real>(c2, v128.mul<real>(s, v128.load(q)));
    c3 = v128.add<real>(c3, v128.mul<real>(s, v128.load(q, 16)));
  }
  v128.store(y, c0);
  v128.store(y, c1, 16);
  v128.store(y, c2, 32);
  v128.store(y, c3, 48);
}

/** Rows of y from `from` on, four at a time: also those after `from` & -4. */
export function gemvN(n: i32, from: i32, panels: i32, v: usize, stride: usize, t: usize, y: usize): void {
  const minus = v128.splat<real>(-1);
  for (let i = from & -4; i < n; i += 4) {
    let first = v128.splat<real>(0), second = first, third = first, fourth = first;
    for (let p = 0, q = v + ROW * i, s = t; p < panels; p++, q += stride, s += ROW) {
      const lo = v128.load(s), hi = v128.load(s, 16);
      first = v128.add<real>(first, v128.mul<real>(lo, v128.load(q)));
      first = v128.add<real>(first, v128.mul<real>(hi, v128.load(q, 16)));
      second = v128.add<real>(second, v128.mul<real>(lo, v128.load(q, ROW)));
      second = v128.add<real>(second, v128.mul<real>(hi, v128.load(q, ROW + 16)));
      third = v128.add<real>(third, v128.mul<real>(lo, v128.load(q, 2 * ROW)));
      third = v128.add<real>(third, v128.mul<real>(hi, v128.load(q, 2 * ROW + 16)));
      fourth = v128.add<real>(fourth, v128.mul<real>(lo, v128.load(q, 3 * ROW)));
      fourth = v128.add<real>(fourth, v128.mul<real>(hi, v128.load(q, 3 * ROW + 16)));
    }
    addSums(y + REAL * i, v128.mul<real>(minus, first), v128.mul<real>(minus, second));
    addSums(y + REAL * i + 2 * REAL, v128.mul<real>(minus, third), v128.mul<real>(minus, fourth));
  }
}
