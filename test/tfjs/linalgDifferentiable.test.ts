/** Where gradients of linalg on tensors do not exist, and the degenerate points where they do. */
import * as assert from "uvu/assert";
import * as matrices from "../../src/linalg/index.ts";
import { linalg } from "../../src/tfjs/index.ts";
import { checkDistinct, checkFullRank, checkIndependent, checkSimple } from "../../src/tfjs/linalg/differentiable.ts"; // prettier-ignore
import { gaussian } from "../support/matrices.ts";
import { single } from "../support/precisions.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

type Tensor = ReturnType<typeof tf.tensor>;

const random = (m: number, n: number, seed = 1) =>
  gaussian(m, n, single, seed) as matrices.Matrix<Float32Array>;

const tensorOf = ({ rows, cols, data }: matrices.Matrix<Float32Array>) =>
  tf.tensor2d(data, [rows, cols]) as Tensor;

suite("tfjs/linalg differentiable", (test) => {
  test("repeated singular values: s has a gradient, u and v have none", () => {
    const identity = tf.eye(3) as Tensor;
    // d Σ s = tr(uᵀ·da·v), which for the identity is the identity.
    for (const options of [{}, { vectors: false } as never]) {
      const gradient = tf.grad((a) => linalg.svd(a, options).s)(identity);
      assert.equal(Array.from(gradient.dataSync()), [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    }
    for (const name of ["u", "v"] as const) {
      const error = refused("a", () => tf.grad((a) => linalg.svd(a)[name])(identity));
      assert.is(error.actual, "1 and 1");
    }
    const { q } = matrices.qr(random(40, 20));
    refused("a", () => tf.grad((a) => linalg.svd(a).u)(tensorOf(q)));
    for (const same of [identity, tf.zeros([3, 3])])
      refused("a", () => tf.grad((a) => linalg.eigh(a).vectors)(same as Tensor));
  });

  test("zero singular values: s has a gradient, u and v have none", () => {
    const ones = tf.ones([4, 3]);
    const gradient = tf.grad((a) => tf.max(linalg.svd(a).s))(ones);
    gradient.dataSync().forEach((x) => assert.ok(Math.abs(x - 1 / Math.sqrt(12)) < 1e-6));
    refused("a", () => tf.grad((a) => linalg.svd(a).u)(ones));
    refused("a", () => tf.grad((a) => linalg.svd(a).v)(tf.zeros([2, 2])));
  });

  test("dependent columns: qr has no gradient", () => {
    refused("a", () => tf.grad((a) => linalg.qr(a).r)(tf.ones([4, 3])));
    refused("a", () => tf.grad((a) => linalg.qr(a).q)(tf.ones([2, 4])));
    refused("a", () => tf.grad((a) => linalg.qr(a).q)(tf.zeros([2, 2])));
  });

  test("what is 2 √size 2⁻²³ of its surroundings, counts as zero, and what is more does not", () => {
    const row = (...values: number[]) => tf.tensor2d(values, [1, values.length]) as Tensor;
    const near = 2 ** -22;
    checkSimple(row(0.5, 1 - near - 2 ** -24, 1), 1);
    refused("a", () => checkSimple(row(0.5, 1 - near, 1), 1));
    checkDistinct(row(1, 1 - near - 2 ** -24), 1);
    refused("a", () => checkDistinct(row(1, 1 - near), 1));
    checkFullRank(row(1, 1, near + 2 ** -45), 1);
    refused("a", () => checkFullRank(row(1, 1, near), 1));
    // The last of 16 columns has 2⁻²⁰ on the diagonal, and above it entries whose squares add up to 1 - m 2⁻⁴⁸.
    const column = (m: number) => {
      const r = Array.from({ length: 256 }, (_, at) => Number(at % 17 === 0));
      for (let left = 2 ** 48 - m, i = 0; left > 0; i++) {
        const part = Math.floor(Math.sqrt(left));
        r[16 * i + 15] = part * 2 ** -24;
        left -= part ** 2;
      }
      r[255] = 2 ** -20;
      return tf.tensor2d(r, [16, 16]) as Tensor;
    };
    // With its own square, which is 256 2⁻⁴⁸, the length is 1 where m is 256.
    for (const m of [100, 256]) refused("a", () => checkIndependent(column(m)));
    checkIndependent(column(300));
  });

  test("columns of a complete basis that the matrix does not determine have none", () => {
    const a = tensorOf(random(5, 3));
    refused("mode", () => tf.grad((x) => linalg.qr(x, { mode: "complete" }).q)(a));
    refused("mode", () => tf.grad((x) => linalg.svd(x, { mode: "complete" }).u)(a));
  });

  test("polar factors of an orthonormal matrix: repeated singular values do no harm", () => {
    const identity = tf.eye(3) as Tensor;
    const weights = tensorOf(random(3, 3));
    const gradient = tf.grad((a) => tf.sum(tf.mul(linalg.polar(a).u, weights)))(identity);
    const expected = tf.div(tf.sub(weights, tf.transpose(weights)), 2).dataSync();
    gradient.dataSync().forEach((x, at) => assert.ok(Math.abs(x - expected[at]) < 1e-6));
  });

  test("matrices without full rank: polar and cond have no gradient, pinv and lstsq have", () => {
    const ones = tf.ones([4, 3]);
    refused("a", () => tf.grad((a) => linalg.polar(a).u)(ones));
    refused("a", () => tf.grad(linalg.cond)(ones));
    // The pseudoinverse of t·ones is ones/(12 t), and Σ over its entries 1/t.
    const gradient = tf.grad((t) => tf.sum(linalg.pinv(tf.mul(ones, t))))(tf.scalar(2));
    assert.ok(Math.abs(gradient.dataSync()[0] + 1 / 4) < 1e-6);
    const solved = tf.grads((t, b) => tf.sum(linalg.lstsq(tf.mul(ones, t), b).x));
    const [dt, db] = solved([tf.scalar(2), tf.ones([4, 1])]);
    assert.ok(Math.abs(dt.dataSync()[0] + 1 / 4) < 1e-6);
    db.dataSync().forEach((x) => assert.ok(Math.abs(x - 1 / 8) < 1e-6));
  });

  test("what has no gradient says so", () => {
    const a = tensorOf(random(5, 3));
    assert.throws(
      () => tf.grad((x) => tf.cast(linalg.rank(x), "float32"))(a),
      /TfjsInitializersRank/,
    );
    assert.throws(
      () => tf.grad((x) => linalg.nullSpace(tf.transpose(x)))(a),
      /TfjsInitializersNullSpace/,
    );
    refused("a", () => tf.grad((x) => linalg.topSvd(x, 2).u)(a));
  });

  test("empty tensors have empty gradients", () => {
    for (const shape of [
      [0, 3],
      [3, 0],
      [0, 2, 2],
    ])
      // prettier-ignore
      for (const job of [
        (a: Tensor) => linalg.qr(a).r,
        (a: Tensor) => linalg.svd(a).u,
        (a: Tensor) => linalg.svd(a, { vectors: false }).s,
        linalg.cond,
        linalg.pinv,
        (a: Tensor) => linalg.polar(a).p,
        (a: Tensor) => linalg.topSvd(a, 0).s,
        (a: Tensor) => linalg.lstsq(a, tf.zeros(a.shape)).x,
      ])
        assert.equal(tf.grad(job)(tf.zeros(shape)).shape, shape);
  });

  test("an optimizer makes columns orthonormal through svd", () => {
    const a = tf.variable(tensorOf(random(6, 3)));
    const cost = () => tf.sum(tf.square(tf.sub(linalg.svd(a, { vectors: false }).s, 1))) as never;
    const optimizer = tf.train.sgd(0.25);
    for (let i = 0; i < 20; i++) optimizer.minimize(cost);
    linalg.svd(a).s.dataSync().forEach((x) => assert.ok(Math.abs(x - 1) < 1e-4, `${x}`)); // prettier-ignore
  });
});
