/**
 * Eigenvectors of unit length, V as trevc has it: of every vector the component of largest magnitude, the first of
 * equals, becomes real and positive, which makes the vectors of simple eigenvalues unique.
 */
import { at } from "../blas/panel";
import { REAL } from "../real";

/** The columns of the row-major n x n matrix V; T says which are pairs. */
export function normalize(n: i32, t: usize, v: usize): void {
  for (let j = 0; j < n; j++) {
    const complex = j + 1 < n && load<real>(at(t, n, j + 1, j)) != 0;
    turn(n, complex, at(v, n, 0, j), REAL * n);
    if (complex) j++;
  }
}

/** One vector, its entries `step` bytes apart, the imaginary part beside the real one. */
function turn(n: i32, complex: bool, x: usize, step: usize): void {
  let largest: f64 = 0, ar: f64 = 1, ai: f64 = 0, sum: f64 = 0;
  for (let i = 0, p = x; i < n; i++, p += step) {
    const re = <f64>load<real>(p), im = complex ? <f64>load<real>(p, REAL) : 0;
    const square = re * re + im * im;
    sum += square;
    if (square <= largest) continue;
    largest = square;
    ar = re;
    ai = im;
  }
  if (sum == 0) return;
  // Times the conjugate of the largest component, over its modulus and the length.
  const size = sqrt(largest) * sqrt(sum);
  const cr = ar / size, ci = -ai / size;
  for (let i = 0, p = x; i < n; i++, p += step) {
    const re = <f64>load<real>(p), im = complex ? <f64>load<real>(p, REAL) : 0;
    store<real>(p, <real>(re * cr - im * ci));
    if (!complex) continue;
    const own = re == ar && im == ai;
    store<real>(p, own ? 0 : <real>(re * ci + im * cr), REAL);
  }
}
