/**
 * trsm: solves L X = B in place, L lower triangular and B with n rows, both in panels. By MR rows: what is known goes over in one product, the small triangle by substitution.
 */
import { REAL } from "../real";
import { NR, ROW, entryOf } from "./panel";
import { MR, tileNN } from "./tile";

/** `cols` columns of B; `ls` and `bs` are the panel strides. */
export function trsm(n: i32, cols: i32, l: usize, ls: usize, b: usize, bs: usize): void {
  for (let j = 0, x = b; j < cols; j += NR, x += bs) {
    for (let i = 0; i < n; i += MR) {
      tileNN(i, -1, l + ROW * i, ls, x, 1, x + ROW * i, ROW);
      for (let r = i, end = min(i + MR, n); r < end; r++) {
        const row = entryOf(l, ls, r, i);
        const to = x + ROW * r;
        let lo = v128.load(to), hi = v128.load(to, 16);
        for (let k = i; k < r; k++) {
          const factor = v128.load_splat<real>(row + REAL * (k - i));
          lo = v128.sub<real>(lo, v128.mul<real>(factor, v128.load(x + ROW * k)));
          hi = v128.sub<real>(hi, v128.mul<real>(factor, v128.load(x + ROW * k, 16)));
        }
        const pivot = v128.load_splat<real>(row + REAL * (r - i));
        v128.store(to, v128.div<real>(lo, pivot));
        v128.store(to, v128.div<real>(hi, pivot), 16);
      }
    }
  }
}
