/**
 * gesvb: factorizations and solves of many small matrices, one a SIMD lane.
 *
 * LANES matrices are interleaved, entry (i, j) of all in one v128, and eliminated together; each lane has pivots of its
 * own, whose rows are exchanged under masks. What a lane cannot do is left to the routines for one matrix: numbers so
 * large or small that they should be scaled, a pivot that is zero or not positive, a result that is not finite.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { Info } from "../info";
import { LANES, REAL } from "../real";
import { scaleOf } from "./lascl";

/**
 * `count` matrices A, n x n, and as many B, n x cols, row-major, one after the other. B is overwritten by X; of a `posdef` A the
 * lower triangle is read, and A overwritten by L; d receives n + 1 numbers a matrix: the determinant of the
 * permutation and the pivots (of L, its diagonal). `done` receives 1 for each matrix, or 0: nothing of it counts.
 */
export function gesvb(
  posdef: bool, count: i32, n: i32, cols: i32, a: usize, b: usize, d: usize, done: usize,
): Info {
  const frame = mark();
  const x = alloc(16 * <u64>n * n);
  const y = alloc(16 * <u64>n * cols);
  if (!x || !y) {
    release(frame);
    return Info.MEMORY;
  }
  const size = n * n, right = n * cols;
  for (let first = 0; first < count; first += LANES) {
    const lanes = min(LANES, count - first);
    for (let lane = 0; lane < LANES; lane++) {
      // Lanes without a matrix repeat the last one.
      const which = <usize>(first + min(lane, lanes - 1));
      gather(size, a + REAL * which * size, x + REAL * lane);
      gather(right, b + REAL * which * right, y + REAL * lane);
    }
    let sign = v128.splat<real>(1);
    if (posdef) cholesky(n, cols, x, y);
    else sign = eliminate(n, cols, x, y);
    for (let lane = 0; lane < lanes; lane++) {
      const which = <usize>(first + lane);
      const own = a + REAL * which * size, rhs = b + REAL * which * right, pivots = d + REAL * which * (n + 1);
      const usable = scaleOf(amax(size, own)) == 1 && scaleOf(amax(right, rhs)) == 1;
      store<real>(pivots, laneOf(sign, lane));
      let regular = true;
      for (let i = 0; i < n; i++) {
        const pivot = load<real>(x + 16 * (i * n + i) + REAL * lane);
        if (!(posdef ? pivot > 0 : pivot != 0)) regular = false;
        store<real>(pivots + REAL * (i + 1), pivot);
      }
      if (!usable || !regular) {
        store<real>(done + REAL * which, 0);
        continue;
      }
      scatter(right, y + REAL * lane, rhs);
      if (posdef) {
        scatter(size, x + REAL * lane, own);
        for (let i = 0; i < n; i++) memory.fill(own + REAL * (i * n + i + 1), 0, REAL * (n - 1 - i));
      }
      const top = max(amax(right, rhs), max(amax(n + 1, pivots), posdef ? amax(size, own) : 0));
      store<real>(done + REAL * which, top <= f64.MAX_VALUE ? 1 : 0);
    }
  }
  release(frame);
  return Info.OK;
}

function gather(n: i32, from: usize, to: usize): void {
  for (let i = 0; i < n; i++) store<real>(to + 16 * i, load<real>(from + REAL * i));
}

function scatter(n: i32, from: usize, to: usize): void {
  for (let i = 0; i < n; i++) store<real>(to + REAL * i, load<real>(from + 16 * i));
}

// @ts-ignore: decorator
@inline
function laneOf(x: v128, lane: i32): real {
  if (lane == 0) return v128.extract_lane<real>(x, 0);
  if (lane == 1) return v128.extract_lane<real>(x, 1);
  if (REAL == 4 && lane == 2) return <real>f32x4.extract_lane(x, 2);
  return REAL == 4 ? <real>f32x4.extract_lane(x, 3) : 0;
}

