/**
 * orthonormal: the Q of C = Q R, n x n, with a non-negative diagonal of R. Columns that are orthonormal
 * already stay what they are, up to rounding, and a zero column becomes orthogonal to the earlier ones.
 *
 * C is overwritten by V, as geqrf leaves it; `q` holds n x n panels, `t` nb entries a column.
 */
import { entryOf, panelBytes, panelStride } from "../blas/panel";
import { REAL } from "../real";
import { geqrf } from "./geqrf";
import { ormqr } from "./ormqr";

export function orthonormal(n: i32, nb: i32, c: usize, tau: usize, t: usize, q: usize, work: usize): void {
  const stride = panelStride(n);
  geqrf(n, n, nb, c, q, tau, t, work);
  // R, row-major, stands where Q is to be: tau is free to keep its signs.
  for (let j = 0; j < n; j++) {
    store<real>(tau + REAL * j, load<real>(q + REAL * (<usize>j * n + j)) < 0 ? -1 : 1);
  }
  memory.fill(q, 0, <usize>panelBytes(n, n));
  for (let j = 0; j < n; j++) {
    store<real>(entryOf(q, stride, j, j), load<real>(tau + REAL * j));
  }
  ormqr(n, n, n, nb, c, t, q, work);
}
