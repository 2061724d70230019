/** Symmetric eigensolvers that take arrays of rows, f64. */
import { createRequire } from "node:module";
import { eigs } from "mathjs";
import { eigen } from "../accuracy.ts";
import { type Contender, job } from "../harness.ts";
import { symmetric } from "../matrices.ts";

type Rows = number[][];

const { eig } = createRequire(import.meta.url)("numeric") as {
  eig(a: Rows): { lambda: { x: number[] }; E: { x: Rows } };
};

/** Each library returns values, and vectors in a matrix of rows. */
const libraries: Record<string, (a: Rows) => { values: number[]; vectors: Rows }> = {
  "mathjs f64"(a) {
    const { values, eigenvectors } = eigs(a);
    const columns = eigenvectors.map(({ vector }) => vector as number[]);
    return {
      values: values as number[],
      vectors: columns[0].map((_, i) => columns.map((v) => v[i])),
    };
  },
  "numeric f64"(a) {
    const { lambda, E } = eig(a);
    return { values: lambda.x, vectors: E.x };
  },
};

export function rows(n: number): Contender[] {
  return Object.entries(libraries).map(([name, solve]) => ({
    name,
    slow: n > 64,
    start() {
      const a = symmetric(n, "float64");
      const input = Array.from({ length: n }, (_, i) => [...a.data.subarray(i * n, (i + 1) * n)]);
      return job(
        () => solve(input),
        ({ values, vectors }) => {
          const data = Float64Array.from(vectors.flat());
          return eigen(a, { values, vectors: { rows: n, cols: n, data } });
        },
      );
    },
  }));
}
