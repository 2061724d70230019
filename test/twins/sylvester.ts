/** a·x + x·b = c as m n equations in m n unknowns, by Gauss elimination with partial pivoting, in f64. */
import type { Matrix } from "../../src/linalg/index.ts";

export function sylvester(a: Matrix, b: Matrix, c: Matrix): Float64Array {
  const [m, n] = [a.rows, b.rows];
  const rows = Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    const row = new Float64Array(m * n + 1);
    for (let k = 0; k < m; k++) row[k * n + j] += a.data[i * m + k];
    for (let k = 0; k < n; k++) row[i * n + k] += b.data[k * n + j];
    row[m * n] = c.data[at];
    return row;
  });
  for (let k = 0; k < m * n; k++) {
    let top = k;
    for (let i = k; i < m * n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[top][k])) top = i;
    [rows[k], rows[top]] = [rows[top], rows[k]];
    for (let i = 0; i < m * n; i++) {
      const factor = i === k ? 0 : rows[i][k] / rows[k][k];
      for (let j = k; factor !== 0 && j <= m * n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return Float64Array.from(rows, (row, k) => row[m * n] / row[k]);
}
