/** axpy, dot and gemv: what no product of matrices takes in. Vectors are contiguous, A is row-major. */
import { LANES, REAL } from "../real";

/** y := y + alpha x */
export function axpy(n: i32, alpha: real, x: usize, y: usize): void {
  const a = v128.splat<real>(alpha);
  let i = 0;
  for (; i + LANES <= n; i += LANES, x += 16, y += 16) {
    v128.store(y, v128.add<real>(v128.load(y), v128.mul<real>(a, v128.load(x))));
  }
  for (; i < n; i++, x += REAL, y += REAL) store<real>(y, load<real>(y) + alpha * load<real>(x));
}

/** y := A x for m rows of length n, `lda` elements apart; four at a time share what they read of x. */
export function gemv(m: i32, n: i32, a: usize, lda: i32, x: usize, y: usize): void {
  const step = REAL * lda;
  let i = 0;
  for (; i + 4 <= m; i += 4, a += 4 * step) {
    let s0 = v128.splat<real>(0), s1 = s0, s2 = s0, s3 = s0;
    let r0 = a, r1 = a + step, r2 = r1 + step, r3 = r2 + step;
    let p = x;
    const bulk = x + REAL * (n & -LANES);
    for (; p < bulk; p += 16, r0 += 16, r1 += 16, r2 += 16, r3 += 16) {
      const v = v128.load(p);
      s0 = v128.add<real>(s0, v128.mul<real>(v, v128.load(r0)));
      s1 = v128.add<real>(s1, v128.mul<real>(v, v128.load(r1)));
      s2 = v128.add<real>(s2, v128.mul<real>(v, v128.load(r2)));
      s3 = v128.add<real>(s3, v128.mul<real>(v, v128.load(r3)));
    }
    let t0 = total(s0), t1 = total(s1), t2 = total(s2), t3 = total(s3);
    for (const end = x + REAL * n; p < end; p += REAL, r0 += REAL, r1 += REAL, r2 += REAL, r3 += REAL) {
      const v = load<real>(p);
      t0 += v * load<real>(r0);
      t1 += v * load<real>(r1);
      t2 += v * load<real>(r2);
      t3 += v * load<real>(r3);
    }
    store<real>(y, t0);
    store<real>(y, t1, REAL);
    store<real>(y, t2, 2 * REAL);
    store<real>(y, t3, 3 * REAL);
    y += 4 * REAL;
  }
  for (; i < m; i++, a += step, y += REAL) store<real>(y, dot(n, a, x));
}

// @ts-ignore: decorator
@inline
function total(s: v128): real {
  if (LANES == 4) s = v128.add<real>(s, v128.shuffle<i64>(s, s, 1, 0));
  return v128.extract_lane<real>(s, 0) + v128.extract_lane<real>(s, 1);
}

/** xᵀ y, in eight (f32: sixteen) partial sums. */
export function dot(n: i32, x: usize, y: usize): real {
  let s0 = v128.splat<real>(0), s1 = s0, s2 = s0, s3 = s0;
  let i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES, x += 64, y += 64) {
    s0 = v128.add<real>(s0, v128.mul<real>(v128.load(x), v128.load(y)));
    s1 = v128.add<real>(s1, v128.mul<real>(v128.load(x, 16), v128.load(y, 16)));
    s2 = v128.add<real>(s2, v128.mul<real>(v128.load(x, 32), v128.load(y, 32)));
    s3 = v128.add<real>(s3, v128.mul<real>(v128.load(x, 48), v128.load(y, 48)));
  }
  let sum = total(v128.add<real>(v128.add<real>(s0, s1), v128.add<real>(s2, s3)));
  for (; i < n; i++, x += REAL, y += REAL) sum += load<real>(x) * load<real>(y);
  return sum;
}
