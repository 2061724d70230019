/**
 * Unblocked Householder QR in f64: H_k … H_0 A = R one reflector after the other, and Q by applying
 * them to the identity. No structure is used: every reflector meets every row.
 */
import type { Matrix } from "../../src/linalg/index.ts";

export interface Factors {
  q: Matrix<Float64Array>;
  r: Matrix<Float64Array>;
}

/** Reduced factors of a, with LAPACK's signs or a non-negative diagonal of r. */
export function qr(a: Matrix, { positive = true } = {}): Factors {
  const { rows: m, cols: n } = a;
  const k = Math.min(m, n);
  const work = Float64Array.from(a.data);
  const reflectors = Array.from({ length: k }, (_, j) => {
    const column = Float64Array.from({ length: m }, (_, i) => (i < j ? 0 : work[i * n + j]));
    const v = reflector(column, j);
    reflect(v, work, n);
    return v;
  });
  const q = new Float64Array(m * k);
  for (let j = 0; j < k; j++) q[j * k + j] = 1;
  for (const v of reflectors.reverse()) reflect(v, q, k);
  const r = work.slice(0, k * n).map((x, at) => (Math.floor(at / n) > at % n ? 0 : x));
  for (let i = 0; i < k; i++) {
    if (!positive || r[i * n + i] >= 0) continue;
    for (let j = i; j < n; j++) r[i * n + j] *= -1;
    for (let row = 0; row < m; row++) q[row * k + i] *= -1;
  }
  return { q: { rows: m, cols: k, data: q }, r: { rows: k, cols: n, data: r } };
}

/**
 * The unit vector v with (I − 2vvᵀ)x = −sign(x_j)‖x‖e_j, for x zero above j; the zero vector, and with
 * it the identity, if x is zero below j as well.
 */
export function reflector(x: Float64Array, j: number): Float64Array {
  if (x.every((value, i) => value === 0 || i === j)) return new Float64Array(x.length);
  const v = x.slice();
  v[j] += v[j] < 0 ? -Math.hypot(...x) : Math.hypot(...x);
  const length = Math.hypot(...v);
  return v.map((value) => value / length);
}

/** A := (I − 2vvᵀ)A for a row-major A of n columns. */
export function reflect(v: Float64Array, a: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let i = 0; i < v.length; i++) sum += v[i] * a[i * n + j];
    for (let i = 0; i < v.length; i++) a[i * n + j] -= 2 * sum * v[i];
  }
}
