/** cholesky, lu, solve and their like on tensors: the results of the matrix functions, batches, refusals, nothing left behind. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import * as matrices from "../../src/linalg/index.ts";
import { linalg } from "../../src/tfjs/index.ts";
import { gaussian } from "../support/matrices.ts";
import { single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown } from "../support/thrown.ts";

type Single = matrices.Matrix<Float32Array>;

const random = (m: number, n: number, seed: number) => gaussian(m, n, single, seed) as Single;
const definite = (n: number, seed: number) => {
  const a = random(n, n, seed);
  const g = matrices.matmul(a, a, { transposeA: true });
  for (let i = 0; i < n; i++) g.data[i * (n + 1)] += 1;
  return g;
};

/** [2, 3, …] of six matrices. */
const stacked = (parts: Single[]) =>
  tf.tensor(parts.flatMap(({ data }) => Array.from(data)), [2, 3, parts[0].rows, parts[0].cols]); // prettier-ignore

function holds(x: tf.Tensor, shape: number[], parts: ArrayLike<number>[]): void {
  assert.equal(x.shape, [2, 3, ...shape]);
  assert.equal(Array.from(x.dataSync()), parts.flatMap((part) => Array.from(Float32Array.from(part)))); // prettier-ignore
}

const seeds = [1, 2, 3, 4, 5, 6];

