/** linalg on tensors: the results of the matrix functions, as well-behaved kernels of every backend. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import * as matrices from "../../src/linalg/index.ts";
import { linalg } from "../../src/tfjs/index.ts";
import { gaussian, shapes } from "../support/matrices.ts";
import { single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { refused, thrown } from "../support/thrown.ts";

const modes = ["reduced", "complete"] as const;
const sizes = shapes("1x1 5x5 7x3 3x7 40x17 17x40");

const random = (m: number, n: number, seed = 1) =>
  gaussian(m, n, single, seed) as matrices.Matrix<Float32Array>;
const tensorOf = ({ rows, cols, data }: matrices.Matrix<Float32Array>) =>
  tf.tensor2d(data, [rows, cols]);

/** A batch [2, 3, m, n] and its six matrices. */
function batchOf(m: number, n: number) {
  const parts = Array.from({ length: 6 }, (_, seed) => random(m, n, seed));
  const a = tf.tidy(() => tf.stack(parts.map(tensorOf)).reshape([2, 3, m, n]));
  return { a, parts };
}

/** The tensor is [2, 3, …shape] and holds these parts, bit for bit. */
function holds(x: tf.Tensor, shape: number[], parts: matrices.Data[]): void {
  assert.equal(x.shape, [2, 3, ...shape]);
  assert.is(x.dtype, "float32");
  assert.equal(
    Array.from(x.dataSync()),
    parts.flatMap((part) => Array.from(part)),
  );
}

/** The reduced SVD of one matrix as that of a batch of one: what else is in a batch makes no difference. */
function alone(a: matrices.Matrix<Float32Array>) {
  const { u, s, v } = matrices.svdBatch({ count: 1, ...a });
  const k = s.length;
  return {
    u: { rows: a.rows, cols: k, data: u },
    s,
    v: { rows: a.cols, cols: k, data: v },
  };
}

/** The job leaves nothing behind but what it returns, on the backend neither. */
function leakless(job: () => tf.TensorContainer): void {
  tf.dispose(job());
  const ids = tf.engine().backend.numDataIds();
  const before = tf.memory();
  tf.dispose(job());
  const after = tf.memory();
  assert.is(after.numTensors, before.numTensors, "tensors");
  assert.is(after.numDataBuffers, before.numDataBuffers, "data");
  assert.is(tf.engine().backend.numDataIds(), ids, "data of the backend");
}

