import { eigh, matmul, type Dtype } from "../../src/linalg/index.ts";
import { eigen } from "../accuracy.ts";
import { type Case, type Contender, job } from "../harness.ts";
import { symmetric } from "../matrices.ts";
import * as emlapack from "../peers/emlapack.ts";
import * as mlMatrix from "../peers/ml-matrix.ts";
import { numpy } from "../peers/numpy.ts";
import { rows } from "../peers/symmetric.ts";
import { matMul } from "../peers/tfjs.ts";

interface Options {
  dtype?: Dtype;
  bar?: number;
  peers?: Contender[];
}

function order(n: number, { dtype = "float64", bar, peers = [] }: Options = {}): Case {
  return {
    name: `eigh ${n}${dtype === "float64" ? " f64" : ""}`,
    flops: (14 / 3) * n ** 3, // tridiagonal form, divide and conquer without deflation, and back
    unit: matMul(n, n, n),
    start() {
      const a = symmetric(n, dtype);
      return job(
        () => eigh(a),
        (found) => eigen(a, found),
      );
    },
    bar,
    peers: [...peers, numpy(["eigh", n, dtype, "scipy"])],
  };
}

function values(n: number): Case {
  return {
    name: `eigh ${n} f64 values`,
    unit: matMul(n, n, n),
    start() {
      const a = symmetric(n, "float64");
      return job(() => eigh(a, { vectors: false }));
    },
  };
}

/** A symmetric Sylvester equation, in units of a product of this package in f64. */
function sylvester(n: number, bar: number): Case {
  const a = symmetric(n, "float64");
  return {
    name: `2 eigh and 4 products, ${n} f64`,
    unit: { name: "matmul f64", start: () => job(() => matmul(a, a)) },
    start: () =>
      job(() => {
        for (let i = 0; i < 2; i++) eigh(a);
        for (let i = 0; i < 4; i++) matmul(a, a);
      }),
    bar,
  };
}

const others = (n: number, bar?: number) => [emlapack.eigh(n, bar), mlMatrix.eigh(n)];

export default [
  order(32, { peers: [...others(32), ...rows(32)] }),
  order(64, { peers: [...others(64), ...rows(64)] }),
  order(128, { peers: [...others(128), ...rows(128)] }),
  order(256, { bar: 14, peers: others(256, 2) }),
  order(512, { bar: 12, peers: others(512) }),
  order(1024, { bar: 5.2 }),
  order(256, { dtype: "float32" }),
  order(512, { dtype: "float32" }),
  values(256),
  values(512),
  sylvester(256, 25),
];
