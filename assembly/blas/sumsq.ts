/**
 * sumsq: the squares of the lengths of all columns of a panel, m rows, as NR f64 at `to`. For data whose
 * squares f64 holds: any f32, and f64 between 1e-150 and 1e150.
 */
import { SINGLE } from "../real";
import { ROW } from "./panel";

export function sumsq(m: i32, p: usize, to: usize): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (const end = p + ROW * m; p < end; p += ROW) {
    if (SINGLE) {
      const a = f64x2.promote_low_f32x4(v128.load64_zero(p)), b = f64x2.promote_low_f32x4(v128.load64_zero(p, 8));
      const c = f64x2.promote_low_f32x4(v128.load64_zero(p, 16)), d = f64x2.promote_low_f32x4(v128.load64_zero(p, 24));
      s0 = f64x2.add(s0, f64x2.mul(a, a));
      s1 = f64x2.add(s1, f64x2.mul(b, b));
      s2 = f64x2.add(s2, f64x2.mul(c, c));
      s3 = f64x2.add(s3, f64x2.mul(d, d));
    } else {
      const a = v128.load(p), b = v128.load(p, 16);
      s0 = f64x2.add(s0, f64x2.mul(a, a));
      s1 = f64x2.add(s1, f64x2.mul(b, b));
    }
  }
  v128.store(to, s0);
  v128.store(to, s1, 16);
  if (SINGLE) {
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
}
