import { trsyl } from "../../src/linalg/bartelsStewart.ts";
import {
  lyapunov,
  matmul,
  normal,
  schur,
  sylvester,
  type Dtype,
  type Matrix,
} from "../../src/linalg/index.ts";
import { type Equation, solution } from "../accuracy.ts";
import { type Case, type Contender, job } from "../harness.ts";
import * as emlapack from "../peers/emlapack.ts";
import * as mathjs from "../peers/mathjs.ts";
import { numpy } from "../peers/numpy.ts";
import { matMul } from "../peers/tfjs.ts";

type Make = (n: number, seed: number, dtype: Dtype) => Matrix;

const general: Make = (n, seed, dtype) => normal(n, n, { seed, dtype }) as Matrix;

/** A positive definite matrix, as from data. */
const gram: Make = (n, seed, dtype) => {
  const x = normal(n, 2 * n, { seed, dtype }) as Matrix;
  return matmul(x, x, { transposeB: true });
};

const triangular: Make = (n, seed, dtype) => schur(general(n, seed, dtype)).t;

function equation(n: number, make: Make, dtype: Dtype): Equation {
  const [a, b, x] = [make(n, 1, dtype), make(n, 2, dtype), general(n, 3, dtype)];
  const [ax, xb] = [matmul(a, x), matmul(x, b)];
  const c = { ...ax, data: ax.data.map((value: number, at: number) => value + xb.data[at]) };
  return { a, b, c: c as Matrix, x };
}

interface Options {
  make?: Make;
  dtype?: Dtype;
  bar?: number;
  unit?: Contender;
  peers?: Contender[];
}

const named = (what: string, n: number, dtype: Dtype) =>
  `${what} ${n}${dtype === "float64" ? " f64" : ""}`;

function order(n: number, options: Options = {}): Case {
  const { make = general, dtype = "float64", bar, peers = [] } = options;
  const symmetric = make === gram;
  return {
    name: named(symmetric ? "sylvester sym." : "sylvester", n, dtype),
    // Flops of two Schur forms (Golub and Van Loan, 7.5), four products and a triangular solve; symmetric: two eigh.
    flops: (symmetric ? 2 * (14 / 3) + 8 : 60) * n ** 3,
    unit: options.unit ?? matMul(n, n, n),
    start() {
      const known = equation(n, make, dtype);
      return job(
        () => sylvester(known.a, known.b, known.c),
        (x) => solution(known, x),
      );
    },
    bar,
    peers,
  };
}

/** The unit of cases that consist of products in f64: a product of this package. */
const product = (n: number): Contender => ({
  name: `matmul ${n} f64`,
  start() {
    const a = general(n, 1, "float64");
    return job(() => matmul(a, a));
  },
});

function solve(n: number, bar: number): Case {
  return {
    name: `trsyl ${n} f64`,
    flops: 2 * n ** 3,
    unit: matMul(n, n, n),
    start() {
      const known = equation(n, triangular, "float64");
      return job(
        () => trsyl(known.a, known.b, known.c, {}).x,
        (x) => solution(known, x),
      );
    },
    peers: [
      // LAPACK's dtrsyl, in the same engine: the unblocked algorithm, column by column.
      emlapack.sylvester(() => equation(n, triangular, "float64"), { triangular: true, bar }),
      { ...numpy(["sylvester", n, "float64", "trsyl", "scipy"]), name: "native trsyl" },
    ],
  };
}

function stable(n: number): Case {
  return {
    name: `lyapunov ${n} f64`,
    unit: matMul(n, n, n),
    start() {
      const [a, q] = [general(n, 1, "float64"), gram(n, 2, "float64")];
      return job(() => lyapunov(a, q));
    },
  };
}

const native = (n: number, bar?: number, dtype: Dtype = "float64") =>
  numpy(["sylvester", n, dtype, "solve_sylvester", "scipy"], bar);

const others = (n: number, bar?: number) => [
  emlapack.sylvester(() => equation(n, general, "float64"), { bar, slow: n > 256 }),
  native(n),
];

export default [
  order(16, { peers: others(16) }),
  order(64, {
    peers: [...others(64), mathjs.sylvester(() => equation(64, general, "float64"), 2000)],
  }),
  order(128, { peers: others(128, 2) }),
  order(256, { bar: 130, peers: others(256, 2) }),
  order(512, { bar: 115, peers: others(512, 2) }),
  order(256, { dtype: "float32", peers: [native(256, undefined, "float32")] }),
  ...[64, 128, 512].map((n) => order(n, { make: gram, peers: [native(n, 1)] })),
  order(256, { make: gram, unit: product(256), bar: 25, peers: [native(256, 1)] }),
  solve(64, 1),
  solve(512, 3),
  stable(256),
] as Case[];
