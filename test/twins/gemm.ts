/** The product of two matrices by its definition, in f64, and with it |A||B|, which bounds its error. */
import type { Matrix } from "../../src/linalg/index.ts";

export function gemm(a: Matrix, b: Matrix) {
  const [m, n, inner] = [a.rows, b.cols, a.cols];
  const value = new Float64Array(m * n);
  const magnitude = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < inner; k++) {
      const x = a.data[i * inner + k];
      for (let j = 0, at = i * n, from = k * n; j < n; j++, at++, from++) {
        const term = x * b.data[from];
        value[at] += term;
        magnitude[at] += Math.abs(term);
      }
    }
  }
  return { value, magnitude };
}
