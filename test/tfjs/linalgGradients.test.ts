/** Gradients of linalg on tensors, against central differences of the matrix functions in f64. */
import * as assert from "uvu/assert";
import * as matrices from "../../src/linalg/index.ts";
import { linalg } from "../../src/tfjs/index.ts";
import { gaussian, shapes } from "../support/matrices.ts";
import { single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

type Tensor = ReturnType<typeof tf.tensor>;
type Parts = Record<string, matrices.Data>;

/** A function with its own name for every result, on a tensor and on a matrix. */
interface Case {
  tensors(a: Tensor): Record<string, Tensor>;
  parts(a: matrices.Matrix<Float64Array>): Parts;
}

const svd = (options = {}): Case => ({
  tensors: (a) => linalg.svd(a, options),
  parts(a) {
    const { u, s, v } = matrices.svd(a, options);
    return { u: u.data, s, v: v.data };
  },
});

const qr = (options = {}): Case => ({
  tensors: (a) => linalg.qr(a, options),
  parts(a) {
    const { q, r } = matrices.qr(a, options);
    return { q: q.data, r: r.data };
  },
});

const singularValues: Case = {
  tensors: (a) => linalg.svd(a, { vectors: false }),
  parts: (a) => ({ s: matrices.svd(a, { vectors: false }).s }),
};

/** Of the symmetric part, so that a difference in one entry leaves it symmetric. */
const eigh = (options: { vectors?: never } = {}): Case => ({
  tensors(a) {
    const { values, vectors } = linalg.eigh(tf.mul(tf.add(a, tf.transpose(a)), 0.5), options);
    return { values, ...(vectors && { vectors }) };
  },
  parts(a) {
    const n = a.rows;
    const data = a.data.map((x, at) => (x + a.data[(at % n) * n + Math.floor(at / n)]) / 2);
    const { values, vectors } = matrices.eigh({ rows: n, cols: n, data }, options);
    return { values, ...(vectors && { vectors: vectors.data }) };
  },
});

/** The right-hand sides of least squares, constant. */
const rhs = (m: number) => point(m, 4, 9);

const lstsq = (options = {}): Case => ({
  tensors: (a) => linalg.lstsq(a, tensorOf(rhs(a.shape[0])), options),
  parts: (a) => ({ x: matrices.lstsq(a, rhs(a.rows), options).x.data }),
});

const ridge = (lambda: number): Case => ({
  tensors: (a) => ({ x: linalg.ridge(a, tensorOf(rhs(a.shape[0])), lambda) }),
  parts: (a) => ({ x: matrices.ridge(a, rhs(a.rows), lambda).data }),
});

const pinv = (options = {}): Case => ({
  tensors: (a) => ({ p: linalg.pinv(a, options) }),
  parts: (a) => ({ p: matrices.pinv(a, options).data }),
});

const polar: Case = {
  tensors: (a) => linalg.polar(a),
  parts(a) {
    const { u, p } = matrices.polar(a);
    return { u: u.data, p: p.data };
  },
};

/** Of g·gᵀ + 1, and of half the sum with its transpose: definite, and a difference in one entry leaves it symmetric. */
const definite = {
  tensor: (a: Tensor) => tf.add(tf.matMul(a, a, false, true), tf.eye(a.shape[0])) as Tensor,
  matrix(a: matrices.Matrix<Float64Array>) {
    const g = matrices.matmul(a, a, { transposeB: true });
    for (let i = 0; i < g.rows; i++) g.data[i * (g.rows + 1)] += 1;
    return g;
  },
};

const cholesky: Case = {
  tensors: (a) => ({ l: linalg.cholesky(definite.tensor(a)) }),
  parts: (a) => ({ l: matrices.cholesky(definite.matrix(a)).data }),
};

const expm: Case = {
  tensors: (a) => ({ x: linalg.expm(a) }),
  parts: (a) => ({ x: matrices.expm(a).data }),
};

/** Of what has a logarithm and a root. */
const ofExponential = (
  onTensors: (a: Tensor) => unknown,
  onMatrices: (a: matrices.Matrix<Float64Array>) => matrices.Matrix,
): Case => ({
  tensors: (a) => ({ x: onTensors(linalg.expm(tf.mul(a, 0.25))) as Tensor }),
  parts: (a) => ({
    x: onMatrices(matrices.expm({ ...a, data: a.data.map((x) => x / 4) })).data,
  }),
});

const inverse: Case = {
  tensors: (a) => ({ x: linalg.inverse(a) }),
  parts: (a) => ({ x: matrices.inverse(a).data }),
};

const det: Case = {
  tensors: (a) => ({ det: linalg.det(a), logdet: linalg.slogdet(a).logdet }),
  parts: (a) => ({
    det: Float64Array.of(matrices.det(a)),
    logdet: Float64Array.of(matrices.slogdet(a).logdet),
  }),
};

/** The first n columns are a, well conditioned; the rest is b. */
const system = (
  onTensors: (a: Tensor, b: Tensor) => Tensor,
  onMatrices: (a: matrices.Matrix<Float64Array>, b: matrices.Matrix<Float64Array>) => matrices.Matrix, // prettier-ignore
): Case => ({
  tensors(ab) {
    const n = ab.shape[0];
    const [a, b] = tf.split(ab, [n, ab.shape[1]! - n], 1) as [Tensor, Tensor];
    return { x: onTensors(tf.add(a, tf.mul(3, tf.eye(n))), b) };
  },
  parts({ rows: n, cols, data }) {
    const part = (from: number, width: number, shift: number) => ({
      rows: n,
      cols: width,
      data: Float64Array.from({ length: n * width }, (_, at) => {
        const [i, j] = [Math.floor(at / width), at % width];
        return data[i * cols + from + j] + (i === j ? shift : 0);
      }),
    });
    return { x: onMatrices(part(0, n, 3), part(n, cols - n, 0)).data };
  },
});

const solve = system(linalg.solve, matrices.solve);
const posdef = system(
  (a, b) => linalg.solve(definite.tensor(a), b, { assume: "posdef" }),
  (a, b) => matrices.solve(definite.matrix(a), b, { assume: "posdef" }),
);
const triangular = (options: { lower?: boolean; transpose?: boolean; unit?: boolean }) =>
  system(
    (a, b) => linalg.triangularSolve(a, b, options),
    (a, b) => matrices.triangularSolve(a, b, options),
  );

const cond: Case = {
  tensors: (a) => ({ cond: linalg.cond(a) }),
  parts: (a) => ({ cond: Float64Array.of(matrices.cond(a)) }),
};

const topSvd: Case = {
  tensors: (a) => linalg.topSvd(a, 2),
  parts: (a) => ({ s: matrices.topSvd(a, 2).s }),
};

const weights = (length: number, seed: number) => gaussian(1, length, single, seed).data;

/** Σ w·(x + x²) over the results named: not blind to signs. The seed of the weights is the seed. */
function loss(results: Record<string, Tensor>, names: string[], seed: number): Tensor {
  const terms = names.map((name, at) => {
    const x = results[name];
    const w = tf.tensor(weights(x.size, seed + at) as Float32Array, x.shape);
    return tf.sum(tf.mul(w, tf.add(x, tf.square(x))));
  });
  return tf.addN(terms);
}

function lossOfParts(parts: Parts, names: string[], seed: number): number {
  let sum = 0;
  names.forEach((name, at) => {
    const w = weights(parts[name].length, seed + at);
    parts[name].forEach((x: number, i: number) => (sum += w[i] * (x + x * x)));
  });
  return sum;
}

/** The gradient of the loss by central differences. */
function differences(of: Case, a: matrices.Matrix<Float64Array>, names: string[], seed: number) {
  const step = 2 ** -17; // cube root of u, where truncation and rounding meet
  return a.data.map((x, at) => {
    const [above, below] = [x + step, x - step].map((value) => {
      const data = a.data.slice();
      data[at] = value;
      return lossOfParts(of.parts({ ...a, data }), names, seed);
    });
    return (above - below) / (2 * step);
  });
}

/** Relative to the largest component, or 1; f32 roundings times what small gaps or pivots amplify. */
const TOLERANCE = 2e-5;

function agrees(of: Case, a: matrices.Matrix<Float64Array>, names: string[], seed: number): number {
  const expected = differences(of, a, names, seed);
  const gradient = tf.tidy(() => {
    const x = tf.tensor(Float32Array.from(a.data), [a.rows, a.cols]);
    return tf
      .grad((value) => loss(of.tensors(value), names, seed))(x)
      .dataSync();
  });
  const size = Math.max(1, ...expected.map(Math.abs));
  const error = Math.max(...expected.map((x, at) => Math.abs(x - gradient[at])));
  const what = `${names} ${a.rows} x ${a.cols}, seed ${seed}: ${error / size}`;
  assert.ok(error <= TOLERANCE * size, what);
  return error / size;
}

/** Exact in f32, so that both precisions differentiate at the same point. */
const point = (m: number, n: number, seed: number) => {
  const { data } = gaussian(m, n, single, seed);
  return { rows: m, cols: n, data: Float64Array.from(data) };
};

const tensorOf = ({ rows, cols, data }: matrices.Matrix) =>
  tf.tensor2d(Float32Array.from(data), [rows, cols]) as Tensor;

const cases: [string, Case, string[][], string][] = [
  ["svd", svd(), [["u"], ["s"], ["v"], ["u", "s", "v"]], "1x1 3x3 5x3 3x5 12x7 7x12"],
  ["complete svd, square", svd({ mode: "complete" }), [["u", "s", "v"]], "4x4"],
  ["complete svd, s alone", svd({ mode: "complete" }), [["s"]], "5x3 3x5"],
  ["singular values", singularValues, [["s"]], "1x1 3x3 5x3 3x5 12x7"],
  ["eigh", eigh(), [["values"], ["vectors"], ["values", "vectors"]], "1x1 2x2 3x3 7x7"],
  ["eigenvalues", eigh({ vectors: false as never }), [["values"]], "1x1 2x2 3x3 12x12"],
  ["qr", qr(), [["q"], ["r"], ["q", "r"]], "1x1 3x3 5x3 3x5 12x7 7x12 9x9 20x17"],
  ["positive qr", qr({ positive: true }), [["q", "r"]], "6x4 4x6"],
  ["lstsq", lstsq(), [["x"]], "1x1 3x3 6x3 3x6"],
  ["pinv", pinv(), [["p"]], "1x1 3x3 6x3 3x6"],
  ["weighted lstsq", lstsq({ weights: [1, 2, 0.5, 3] }), [["x"]], "4x2"],
  ["ridge", ridge(0.3), [["x"]], "1x1 3x3 6x3 3x6"],
  ["ridge without a penalty", ridge(0), [["x"]], "3x3 6x3 3x6"],
  ["truncated lstsq", lstsq({ tolerance: 0.5 }), [["x"]], "4x4 6x4 4x6"],
  ["truncated pinv", pinv({ tolerance: 0.5 }), [["p"]], "4x4 6x4 4x6"],
  ["polar", polar, [["u"], ["p"], ["u", "p"]], "1x1 3x3 5x3 3x5"],
  ["cond", cond, [["cond"]], "1x1 3x3 5x3 3x5"],
  ["cholesky", cholesky, [["l"]], "1x1 2x2 3x3 7x7"],
  ["inverse", inverse, [["x"]], "1x1 2x2 4x4"],
  ["determinants", det, [["det"], ["logdet"], ["det", "logdet"]], "1x1 2x2 3x3 6x6"],
  ["expm", expm, [["x"]], "1x1 2x2 4x4"],
  ["logm of expm", ofExponential(linalg.logm, matrices.logm), [["x"]], "1x1 2x2 4x4"],
  ["sqrtm", ofExponential(linalg.sqrtm, matrices.sqrtm), [["x"]], "1x1 2x2 4x4"],
  ["solve", solve, [["x"]], "1x2 3x4 4x7"],
  ["solve, posdef", posdef, [["x"]], "1x2 3x4 4x7"],
  ["triangularSolve", triangular({}), [["x"]], "1x2 3x4 4x7"],
  ["triangularSolve, upper", triangular({ lower: false }), [["x"]], "1x2 4x7"],
  ["triangularSolve, transposed", triangular({ transpose: true }), [["x"]], "1x2 4x7"],
  ["triangularSolve, upper, transposed, unit", triangular({ lower: false, transpose: true, unit: true }), [["x"]], "1x2 4x7"], // prettier-ignore
  ["topSvd", topSvd, [["s"]], "5x3 3x5"],
  ["complete qr", qr({ mode: "complete" }), [["q", "r"]], "4x4 4x6"],
];

suite("tfjs/linalg gradients", (test) => {
  let worst = 0;
  test("topSvd of 1 x 1: the sign", () => {
    const gradient = tf.grad((a) => tf.sum(linalg.topSvd(a, 1).s));
    for (const x of [3, -3]) assert.equal([...gradient(tf.tensor2d([[x]])).dataSync()], [Math.sign(x)]); // prettier-ignore
  });

  for (const [name, of, subsets, sizes] of cases)
    test(`${name}: central differences`, () => {
      for (const [m, n] of shapes(sizes))
        for (const names of subsets)
          for (const seed of [1, 2, 3]) {
            worst = Math.max(worst, agrees(of, point(m, n, seed), names, seed));
          }
    });

  test("the determinant of a singular matrix has its cofactors for a gradient", () => {
    const gradient = tf.grad((a) => linalg.det(a) as never);
    assert.equal([...gradient(tf.tensor2d([[0, 0], [0, 5]])).dataSync()].map((x) => x + 0), [5, 0, 0, 0]); // prettier-ignore
    const found = gradient(tf.tensor2d([[1, 2], [2, 4]])).dataSync(); // prettier-ignore
    [4, -2, -2, 1].forEach((x, at) => assert.ok(Math.abs(found[at] - x) < 1e-5));
    assert.equal([...gradient(tf.zeros([2, 2])).dataSync()].map(Math.abs), [0, 0, 0, 0]);
    assert.throws(() => tf.grad((a) => linalg.slogdet(a).logdet)(tf.zeros([2, 2])), /singular/);
  });

  test("second derivatives of what saves its input", () => {
    const a = tf.tensor2d([[2, 1], [0.5, 3]]); // prettier-ignore
    const jobs = {
      cholesky: (x: Tensor) => linalg.cholesky(tf.add(x, tf.transpose(x)) as Tensor),
      det: (x: Tensor) => linalg.det(x),
      expm: (x: Tensor) => linalg.expm(tf.mul(x, 0.25)),
      logm: (x: Tensor) => linalg.logm(x),
      sqrtm: (x: Tensor) => linalg.sqrtm(x),
      inverse: (x: Tensor) => linalg.inverse(x),
      solve: (x: Tensor) => linalg.solve(x, tf.ones([2, 1])),
      logdet: (x: Tensor) => linalg.slogdet(x).logdet,
    };
    for (const [name, job] of Object.entries(jobs)) {
      const first = (x: Tensor) => tf.grad((y: Tensor) => tf.sum(tf.square(job(y))))(x) as Tensor;
      const second = tf.grad((x: Tensor) => tf.sum(tf.mul(first(x), tf.tensor2d([[1, -2], [3, 4]]))))(a).dataSync(); // prettier-ignore
      for (let at = 0; at < 4; at++) {
        const step = tf.tensor2d(
          [0, 1, 2, 3].map((k) => (k === at ? 2 ** -7 : 0)),
          [2, 2],
        );
        const slope = tf.sum(tf.mul(tf.sub(first(tf.add(a, step)), first(tf.sub(a, step))), tf.tensor2d([[1, -2], [3, 4]]))).dataSync()[0] * 2 ** 6; // prettier-ignore
        assert.ok(Math.abs(slope - second[at]) < 5e-3 * (1 + Math.abs(slope)), `${name}: ${slope} ${second[at]}`); // prettier-ignore
      }
    }
  });

  test("every matrix of a batch has its own gradient", () => {
    const parts = [1, 2, 3, 4].map((seed) => point(5, 3, seed));
    for (const job of [
      (a: Tensor) => linalg.svd(a).u,
      (a: Tensor) => linalg.svd(a).s,
      (a: Tensor) => linalg.svd(a, { vectors: false }).s,
      (a: Tensor) => linalg.qr(a).q,
      (a: Tensor) => linalg.polar(a).u,
      (a: Tensor) => linalg.topSvd(a, 2).s,
      (a: Tensor) => linalg.lstsq(a, a).x,
      linalg.pinv,
      linalg.cond,
      (a: Tensor) => linalg.qr(tf.transpose(a, [...a.shape.keys()].slice(0, -2).concat(a.rank - 1, a.rank - 2))).r, // prettier-ignore
    ]) {
      const gradient = tf.grad((a) => tf.sum(tf.add(job(a), tf.square(job(a)))));
      const each = parts.map((part) => gradient(tensorOf(part)));
      const stacked = tf.tensor(parts.flatMap(({ data }) => Array.from(data)), [2, 2, 5, 3]); // prettier-ignore
      const got = gradient(stacked);
      assert.equal(got.shape, [2, 2, 5, 3]);
      const expected = each.flatMap((part) => Array.from(part.dataSync()));
      got.dataSync().forEach((x, at) => assert.ok(Math.abs(x - expected[at]) < 1e-4, `${x} ${at}`));
    }
  });

  test("badly scaled matrices: sizes cancel", () => {
    for (const scale of [2 ** -80, 2 ** 60]) {
      const a = tensorOf(point(5, 3, 1));
      for (const job of [(x: Tensor) => linalg.svd(x).v, (x: Tensor) => linalg.qr(x).q]) {
        const plain = tf.grad(job)(a).dataSync();
        const huge = tf.grad(job)(tf.mul(a, scale)).dataSync();
        plain.forEach((x, at) => assert.ok(Math.abs(x - huge[at] * scale) < 1e-4, `${scale}`));
      }
    }
  });

  test.after(() => console.log(`\nnote: tfjs/linalg gradients: worst ${worst.toPrecision(2)}`));
});
