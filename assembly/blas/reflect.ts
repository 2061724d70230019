/**
 * Reflectors of order 2 and 3, H = I - tau v vᵀ with v = (1, v1, v2), on row-major matrices: on rows from the
 * left, on columns from the right; and small orthogonal matrices of order 2 to 4.
 *
 * Rows are what vectors run along; three columns are three neighbours in each row, scalar work. That is why all
 * that only takes transformations from one side is kept so that it takes them by rows.
 */
import { LANES, REAL } from "../real";

/** n columns of `order` rows, `ld` elements apart, from x on. */
export function reflectRows(order: i32, n: i32, x: usize, ld: i32, tau: f64, v1: f64, v2: f64): void {
  const y = x + REAL * ld, z = y + REAL * ld;
  const a1 = v128.splat<real>(<real>v1), a2 = v128.splat<real>(<real>v2);
  const t0 = v128.splat<real>(<real>tau);
  const t1 = v128.splat<real>(<real>(tau * v1)), t2 = v128.splat<real>(<real>(tau * v2));
  const end = REAL * n, bulk = REAL * (n & -LANES);
  let j: usize = 0;
  if (order == 3) {
    for (; j < bulk; j += 16) {
      const p = v128.load(x + j), q = v128.load(y + j), r = v128.load(z + j);
      const sum = v128.add<real>(v128.add<real>(p, v128.mul<real>(a1, q)), v128.mul<real>(a2, r));
      v128.store(x + j, v128.sub<real>(p, v128.mul<real>(t0, sum)));
      v128.store(y + j, v128.sub<real>(q, v128.mul<real>(t1, sum)));
      v128.store(z + j, v128.sub<real>(r, v128.mul<real>(t2, sum)));
    }
  } else {
    for (; j < bulk; j += 16) {
      const p = v128.load(x + j), q = v128.load(y + j);
      const sum = v128.add<real>(p, v128.mul<real>(a1, q));
      v128.store(x + j, v128.sub<real>(p, v128.mul<real>(t0, sum)));
      v128.store(y + j, v128.sub<real>(q, v128.mul<real>(t1, sum)));
    }
  }
  for (; j < end; j += REAL) one(order, x + j, y + j, z + j, tau, v1, v2);
}

/** m rows of `order` neighbouring columns, from x on. */
export function reflectColumns(order: i32, m: i32, x: usize, ld: i32, tau: f64, v1: f64, v2: f64): void {
  const step = REAL * ld;
  let i = 0;
  if (LANES == 2 && order == 3) {
    // Two rows at a time, turned so that columns are vectors.
    const a1 = f64x2.splat(v1), a2 = f64x2.splat(v2);
    const t0 = f64x2.splat(tau), t1 = f64x2.splat(tau * v1), t2 = f64x2.splat(tau * v2);
    for (; i + 2 <= m; i += 2, x += 2 * step) {
      const y = x + step;
      const top = v128.load(x), low = v128.load(y);
      const p = v128.shuffle<f64>(top, low, 0, 2), q = v128.shuffle<f64>(top, low, 1, 3);
      const r = v128.load64_lane(y, v128.load64_zero(x, 16), 1, 16);
      const sum = f64x2.add(f64x2.add(p, f64x2.mul(a1, q)), f64x2.mul(a2, r));
      const p1 = f64x2.sub(p, f64x2.mul(t0, sum)), q1 = f64x2.sub(q, f64x2.mul(t1, sum));
      const r1 = f64x2.sub(r, f64x2.mul(t2, sum));
      v128.store(x, v128.shuffle<f64>(p1, q1, 0, 2));
      v128.store(y, v128.shuffle<f64>(p1, q1, 1, 3));
      v128.store64_lane(x, r1, 0, 16);
      v128.store64_lane(y, r1, 1, 16);
    }
  }
  for (; i < m; i++, x += step) one(order, x, x + REAL, x + 2 * REAL, tau, v1, v2);
}

// @ts-ignore: decorator
@inline
function one(order: i32, x: usize, y: usize, z: usize, tau: f64, v1: f64, v2: f64): void {
  const a1 = <real>v1, a2 = <real>v2;
  const p = load<real>(x), q = load<real>(y);
  if (order == 3) {
    const r = load<real>(z);
    const sum = p + a1 * q + a2 * r;
    store<real>(x, p - <real>tau * sum);
    store<real>(y, q - <real>(tau * v1) * sum);
    store<real>(z, r - <real>(tau * v2) * sum);
  } else {
    const sum = p + a1 * q;
    store<real>(x, p - <real>tau * sum);
    store<real>(y, q - <real>(tau * v1) * sum);
  }
}