for (const backend of ["wasm", "cpu"])
  suite(`tfjs/linalg dense on ${backend}`, (test) => {
    test.before(async () => {
      await tf.setBackend(backend);
      assert.is(tf.getBackend(), backend);
    });

    for (const n of [1, 4, 17, 40])
      // those between go by lanes, with roundings of their own: test/linalg/dense
      test(`${n}: each matrix of a batch as by the matrix functions`, () => {
        const [as, gs, bs] = [
          seeds.map((s) => random(n, n, s)),
          seeds.map((s) => definite(n, s)),
          seeds.map((s) => random(n, 2, 10 + s)),
        ];
        const [a, g, b] = [as, gs, bs].map(stacked);
        holds(linalg.cholesky(g), [n, n], gs.map((x) => matrices.cholesky(x).data)); // prettier-ignore
        const { p, l, u } = linalg.lu(a);
        assert.is(p.dtype, "int32");
        holds(p, [n], as.map((x) => matrices.lu(x).p)); // prettier-ignore
        holds(l, [n, n], as.map((x) => matrices.lu(x).l.data)); // prettier-ignore
        holds(u, [n, n], as.map((x) => matrices.lu(x).u.data)); // prettier-ignore
        holds(linalg.solve(a, b), [n, 2], as.map((x, i) => matrices.solve(x, bs[i]).data)); // prettier-ignore
        holds(linalg.solve(g, b, { assume: "posdef" }), [n, 2], gs.map((x, i) => matrices.solve(x, bs[i], { assume: "posdef" }).data)); // prettier-ignore
        const small = as.map((x) => ({ ...x, data: x.data.map((v) => v / (4 * n)) }));
        const es = small.map((x) => matrices.expm(x));
        holds(linalg.expm(stacked(small)), [n, n], es.map((x) => x.data)); // prettier-ignore
        holds(linalg.logm(stacked(es)), [n, n], es.map((x) => matrices.logm(x).data)); // prettier-ignore
        holds(linalg.sqrtm(stacked(es)), [n, n], es.map((x) => matrices.sqrtm(x).data)); // prettier-ignore
        const { values, vectors } = linalg.eig(a);
        const eigs = as.map((x) => matrices.eig(x));
        holds(values.re, [n], eigs.map((x) => x.values.re)); // prettier-ignore
        holds(values.im, [n], eigs.map((x) => x.values.im)); // prettier-ignore
        holds(vectors.re, [n, n], eigs.map((x) => x.vectors.re.data)); // prettier-ignore
        holds(vectors.im, [n, n], eigs.map((x) => x.vectors.im.data)); // prettier-ignore
        holds(linalg.ridge(a, b, 0.5), [n, 2], as.map((x, i) => matrices.ridge(x, bs[i], 0.5).data)); // prettier-ignore
        const options = { lower: false, transpose: true, unit: true };
        holds(linalg.triangularSolve(a, b), [n, 2], as.map((x, i) => matrices.triangularSolve(x, bs[i]).data)); // prettier-ignore
        holds(linalg.triangularSolve(a, b, options), [n, 2], as.map((x, i) => matrices.triangularSolve(x, bs[i], options).data)); // prettier-ignore
        holds(linalg.inverse(a), [n, n], as.map((x) => matrices.inverse(x).data)); // prettier-ignore
        holds(linalg.det(a), [], as.map((x) => [matrices.det(x)])); // prettier-ignore
        const { sign, logdet } = linalg.slogdet(a);
        holds(sign, [], as.map((x) => [matrices.slogdet(x).sign])); // prettier-ignore
        holds(logdet, [], as.map((x) => [matrices.slogdet(x).logdet])); // prettier-ignore
      });

    test("rectangular lu, empty batches and empty matrices", () => {
      const { p, l, u } = linalg.lu(tf.randomNormal([2, 5, 3]));
      assert.equal([p.shape, l.shape, u.shape], [[2, 5], [2, 5, 3], [2, 3, 3]]); // prettier-ignore
      assert.equal(linalg.lu(tf.zeros([0, 3, 5])).u.shape, [0, 3, 5]);
      assert.equal(linalg.det(tf.zeros([0, 3, 3])).shape, [0]);
      assert.equal([...linalg.det(tf.zeros([2, 0, 0])).dataSync()], [1, 1]);
      for (const job of [linalg.cholesky, linalg.inverse, linalg.expm, linalg.logm, linalg.sqrtm]) {
        assert.equal(job(tf.zeros([2, 0, 0])).shape, [2, 0, 0]);
        assert.equal(job(tf.zeros([0, 4, 4])).shape, [0, 4, 4]);
      }
      assert.equal(linalg.solve(tf.zeros([0, 4, 4]), tf.zeros([0, 4, 2])).shape, [0, 4, 2]);
      assert.equal(linalg.solve(tf.eye(3), tf.zeros([3, 0])).shape, [3, 0]);
    });

    test("weights of least squares: numbers, a tensor, for each matrix its own", () => {
      const [a, b] = [stacked(seeds.map((s) => random(5, 2, s))), stacked(seeds.map((s) => random(5, 1, s + 9)))]; // prettier-ignore
      const weights = [1, 2, 3, 4, 5];
      const by = (w: tf.Tensor | number[]) => linalg.lstsq(a, b, { weights: w }).x.dataSync();
      assert.equal(by(weights), by(tf.tensor1d(weights)));
      assert.equal(by(weights), by(tf.tile(tf.tensor(weights, [1, 1, 5]), [2, 3, 1])));
      const one = random(5, 2, 1);
      const exact = matrices.lstsq(one, random(5, 1, 10), { weights }).x.data;
      assert.ok(exact.every((x, at) => Math.abs(x - by(weights)[at]) < 1e-5));
      const slope = tf.grad((w) => tf.sum(linalg.lstsq(a, b, { weights: w }).x))(tf.tensor1d(weights)); // prettier-ignore
      const step = (at: number, h: number) => tf.sum(linalg.lstsq(a, b, { weights: weights.map((w, i) => w + (i === at ? h : 0)) }).x).dataSync()[0]; // prettier-ignore
      slope.dataSync().forEach((x, at) => assert.ok(Math.abs(x - (step(at, 0.01) - step(at, -0.01)) / 0.02) < 2e-3)); // prettier-ignore
      for (const bad of [[1], [1, 2, 3, 4, -5], tf.ones([2, 5]), tf.fill([5], NaN)])
        refused("weights", () => linalg.lstsq(a, b, { weights: bad }));
      refused("lambda", () => linalg.ridge(a, b, -1));
    });

    test("refused", () => {
      const eye = tf.eye(3);
      for (const job of [
        linalg.cholesky,
        linalg.lu,
        linalg.inverse,
        linalg.det,
        linalg.slogdet,
        linalg.eig,
        linalg.expm,
        linalg.logm,
        linalg.sqrtm,
      ]) {
        refused("a", () => job(tf.ones([3])));
        refused("a", () => job(tf.ones([3, 3], "int32")));
        refused("a", () => job(tf.fill([3, 3], NaN)));
        refused("a", () => job([[1]] as never));
        if (job !== linalg.lu) refused("a", () => job(tf.ones([3, 4])));
      }
      refused("b", () => linalg.solve(eye, tf.ones([4, 2])));
      refused("b", () => linalg.solve(eye, tf.ones([2, 3, 2])));
      refused("b", () => linalg.triangularSolve(eye, tf.ones([3])));
      refused("assume", () => linalg.solve(eye, eye, { assume: "sym" as never }));
      refused("unit", () => linalg.triangularSolve(eye, eye, { unit: 0 as never }));
      assert.match(refused("a", () => linalg.cholesky(tf.neg(eye))).actual, /order 1/);
      const singular = tf.stack([eye, tf.ones([3, 3])]);
      for (const job of [() => linalg.inverse(singular), () => linalg.solve(singular, singular)])
        assert.is(thrown(matrices.SingularError, job).pivot, 2);
    });

    test("nothing is left behind", () => {
      const [a, g] = [stacked(seeds.map((s) => random(5, 5, s))), stacked(seeds.map((s) => definite(5, s)))]; // prettier-ignore
      const jobs: (() => tf.TensorContainer)[] = [
        () => linalg.cholesky(g),
        () => linalg.lu(a),
        () => linalg.solve(a, a),
        () => linalg.slogdet(a),
        () => tf.grad(linalg.cholesky)(g),
        () => tf.grads((x, y) => linalg.solve(x, y))([a, a]),
        () => tf.grads((x, y) => linalg.triangularSolve(x, y))([a, a]),
        () => tf.grad(linalg.inverse)(a),
        () => tf.grad(linalg.det)(a),
        () => tf.tidy(() => linalg.eig(a).values.re),
        () => tf.grad(linalg.expm)(a),
        () => tf.grad(linalg.logm)(g),
        () => tf.grad(linalg.sqrtm)(g),
        () => tf.tidy(() => tf.grad(linalg.det)(tf.mul(a, 0))),
      ];
      for (const job of jobs) {
        tf.dispose(job());
        const before = tf.memory().numTensors;
        tf.dispose(job());
        assert.is(tf.memory().numTensors, before);
      }
    });
  });
