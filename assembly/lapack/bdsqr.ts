/**
 * bdsqr: singular value decomposition B = U diag(d) Vᵀ of a small upper bidiagonal matrix by the implicitly shifted QR
 * iteration (Golub and Kahan 1965; Golub and Reinsch 1970). The leaves of bdsdc.
 *
 * d and e: n f64, the last of e is not used. d ends as the singular values, not negative, in any order. Row i of U and of V
 * is the vector that belongs to d_i: n rows of `ld` bytes, a multiple of 64, f64. `work` holds 32 n bytes.
 */
import { c, rotg, s } from "../blas/rotg";
import { rotate } from "./steqr";

/** Iterations allowed for each value, as in steqr; two are usual. */
const LIMIT: i32 = 30;
/** Unit roundoff of f64. */
const U: f64 = 1.1102230246251565e-16;

/**
 * An entry of U `norm`, norm being that of the whole matrix, is nothing, whichever diagonal it is on. If the last row is
 * nothing from the start, the last value ends as 0 and its left vector as the last unit vector. Returns whether it converged.
 */
export function bdsqr(n: i32, norm: f64, d: usize, e: usize, u: usize, v: usize, ld: usize, work: usize): bool {
  unit(n, u, ld);
  unit(n, v, ld);
  const nothing = U * norm;
  for (let k = n - 1; k >= 0; k--) {
    for (let count = 0; ; count++) {
      if (count == LIMIT) return false;
      if (k > 0 && abs(load<f64>(d + 8 * k)) <= nothing) clearColumn(k, d, e, v, ld, work);
      let l = k;
      for (; l > 0; l--) {
        if (abs(load<f64>(e + 8 * l - 8)) <= nothing) break;
        if (abs(load<f64>(d + 8 * l - 8)) <= nothing) {
          clearRow(l - 1, k, d, e, u, ld, work);
          break;
        }
      }
      if (l == k) break;
      sweep(l, k, d, e, work, work + 16 * n);
      rotate(ld, k - l, v + ld * l, ld, work);
      rotate(ld, k - l, u + ld * l, ld, work + 16 * n);
    }
    const value = load<f64>(d + 8 * k);
    store<f64>(d + 8 * k, abs(value));
    if (value >= 0) continue;
    for (let x = v + ld * k, end = x + 8 * n; x < end; x += 8) store<f64>(x, -load<f64>(x));
  }
  return true;
}

function unit(n: i32, x: usize, ld: usize): void {
  memory.fill(x, 0, ld * n);
  for (let i = 0; i < n; i++) store<f64>(x + ld * i + 8 * i, 1);
}

/** One QR step on rows l..k, from the top down. Rotations of V go to `rv`, those of U to `ru`. */
function sweep(l: i32, k: i32, d: usize, e: usize, rv: usize, ru: usize): void {
  const z = load<f64>(d + 8 * k), y = load<f64>(d + 8 * k - 8);
  const h = load<f64>(e + 8 * k - 8), g = k - 1 > l ? load<f64>(e + 8 * k - 16) : 0;
  // f = x - shift / x, the shift being the eigenvalue of the last 2 x 2 block of BᵀB that is nearer to its last entry.
  const t = ((y - z) * (y + z) + (g - h) * (g + h)) / (2 * h * y);
  let x = load<f64>(d + 8 * l);
  let f = ((x - z) * (x + z) + h * (y / (t + copysign(sqrt(t * t + 1), t)) - h)) / x;
  let cosine: f64 = 1, sine: f64 = 1;
  for (let j = l; j < k; j++, rv += 16, ru += 16) {
    const ej = load<f64>(e + 8 * j), next = load<f64>(d + 8 * j + 8);
    // Columns j and j+1, which clears what is right of the superdiagonal in row j-1.
    const beside = cosine * ej;
    const r = rotg(f, sine * ej);
    if (j > l) store<f64>(e + 8 * j - 8, r);
    store<f64>(rv, c);
    store<f64>(rv, s, 8);
    const upper = c * beside - s * x;
    f = c * x + s * beside;
    // Rows j and j+1, which clears what is below the diagonal in column j.
    const lower = c * next;
    store<f64>(d + 8 * j, rotg(f, s * next));
    store<f64>(ru, c);
    store<f64>(ru, s, 8);
    cosine = c;
    sine = s;
    f = c * upper + s * lower;
    x = c * lower - s * upper;
  }
  store<f64>(e + 8 * k - 8, f);
  store<f64>(d + 8 * k, x);
}

/** Row k is nothing: rotations of column k with those before it clear its entry above the diagonal. */
function clearColumn(k: i32, d: usize, e: usize, v: usize, ld: usize, work: usize): void {
  store<f64>(d + 8 * k, 0);
  let f = load<f64>(e + 8 * k - 8);
  store<f64>(e + 8 * k - 8, 0);
  for (let i = k - 1; i >= 0 && f != 0; i--) {
    store<f64>(d + 8 * i, rotg(load<f64>(d + 8 * i), f));
    store<f64>(work, c);
    store<f64>(work, s, 8);
    rotate(ld, 1, v + ld * i, ld * (k - i), work);
    if (i == 0) break;
    const above = load<f64>(e + 8 * i - 8);
    f = -s * above;
    store<f64>(e + 8 * i - 8, c * above);
  }
}

/** Row i has nothing on the diagonal: rotations with those below it, down to row k, clear what is beside it. */
function clearRow(i: i32, k: i32, d: usize, e: usize, u: usize, ld: usize, work: usize): void {
  store<f64>(d + 8 * i, 0);
  let f = load<f64>(e + 8 * i);
  store<f64>(e + 8 * i, 0);
  for (let j = i + 1; j <= k && f != 0; j++) {
    store<f64>(d + 8 * j, rotg(load<f64>(d + 8 * j), f));
    store<f64>(work, c);
    store<f64>(work, s, 8);
    rotate(ld, 1, u + ld * j, -<isize>(ld * (j - i)), work);
    if (j == k) break;
    const after = load<f64>(e + 8 * j);
    f = -s * after;
    store<f64>(e + 8 * j, c * after);
  }
}
