/** getrs and potrs: A X = B from the factors that getrf and potrf leave in panels; B is overwritten by X, in panels. */
import { NR, columnOf, panelStride } from "../blas/panel";
import { trsm } from "../blas/trsm";
import { laswp } from "./getrf";

/** `trans`: Aᵀ X = B. */
export function getrs(trans: bool, n: i32, cols: i32, a: usize, pivots: usize, b: usize): void {
  const stride = panelStride(n);
  if (!trans) {
    for (let j = 0; j < cols; j += NR) laswp(true, columnOf(b, stride, j), 0, n, pivots);
    trsm(true, false, true, n, cols, a, stride, b, stride);
    trsm(false, false, false, n, cols, a, stride, b, stride);
  } else {
    trsm(false, true, false, n, cols, a, stride, b, stride);
    trsm(true, true, true, n, cols, a, stride, b, stride);
    for (let j = 0; j < cols; j += NR) laswp(false, columnOf(b, stride, j), 0, n, pivots);
  }
}

export function potrs(n: i32, cols: i32, u: usize, b: usize): void {
  const stride = panelStride(n);
  trsm(false, true, false, n, cols, u, stride, b, stride);
  trsm(false, false, false, n, cols, u, stride, b, stride);
}
