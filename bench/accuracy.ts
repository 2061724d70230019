/**
 * LAPACK's test ratios (TESTING/LIN): an error divided by the error that rounding alone may cause. A ratio is of order
 * 1 for a backward stable routine, and above 30 a failure. The ratios are computed by plain loops in f64, which use
 * none of the code that is measured.
 */
import { jacobi, svd, type Complex, type Matrix } from "../src/linalg/index.ts";

/**
 * The accuracy of a result: `orthogonality` = ‖I − QᵀQ‖₁ / (m u); `residual` = ‖A − QR‖₁ / (m ‖A‖₁ u) or a similar
 * ratio; `error` = the error against a known answer, relative to the answer's largest entry.
 */
export interface Accuracy {
  orthogonality?: number;
  residual?: number;
  error?: number;
}

/** ‖I − QᵀQ‖₁ / (m u), or for a wide Q ‖I − QQᵀ‖₁ / (n u). */
export function orthogonality(q: Matrix): number {
  // With orthonormal vectors as rows, both loops run along memory.
  const { rows, cols, data } = q.rows > q.cols ? transpose(q) : q;
  const v = Float64Array.from(data);
  const sums = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      const error = Math.abs(dot(v, i * cols, j * cols, cols) - Number(i === j));
      sums[j] += error;
      if (i !== j) sums[i] += error;
    }
  }
  return largest(sums) / (cols * roundoff(q));
}

/** ‖C − AB‖₁ / (m ‖C‖₁ u) of a factorization C = AB. */
export function residual(c: Matrix, a: Matrix, b: Matrix): number {
  return difference(c, a, b) / (c.rows * norm1(c) * roundoff(a));
}

/** The accuracy of A = U diag(s) Vᵀ: the worse orthogonality of U and V, and ‖A − U (diag(s) Vᵀ)‖₁ as above. */
export function singular(
  a: Matrix,
  { u, s, v }: { u: Matrix; s: ArrayLike<number>; v: Matrix },
): Accuracy {
  const sv = { ...v, data: Float64Array.from(v.data, (x, at) => x * s[at % v.cols]) };
  return {
    orthogonality: Math.max(orthogonality(u), orthogonality(v)),
    residual: residual(a, u, transpose(sv)),
  };
}

/** The accuracy of a symmetric decomposition A = V diag(w) Vᵀ. */
export function eigen(
  a: Matrix,
  { values, vectors }: { values: ArrayLike<number>; vectors: Matrix },
): Accuracy {
  return {
    orthogonality: orthogonality(vectors),
    residual: singular(a, { u: vectors, s: values, v: vectors }).residual,
  };
}

/** An equation AX + XB = C with a known answer. */
export interface Equation {
  a: Matrix;
  b: Matrix;
  c: Matrix;
  x: Matrix;
}

/** The accuracy of a solution X: ‖C − AX − XB‖ / ((‖A‖ + ‖B‖) ‖X‖ + ‖C‖) in Frobenius norms, over u. */
export function solution({ a, b, c, x: known }: Equation, x: Matrix): Accuracy {
  const [ax, xb] = [product(a, x), product(x, b)];
  const rest = Float64Array.from(c.data, (value, at) => value - ax[at] - xb[at]);
  const size = (normF(a.data) + normF(b.data)) * normF(x.data) + normF(c.data);
  const errors = Float64Array.from(x.data, (value, at) => Math.abs(value - known.data[at]));
  return {
    residual: normF(rest) / size / roundoff(c),
    error: largest(errors) / largest(Float64Array.from(known.data, Math.abs)),
  };
}

/** The accuracy of a Schur form A = Z T Zᵀ: the orthogonality of Z, and ‖A − Z (T Zᵀ)‖₁ / (n ‖A‖₁ u). */
export function similar(a: Matrix, { t, z }: { t: Matrix; z: Matrix }): Accuracy {
  const tz = { ...t, data: new Float64Array(t.data.length) };
  const [x, y, n] = [Float64Array.from(t.data), Float64Array.from(z.data), t.rows];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = i > 0 ? i - 1 : 0; k < n; k++) sum += x[i * n + k] * y[j * n + k];
      tz.data[i * n + j] = sum;
    }
  }
  return { orthogonality: orthogonality(z), residual: residual(a, z, tz) };
}

/**
 * The accuracy of eigenvalues λ: the largest σ_min(A − λI) / (n ‖A‖₁ u) for the λ of largest, middle and smallest
 * modulus. σ_min is the distance to the nearest matrix that has this eigenvalue exactly.
 */
