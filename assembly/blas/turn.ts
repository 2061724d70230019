/**
 * turn: a small orthogonal matrix Q of order 2 to 4 (f64, by rows, 4 in a row) on neighbouring rows or columns
 * of a row-major matrix: X := Qᵀ X or X := X Q.
 */
import { LANES, REAL } from "../real";

/** Bytes of Q. */
// @ts-ignore: decorator
@inline export const TURN: usize = 128;

/** Entry (i, j) of Q. */
// @ts-ignore: decorator
@inline
export function entry(q: usize, i: i32, j: i32): usize {
  return q + 8 * <usize>(4 * i + j);
}

/** n columns of `order` rows, `ld` elements apart. */
export function turnRows(order: i32, n: i32, x: usize, ld: i32, q: usize): void {
  const step = REAL * ld;
  let j = 0;
  for (; j + LANES <= n; j += LANES, x += 16) {
    const r0 = v128.load(x), r1 = v128.load(x + step);
    const r2 = order > 2 ? v128.load(x + 2 * step) : r0, r3 = order > 3 ? v128.load(x + 3 * step) : r0;
    for (let c = 0, to = x; c < order; c++, to += step) {
      let sum = v128.add<real>(mul(q, 0, c, r0), mul(q, 1, c, r1));
      if (order > 2) sum = v128.add<real>(sum, mul(q, 2, c, r2));
      if (order > 3) sum = v128.add<real>(sum, mul(q, 3, c, r3));
      v128.store(to, sum);
    }
  }
  for (; j < n; j++, x += REAL) turnOne(order, x, step, q);
}

/** m rows of `order` neighbouring columns. */
export function turnColumns(order: i32, m: i32, x: usize, ld: i32, q: usize): void {
  for (let i = 0; i < m; i++, x += REAL * ld) turnOne(order, x, REAL, q);
}

// @ts-ignore: decorator
@inline
function mul(q: usize, i: i32, j: i32, x: v128): v128 {
  return v128.mul<real>(v128.splat<real>(<real>load<f64>(entry(q, i, j))), x);
}

/** `order` values, `step` bytes apart. */
function turnOne(order: i32, x: usize, step: usize, q: usize): void {
  const x0 = load<real>(x), x1 = load<real>(x + step);
  const x2: real = order > 2 ? load<real>(x + 2 * step) : 0;
  const x3: real = order > 3 ? load<real>(x + 3 * step) : 0;
  for (let c = 0; c < order; c++, x += step) {
    let sum = <real>load<f64>(entry(q, 0, c)) * x0 + <real>load<f64>(entry(q, 1, c)) * x1;
    if (order > 2) sum += <real>load<f64>(entry(q, 2, c)) * x2;
    if (order > 3) sum += <real>load<f64>(entry(q, 3, c)) * x3;
    store<real>(x, sum);
  }
}
