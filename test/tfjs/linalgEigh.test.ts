/** linalg.eigh on tensors: the matrix function, batched, and where its gradients exist. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import * as matrices from "../../src/linalg/index.ts";
import { linalg } from "../../src/tfjs/index.ts";
import { single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { random, withValues } from "../support/symmetric.ts";
import { refused } from "../support/thrown.ts";

type Single = matrices.Matrix<Float32Array>;

const tensorOf = ({ rows, cols, data }: matrices.Matrix) =>
  tf.tensor2d(data as Float32Array, [rows, cols]) as tf.Tensor;

/** With gradients like those of a function of a symmetric matrix. */
const symmetrised = (a: tf.Tensor) => tf.mul(tf.add(a, tf.transpose(a)), 0.5) as tf.Tensor;

for (const backend of ["wasm", "cpu"])
  suite(`tfjs/linalg eigh on ${backend}`, (test) => {
    test.before(async () => {
      await tf.setBackend(backend);
      assert.is(tf.getBackend(), backend);
    });

    test("each matrix of a batch as by the matrix function", () => {
      for (const n of [1, 2, 17, 40]) {
        const parts = Array.from({ length: 6 }, (_, seed) => random(n, single, seed) as Single);
        const a = tf.tidy(() => tf.stack(parts.map(tensorOf)).reshape([2, 3, n, n]));
        const { values, vectors } = linalg.eigh(a);
        const each = parts.map((part) => matrices.eigh(part));
        assert.equal([values.shape, vectors.shape], [[2, 3, n], [2, 3, n, n]]); // prettier-ignore
        assert.equal(
          Array.from(values.dataSync()),
          each.flatMap((of) => Array.from(of.values)),
        );
        assert.equal(
          Array.from(vectors.dataSync()),
          each.flatMap((of) => Array.from(of.vectors.data)),
        );
        const alone = linalg.eigh(a, { vectors: false });
        assert.equal(Object.keys(alone), ["values"]);
        assert.equal(alone.values.dataSync(), values.dataSync());
        tf.dispose([a, values, vectors, alone.values]);
      }
    });

    test("empty batches and matrices", () => {
      const shapes = (a: tf.Tensor) => Object.values(linalg.eigh(a)).map(({ shape }) => shape);
      assert.equal(shapes(tf.zeros([2, 0, 5, 5])), [[2, 0, 5], [2, 0, 5, 5]]); // prettier-ignore
      assert.equal(shapes(tf.zeros([3, 0, 0])), [[3, 0], [3, 0, 0]]); // prettier-ignore
      for (const options of [{}, { vectors: false as never }]) {
        const gradient = tf.grad((a) => linalg.eigh(a, options).values)(tf.zeros([2, 0, 3, 3]));
        assert.equal(gradient.shape, [2, 0, 3, 3]);
      }
    });

    test("values have a gradient everywhere, vectors where values are distinct", () => {
      const identity = tf.eye(3) as tf.Tensor;
      for (const options of [{}, { vectors: false as never }]) {
        const gradient = tf.grad((a) => linalg.eigh(a, options).values)(identity);
        assert.equal(Array.from(gradient.dataSync()), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
      }
      const error = refused("a", () => tf.grad((a) => linalg.eigh(a).vectors)(identity));
      assert.is(error.actual, "1 and 1");
      const clustered = tensorOf(withValues(40, single, (i) => (i === 39 ? 1 : i)));
      refused("a", () => tf.grad((a) => linalg.eigh(a).vectors)(clustered));
      const apart = tensorOf(withValues(40, single, (i) => i - 20));
      assert.ok(
        tf
          .grad((a) => linalg.eigh(a).vectors)(apart)
          .dataSync()
          .every(Number.isFinite),
      );
      refused("a", () => tf.grad((a) => linalg.eigh(a).vectors)(tf.zeros([2, 2])));
      const pair = tf.stack([apart, clustered]);
      refused("a", () => tf.grad((a) => linalg.eigh(a).vectors)(pair));
    });

    test("every matrix of a batch has its own gradient", () => {
      const parts = [1, 2, 3].map((seed) => tensorOf(random(5, single, seed)));
      for (const name of ["values", "vectors"] as const) {
        const gradient = tf.grad((a) => tf.sum(tf.square(tf.add(linalg.eigh(a)[name], 1))));
        const each = parts.flatMap((part) => Array.from(gradient(part).dataSync()));
        const together = gradient(tf.stack(parts)).dataSync();
        each.forEach((x, at) => assert.ok(Math.abs(x - together[at]) < 1e-4, `${x}`));
      }
    });

    test("the largest value of a covariance goes up its gradient", () => {
      const a = tf.variable(tensorOf(random(6, single)));
      const largest = () =>
        tf.neg(tf.max(linalg.eigh(symmetrised(a), { vectors: false }).values)) as tf.Scalar;
      const before = largest().dataSync()[0];
      tf.train.sgd(0.1).minimize(largest);
      // One step along v·vᵀ adds its length.
      assert.ok(Math.abs(before - largest().dataSync()[0] - 0.1) < 1e-4);
    });

    test("nothing is left behind, and profile shows the kernels", async () => {
      const a = tensorOf(random(5, single));
      for (const job of [
        () => linalg.eigh(a),
        () => linalg.eigh(a, { vectors: false }),
        () => tf.grad((x) => linalg.eigh(x).vectors)(a),
        () => tf.grad((x) => linalg.eigh(x, { vectors: false }).values)(a),
      ] as (() => tf.TensorContainer)[]) {
        tf.dispose(job());
        const before = tf.memory();
        tf.dispose(job());
        assert.is(tf.memory().numTensors, before.numTensors);
        assert.is(tf.memory().numDataBuffers, before.numDataBuffers);
      }
      const { kernels } = await tf.profile(() => [linalg.eigh(a), linalg.eigh(a, { vectors: false })]); // prettier-ignore
      assert.equal(
        kernels.map(({ name }) => name),
        ["TfjsInitializersEigh", "TfjsInitializersEigenvalues"],
      );
    });

    test("what is not a symmetric float32 matrix is refused", () => {
      refused("a", () => linalg.eigh(tf.ones([3])));
      refused("a", () => linalg.eigh(tf.ones([3, 3], "int32")));
      refused("a", () => linalg.eigh(tf.ones([3, 2])));
      refused("a", () => linalg.eigh(tf.zeros([0, 3, 2])));
      refused("a", () => linalg.eigh(tf.tensor2d([1, 2, 3, 4], [2, 2])));
      refused("a", () => linalg.eigh(tf.fill([3, 3], NaN)));
      refused("a", () => linalg.eigh([[1]] as never));
      refused("vectors", () => linalg.eigh(tf.eye(3), { vectors: 0 as never }));
    });
  });
