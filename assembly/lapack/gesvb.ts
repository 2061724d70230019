/**
 * gesvb: factorizations and solves of many small matrices, one a SIMD lane.
 *
 * LANES matrices are interleaved, entry (i, j) of all in one v128, and eliminated together; each lane has pivots of its
 * own, whose rows are exchanged under masks. What a lane cannot do is left to the routines for one matrix: numbers so
 * large or small that they should be scaled, a pivot that is zero or not positive, a result that is not finite.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { exponentOf, scale } from "../blas/exponent";
import { transpose } from "../blas/panel";
import { Info } from "../info";
import { LANES, REAL, SINGLE } from "../real";
import { scaleOf } from "./lascl";

/** A product beyond this or its reciprocal is brought back to 1: pivots may be as large and as small as 2^±900. */
// @ts-ignore: decorator
@inline const TINY: f64 = 1e-10;

/**
 * `count` matrices A, n x n, and as many B, n x cols, row-major, one after the other. B is overwritten by X; of a `posdef` A the
 * lower triangle is read, and A overwritten by L. d receives three numbers a matrix: det A (of a `posdef` one, det L) is the
 * sum of two times 2 to the third. `done` receives 1 for each matrix, or 0: nothing of it counts.
 */
export function gesvb(
  posdef: bool, count: i32, n: i32, cols: i32, a: usize, b: usize, d: usize, done: usize,
): Info {
  const frame = mark();
  const size = n * n, right = n * cols;
  const x = alloc(16 * <u64>size);
  const y = alloc(16 * <u64>right);
  if (!x || !y) {
    release(frame);
    return Info.MEMORY;
  }
  for (let first = 0; first < count; first += LANES) {
    const lanes = min(LANES, count - first);
    const ag = a + REAL * <usize>first * size, bg = b + REAL * <usize>first * right;
    // The kernels run on before anybody looks: what is not finite stays in its lane.
    let usable = 0;
    for (let lane = 0; lane < lanes; lane++) {
      const top = amax(size, ag + REAL * lane * size), topB = amax(right, bg + REAL * lane * right);
      if (scaleOf(top) == 1 && scaleOf(topB) == 1) usable |= 1 << lane;
    }
    interleave(true, lanes, size, ag, x);
    interleave(true, lanes, right, bg, y);
    let sign = v128.splat<real>(1);
    if (posdef) cholesky(n, cols, x, y);
    else sign = eliminate(n, cols, x, y);
    const regular = usable & determinants(posdef, lanes, n, sign, x, d + REAL * 3 * <usize>first);
    interleave(false, lanes, right, bg, y);
    if (posdef) interleave(false, lanes, size, ag, x);
    for (let lane = 0; lane < lanes; lane++) {
      const top = amax(right, bg + REAL * lane * right), topL = posdef ? amax(size, ag + REAL * lane * size) : 0;
      const fine = (regular >> lane) & 1 && max(top, topL) <= f64.MAX_VALUE;
      store<real>(done + REAL * (first + lane), fine ? 1 : 0);
    }
  }
  release(frame);
  return Info.OK;
}

/** `size` entries of each of some matrices, one after the other, into vectors of one entry of each, or back. */
function interleave(inward: bool, lanes: i32, size: i32, a: usize, x: usize): void {
  const step = REAL * size;
  let i = 0;
  if (lanes == LANES) {
    for (; i + LANES <= size; i += LANES) {
      const one = a + REAL * i, all = x + 16 * i;
      if (inward) transpose(one, step, all, 16);
      else transpose(all, 16, one, step);
    }
  }
  for (; i < size; i++) {
    for (let lane = 0; lane < LANES; lane++) {
      // Lanes without a matrix repeat the last one.
      const one = a + step * min(lane, lanes - 1) + REAL * i, all = x + 16 * i + REAL * lane;
      if (inward) store<real>(all, load<real>(one));
      else if (lane < lanes) store<real>(one, load<real>(all));
    }
  }
}

/** Products of pivots, in f64 with their exponents apart; returns a bit for each lane without a pivot to refuse. */
function determinants(posdef: bool, lanes: i32, n: i32, sign: v128, x: usize, d: usize): i32 {
  let regular = 0;
  for (let lane = 0; lane < lanes; lane++, d += 3 * REAL) {
    let product: f64 = <f64>(lane & 1 ? odd(sign, lane) : even(sign, lane));
    let e = 0;
    let fine = true;
    for (let i = 0; i < n; i++) {
      const pivot = <f64>load<real>(x + 16 * (i * n + i) + REAL * lane);
      if (!(posdef ? pivot > 0 : pivot != 0)) fine = false;
      product *= pivot;
      if (abs(product) >= TINY && abs(product) <= 1 / TINY) continue;
      const own = exponentOf(abs(product));
      product = scale(product, -own);
      e += own;
    }
    const high = <real>product;
    store<real>(d, high);
    store<real>(d, <real>(product - <f64>high), REAL);
    store<real>(d, <real>e, 2 * REAL);
    if (fine) regular |= 1 << lane;
  }
  return regular;
}

// @ts-ignore: decorator
@inline
function even(x: v128, lane: i32): real {
  return SINGLE && lane == 2 ? <real>f32x4.extract_lane(x, 2) : v128.extract_lane<real>(x, 0);
}

// @ts-ignore: decorator
@inline
function odd(x: v128, lane: i32): real {
  return SINGLE && lane == 3 ? <real>f32x4.extract_lane(x, 3) : v128.extract_lane<real>(x, 1);
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
  const zero = v128.splat<real>(0);
  for (let k = 0; k < n; k++) {
    const pivot = x + 16 * (k * n + k);
    const root = v128.sqrt<real>(v128.load(pivot));
    v128.store(pivot, root);
    for (let i = k + 1; i < n; i++) {
      const row = x + 16 * (i * n);
      const l = v128.div<real>(v128.load(row + 16 * k), root);
      v128.store(row + 16 * k, l);
      v128.store(x + 16 * (k * n + i), zero);
      for (let j = k + 1, other = x + 16 * (j * n + k); j <= i; j++, other += 16 * n) {
        const at = row + 16 * j;
        v128.store(at, v128.sub<real>(v128.load(at), v128.mul<real>(l, v128.load(other))));
      }
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
