/**
 * gehrd: A = Q H Qᵀ with H upper Hessenberg, blocked (LAPACK's lahr2): nb columns are reduced one after the other
 * without touching the rest, then the rest takes the nb reflectors in products,
 *
 *   A := (I - V T Vᵀ)ᵀ (A - Y Vᵀ),   Y = A V T.
 *
 * 10n³/3 flops, four fifths of them in gemm; the rest is one product of the trailing matrix and a vector a column,
 * which goes as fast as memory does. V and Y are kept transposed, nb rows of n: every step runs along rows.
 *
 * A is n x n, row-major with leading dimension `lda`. On exit H stands on and above the subdiagonal, the reflectors
 * below it as in LAPACK, n - 1 of them (the last is the identity). `work` holds gehrdWork(n, nb) bytes, and the arena
 * has room for gemm.
 */
import { axpy, gemv } from "../blas/axpy";
import { gemm } from "../blas/gemm";
import { at } from "../blas/panel";
import { REAL } from "../real";
import { larfg } from "./larfg";

/** V, Y and one more such matrix, T, a column and a short vector. */
export function gehrdWork(n: i32, nb: i32): u64 {
  return <u64>REAL * (3 * <u64>nb * n + nb * nb + n + nb) + 64;
}

export function gehrd(n: i32, nb: i32, a: usize, lda: i32, tau: usize, work: usize): void {
  const v = work, y = at(v, n, nb, 0), w = at(y, n, nb, 0);
  const t = at(w, n, nb, 0), b = at(t, nb, nb, 0), s = at(b, n, 1, 0);
  for (let k = 0; k < n - 1; k += nb) {
    const cols = min(nb, n - 1 - k);
    const k1 = k + 1, m = n - k1;
    memory.fill(v, 0, REAL * nb * n);
    memory.fill(t, 0, REAL * nb * nb);
    for (let j = k; j < k + cols; j++) {
      const done = j - k;
      for (let i = k1; i < n; i++) store<real>(at(b, 1, i, 0), load<real>(at(a, lda, i, j)));
      if (done > 0) column(n, nb, k1, j, done, v, y, t, b, s);
      const scale = <real>larfg(n - j - 1, at(b, 1, j + 1, 0), REAL);
      store<real>(at(tau, 1, j, 0), scale);
      for (let i = k1; i < n; i++) store<real>(at(a, lda, i, j), load<real>(at(b, 1, i, 0)));
      const vj = at(v, n, done, 0), yj = at(y, n, done, 0);
      memory.copy(at(vj, 1, j + 1, 0), at(b, 1, j + 1, 0), REAL * (n - j - 1));
      store<real>(at(vj, 1, j + 1, 0), 1);
      // y := tau (A v - Y Vᵀ v), and the column of T beside it.
      gemv(m, n - j - 1, at(a, lda, k1, j + 1), lda, at(vj, 1, j + 1, 0), at(yj, 1, k1, 0));
      gemv(done, n - j - 1, at(v, n, 0, j + 1), n, at(vj, 1, j + 1, 0), s);
      for (let l = 0; l < done; l++) {
        axpy(m, -load<real>(at(s, 1, l, 0)), at(y, n, l, k1), at(yj, 1, k1, 0));
        let sum: real = 0;
        for (let i = l; i < done; i++) sum += load<real>(at(t, nb, l, i)) * load<real>(at(s, 1, i, 0));
        store<real>(at(t, nb, l, done), -scale * sum);
      }
      for (let i = k1; i < n; i++) store<real>(at(yj, 1, i, 0), scale * load<real>(at(yj, 1, i, 0)));
      store<real>(at(t, nb, done, done), scale);
    }
    // Above: A := A - (A V) (T Vᵀ).
    gemm(false, true, k1, cols, m, 1, at(a, lda, 0, k1), lda, at(v, n, 0, k1), n, 0, w, nb);
    const tv = at(w, nb, k1, 0);
    gemm(false, false, cols, m, cols, 1, t, nb, at(v, n, 0, k1), n, 0, tv, m);
    gemm(false, false, k1, m, cols, -1, w, nb, tv, m, 1, at(a, lda, 0, k1), lda);
    // Below, right of the block: from the right, then from the left.
    const r = k + cols, rest = n - r;
    if (rest <= 0) break;
    gemm(true, false, m, rest, cols, -1, at(y, n, 0, k1), n, at(v, n, 0, r), n, 1, at(a, lda, k1, r), lda);
    gemm(false, false, cols, rest, m, 1, at(v, n, 0, k1), n, at(a, lda, k1, r), lda, 0, w, rest);
    gemm(true, false, cols, rest, cols, 1, t, nb, w, rest, 0, y, rest);
    gemm(true, false, m, rest, cols, -1, at(v, n, 0, k1), n, y, rest, 1, at(a, lda, k1, r), lda);
  }
}

/** Brings column b up to date with the reflectors of this block so far. */
function column(n: i32, nb: i32, k1: i32, j: i32, done: i32, v: usize, y: usize, t: usize, b: usize, s: usize): void {
  const m = n - k1, rows = at(b, 1, k1, 0);
  for (let l = 0; l < done; l++) axpy(m, -load<real>(at(v, n, l, j)), at(y, n, l, k1), rows);
  gemv(done, m, at(v, n, 0, k1), n, rows, s);
  for (let l = done - 1; l >= 0; l--) {
    let sum: real = 0;
    for (let i = 0; i <= l; i++) sum += load<real>(at(t, nb, i, l)) * load<real>(at(s, 1, i, 0));
    store<real>(at(s, 1, l, 0), sum);
  }
  for (let l = 0; l < done; l++) axpy(m, -load<real>(at(s, 1, l, 0)), at(v, n, l, k1), rows);
}
