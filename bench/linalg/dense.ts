import {
  cholesky,
  det,
  eig,
  expm,
  inverse,
  logm,
  lu,
  matmul,
  normal,
  ridge,
  solve,
  sqrtm,
  type Dtype,
  type Matrix,
} from "../../src/linalg/index.ts";
import { type Case, type Contender, job } from "../harness.ts";
import { emlapack, math, mlMatrix, type Input, type What } from "../peers/dense.ts";
import { numpy } from "../peers/numpy.ts";
import { matMul } from "../peers/tfjs.ts";

/** Normals, or xᵀx + 1, and right-hand sides. */
function inputOf(n: number, cols: number, dtype: Dtype, posdef: boolean): Input {
  return () => {
    const x = normal(n, n, { seed: 1, dtype }) as Matrix;
    const b = normal(n, cols, { seed: 2, dtype }) as Matrix;
    if (!posdef) return { a: x, b };
    const a = matmul(x, x, { transposeA: true });
    for (let i = 0; i < n; i++) a.data[i * (n + 1)]! += 1;
    return { a, b };
  };
}

const runs: Record<string, (a: Matrix, b: Matrix) => unknown> = {
  cholesky: (a) => cholesky(a),
  lu: (a) => lu(a),
  solve: (a, b) => solve(a, b),
  posdef: (a, b) => solve(a, b, { assume: "posdef" }),
  inverse: (a) => inverse(a),
  det: (a) => det(a),
  eig: (a) => eig(a),
  expm: (a) => expm(a),
  sqrtm: (a) => sqrtm(a),
  logm: (a) => logm(a),
  ridge: (a, b) => ridge(a, b, 1),
};

/** Of n³, where that says something. */
const flops: Partial<Record<What, number>> = { cholesky: 1 / 3, lu: 2 / 3, solve: 2 / 3, posdef: 1 / 3, inverse: 2, det: 2 / 3, eig: 26 }; // prettier-ignore

interface Options {
  dtype?: Dtype;
  cols?: number;
  bar?: number;
}

function order(what: What, n: number, { dtype = "float32", cols = 1, bar }: Options = {}): Case {
  const posdef = ["cholesky", "posdef", "sqrtm", "logm"].includes(what);
  const input = inputOf(n, cols, dtype, posdef);
  const slow = n > 256;
  const others: Contender[] = [];
  // What does not fit its 16 MB ends its process.
  if (n < 1024 && what in flops) others.push(emlapack(what, input, dtype, 2));
  if (what in flops) others.push({ ...mlMatrix(what, input, 2), slow });
  const absent = ["cholesky", "posdef", "eig", "logm", "ridge"];
  if (!absent.includes(what) && n <= 256) others.push(math(what, input, 2));
  return {
    name: `${what} ${n}${dtype === "float64" ? " f64" : ""}${cols > 1 ? `, ${cols} right sides` : ""}`,
    flops: flops[what] && flops[what] * n ** 3,
    unit: matMul(n, n, n),
    start() {
      const { a, b } = input();
      return job(() => runs[what]!(a, b));
    },
    bar,
    peers: [...others, numpy(["dense", what, n, cols, dtype, "scipy"])],
  };
}

export default [
  order("cholesky", 128),
  order("cholesky", 512, { bar: 0.35 }),
  order("cholesky", 1024, { bar: 0.3 }),
  order("cholesky", 512, { dtype: "float64", bar: 2.1 * 0.35 }),
  order("cholesky", 1024, { dtype: "float64", bar: 2.1 * 0.3 }),
  order("lu", 128),
  order("lu", 512, { bar: 0.7 }),
  order("lu", 1024, { bar: 0.6 }),
  order("lu", 512, { dtype: "float64", bar: 2.1 * 0.7 }),
  order("lu", 1024, { dtype: "float64", bar: 2.1 * 0.6 }),
  order("solve", 512),
  order("solve", 512, { cols: 100 }),
  order("posdef", 512),
  order("inverse", 128),
  order("inverse", 512, { bar: 1.8 }),
  order("inverse", 512, { dtype: "float64", bar: 2.1 * 1.8 }),
  order("det", 512),
  order("eig", 128, { dtype: "float64" }),
  order("eig", 256),
  order("expm", 64, { dtype: "float64" }),
  order("sqrtm", 64, { dtype: "float64" }),
  order("logm", 64, { dtype: "float64" }),
  order("ridge", 512, { cols: 10 }),
];
