/** Products with vectors, in plain loops: a matrix that meets one vector is read here faster than copied to the kernels. */
import { float64 } from "../../arrays.ts";
import type { Matrix } from "../../linalg/matrix.ts";

/** Σ a_(first + j) b_j, in four sums, which a processor adds side by side. */
export function dot(a: Float64Array, first: number, b: Float64Array): number {
  const whole = b.length - (b.length % 4);
  let [p, q, r, s] = [0, 0, 0, 0];
  let at = first;
  for (let j = 0; j < whole; j += 4, at += 4) {
    p += a[at]! * b[j]!;
    q += a[at + 1]! * b[j + 1]!;
    r += a[at + 2]! * b[j + 2]!;
    s += a[at + 3]! * b[j + 3]!;
  }
  for (let j = whole; j < b.length; j++) p += a[at++]! * b[j]!;
  return p + q + (r + s);
}

/** y += factor x, where x starts at entry `first` of its array. */
export function accumulate(
  y: Float64Array,
  x: Float64Array | Float32Array,
  factor: number,
  first = 0,
): void {
  for (let j = 0, at = first; j < y.length; j++) y[j]! += factor * x[at++]!;
}

/** A x */
export function times({ rows, cols, data }: Matrix<Float64Array>, x: Float64Array): Float64Array {
  const y = float64(rows);
  for (let i = 0; i < rows; i++) y[i] = dot(data, i * cols, x);
  return y;
}

/** Aᵀ x, by four rows of A at a time, so that the sums are read and written a quarter as often. */
export function transposedTimes(
  { rows, cols, data }: Matrix<Float64Array>,
  x: Float64Array,
): Float64Array {
  const y = float64(cols);
  const whole = rows - (rows % 4);
  for (let i = 0; i < whole; i += 4) fourRows(y, data, i * cols, x, i);
  for (let i = whole; i < rows; i++) accumulate(y, data, x[i]!, i * cols);
  return y;
}

/** y += Aᵀ x for the four rows of A that start at entry `at`, and the entries of x from `first` on. */
function fourRows(
  y: Float64Array,
  a: Float64Array,
  at: number,
  x: Float64Array,
  first: number,
): void {
  const [p, q, r, s] = [x[first]!, x[first + 1]!, x[first + 2]!, x[first + 3]!];
  const cols = y.length;
  const [b, c, d] = [at + cols, at + 2 * cols, at + 3 * cols];
  for (let j = 0; j < cols; j++) {
    y[j]! += p * a[at + j]! + q * a[b + j]! + (r * a[c + j]! + s * a[d + j]!);
  }
}
