/** Cholesky, LU and inverse by the textbook, in plain loops and f64. */
import type { Matrix } from "../../src/linalg/index.ts";

/** l of a = l·lᵀ, row by row. */
export function cholesky({ rows: n, data }: Matrix): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = data[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j];
    }
  return l;
}

/** l and u in one, and which row of a each row of l·u is. */
export function lu({ rows: m, cols: n, data }: Matrix): { f: Float64Array; p: number[] } {
  const f = Float64Array.from(data);
  const p = Array.from({ length: m }, (_, i) => i);
  for (let k = 0; k < Math.min(m, n); k++) {
    let best = k;
    for (let i = k + 1; i < m; i++)
      if (Math.abs(f[i * n + k]) > Math.abs(f[best * n + k])) best = i;
    [p[k], p[best]] = [p[best], p[k]];
    for (let j = 0; j < n; j++) [f[k * n + j], f[best * n + j]] = [f[best * n + j], f[k * n + j]];
    for (let i = k + 1; i < m; i++) {
      const factor = f[k * n + k] === 0 ? 0 : (f[i * n + k] /= f[k * n + k]);
      for (let j = k + 1; j < n; j++) f[i * n + j] -= factor * f[k * n + j];
    }
  }
  return { f, p };
}

/** By Gauss and Jordan, with pivots. */
export function inverse({ rows: n, data }: Matrix): Float64Array {
  const wide = new Float64Array(2 * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) wide[2 * i * n + j] = data[i * n + j];
    wide[2 * i * n + n + i] = 1;
  }
  const row = (i: number) => wide.subarray(2 * i * n, 2 * (i + 1) * n);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(row(i)[k]) > Math.abs(row(best)[k])) best = i;
    const swap = row(k).slice();
    row(k).set(row(best));
    row(best).set(swap);
    const pivot = row(k)[k];
    row(k).forEach((x, j) => (row(k)[j] = x / pivot));
    for (let i = 0; i < n; i++) {
      const factor = row(i)[k];
      if (i !== k && factor !== 0) row(k).forEach((x, j) => (row(i)[j] -= factor * x));
    }
  }
  return Float64Array.from({ length: n * n }, (_, at) => row(Math.floor(at / n))[n + (at % n)]);
}
