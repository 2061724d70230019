/**
 * gebal: balances A, n x n row-major, for eigenvalues. Returns the order m of what is left of it.
 *
 * Rows and columns that are zero but for the diagonal, within those still there, isolate an eigenvalue: it goes
 * to w(m..n-1), and the matrix shrinks. What is left, moved together as m x m, is scaled by powers of
 * two, D⁻¹ A D, until no row and column of equal index differ much in 2-norm (James, Langou and Lowery, "On matrix
 * balancing and eigenvector computation", 2014; LAPACK from 3.5.0 on). No rounding, hence no error.
 *
 * `counts` holds 3 n i32: nonzeros of rows and of columns, and what is still there.
 */
import { nrm2 } from "../blas/nrm2";
import { at } from "../blas/panel";
import { REAL } from "../real";

/** A scaling must make the sum of the two norms smaller by this factor. */
// @ts-ignore: decorator
@inline const GAIN: f64 = 0.95;

export function gebal(n: i32, a: usize, w: usize, counts: usize): i32 {
  const m = isolate(n, a, w, counts);
  for (let again = true; again; ) {
    again = false;
    for (let i = 0; i < m; i++) {
      const f = factor(nrm2(m, at(a, m, 0, i), REAL * m), nrm2(m, at(a, m, i, 0), REAL));
      if (f == 1) continue;
      again = true;
      for (let k = 0; k < m; k++) {
        const column = at(a, m, k, i);
        store<real>(column, <real>(f * <f64>load<real>(column)));
        const row = at(a, m, i, k);
        store<real>(row, <real>(<f64>load<real>(row) / f));
      }
    }
  }
  return m;
}

/** The power of two that balances a column of norm c against a row of norm r, or 1. */
function factor(c: f64, r: f64): f64 {
  if (c == 0 || r == 0) return 1;
  const before = c + r;
  let f: f64 = 1;
  for (; 2 * c < r; c *= 2, r *= 0.5) f *= 2;
  for (; c >= 2 * r; c *= 0.5, r *= 2) f *= 0.5;
  return c + r < GAIN * before ? f : 1;
}

/** Takes isolated eigenvalues out; moves what is left together. */
function isolate(n: i32, a: usize, w: usize, counts: usize): i32 {
  const rows = counts, columns = counts + 4 * n, there = counts + 8 * n;
  memory.fill(counts, 0, 8 * n);
  for (let i = 0; i < n; i++) {
    store<i32>(there + 4 * i, 1);
    for (let j = 0; j < n; j++) if (i != j && load<real>(at(a, n, i, j)) != 0) count(rows, i, columns, j, 1);
  }
  let m = n;
  for (let k = 0, since = 0; since < n; since++, k = k + 1 < n ? k + 1 : 0) {
    if (!load<i32>(there + 4 * k) || (load<i32>(rows + 4 * k) != 0 && load<i32>(columns + 4 * k) != 0)) continue;
    store<i32>(there + 4 * k, 0);
    store<real>(at(w, 1, --m, 0), load<real>(at(a, n, k, k)));
    for (let i = 0; i < n; i++) {
      if (i == k || !load<i32>(there + 4 * i)) continue;
      if (load<real>(at(a, n, i, k)) != 0) count(rows, i, columns, k, -1);
      if (load<real>(at(a, n, k, i)) != 0) count(rows, k, columns, i, -1);
    }
    since = -1;
  }
  for (let i = 0, to = a; i < n; i++) {
    if (!load<i32>(there + 4 * i)) continue;
    for (let j = 0; j < n; j++) {
      if (!load<i32>(there + 4 * j)) continue;
      store<real>(to, load<real>(at(a, n, i, j)));
      to += REAL;
    }
  }
  return m;
}

// @ts-ignore: decorator
@inline
function count(rows: usize, i: i32, columns: usize, j: i32, one: i32): void {
  store<i32>(rows + 4 * i, load<i32>(rows + 4 * i) + one);
  store<i32>(columns + 4 * j, load<i32>(columns + 4 * j) + one);
}
