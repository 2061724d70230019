/**
 * lapmr: rows of a matrix in panels by descending size, and back. QR with column pivoting is then stable row by
 * row: each row has an error of its own size, however the rows are graded (Cox and Higham, "Stability of
 * Householder QR factorization for weighted least squares problems", 1998; LAPACK's gejsv, JOBA = 'F').
 */
import { amax } from "../blas/amax";
import { NR, ROW, panelStride } from "../blas/panel";
import { lasrt } from "./lasrt";

/** Rows whose sizes differ by less than four bits have little to gain, and stay in their order. */
// @ts-ignore: decorator
@inline const GRADED: f64 = 16;

/**
 * Are the rows of X, m x n, graded? Then `order` lists them by descending magnitude of their largest entries. `sizes`
 * has room for m f64, `work` for a panel row.
 */
export function graded(m: i32, n: i32, x: usize, order: usize, sizes: usize, work: usize): bool {
  const stride = panelStride(m);
  let largest: f64 = 0, smallest: f64 = f64.MAX_VALUE;
  for (let i = 0; i < m; i++) {
    let lo = v128.splat<real>(0), hi = lo;
    for (let j = 0, p = x + ROW * i; j < n; j += NR, p += stride) {
      lo = v128.max<real>(lo, v128.abs<real>(v128.load(p)));
      hi = v128.max<real>(hi, v128.abs<real>(v128.load(p, 16)));
    }
    v128.store(work, lo);
    v128.store(work, hi, 16);
    const size = amax(NR, work);
    store<f64>(sizes + 8 * i, size);
    largest = max(largest, size);
    if (size > 0) smallest = min(smallest, size);
  }
  if (largest < GRADED * smallest) return false;
  lasrt(m, sizes, order);
  return true;
}

/** Row i of X becomes its row order[i]; with `back` the other way around. `work` has room for one panel. */
export function lapmr(back: bool, m: i32, n: i32, x: usize, order: usize, work: usize): void {
  const stride = panelStride(m);
  for (let j = 0; j < n; j += NR, x += stride) {
    memory.copy(work, x, stride);
    for (let i = 0; i < m; i++) {
      const k = load<i32>(order + 4 * i);
      memory.copy(x + ROW * (back ? k : i), work + ROW * (back ? i : k), ROW);
    }
  }
}
