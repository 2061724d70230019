/** Cholesky factors of small symmetric matrices, in f64 by plain loops: m³/3 flops. */
import { float64 } from "../../arrays.ts";
import type { Matrix } from "../../linalg/index.ts";

/**
 * The lower triangular L of a = L·Lᵀ, or `undefined` if a is not positive definite. A pivot that is at most m·2⁻⁵² of
 * its diagonal entry counts as zero, since rounding alone could make it.
 */
export function cholesky(a: Matrix<Float64Array>): Matrix<Float64Array> | undefined {
  const m = a.rows;
  const l = float64(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * m + j]!;
      for (let k = 0, x = i * m, y = j * m; k < j; k++) sum -= l[x++]! * l[y++]!;
      if (i > j) l[i * m + j] = sum / l[j * m + j]!;
      else if (sum > m * 2 ** -52 * a.data[i * m + i]!) l[i * m + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return { rows: m, cols: m, data: l };
}

/** L⁻¹·b, by forward substitution. */
export function solveLower(
  { rows: m, data: l }: Matrix<Float64Array>,
  { cols: n, data }: Matrix<Float64Array>,
): Matrix<Float64Array> {
  const x = float64(data);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) {
      const factor = l[i * m + j]!;
      if (factor === 0) continue;
      for (let k = 0, to = i * n, from = j * n; k < n; k++) x[to++]! -= factor * x[from++]!;
    }
    for (let k = i * n; k < (i + 1) * n; k++) x[k]! /= l[i * m + i]!;
  }
  return { rows: m, cols: n, data: x };
}

/** L⁻¹, by forward substitution that skips the zeros of the identity. */
export function inverseLower({ rows: m, data: l }: Matrix<Float64Array>): Matrix<Float64Array> {
  const x = float64(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) {
      const factor = l[i * m + j]!;
      for (let k = 0, to = i * m, from = j * m; k <= j; k++) x[to++]! -= factor * x[from++]!;
    }
    x[i * (m + 1)] = 1;
    for (let k = i * m; k <= i * (m + 1); k++) x[k]! /= l[i * (m + 1)]!;
  }
  return { rows: m, cols: m, data: x };
}