for (const backend of ["wasm", "cpu"])
  suite(`tfjs/linalg on ${backend}`, (test) => {
    test.before(async () => {
      await tf.setBackend(backend);
      assert.is(tf.getBackend(), backend);
    });

    for (const [m, n] of sizes)
      test(`${m} x ${n}: each matrix of a batch as by the matrix functions`, () => {
        const { a, parts } = batchOf(m, n);
        for (const mode of modes) {
          for (const positive of [false, true]) {
            const { q, r } = linalg.qr(a, { mode, positive });
            const each = parts.map((part) => matrices.qr(part, { mode, positive }));
            holds(q, [each[0].q.rows, each[0].q.cols], each.map((of) => of.q.data)); // prettier-ignore
            holds(r, [each[0].r.rows, each[0].r.cols], each.map((of) => of.r.data)); // prettier-ignore
          }
          const { u, s, v } = linalg.svd(a, { mode });
          const each = parts.map((part) =>
            mode === "reduced" ? alone(part) : matrices.svd(part, { mode }),
          );
          holds(u, [each[0].u.rows, each[0].u.cols], each.map((of) => of.u.data)); // prettier-ignore
          holds(s, [each[0].s.length], each.map((of) => of.s)); // prettier-ignore
          holds(v, [each[0].v.rows, each[0].v.cols], each.map((of) => of.v.data)); // prettier-ignore
          const values = linalg.svd(a, { mode, vectors: false });
          assert.equal(Object.keys(values), ["s"]);
          const only = parts.map((part) =>
            mode === "reduced"
              ? matrices.svdBatch({ count: 1, ...part }, { vectors: false })
              : matrices.svd(part, { mode, vectors: false }),
          );
          holds(values.s, [each[0].s.length], only.map((of) => of.s)); // prettier-ignore
        }
      });

    test("svd by the method asked for", () => {
      const { a, parts } = batchOf(20, 18);
      for (const method of [undefined, linalg.jacobi]) {
        const each = parts.map((part) => matrices.svd(part, { method }));
        const { u, s, v } = linalg.svd(a, { method });
        holds(u, [20, 18], each.map((of) => of.u.data)); // prettier-ignore
        holds(s, [18], each.map((of) => of.s)); // prettier-ignore
        holds(v, [18, 18], each.map((of) => of.v.data)); // prettier-ignore
        const only = parts.map((part) => matrices.svd(part, { method, vectors: false }).s);
        holds(linalg.svd(a, { method, vectors: false }).s, [18], only);
      }
      refused("method", () => linalg.svd(a, { method: "gesvd" as never }));
      refused("method", () => linalg.svd(a, { method: "gesvd" as never, vectors: false }));
    });

    for (const [m, n] of sizes)
      test(`${m} x ${n}: what stands on the svd`, () => {
        const { a, parts } = batchOf(m, n);
        const { a: b, parts: rights } = batchOf(m, 2);
        const options = { tolerance: 0.3 };
        for (const given of [{}, options]) {
          holds(linalg.pinv(a, given), [n, m], parts.map((part) => matrices.pinv(part, given).data)); // prettier-ignore
          const solved = parts.map((part, at) => matrices.lstsq(part, rights[at], given).x.data);
          holds(linalg.lstsq(a, b, given).x, [n, 2], solved);
          const ranks = linalg.rank(a, given);
          assert.is(ranks.dtype, "int32");
          assert.equal(ranks.shape, [2, 3]);
          assert.equal(Array.from(ranks.dataSync()), parts.map((part) => matrices.rank(part, given))); // prettier-ignore
        }
        const { u, p } = linalg.polar(a);
        const each = parts.map((part) => matrices.polar(part));
        holds(u, [m, n], each.map((of) => of.u.data)); // prettier-ignore
        holds(p, [n, n], each.map((of) => of.p.data)); // prettier-ignore
        holds(linalg.cond(a), [], parts.map((part) => Float32Array.of(matrices.cond(part)))); // prettier-ignore
        holds(linalg.nullSpace(a), [n, n - Math.min(m, n)], parts.map((part) => matrices.nullSpace(part).data)); // prettier-ignore
        const k = Math.min(m, n, 3);
        const top = linalg.topSvd(a, k, { seed: 5 });
        const tops = parts.map((part) => matrices.topSvd(part, k, { seed: 5 }));
        holds(top.u, [m, k], tops.map((of) => of.u.data)); // prettier-ignore
        holds(top.s, [k], tops.map((of) => of.s)); // prettier-ignore
        holds(top.v, [n, k], tops.map((of) => of.v.data)); // prettier-ignore
        holds(top.residual, [], tops.map((of) => Float32Array.of(of.residual))); // prettier-ignore
      });

    test("null spaces of a batch have one dimension, and inputs one batch", () => {
      const ranks = tf.stack([tf.eye(3), tf.ones([3, 3])]);
      refused("a", () => linalg.nullSpace(ranks));
      assert.equal(linalg.nullSpace(tf.ones([2, 3, 3])).shape, [2, 3, 2]);
      refused("b", () => linalg.lstsq(tf.ones([2, 3, 3]), tf.ones([3, 3, 3])));
      refused("b", () => linalg.lstsq(tf.ones([2, 3, 3]), tf.ones([3, 3])));
      refused("b", () => linalg.lstsq(tf.ones([2, 3, 3]), tf.ones([2, 4, 3])));
      refused("k", () => linalg.topSvd(tf.ones([0, 3, 3]), 4));
      refused("tolerance", () => linalg.rank(tf.ones([3, 3]), { tolerance: -1 }));
    });

    test("one matrix needs no batch, and its input is not changed", () => {
      const part = random(6, 4);
      const a = tensorOf(part);
      const { u, s, v } = linalg.svd(a);
      assert.equal([u.shape, s.shape, v.shape], [[6, 4], [4], [4, 4]]);
      const back = tf.matMul(tf.mul(u, s), v, false, true);
      assert.ok(tf.max(tf.abs(tf.sub(a, back))).dataSync()[0] < 4e-6);
      assert.equal(a.dataSync(), part.data);
    });

    test("empty batches and empty matrices", () => {
      const shapesOf = (results: Record<string, tf.Tensor>) =>
        Object.values(results).map(({ shape }) => shape);
      const none = tf.zeros([2, 0, 5, 3]);
      assert.equal(shapesOf(linalg.qr(none)), [[2, 0, 5, 3], [2, 0, 3, 3]]); // prettier-ignore
      assert.equal(shapesOf(linalg.svd(none, { mode: "complete" })), [[2, 0, 5, 5], [2, 0, 3], [2, 0, 3, 3]]); // prettier-ignore
      assert.equal(shapesOf(linalg.svd(tf.zeros([0, 0]))), [[0, 0], [0], [0, 0]]);
      assert.equal(shapesOf(linalg.svd(tf.zeros([2, 0, 3]))), [
        [2, 0, 0],
        [2, 0],
        [2, 3, 0],
      ]);
      const { q, r } = linalg.qr(tf.zeros([2, 3, 0]), { mode: "complete" });
      assert.equal(shapesOf({ q, r }), [[2, 3, 3], [2, 3, 0]]); // prettier-ignore
      assert.equal(q.dataSync(), tf.eye(3, 3, [2]).dataSync());
      refused("mode", () => linalg.qr(none, { mode: "thin" as never }));
    });

    test("profile shows the kernels", async () => {
      const a = tf.ones([2, 4, 3]);
      const { kernels } = await tf.profile(() => [linalg.qr(a), linalg.svd(a), linalg.svd(a, { vectors: false })]); // prettier-ignore
      const seen = kernels.filter(({ name }) => name.startsWith("TfjsInitializers"));
      assert.equal(seen.map(({ name }) => name), ["TfjsInitializersQr", "TfjsInitializersSvd", "TfjsInitializersSingularValues"]); // prettier-ignore
      assert.equal(seen[1].inputShapes, [[2, 4, 3]]);
      assert.equal(seen[1].outputShapes, [[2, 4, 3], [2, 3], [2, 3, 3]]); // prettier-ignore
    });

    test("tidy, dispose and tf.grad leave nothing behind", () => {
      const { a } = batchOf(7, 5);
      leakless(() => linalg.qr(a));
      leakless(() => linalg.svd(a));
      leakless(() => linalg.svd(a, { vectors: false }));
      leakless(() => tf.tidy(() => linalg.svd(a).s));
      leakless(() => linalg.rank(a));
      leakless(() => linalg.lstsq(a, a));
      leakless(() => tf.grads((x, y) => linalg.lstsq(x, y).x)([a, a]));
      leakless(() => tf.grad(linalg.cond)(a));
      leakless(() => tf.grad((x) => linalg.polar(x).u)(a));
      leakless(() => tf.grad((x) => linalg.qr(x).q)(a));
      leakless(() => tf.grad((x) => linalg.svd(x).u)(a));
      leakless(() => tf.grad((x) => linalg.svd(x, { vectors: false }).s)(a));
      leakless(() => {
        const a = tf.fill([3, 3], NaN);
        thrown(matrices.ArgumentError, () => linalg.svd(a));
        return a;
      });
    });

    test("a tensor of another backend", async () => {
      const other = backend === "cpu" ? "wasm" : "cpu";
      await tf.setBackend(other);
      const part = random(5, 4);
      const a = tensorOf(part);
      await tf.setBackend(backend);
      assert.equal(linalg.svd(a).u.dataSync(), alone(part).u.data);
    });

    test("what is not a float32 matrix is refused", () => {
      for (const job of [linalg.qr, linalg.svd, linalg.pinv, linalg.polar, linalg.cond]) {
        refused("a", () => job(tf.ones([3])));
        refused("a", () => job(tf.scalar(1)));
        refused("a", () => job(tf.ones([3, 3], "int32")));
        refused("a", () => job(tf.ones([3, 3], "bool")));
        refused("a", () => job([[1]] as never));
        refused("a", () => job(undefined as never));
        refused("a", () => job(tf.tensor3d([1, 2, 3, NaN], [2, 1, 2])));
        refused("a", () => job(tf.tensor2d([[Infinity]])));
        const gone = tf.ones([3, 3]);
        gone.dispose();
        assert.throws(() => job(gone), /disposed/);
      }
      refused("mode", () => linalg.qr(tf.ones([3, 3]), { mode: "full" as never }));
      refused("mode", () => linalg.svd(tf.ones([3, 3]), { mode: "full" as never }));
      refused("positive", () => linalg.qr(tf.ones([3, 3]), { positive: 1 as never }));
      refused("vectors", () => linalg.svd(tf.ones([3, 3]), { vectors: 0 as never }));
      linalg.svd(tf.ones([3, 3]));
    });
  });
