/** linalg.sylvester on tensors: the matrix function in double precision, batched, and its gradients. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import * as matrices from "../../src/linalg/index.ts";
import { linalg } from "../../src/tfjs/index.ts";
import { gaussian, shapes } from "../support/matrices.ts";
import { single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";

type Triple = [matrices.Matrix, matrices.Matrix, matrices.Matrix];

const double = ({ rows, cols, data }: matrices.Matrix) => ({
  rows,
  cols,
  data: Float64Array.from(data),
});
const tensorOf = ({ rows, cols, data }: matrices.Matrix) =>
  tf.tensor2d(Float32Array.from(data), [rows, cols]) as tf.Tensor;

/** With eigenvalues of a and −b apart, for gradients of moderate size. */
const triple = (m: number, n: number, seed: number): Triple => {
  const [a, b] = [gaussian(m, m, single, seed), gaussian(n, n, single, seed + 30)];
  for (const of of [a, b]) for (let i = 0; i < of.rows; i++) of.data[i * (of.rows + 1)] += 3;
  return [a, b, gaussian(m, n, single, seed + 60)];
};

const solved = ([a, b, c]: Triple) => matrices.sylvester(double(a), double(b), double(c)).data;

for (const backend of ["wasm", "cpu"])
  suite(`tfjs/linalg sylvester on ${backend}`, (test) => {
    test.before(async () => {
      await tf.setBackend(backend);
      assert.is(tf.getBackend(), backend);
    });

    test("each equation of a batch as by the matrix function, in double precision", () => {
      for (const [m, n] of shapes("1x1 2x3 17x5 6x20")) {
        const parts = Array.from({ length: 6 }, (_, seed) => triple(m, n, seed));
        const [a, b, c] = [0, 1, 2].map((which) => {
          const { rows, cols } = parts[0][which];
          return tf.stack(parts.map((part) => tensorOf(part[which]))).reshape([2, 3, rows, cols]);
        });
        const x = linalg.sylvester(a, b, c);
        assert.equal([x.shape, x.dtype], [[2, 3, m, n], "float32"]);
        const expected = parts.flatMap((part) => Array.from(Float32Array.from(solved(part))));
        assert.equal(Array.from(x.dataSync()), expected);
        tf.dispose([a, b, c, x]);
      }
    });

    test("gradients are the central differences", () => {
      for (const [m, n] of shapes("1x1 2x3 5x4")) {
        const parts = triple(m, n, 4);
        const weights = gaussian(m, n, single, 90).data as Float32Array;
        const loss = (x: tf.Tensor) => tf.sum(tf.mul(tf.add(x, tf.square(x)), tf.tensor2d(weights, [m, n]))); // prettier-ignore
        const gradients = tf.grads((a, b, c) => loss(linalg.sylvester(a, b, c)) as tf.Scalar)(
          parts.map(tensorOf),
        );
        const value = (of: Triple) =>
          solved(of).reduce((sum: number, x: number, at: number) => sum + weights[at] * (x + x * x), 0); // prettier-ignore
        gradients.forEach((gradient, which) => {
          const got = gradient.dataSync();
          const step = 2 ** -17;
          const expected = Array.from(got, (_, at) => {
            const [above, below] = [step, -step].map((by) => {
              const moved = parts.map(double) as unknown as Triple;
              moved[which].data[at] += by;
              return value(moved);
            });
            return (above - below) / (2 * step);
          });
          const size = Math.max(...expected.map(Math.abs));
          got.forEach((x, at) =>
            assert.ok(Math.abs(x - expected[at]) < 2e-6 * size, `${which} ${at}: ${x}`),
          );
        });
      }
    });

    test("every equation of a batch has its own gradient, and gradients have gradients", () => {
      const parts = [1, 2].map((seed) => triple(3, 2, seed).map(tensorOf));
      const f = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => tf.square(linalg.sylvester(a, b, c));
      const each = parts.map((part) => tf.grads(f)(part));
      const together = tf.grads(f)([0, 1, 2].map((i) => tf.stack([parts[0][i], parts[1][i]])));
      together.forEach((gradient, i) => {
        const expected = tf.stack([each[0][i], each[1][i]]).dataSync();
        const size = Math.max(...Array.from(expected, Math.abs));
        gradient.dataSync().forEach((x, at) => assert.ok(Math.abs(x - expected[at]) < 1e-6 * size));
      });
      // x = c / (a + b) for numbers: d²x/da² = 2c / (a + b)³.
      const [a, b, c] = [2, 1, 5].map((x) => tf.tensor2d([x], [1, 1]) as tf.Tensor);
      const twice = tf.grad(tf.grad((x) => linalg.sylvester(x, b, c)));
      assert.ok(Math.abs(twice(a).dataSync()[0] - 10 / 27) < 1e-6);
    });

    test("singular: minimum norm for symmetric ones, and no gradient", () => {
      const [a, b] = [[0, 1, 2], [0, 3]].map((values) => tf.diag(tf.tensor1d(values))); // prettier-ignore
      const c = tf.ones([3, 2]);
      const expected = [0, 1 / 3, 1, 1 / 4, 1 / 2, 1 / 5];
      linalg.sylvester(a, b, c).dataSync().forEach((x, at) => assert.ok(Math.abs(x - expected[at]) < 1e-7)); // prettier-ignore
      refused("a", () => tf.grad((x) => linalg.sylvester(x, b, c))(a));
      // The other matrix of the batch is not at fault.
      const pair = tf.stack([tf.eye(3), a]);
      refused("a", () => tf.grad((x) => linalg.sylvester(x, tf.stack([b, b]), tf.stack([c, c])))(pair)); // prettier-ignore
    });

    test("empty batches and matrices", () => {
      for (const [batch, m, n] of [
        [0, 3, 2],
        [2, 0, 2],
        [2, 3, 0],
        [1, 0, 0],
      ]) {
        // prettier-ignore
        const inputs = [tf.zeros([batch, m, m]), tf.zeros([batch, n, n]), tf.zeros([batch, m, n])];
        const [a, b, c] = inputs as tf.Tensor[];
        assert.equal(linalg.sylvester(a, b, c).shape, [batch, m, n]);
        const gradients = tf.grads(linalg.sylvester)(inputs);
        assert.equal(
          gradients.map(({ shape }) => shape),
          inputs.map(({ shape }) => shape),
        );
      }
    });

    test("nothing is left behind, and profile shows the kernel", async () => {
      const [a, b, c] = triple(4, 3, 1).map(tensorOf);
      for (const job of [
        () => linalg.sylvester(a, b, c),
        () => tf.grads(linalg.sylvester)([a, b, c]),
      ] as (() => tf.TensorContainer)[]) {
        tf.dispose(job());
        const before = tf.memory();
        tf.dispose(job());
        assert.is(tf.memory().numTensors, before.numTensors);
        assert.is(tf.memory().numDataBuffers, before.numDataBuffers);
      }
      const { kernels } = await tf.profile(() => linalg.sylvester(a, b, c));
      assert.equal(
        kernels.map(({ name }) => name),
        ["TfjsInitializersSylvester"],
      );
    });

    test("what does not fit is refused", () => {
      const [a, b, c] = triple(4, 3, 1).map(tensorOf);
      refused("a", () => linalg.sylvester(c, b, c));
      refused("b", () => linalg.sylvester(a, c, c));
      refused("c", () => linalg.sylvester(a, b, tf.ones([3, 4])));
      refused("b", () => linalg.sylvester(a, tf.stack([b, b]), c));
      refused("a", () => linalg.sylvester(tf.fill([4, 4], NaN), b, c));
      refused("c", () => linalg.sylvester(a, b, tf.ones([4, 3], "int32")));
      refused("b", () => linalg.sylvester(a, [[1]] as never, c));
      const tiny = tf.fill([1, 1], 1e-30) as tf.Tensor;
      refused("c", () => linalg.sylvester(tiny, tiny, tf.fill([1, 1], 1e30)));
    });
  });
