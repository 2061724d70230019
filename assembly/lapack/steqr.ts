/**
 * steqr: eigenvalues and vectors of a small symmetric tridiagonal matrix by the implicit QL iteration with
 * Wilkinson's shift (Bowdler, Martin, Reinsch, Wilkinson 1968). The leaves of stedc.
 *
 * d, e: n and n - 1 f64, e has room for n; d ends as the eigenvalues, not sorted. Row i of Q, n rows of `ldq` bytes,
 * a multiple of 16, ends as the vector that belongs to d_i, in f64. A rotation takes two rows, which are contiguous.
 */

/** Iterations that LAPACK allows for each eigenvalue (dsteqr); two are usual. */
const LIMIT: i32 = 30;
/** Unit roundoff of f64. */
const U: f64 = 1.1102230246251565e-16;

/**
 * An off-diagonal entry of U `norm`, the largest entry of the whole matrix, is nothing: a test against the neighbours on the
 * diagonal would not end where rounding errors are all that is left. Returns whether it converged.
 */
export function steqr(n: i32, norm: f64, d: usize, e: usize, q: usize, ldq: usize): bool {
  for (let i = 0; i < n; i++) {
    memory.fill(q + ldq * i, 0, ldq);
    store<f64>(q + ldq * i + 8 * i, 1);
  }
  store<f64>(e + 8 * (n - 1), 0);
  const nothing = U * norm;
  for (let l = 0; l < n; l++) {
    for (let count = 0; ; count++) {
      let m = l;
      while (m < n - 1 && abs(load<f64>(e + 8 * m)) > nothing) m++;
      if (m == l) break;
      if (count == LIMIT) return false;
      sweep(l, m, d, e, q, ldq);
    }
  }
  return true;
}

/** One QL step on rows l..m, chasing the bulge from the bottom to the top. */
function sweep(l: i32, m: i32, d: usize, e: usize, q: usize, ldq: usize): void {
  const dl = load<f64>(d + 8 * l), el = load<f64>(e + 8 * l);
  let g = (load<f64>(d + 8 * l + 8) - dl) / (2 * el);
  let r = sqrt(g * g + 1);
  g = load<f64>(d + 8 * m) - dl + el / (g + copysign(r, g));
  let s: f64 = 1, c: f64 = 1, p: f64 = 0;
  for (let i = m - 1; i >= l; i--) {
    const ei = load<f64>(e + 8 * i);
    const f = s * ei, b = c * ei;
    r = sqrt(f * f + g * g);
    store<f64>(e + 8 * i + 8, r);
    if (r == 0) {
      // Split: what is above goes on by itself.
      store<f64>(d + 8 * i + 8, load<f64>(d + 8 * i + 8) - p);
      store<f64>(e + 8 * m, 0);
      return;
    }
    s = f / r;
    c = g / r;
    g = load<f64>(d + 8 * i + 8) - p;
    r = (load<f64>(d + 8 * i) - g) * s + 2 * c * b;
    p = s * r;
    store<f64>(d + 8 * i + 8, g + p);
    g = c * r - b;
    rotate(ldq, q + ldq * i, q + ldq * (i + 1), c, s);
  }
  store<f64>(d + 8 * l, load<f64>(d + 8 * l) - p);
  store<f64>(e + 8 * l, g);
  store<f64>(e + 8 * m, 0);
}

/** x := c x - s y, y := s x + c y */
// @ts-ignore: decorator
@inline
function rotate(bytes: usize, x: usize, y: usize, c: f64, s: f64): void {
  const cc = f64x2.splat(c), ss = f64x2.splat(s);
  for (const end = x + bytes; x < end; x += 16, y += 16) {
    const a = v128.load(x), b = v128.load(y);
    v128.store(x, f64x2.sub(f64x2.mul(cc, a), f64x2.mul(ss, b)));
    v128.store(y, f64x2.add(f64x2.mul(ss, a), f64x2.mul(cc, b)));
  }
}
