/** A step of spread by its formula, in f64 plain loops, on rows; |UUᵀ|₂ by the same eight power steps. */
import { normal, type Matrix } from "../../src/linalg/index.ts";
import { precisionOf } from "../support/precisions.ts";
import { transpose } from "../support/ratios.ts";
import { gemm } from "./gemm.ts";

export function spread(w: Matrix, step: number): Matrix<Float64Array> {
  const { rows: m, cols: n } = w;
  const u = Float64Array.from(w.data);
  const lengths = normalise(u, m, n);
  const units = { rows: m, cols: n, data: u };
  const g = gemm(units, transpose(units)).value;
  for (let i = 0; i < m; i++) g[i * (m + 1)] = 0;
  const { dtype } = precisionOf(w.data);
  let x = Float64Array.from(normal(m, 1, { seed: 0, dtype }).data);
  let norm = 1;
  for (let k = 0; k < 8; k++) {
    const y = x.map((xi, i) => x.reduce((sum, xj, j) => sum + g[i * m + j] * xj, xi));
    norm = Math.hypot(...y);
    x = y.map((value) => value / norm);
  }
  const eta = step / Math.max(1, norm);
  const push = gemm({ rows: m, cols: m, data: g }, units).value;
  const data = u.map((value, at) => value - eta * push[at]);
  normalise(data, m, n);
  return { rows: m, cols: n, data: data.map((value, at) => value * lengths[Math.floor(at / n)]) };
}

/** Divides rows by their lengths, and returns those; a row of zeros stays one. */
export function normalise(data: Float64Array, m: number, n: number): number[] {
  return Array.from({ length: m }, (_, i) => {
    const row = data.subarray(i * n, (i + 1) * n);
    const length = Math.hypot(...row);
    if (length > 0) row.forEach((value, k) => (row[k] = value / length));
    return length;
  });
}
