/**
 * steqr: eigenvalues and vectors of a small symmetric tridiagonal matrix by the implicit QL iteration with
 * Wilkinson's shift (Bowdler, Martin, Reinsch, Wilkinson 1968). The leaves of stedc.
 *
 * d and e: n and n - 1 f64, e with room for n. d ends as the eigenvalues, in any order, row i of Q as the vector
 * that belongs to d_i: n rows of `ldq` bytes, a multiple of 64, f64. `work` holds 16 n bytes.
 */
import { c, rotg, s } from "../blas/rotg";

/** Iterations that LAPACK allows for each eigenvalue (dsteqr); two are usual. */
const LIMIT: i32 = 30;
/** Unit roundoff of f64. */
const U: f64 = 1.1102230246251565e-16;

/**
 * An off-diagonal entry of U `norm`, norm being that of the whole matrix, is nothing: a test against its neighbours
 * on the diagonal would not end where rounding errors are all that is left. Returns whether it converged.
 */
export function steqr(n: i32, norm: f64, d: usize, e: usize, q: usize, ldq: usize, work: usize): bool {
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
      const top = sweep(l, m, d, e, work);
      rotate(ldq, m - top, q + ldq * m, -<isize>ldq, work);
    }
  }
  return true;
}

/**
 * One QL step on rows l..m, chasing the bulge upwards. Cosines and sines go to `to`; returns the row that they
 * reach.
 */
function sweep(l: i32, m: i32, d: usize, e: usize, to: usize): i32 {
  const dl = load<f64>(d + 8 * l), el = load<f64>(e + 8 * l);
  let g = (load<f64>(d + 8 * l + 8) - dl) / (2 * el);
  let r = sqrt(g * g + 1);
  g = load<f64>(d + 8 * m) - dl + el / (g + copysign(r, g));
  let sine: f64 = 1, cosine: f64 = 1, p: f64 = 0;
  for (let i = m - 1; i >= l; i--, to += 16) {
    const ei = load<f64>(e + 8 * i);
    const b = cosine * ei;
    r = rotg(g, sine * ei);
    store<f64>(e + 8 * i + 8, r);
    if (r == 0) {
      // Split: what is above goes on by itself.
      store<f64>(d + 8 * i + 8, load<f64>(d + 8 * i + 8) - p);
      store<f64>(e + 8 * m, 0);
      return i + 1;
    }
    sine = s;
    cosine = c;
    g = load<f64>(d + 8 * i + 8) - p;
    r = (load<f64>(d + 8 * i) - g) * s + 2 * c * b;
    p = s * r;
    store<f64>(d + 8 * i + 8, g + p);
    g = c * r - b;
    store<f64>(to, c);
    store<f64>(to, s, 8);
  }
  store<f64>(d + 8 * l, load<f64>(d + 8 * l) - p);
  store<f64>(e + 8 * l, g);
  store<f64>(e + 8 * m, 0);
  return l;
}

/**
 * Rotates row y with the one `step` bytes from it, that with the next, `count` times; what two rotations share stays
 * in registers. A rotation of y with x is (s x + c y, c x - s y), in that order; c and s are two f64.
 */
export function rotate(bytes: usize, count: i32, y: usize, step: isize, rotations: usize): void {
  for (const end = y + bytes; y < end; y += 64) {
    let y0 = v128.load(y), y1 = v128.load(y, 16), y2 = v128.load(y, 32), y3 = v128.load(y, 48);
    let to = y;
    for (let r = rotations, last = r + 16 * count; r < last; r += 16) {
      const from = to + step;
      const c = v128.load64_splat(r), s = v128.load64_splat(r, 8);
      let x = v128.load(from);
      v128.store(to, f64x2.add(f64x2.mul(s, x), f64x2.mul(c, y0)));
      y0 = f64x2.sub(f64x2.mul(c, x), f64x2.mul(s, y0));
      x = v128.load(from, 16);
      v128.store(to, f64x2.add(f64x2.mul(s, x), f64x2.mul(c, y1)), 16);
      y1 = f64x2.sub(f64x2.mul(c, x), f64x2.mul(s, y1));
      x = v128.load(from, 32);
      v128.store(to, f64x2.add(f64x2.mul(s, x), f64x2.mul(c, y2)), 32);
      y2 = f64x2.sub(f64x2.mul(c, x), f64x2.mul(s, y2));
      x = v128.load(from, 48);
      v128.store(to, f64x2.add(f64x2.mul(s, x), f64x2.mul(c, y3)), 48);
      y3 = f64x2.sub(f64x2.mul(c, x), f64x2.mul(s, y3));
      to = from;
    }
    v128.store(to, y0);
    v128.store(to, y1, 16);
    v128.store(to, y2, 32);
    v128.store(to, y3, 48);
  }
}
