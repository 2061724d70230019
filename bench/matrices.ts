/** Matrices that several benchmarks decompose. */
import { type Data, type Dtype, type Matrix, normal } from "../src/linalg/index.ts";

/** (X + Xᵀ) / 2 of normals. */
export function symmetric(n: number, dtype: Dtype): Matrix<Data> {
  const { data } = normal(n, n, { seed: 1, dtype });
  const sums = data.map(
    (x: number, at: number) => (x + data[(at % n) * n + Math.floor(at / n)]) / 2,
  );
  return { rows: n, cols: n, data: sums };
}
