/**
 * getrf: P A = L U by Gaussian elimination with partial pivoting, in panels; mn² - n³/3 flops for m >= n.
 *
 * Left-looking: a stripe of columns takes all earlier exchanges of rows and all earlier columns of L at once (trsm
 * above the diagonal, tiles below), then goes panel by panel in the same way, and a panel column by column (getf2).
 * So the products are of full depth, and later columns are written once.
 */
import { NR, ROW, columnOf, entryOf, pad, panelStride } from "../blas/panel";
import { MR, tileNN } from "../blas/tile";
import { trsm } from "../blas/trsm";
import { REAL } from "../real";

/** Columns of a stripe. */
// @ts-ignore: decorator
@inline const STRIPE: i32 = 32;

/**
 * A is m x n in panels and overwritten by L (below the diagonal, its ones not stored) and U; `pivots` receives for each of
 * min(m, n) rows the one it was exchanged with (i32). Returns 0, or the number, from 1, of the first pivot that is zero.
 */
export function getrf(m: i32, n: i32, a: usize, pivots: usize): i32 {
  const stride = panelStride(m);
  const k = min(m, n);
  let zero = 0;
  for (let s = 0; s < n; s += STRIPE) {
    const end = min(s + STRIPE, n);
    const known = min(s, k);
    for (let j = s; j < end; j += NR) laswp(true, columnOf(a, stride, j), 0, known, pivots);
    eliminate(m, 0, known, s, end, a, stride);
    for (let j = s; j < min(end, k); j += NR) {
      if (j > s) eliminate(m, s, j, j, end, a, stride, NR);
      const count = min(NR, k - j);
      const failed = getf2(m - j, count, entryOf(a, stride, j, j), pivots + 4 * j);
      if (failed && !zero) zero = j + failed;
      for (let r = j; r < j + count; r++) store<i32>(pivots + 4 * r, load<i32>(pivots + 4 * r) + j);
      for (let l = 0; l < end; l += NR) {
        if (l != j) laswp(true, columnOf(a, stride, l), j, j + count, pivots);
      }
    }
    // Panels of this stripe right of the last pivot (m < n) are U alone.
    if (s < k && pad(k, NR) < end) eliminate(m, s, k, pad(k, NR), end, a, stride);
  }
  return zero;
}

/** Columns `first` to `last` - 1 of L, whose rows from `last` on are there, on columns j.. of A, at most `width` of them. */
function eliminate(
  m: i32, first: i32, last: i32, j: i32, end: i32, a: usize, stride: usize, width: i32 = STRIPE,
): void {
  if (last == first) return;
  const cols = min(width, end - j);
  const x = columnOf(a, stride, j) + ROW * first;
  trsm(true, false, true, last - first, cols, entryOf(a, stride, first, first), stride, x, stride);
  for (let i = last; i < m; i += MR) {
    const li = entryOf(a, stride, i, first);
    for (let l = 0, from = x; l < cols; l += NR, from += stride) {
      tileNN(last - first, -1, li, stride, from, 1, from + ROW * (i - first), ROW);
    }
  }
}

/** One panel from the row of its first pivot on: `n` pivots, m rows. Pivots count from there. */
function getf2(m: i32, n: i32, p: usize, pivots: usize): i32 {
  let zero = 0;
  let best = 0;
  let largest: real = -1;
  for (let r = 0; r < m; r++) {
    const size = abs<real>(load<real>(p + ROW * r));
    if (size > largest) {
      largest = size;
      best = r;
    }
  }
  for (let c = 0; c < n; c++) {
    const top = p + ROW * c;
    store<i32>(pivots + 4 * c, best);
    if (best != c) exchange(top, p + ROW * best);
    const pivot = load<real>(top + REAL * c);
    if (pivot == 0) {
      if (!zero) zero = c + 1;
    }
    best = c + 1;
    largest = -1;
    // The part of the pivot's row that is still to be subtracted.
    const lo = after(c, top, 0), hi = after(c - NR / 2, top, 16);
    const next = REAL * min(c + 1, NR - 1);
    for (let row = top + ROW, r = c + 1; r < m; r++, row += ROW) {
      const l: real = pivot == 0 ? 0 : load<real>(row + REAL * c) / pivot;
      const factor = v128.splat<real>(l);
      v128.store(row, v128.sub<real>(v128.load(row), v128.mul<real>(factor, lo)));
      v128.store(row, v128.sub<real>(v128.load(row, 16), v128.mul<real>(factor, hi)), 16);
      store<real>(row + REAL * c, l);
      const size = abs<real>(load<real>(row + next));
      if (size > largest) {
        largest = size;
        best = r;
      }
    }
  }
  return zero;
}

/** Half a panel row, its columns up to c zero. */
// @ts-ignore: decorator
@inline
function after(c: i32, row: usize, offset: usize): v128 {
  let x = v128.load(row + offset);
  if (c >= 0) x = v128.replace_lane<real>(x, 0, 0);
  if (c >= 1) x = v128.replace_lane<real>(x, 1, 0);
  if (REAL == 4) {
    if (c >= 2) x = f32x4.replace_lane(x, 2, 0);
    if (c >= 3) x = f32x4.replace_lane(x, 3, 0);
  }
  return x;
}

/** laswp: the exchanges of rows `first` to `last` - 1, on one panel; backward they undo themselves. */
export function laswp(forward: bool, panel: usize, first: i32, last: i32, pivots: usize): void {
  for (let q = first; q < last; q++) {
    const r = forward ? q : first + last - 1 - q;
    const other = load<i32>(pivots + 4 * r);
    if (other != r) exchange(panel + ROW * r, panel + ROW * other);
  }
}

// @ts-ignore: decorator
@inline
function exchange(x: usize, y: usize): void {
  const lo = v128.load(x), hi = v128.load(x, 16);
  v128.store(x, v128.load(y));
  v128.store(x, v128.load(y, 16), 16);
  v128.store(y, lo);
  v128.store(y, hi, 16);
}