export function spectral(a: Matrix, re: ArrayLike<number>, im: ArrayLike<number>): Accuracy {
  const n = a.rows;
  const order = Array.from(re, (x, i) => [Math.hypot(x, im[i]), i]).sort(([x], [y]) => x - y);
  const errors = [0, n >> 1, n - 1].map((rank) => {
    const k = order[rank][1];
    // A − λI as a real matrix of twice the order.
    const data = new Float64Array(4 * n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const x = a.data[i * n + j] - (i === j ? re[k] : 0);
        data[i * 2 * n + j] = x;
        data[(i + n) * 2 * n + j + n] = x;
      }
      data[i * 2 * n + i + n] = im[k];
      data[(i + n) * 2 * n + i] = -im[k];
    }
    return svd({ rows: 2 * n, cols: 2 * n, data }, { vectors: false, method: jacobi }).s[2 * n - 1];
  });
  return { residual: Math.max(...errors) / (n * norm1(a) * roundoff(a)) };
}

/** ‖C − AB‖₁ / (k ‖A‖₁ ‖B‖₁ u), of a product C: its rounding errors have the size of A and B. */
export function productError(c: Matrix, a: Matrix, b: Matrix): number {
  return difference(c, a, b) / (a.cols * norm1(a) * norm1(b) * roundoff(c));
}

/** ‖C − AB‖₁ */
function difference(c: Matrix, a: Matrix, b: Matrix): number {
  const n = b.cols;
  const sums = new Float64Array(n);
  const right = Float64Array.from(b.data);
  const row = new Float64Array(n);
  for (let i = 0; i < a.rows; i++) {
    row.set(c.data.subarray(i * n, (i + 1) * n));
    for (let k = 0; k < a.cols; k++) {
      const x = a.data[i * a.cols + k];
      for (let j = 0, at = k * n; j < n; j++, at++) row[j] -= x * right[at];
    }
    for (let j = 0; j < n; j++) sums[j] += Math.abs(row[j]);
  }
  return largest(sums);
}

function product(a: Matrix, b: Matrix): Float64Array {
  const [m, k, n] = [a.rows, a.cols, b.cols];
  const out = new Float64Array(m * n);
  const right = Float64Array.from(b.data);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const x = a.data[i * k + l];
      for (let j = 0, at = i * n, from = l * n; j < n; j++) out[at++] += x * right[from++];
    }
  }
  return out;
}

const normF = (data: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] ** 2;
  return Math.sqrt(sum);
};

function norm1({ rows, cols, data }: Matrix): number {
  const sums = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) sums[j] += Math.abs(data[at]);
  }
  return largest(sums);
}

export function transpose({ rows, cols, data }: Matrix): Matrix {
  const out = data.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j];
  }
  return { rows: cols, cols: rows, data: out };
}

/** The dot product as four sums side by side: a single sum would wait for each addition. */
function dot(v: Float64Array, a: number, b: number, n: number): number {
  let s = 0, t = 0, u = 0, w = 0; // prettier-ignore
  let k = 0;
  for (; k + 3 < n; k += 4) {
    s += v[a + k] * v[b + k];
    t += v[a + k + 1] * v[b + k + 1];
    u += v[a + k + 2] * v[b + k + 2];
    w += v[a + k + 3] * v[b + k + 3];
  }
  for (; k < n; k++) s += v[a + k] * v[b + k];
  return s + t + (u + w);
}

function largest(values: Float64Array): number {
  // Math.max returns NaN if a value is NaN; a comparison would not.
  return values.reduce((a, b) => Math.max(a, b), 0);
}

function roundoff({ data }: Matrix): number {
  return data instanceof Float32Array ? 2 ** -24 : 2 ** -53;
}

/** max |x − y| / (max |y| u), in single precision. */
export function distance(x: ArrayLike<number>, y: ArrayLike<number>): Accuracy {
  let [error, largest] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    error = Math.max(error, Math.abs(x[i] - y[i]));
    largest = Math.max(largest, Math.abs(y[i]));
  }
  return { residual: error / (largest * 2 ** -24) };
}

/** Largest relative error of a root, in u; each true root is compared with the nearest root that was found. */
export function rootError(found: Complex, truth: Complex): number {
  const errors = Array.from(truth.re, (re, i) => {
    const im = truth.im[i];
    const off = Array.from(found.re, (x, j) => Math.hypot(x - re, found.im[j] - im));
    return Math.min(...off) / Math.hypot(re, im);
  });
  return Math.max(...errors) * 2 ** 53;
}
