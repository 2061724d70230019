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
  ["truncated lstsq", lstsq({ tolerance: 0.5 }), [["x"]], "4x4 6x4 4x6"],
  ["truncated pinv", pinv({ tolerance: 0.5 }), [["p"]], "4x4 6x4 4x6"],
  ["polar", polar, [["u"], ["p"], ["u", "p"]], "1x1 3x3 5x3 3x5"],
  ["cond", cond, [["cond"]], "1x1 3x3 5x3 3x5"],
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
