/**
 * geqp3: QR with column pivoting, A P = Q R, of a matrix in panels.
 *
 * At step j the column whose remaining part is longest is swapped to position j, so the diagonal of R
 * decreases and its rows are graded; it ends early when all that remains is shorter than `drop`. Level
 * 2: each step passes twice over what is left, 2mn² - 2n³/3 flops. The remaining norms are downdated and recomputed
 * when cancellation has eaten half the digits of their squares (Drmac and Bujanovic, LAPACK Working Note 176).
 *
 * On exit V, T and tau are as geqrf leaves them for `rank` reflectors, R is rank x n row-major, and
 * perm[j] is the index of the column now at j. `norms` holds 2 n f64, `work` one panel row.
 * Returns the rank.
 */
import { nrm2 } from "../blas/nrm2";
import { NR, PAD, ROW, entryOf, pad, panelStride, unpack } from "../blas/panel";
import { REAL, SINGLE } from "../real";
import { larf } from "./geqr2";
import { split } from "./geqrf";
import { larfg } from "./larfg";
import { larft } from "./larft";

/** Square root of the roundoff of the data, LAPACK's tol3z. */
// @ts-ignore: decorator
@inline const STALE: f64 = SINGLE ? 2.44140625e-4 : 1.4901161193847656e-8;

export function geqp3(
  m: i32, n: i32, nb: i32, drop: f64, a: usize, r: usize, perm: usize, tau: usize, t: usize,
  norms: usize, work: usize,
): i32 {
  const stride = panelStride(m);
  const now = norms, then = norms + 8 * n;
  for (let j = 0; j < n; j++) {
    const norm = nrm2(m, entryOf(a, stride, 0, j), ROW);
    store<f64>(now + 8 * j, norm);
    store<f64>(then + 8 * j, norm);
    store<i32>(perm + 4 * j, j);
  }
  memory.fill(tau, 0, REAL * pad(n, NR));
  let rank = min(m, n);
  for (let j = 0; j < rank; j++) {
    let pivot = j;
    for (let l = j + 1; l < n; l++) {
      if (load<f64>(now + 8 * l) > load<f64>(now + 8 * pivot)) pivot = l;
    }
    if (load<f64>(now + 8 * pivot) <= drop) {
      rank = j;
      break;
    }
    if (pivot != j) {
      swap<i32>(perm + 4 * j, perm + 4 * pivot);
      store<f64>(now + 8 * pivot, load<f64>(now + 8 * j));
      store<f64>(then + 8 * pivot, load<f64>(then + 8 * j));
      const cj = entryOf(a, stride, 0, j), cp = entryOf(a, stride, 0, pivot);
      for (let i: usize = 0, end = ROW * m; i < end; i += ROW) swap<real>(cj + i, cp + i);
    }
    const v = entryOf(a, stride, j, j);
    const scale = <real>larfg(m - j, v, ROW);
    store<real>(tau + REAL * j, scale);
    let skip = (j & (NR - 1)) + 1;
    for (let l = j & -NR; l < n; l += NR, skip = 0) larf(m - j, scale, v, entryOf(a, stride, j, l), skip, work);
    for (let l = j + 1; l < n; l++) downdate(m - j - 1, entryOf(a, stride, j, l), now + 8 * l, then + 8 * l);
  }
  detach(m, n, rank, nb, a, r, tau, t);
  return rank;
}

/** The norm of a column without its top entry at x; `rest` more values lie below. No square of a norm may underflow. */
function downdate(rest: i32, x: usize, now: usize, then: usize): void {
  const norm = load<f64>(now);
  if (norm == 0) return;
  const top = <f64>load<real>(x) / norm, before = norm / load<f64>(then);
  const left = max<f64>(1 - top * top, 0);
  if (left * before * before > STALE) {
    store<f64>(now, norm * sqrt(left));
  } else {
    const fresh = nrm2(rest, x + ROW, ROW);
    store<f64>(now, fresh);
    store<f64>(then, fresh);
  }
}

/** R out of the panels, V explicit in its place, and the T of every block. */
function detach(m: i32, n: i32, k: i32, nb: i32, a: usize, r: usize, tau: usize, t: usize): void {
  const stride = panelStride(m);
  const rows = pad(m, PAD);
  memory.fill(r, 0, REAL * k * n);
  for (let j = 0; j < n; j += NR) {
    const panel = a + stride * (j / NR);
    const s = min(j, k) / nb * nb;
    unpack(false, min(s, k), min(NR, n - j), panel, stride, r + REAL * j, n);
    if (j < k) {
      split(s, j, n, k, panel, r);
      for (let i = j + NR; k - j < NR && i < rows; i++) memory.fill(panel + ROW * i + REAL * (k - j), 0, REAL * (NR - k + j));
    } else {
      unpack(false, k - s, min(NR, n - j), panel + ROW * s, stride, r + REAL * (<usize>s * n + j), n);
    }
  }
  for (let s = 0; s < k; s += nb) {
    larft(rows - s, pad(min(nb, k - s), NR), a + stride * (s / NR) + ROW * s, stride, tau + REAL * s, t + REAL * s * nb);
  }
}

// @ts-ignore: decorator
@inline
function swap<T>(a: usize, b: usize): void {
  const x = load<T>(a);
  store<T>(a, load<T>(b));
  store<T>(b, x);
}
