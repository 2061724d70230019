/** axpy and dot: the vector operations on contiguous data that no product of matrices takes in. */
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
  let s = v128.add<real>(v128.add<real>(s0, s1), v128.add<real>(s2, s3));
  if (LANES == 4) s = v128.add<real>(s, v128.shuffle<i64>(s, s, 1, 0));
  let sum = v128.extract_lane<real>(s, 0) + v128.extract_lane<real>(s, 1);
  for (; i < n; i++, x += REAL, y += REAL) sum += load<real>(x) * load<real>(y);
  return sum;
}
