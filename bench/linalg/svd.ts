import {
  haar,
  jacobi,
  matmul,
  normal,
  svd,
  svdBatch,
  topSvd,
  type Matrix,
  type SvdMethod,
} from "../../src/linalg/index.ts";
import { singular } from "../accuracy.ts";
import { type Case, type Contender, job } from "../harness.ts";
import * as emlapack from "../peers/emlapack.ts";
import * as mlMatrix from "../peers/ml-matrix.ts";
import { numpy } from "../peers/numpy.ts";
import { svds } from "../peers/rows.ts";
import { matMul } from "../peers/tfjs.ts";

interface Options {
  dtype?: "float32" | "float64";
  method?: SvdMethod;
  bar?: number;
  peers?: Contender[];
}

// prettier-ignore
const ours = (a: Matrix, method?: SvdMethod) => job(() => svd(a, { method }), (found) => singular(a, found));

/** Reduced u, s and v of a matrix of normals with m >= n. */
function shape(m: number, n: number, { dtype, method, bar, peers }: Options = {}): Case {
  const of = [m === n ? n : `${m}x${n}`, dtype === "float64" ? "f64" : "", method?.name ?? ""];
  return {
    name: `svd ${of.filter((part) => part !== "").join(" ")}`,
    // Flops of the bidiagonal methods: Golub–Reinsch and, for tall matrices, R-SVD (Golub and Van Loan, 8.6).
    flops: Math.min(14 * m * n ** 2 + 8 * n ** 3, 6 * m * n ** 2 + 20 * n ** 3),
    unit: matMul(m, n, n),
    start: () => ours(normal(m, n, { seed: 1, dtype }), method),
    bar,
    peers,
  };
}

/** Singular values alone. */
function values(n: number, bar?: number): Case {
  return {
    name: `svd ${n} values`,
    unit: matMul(n, n, n),
    start() {
      const a = normal(n, n, { seed: 1 });
      return job(() => svd(a, { vectors: false }));
    },
    bar,
  };
}

/** A matrix of condition 1e6 with evenly spaced log σ, by Jacobi's method, in units of a matrix of normals. */
function logSpaced(n: number): Case {
  const a = () => spectrum(n, (i) => 10 ** ((-6 * i) / (n - 1)));
  return {
    name: `svd ${n} jacobi log-spaced`,
    unit: matMul(n, n, n),
    start: () => ours(a(), jacobi),
    peers: [
      {
        name: "itself, of normals",
        start: () => ours(normal(n, n, { seed: 1 }), jacobi),
        bar: 0.77, // 1 / 1.3
      },
    ],
  };
}

/** The first k triplets of a matrix with σ_i = 1/i, compared with all of them. */
function top(n: number, k: number): Case {
  const harmonic = () => spectrum(n, (i) => 1 / (i + 1));
  return {
    name: `topSvd ${n}x${n}x${k}`,
    unit: matMul(n, n, n),
    start() {
      const a = harmonic();
      return job(() => topSvd(a, k));
    },
    peers: [{ name: "svd", start: () => ours(harmonic()), bar: 15 }],
  };
}

/**
 * The first k triplets of a 4608 x 4608 matrix with σ_i = 1/i. Random dense factors would take too long, so the matrix
 * is (I − 2xxᵀ) diag(1/i) (I − 2yyᵀ).
 */
function large(n: number, k: number): Case {
  return {
    name: `topSvd ${n}x${n}x${k}`,
    unit: matMul(1024, 1024, 1024),
    bar: 5000 / 70, // 5 s where the product takes 70 ms
    start() {
      const a = reflected(n);
      return job(() => topSvd(a, k));
    },
  };
}

function spectrum(n: number, f: (i: number) => number): Matrix<Float32Array> {
  const [u, v] = [haar(n, n, { seed: 1 }), haar(n, n, { seed: 2 })];
  u.data.forEach((x, at) => (u.data[at] = x * f(at % n)));
  return matmul(u, v, { transposeB: true });
}

function reflected(n: number): Matrix<Float32Array> {
  const [x, y] = [1, 2].map((seed) => {
    const { data } = normal(n, 1, { seed });
    const length = Math.hypot(...data);
    return data.map((value) => value / length);
  });
  const inner = x.reduce((sum, value, i) => sum + (value * y[i]) / (i + 1), 0);
  const data = new Float32Array(n * n);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) {
      // D − 2x(Dx)ᵀ − 2(Dy)yᵀ + 4(xᵀDy)xyᵀ
      const crossed = (x[i] * x[j]) / (j + 1) + (y[i] * y[j]) / (i + 1);
      data[at] = Number(i === j) / (i + 1) - 2 * crossed + 4 * inner * x[i] * y[j];
    }
  }
  return { rows: n, cols: n, data };
}

const native = (
  m: number,
  n: number,
  driver: "gesdd" | "gejsv",
  bar?: number,
  dtype = "float32",
): Contender[] => [
  { ...numpy(["svd", m, n, dtype, driver, "scipy"], bar), name: `native ${driver}` },
];

const others = (m: number, n: number, bar?: number) => [
  emlapack.svd(m, n, bar),
  mlMatrix.svd(m, n, 10),
  ...(bar ? svds(m, n, 10) : []),
];

/** Many small matrices in one call, one in each SIMD lane. */
function batch(count: number, n: number): Case {
  const { data } = normal(count * n, n, { seed: 1 });
  const one = (i: number) => ({
    rows: n,
    cols: n,
    data: data.subarray(i * n * n, (i + 1) * n * n),
  });
  return {
    name: `svd ${count} of ${n}x${n}`,
    unit: matMul(64, 64, 64),
    start: () => job(() => svdBatch({ count, rows: n, cols: n, data })),
    peers: [
      {
        name: "svd, one by one",
        start: () =>
          job(() => {
            for (let i = 0; i < count; i++) svd(one(i));
          }),
      },
    ],
  };
}

const byJacobi = (n: number, bar?: number, dtype?: Options["dtype"]) =>
  shape(n, n, {
    method: jacobi,
    dtype,
    bar,
    peers: native(n, n, "gejsv", dtype ? undefined : 1, dtype),
  });

export default [
  shape(32, 32, { peers: [...others(32, 32), ...native(32, 32, "gesdd")] }),
  shape(64, 64, { bar: 35, peers: [...others(64, 64), ...native(64, 64, "gesdd")] }),
  shape(128, 128, { peers: [...others(128, 128), ...native(128, 128, "gesdd")] }),
  shape(256, 256, { bar: 10.5, peers: [...others(256, 256, 2), ...native(256, 256, "gesdd")] }),
  shape(512, 512, { bar: 8.5, peers: [...others(512, 512, 2), ...native(512, 512, "gesdd")] }),
  shape(1024, 1024, { bar: 6.5, peers: native(1024, 1024, "gesdd") }),
  shape(512, 64, { peers: [...others(512, 64, 2), ...native(512, 64, "gesdd")] }),
  shape(256, 256, {
    dtype: "float64",
    bar: 19,
    peers: native(256, 256, "gesdd", undefined, "float64"),
  }),
  shape(512, 512, {
    dtype: "float64",
    bar: 14,
    peers: native(512, 512, "gesdd", undefined, "float64"),
  }),
  byJacobi(64),
  byJacobi(256, 12.5),
  byJacobi(512, 11),
  byJacobi(256, undefined, "float64"),
  values(256, 4),
  values(512, 3),
  logSpaced(256),
  logSpaced(512),
  batch(1000, 4),
  batch(1000, 8),
  batch(1000, 16),
  top(512, 8),
  large(4608, 64),
];