/** X := U, Y := A⁻¹ Y by elimination with partial pivoting; returns the determinants of the permutations. */
function eliminate(n: i32, cols: i32, x: usize, y: usize): v128 {
  const minus = v128.splat<real>(-0.0);
  let sign = v128.splat<real>(1);
  for (let k = 0; k < n; k++) {
    let best = v128.abs<real>(v128.load(x + 16 * (k * n + k)));
    let at = v128.splat<real>(<real>k);
    for (let r = k + 1; r < n; r++) {
      const size = v128.abs<real>(v128.load(x + 16 * (r * n + k)));
      const larger = v128.gt<real>(size, best);
      best = v128.bitselect(size, best, larger);
      at = v128.bitselect(v128.splat<real>(<real>r), at, larger);
    }
    for (let r = k + 1; r < n; r++) {
      const mask = v128.eq<real>(at, v128.splat<real>(<real>r));
      if (!v128.any_true(mask)) continue;
      sign = v128.xor(sign, v128.and(mask, minus));
      exchange(n - k, mask, x + 16 * (k * n + k), x + 16 * (r * n + k));
      exchange(cols, mask, y + 16 * (k * cols), y + 16 * (r * cols));
    }
    const row = x + 16 * (k * n);
    const pivot = v128.load(row + 16 * k);
    for (let r = k + 1; r < n; r++) {
      const other = x + 16 * (r * n);
      const l = v128.div<real>(v128.load(other + 16 * k), pivot);
      subtract(n - k - 1, l, row + 16 * (k + 1), other + 16 * (k + 1));
      subtract(cols, l, y + 16 * (k * cols), y + 16 * (r * cols));
    }
  }
  backward(n, cols, x, 16 * n, 16, y);
  return sign;
}

/** X := L, Y := A⁻¹ Y, from the lower triangle of A. */
function cholesky(n: i32, cols: i32, x: usize, y: usize): void {
  for (let j = 0; j < n; j++) {
    const row = x + 16 * (j * n);
    for (let i = j; i < n; i++) {
      const other = x + 16 * (i * n);
      let sum = v128.load(other + 16 * j);
      for (let k = 0; k < j; k++) {
        sum = v128.sub<real>(sum, v128.mul<real>(v128.load(other + 16 * k), v128.load(row + 16 * k)));
      }
      const value = i == j ? v128.sqrt<real>(sum) : v128.div<real>(sum, v128.load(row + 16 * j));
      v128.store(other + 16 * j, value);
    }
  }
  for (let i = 0; i < n; i++) {
    const own = y + 16 * (i * cols);
    for (let k = 0; k < i; k++) subtract(cols, v128.load(x + 16 * (i * n + k)), y + 16 * (k * cols), own);
    divide(cols, v128.load(x + 16 * (i * n + i)), own);
  }
  backward(n, cols, x, 16, 16 * n, y);
}

/** Y := U⁻¹ Y, entry (i, k) of U at i · `down` + k · `right`. */
// @ts-ignore: decorator
@inline
function backward(n: i32, cols: i32, x: usize, down: usize, right: usize, y: usize): void {
  for (let i = n - 1; i >= 0; i--) {
    const own = y + 16 * (i * cols);
    const row = x + down * i;
    for (let k = i + 1; k < n; k++) subtract(cols, v128.load(row + right * k), y + 16 * (k * cols), own);
    divide(cols, v128.load(row + right * i), own);
  }
}

function exchange(n: i32, mask: v128, x: usize, y: usize): void {
  for (const end = x + 16 * n; x < end; x += 16, y += 16) {
    const p = v128.load(x), q = v128.load(y);
    v128.store(x, v128.bitselect(q, p, mask));
    v128.store(y, v128.bitselect(p, q, mask));
  }
}

/** y := y - factor x */
// @ts-ignore: decorator
@inline
function subtract(n: i32, factor: v128, x: usize, y: usize): void {
  for (const end = x + 16 * n; x < end; x += 16, y += 16) {
    v128.store(y, v128.sub<real>(v128.load(y), v128.mul<real>(factor, v128.load(x))));
  }
}

// @ts-ignore: decorator
@inline
function divide(n: i32, by: v128, y: usize): void {
  for (const end = y + 16 * n; y < end; y += 16) v128.store(y, v128.div<real>(v128.load(y), by));
}
