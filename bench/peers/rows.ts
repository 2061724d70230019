/** The JavaScript libraries with the fastest SVDs of a square matrix, svd-js and numeric: f64, arrays of rows. */
import { createRequire } from "node:module";
import { SVD } from "svd-js";
import { singular } from "../accuracy.ts";
import { type Contender, job } from "../harness.ts";
import { type Matrix, normal } from "../../src/linalg/index.ts";

type Rows = number[][];

const { svd: numeric } = createRequire(import.meta.url)("numeric") as {
  svd(a: Rows): { U: Rows; S: number[]; V: Rows };
};

const libraries: Record<string, (a: Rows) => { u: Rows; s: number[]; v: Rows }> = {
  "svd-js f64"(a) {
    const { u, q, v } = SVD(a);
    return { u, s: q, v };
  },
  "numeric f64"(a) {
    const { U, S, V } = numeric(a);
    return { u: U, s: S, v: V };
  },
};

const matrix = (rows: Rows): Matrix => ({
  rows: rows.length,
  cols: rows[0].length,
  data: Float64Array.from(rows.flat()),
});

/** Reduced SVDs; rows >= cols. */
export function svds(rows: number, cols: number, bar?: number): Contender[] {
  return Object.entries(libraries).map(([name, svd]) => ({
    name,
    slow: rows * cols > 256 * 256,
    bar,
    start() {
      const { data } = normal(rows, cols, { seed: 1, dtype: "float64" });
      const a = Array.from({ length: rows }, (_, i) => [
        ...data.subarray(i * cols, (i + 1) * cols),
      ]);
      return job(
        () => svd(a),
        (found) => {
          // svd-js does not sort singular values.
          const order = found.s.map((_, i) => i).sort((i, j) => found.s[j] - found.s[i]);
          const sorted = (x: Rows) => matrix(x.map((row) => order.map((i) => row[i])));
          const s = Float64Array.from(order, (i) => found.s[i]);
          return singular(matrix(a), { u: sorted(found.u), s, v: sorted(found.v) });
        },
      );
    },
  }));
}
