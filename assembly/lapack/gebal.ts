/**
 * gebal: balances A, n x n row-major, for eigenvalues, in two steps.
 *
 * `isolate`: rows and columns that are zero but for the diagonal, within those still there, isolate an eigenvalue. It is
 * taken out, and the matrix shrinks.
 *
 * `gebal`: A := 2^s D⁻¹ A D, D a diagonal of powers of two, so that no row and column of equal index differ much in
 * 2-norm (James, Langou and Lowery, "On matrix balancing and eigenvector computation", 2014; LAPACK from 3.5.0 on),
 * and s for the largest entry. The exponents are found first, by norms that have exponents of their own, and A is scaled
 * once: however far its entries and D are spread, nothing is lost but what at the end is too small for `real`.
 */
import { exponent, exponentOf, power, scale } from "../blas/exponent";
import { at } from "../blas/panel";
import { REAL, SINGLE } from "../real";

/** A scaling must make the sum of the two norms smaller by this factor. */
// @ts-ignore: decorator
@inline const GAIN: f64 = 0.95;
/** An exponent below all that occur, and the difference of two beyond which the smaller term counts no more. */
// @ts-ignore: decorator
@inline const NOTHING: i32 = -(1 << 28);
// @ts-ignore: decorator
@inline const DROWNED: i32 = 500;
/** The bits of the smallest normal f64; those of mantissas are below. */
// @ts-ignore: decorator
@inline const LEAD: u64 = 1 << 52;

/** The norm just measured is `length` 2^`order`, 1 <= length² < 4 n. */
let length: f64 = 0;
let order: i32 = 0;

/** The largest entry comes to lie in [target, 2 target); returns 2^s. `d` has room for n i32. No row or column is zero. */
export function gebal(n: i32, a: usize, target: f64, d: usize): f64 {
  memory.fill(d, 0, 4 * n);
  for (let again = true; again; ) {
    again = false;
    for (let i = 0; i < n; i++) {
      const own = load<i32>(d + 4 * i);
      norm(n, at(a, n, 0, i), REAL * n, d, -1);
      const c = length, ec = order + own;
      norm(n, at(a, n, i, 0), REAL, d, 1);
      const k = shift(c, ec, length, order - own);
      if (k == 0) continue;
      again = true;
      store<i32>(d + 4 * i, own + k);
    }
  }
  let top = NOTHING;
  for (let i = 0, p = a; i < n; i++) {
    for (let j = 0; j < n; j++, p += REAL) {
      const x = <f64>load<real>(p);
      if (x != 0) top = max(top, exponent(x) + apart(d, i, j));
    }
  }
  const s = max(min(exponentOf(target) - top, 1023), -1022);
  for (let i = 0, p = a; i < n; i++) {
    for (let j = 0; j < n; j++, p += REAL) store<real>(p, <real>scale(<f64>load<real>(p), apart(d, i, j) + s));
  }
  return power(s);
}

/** By what power of two D⁻¹ A D scales entry (i, j). */
// @ts-ignore: decorator
@inline
function apart(d: usize, i: i32, j: i32): i32 {
  return load<i32>(d + 4 * j) - load<i32>(d + 4 * i);
}

/** Measures the vector of n values x_k 2^(sign d_k), `inc` bytes apart, in one pass: sum 2^(2 order) is that of squares. */
function norm(n: i32, x: usize, inc: usize, d: usize, sign: i32): void {
  let sum: f64 = 0;
  order = NOTHING;
  for (let k = 0; k < n; k++, x += inc) {
    let bits = reinterpret<u64>(abs(<f64>load<real>(x)));
    if (bits == 0) continue;
    let e = sign * load<i32>(d + 4 * k) - 1023;
    if (!SINGLE && bits < LEAD) {
      bits = reinterpret<u64>(18014398509481984.0 * abs(<f64>load<real>(x))); // 2^54
      e -= 54;
    }
    e += <i32>(bits >> 52);
    if (e > order) {
      sum = order < e - DROWNED ? 0 : sum * power(2 * (order - e));
      order = e;
    } else if (e < order - DROWNED) continue;
    const y = reinterpret<f64>((bits & (LEAD - 1)) | (<u64>(1023 + e - order) << 52));
    sum += y * y;
  }
  length = sqrt(sum);
}

/** The k for which 2^k balances a column of norm c 2^ec against a row of norm r 2^er, or 0 where too little is gained. */
function shift(c: f64, ec: i32, r: f64, er: i32): i32 {
  const half = (er - ec) >> 1;
  let k = half;
  let f = c, g = r * power(er - ec - 2 * half);
  for (; 2 * f < g; f *= 2, g *= 0.5) k++;
  for (; f >= 2 * g; f *= 0.5, g *= 2) k--;
  // Both sums in units of 2^(ec + half).
  const before = scale(c, -half) + scale(r, er - ec - half);
  return f + g < GAIN * before ? k : 0;
}

/**
 * Takes isolated eigenvalues out, to w(m..n-1), and moves what is left together; returns its order m. `counts` has room for
 * 3 n i32: nonzeros of rows and of columns, and what is still there.
 */
export function isolate(n: i32, a: usize, w: usize, counts: usize): i32 {
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
