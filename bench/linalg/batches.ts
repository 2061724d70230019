/** Many small dense systems in one call, one in each SIMD lane, beside one call for each. */
import { choleskyBatch, determinants, inverseBatch, solveBatch } from "../../src/linalg/batches.ts";
import {
  cholesky,
  det,
  inverse,
  matmul,
  normal,
  solve,
  type Batch,
  type Matrix,
} from "../../src/linalg/index.ts";
import { type Case, job } from "../harness.ts";
import { matMul } from "../peers/tfjs.ts";

const COUNT = 1000;

/** Matrices xᵀx + 1, which every function below takes, and right-hand sides. */
function inputOf(n: number): { a: Batch<Float32Array>; b: Batch<Float32Array> } {
  const data = new Float32Array(COUNT * n * n);
  for (let i = 0; i < COUNT; i++) {
    const x = normal(n, n, { seed: i });
    const a = matmul(x, x, { transposeA: true }).data;
    for (let j = 0; j < n; j++) a[j * (n + 1)]! += 1;
    data.set(a, i * n * n);
  }
  const b = normal(COUNT * n, 1, { seed: COUNT }).data;
  return {
    a: { count: COUNT, rows: n, cols: n, data },
    b: { count: COUNT, rows: n, cols: 1, data: b },
  };
}

type Run = (a: Batch<Float32Array>, b: Batch<Float32Array>) => unknown;
type One = (a: Matrix<Float32Array>, b: Matrix<Float32Array>) => unknown;

const runs: Record<string, [Run, One]> = {
  solve: [(a, b) => solveBatch(a, b, { assume: "general" }), (a, b) => solve(a, b)],
  posdef: [
    (a, b) => solveBatch(a, b, { assume: "posdef" }),
    (a, b) => solve(a, b, { assume: "posdef" }),
  ],
  inverse: [(a) => inverseBatch(a), (a) => inverse(a)],
  cholesky: [(a) => choleskyBatch(a), (a) => cholesky(a)],
  det: [(a) => determinants(a), (a) => det(a)],
};

const part = ({ rows, cols, data }: Batch<Float32Array>, i: number): Matrix<Float32Array> => ({
  rows,
  cols,
  data: data.subarray(i * rows * cols, (i + 1) * rows * cols),
});

function batch(what: string, n: number): Case {
  const [all, one] = runs[what]!;
  return {
    name: `${what} ${COUNT} of ${n}x${n}`,
    unit: matMul(64, 64, 64),
    start() {
      const { a, b } = inputOf(n);
      return job(() => all(a, b));
    },
    peers: [
      {
        name: "one by one",
        bar: 4,
        start() {
          const { a, b } = inputOf(n);
          return job(() => {
            for (let i = 0; i < COUNT; i++) one(part(a, i), part(b, i));
          });
        },
      },
    ],
  };
}

export default Object.keys(runs).flatMap((what) => [4, 8, 16].map((n) => batch(what, n)));
