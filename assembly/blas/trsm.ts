/**
 * trsm: solves op(A) X = B in place, A triangular and B with n rows, both in panels, op the identity or the transpose.
 *
 * By MR rows, from the end where op(A) begins to be known: what is known goes over in one product (tileNN for rows
 * of A, tileTN for its columns, which are rows of op(A)), the small triangle by substitution. Of A only the triangle is
 * read, without its diagonal if that is `unit`. Panels of B go in stripes, so that rows of A serve several while they
 * are in the cache.
 */
import { REAL } from "../real";
import { NR, ROW, columnOf, entryOf, pad } from "./panel";
import { MR, tileNN, tileTN } from "./tile";

/** Columns of a stripe. */
// @ts-ignore: decorator
@inline const STRIPE: i32 = 32;

/** `cols` columns of B; `as` and `bs` are the panel strides. What pads A to full tiles must be zero, also of B. */
export function trsm(
  lower: bool, trans: bool, unit: bool, n: i32, cols: i32, a: usize, as: usize, b: usize, bs: usize,
): void {
  const forward = lower != trans;
  const last = (n - 1) & -MR;
  for (let s = 0; s < cols; s += STRIPE) {
    for (let step = 0; step < n; step += MR) {
      const i = forward ? step : last - step;
      for (let j = s, end = min(s + STRIPE, cols); j < end; j += NR) {
        rows(forward, trans, unit, n, i, a, as, columnOf(b, bs, j));
      }
    }
  }
}

/** Rows i.. of one panel of X, of which those before (backward: after) are known. */
// @ts-ignore: decorator
@inline
function rows(forward: bool, trans: bool, unit: bool, n: i32, i: i32, a: usize, as: usize, x: usize): void {
  const c = x + ROW * i;
  // Where the known rows begin: a product over rows of A begins with a panel, the substitution has the rest.
  const known = trans ? i + MR : pad(i + MR, NR);
  if (forward && trans) tileTN(i, -1, columnOf(a, as, i), x, 1, c, ROW);
  else if (forward) tileNN(i, -1, a + ROW * i, as, x, 1, c, ROW);
  else if (trans) tileTN(max(n - known, 0), -1, entryOf(a, as, known, i), x + ROW * known, 1, c, ROW);
  else tileNN(max(pad(n, MR) - known, 0), -1, entryOf(a, as, i, known), as, x + ROW * known, 1, c, ROW);
  const count = min(MR, n - i);
  const nextRow = trans ? REAL : ROW, nextColumn = trans ? ROW : REAL;
  const corner = entryOf(a, as, i, i);
  for (let q = 0; q < count; q++) {
    const r = forward ? q : count - 1 - q;
    const to = c + ROW * r;
    const row = corner + nextRow * r;
    let lo = v128.load(to), hi = v128.load(to, 16);
    for (let k = forward ? 0 : r + 1, end = forward ? r : min(known, n) - i; k < end; k++) {
      const factor = v128.load_splat<real>(row + nextColumn * k);
      lo = v128.sub<real>(lo, v128.mul<real>(factor, v128.load(c + ROW * k)));
      hi = v128.sub<real>(hi, v128.mul<real>(factor, v128.load(c + ROW * k, 16)));
    }
    if (!unit) {
      const pivot = v128.load_splat<real>(row + nextColumn * r);
      lo = v128.div<real>(lo, pivot);
      hi = v128.div<real>(hi, pivot);
    }
    v128.store(to, lo);
    v128.store(to, hi, 16);
  }
}
