/**
 * potrf: A = UᵀU, A symmetric positive definite, U upper triangular, in panels; Cholesky's factorization in n³/3 flops.
 *
 * For a tile of U (MR rows, one panel), row of tiles by row of tiles:
 *
 *   C_ij := A_ij - U(0:i, i)ᵀ U(0:i, j),      then   U_ii = chol(C_ii),   U_ij = U_ii⁻ᵀ C_ij
 *
 * The sum is one product of the tile kernel, and both of its operands are straight runs of memory: this is why the
 * upper factor is computed. There is no larger block to choose: the tile is the leaf. Panels go in stripes, so that a
 * panel of rows serves several while it is in the cache.
 */
import { NR, ROW, columnOf, panelStride } from "../blas/panel";
import { MR, tileTN } from "../blas/tile";
import { REAL } from "../real";

/** Columns of a stripe. */
// @ts-ignore: decorator
@inline const STRIPE: i32 = 32;

/**
 * The upper triangle of A is overwritten by U; what lies below it is not. Returns 0, or the order of the first leading
 * minor that is not positive.
 */
export function potrf(n: i32, a: usize): i32 {
  const stride = panelStride(n);
  for (let s = 0; s < n; s += STRIPE) {
    const end = min(s + STRIPE, n);
    for (let i = 0; i < end; i += MR) {
      const ui = columnOf(a, stride, i);
      const count = min(MR, n - i);
      for (let j = max(s, i & -NR); j < end; j += NR) {
        const uj = columnOf(a, stride, j);
        const c = uj + ROW * i;
        tileTN(i, -1, ui, uj, 1, c, ROW);
        const failed = eliminate(count, ui + ROW * i, c, j <= i);
        if (failed) return i + failed;
      }
    }
  }
  return 0;
}

/** C := U_ii⁻ᵀ C for `count` rows of a tile; on the `diagonal` U_ii is made on the way. */
// @ts-ignore: decorator
@inline
function eliminate(count: i32, u: usize, c: usize, diagonal: bool): i32 {
  for (let r = 0; r < count; r++) {
    const to = c + ROW * r;
    const column = u + REAL * r;
    let lo = v128.load(to), hi = v128.load(to, 16);
    for (let k = 0; k < r; k++) {
      const factor = v128.load_splat<real>(column + ROW * k);
      lo = v128.sub<real>(lo, v128.mul<real>(factor, v128.load(c + ROW * k)));
      hi = v128.sub<real>(hi, v128.mul<real>(factor, v128.load(c + ROW * k, 16)));
    }
    const pivot = column + ROW * r;
    if (diagonal) {
      v128.store(to, lo);
      v128.store(to, hi, 16);
      const d = load<real>(pivot);
      if (!(d > 0)) return r + 1;
      store<real>(pivot, sqrt<real>(d));
    }
    const root = v128.load_splat<real>(pivot);
    const own = load<real>(pivot);
    v128.store(to, v128.div<real>(lo, root));
    v128.store(to, v128.div<real>(hi, root), 16);
    if (diagonal) store<real>(pivot, own); // the root itself, not the quotient
  }
  return 0;
}
