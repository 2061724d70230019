/** Matrix products on the wasm backend, as the kernels of `train` make them, against sums in double precision. */
import * as tf from "@tensorflow/tfjs";
import "../../src/tfjs/train.ts";
import { runsOf } from "../../src/tfjs/train/stacks.ts";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { close, draw } from "../support/backends.ts";

const transposed = [false, true] as const;
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The largest error of a product in units of 2 u k times the product of the magnitudes. */
function error(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): number {
  const stack = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)); // prettier-ignore
  const before = tf.memory();
  const c = tf.matMul(a, b, transposeA, transposeB);
  const after = tf.memory();
  assert.is(after.numTensors - before.numTensors, 1, "only the product is left");
  assert.is(after.numDataBuffers - before.numDataBuffers, 1);
  const [m, n] = c.shape.slice(-2);
  const k = a.shape.at(transposeA ? -2 : -1)!;
  assert.equal(c.shape.slice(0, -2), stack);
  const [x, y, found] = [a, b, c].map((tensor) => tensor.dataSync());
  c.dispose();
  /** The matrix of a factor at a position of the product's stack. */
  const matrix = (shape: number[], at: number): number => {
    let [index, step] = [0, 1];
    for (let axis = stack.length - 1, missing = stack.length - shape.length; axis >= missing; axis--) {
      const position = at % stack[axis];
      at = (at - position) / stack[axis];
      index += (shape[axis - missing] === 1 ? 0 : position) * step;
      step *= shape[axis - missing];
    }
    return index;
  }; // prettier-ignore
  let worst = 0;
  for (let s = 0; s < size(stack); s++) {
    const fromA = matrix(a.shape.slice(0, -2), s) * m * k;
    const fromB = matrix(b.shape.slice(0, -2), s) * k * n;
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let [sum, magnitude] = [0, 0];
        for (let p = 0; p < k; p++) {
          const product = x[fromA + (transposeA ? p * m + i : i * k + p)] * y[fromB + (transposeB ? j * k + p : p * n + j)]; // prettier-ignore
          sum += product;
          magnitude += Math.abs(product);
        }
        const off = Math.abs(found[(s * m + i) * n + j] - sum);
        if (off > 0) worst = Math.max(worst, off / (2 * 2 ** -24 * k * magnitude));
      }
  }
  return worst;
}

suite("tfjs/train: products", (test) => {
  test("one run covers the axes along which factors both advance, or one of them repeats", () => {
    const run = (a: number[], b: number[], stack: number[]) => {
      const { count, sharedA, sharedB, starts } = runsOf(a, b, stack);
      return [count, sharedA, sharedB, starts];
    };
    assert.equal(run([], [], []), [1, true, true, [[0, 0]]]);
    assert.equal(run([4, 3], [4, 3], [4, 3]), [12, false, false, [[0, 0]]]);
    assert.equal(run([4, 3], [], [4, 3]), [12, false, true, [[0, 0]]]);
    assert.equal(run([1, 3], [2, 3], [2, 3]), [3, false, false, [[0, 0], [0, 3]]]); // prettier-ignore
    assert.equal(run([2, 1], [2, 3], [2, 3]), [3, true, false, [[0, 0], [1, 3]]]); // prettier-ignore
  });

  const dims = fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(13, 16, 17, 33, 64),
    fc.constantFrom(0, 1),
  );
  /** Two stacks that broadcast: sides of one shape, some of them 1, and some axes left out at the front. */
  const stacks = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.boolean()), { maxLength: 4 })
    .chain((axes) => fc.tuple(fc.constant(axes), fc.nat(axes.length), fc.nat(axes.length)))
    .map(([axes, dropA, dropB]) => [
      axes.map(([side, whole]) => (whole ? side : 1)).slice(dropA),
      axes.map(([side, , whole]) => (whole ? side : 1)).slice(dropB),
    ]);

  test("any shape, transposed or not, stacks of any rank that broadcast", async () => {
    await tf.setBackend("wasm");
    fc.assert(
      fc.property(stacks, dims, dims, dims, fc.boolean(), fc.boolean(), ([stackA, stackB], m, n, k, ta, tb) => {
        const a = draw([...stackA, ...(ta ? [k, m] : [m, k])], 1);
        const b = draw([...stackB, ...(tb ? [n, k] : [k, n])], 2);
        assert.ok(error(a, b, ta, tb) <= 1);
        tf.dispose([a, b]);
      }),
      { seed: 1, numRuns: 300 },
    );
  }); // prettier-ignore

  test("runs go as far as both factors advance or are repeated alike", () => {
    const runs = (a: number[], b: number[]) => {
      const { count, sharedA, sharedB, starts } = runsOf(a, b, tf.broadcast_util.assertAndGetBroadcastShape(a, b)); // prettier-ignore
      return [count, sharedA, sharedB, starts];
    };
    assert.equal(runs([], []), [1, true, true, [[0, 0]]]);
    assert.equal(runs([3], []), [3, false, true, [[0, 0]]]);
    assert.equal(runs([3, 1], [1]), [3, false, true, [[0, 0]]]);
    assert.equal(runs([2, 3], [2, 3]), [6, false, false, [[0, 0]]]);
    assert.equal(runs([2, 3], [3]), [3, false, false, [[0, 0], [3, 0]]]); // prettier-ignore
    assert.equal(runs([2, 1, 3], [2, 2, 3]), [3, false, false, [[0, 0], [0, 3], [3, 6], [3, 9]]]); // prettier-ignore
    assert.equal(runs([2, 1], [1, 2]), [2, true, false, [[0, 0], [1, 0]]]); // prettier-ignore
  });

  test("products larger than what is copied at a time", async () => {
    await tf.setBackend("wasm");
    for (const [stackA, stackB] of [
      [[40], [40]],
      [[40], []],
      [[], [40]],
      [
        [2, 1, 20],
        [3, 1],
      ],
    ])
      // prettier-ignore
      for (const ta of transposed)
        for (const tb of transposed) {
          const a = draw([...stackA, ...(ta ? [120, 90] : [90, 120])], 1);
          const b = draw([...stackB, ...(tb ? [70, 120] : [120, 70])], 2);
          assert.ok(error(a, b, ta, tb) <= 1);
          tf.dispose([a, b]);
        }
  });

  test("NaN and infinities go through as they do on the cpu backend", async () => {
    const [a, b] = [[[1, NaN], [Infinity, 0]], [[1, 0], [2, 1]]]; // prettier-ignore
    const product = async (backend: string) => {
      await tf.setBackend(backend);
      return [...tf.tidy(() => tf.matMul(a, b, true, true).dataSync())];
    };
    assert.equal(await product("wasm"), await product("cpu"));
  });

  test("fused with a bias and an activation", async () => {
    const activations = [
      "linear",
      "relu",
      "relu6",
      "prelu",
      "leakyrelu",
      "sigmoid",
      "elu",
    ] as const;
    for (const activation of activations)
      for (const transposeA of transposed)
        for (const stack of [[], [3]])
          await close(() =>
            tf.fused.matMul({
              a: draw([...stack, ...(transposeA ? [4, 5] : [5, 4])], 1) as tf.Tensor2D,
              b: draw([6, 4], 2) as tf.Tensor2D,
              transposeA,
              transposeB: true,
              bias: draw([6], 3),
              activation,
              preluActivationWeights: activation === "prelu" ? draw([6], 4) : undefined,
              leakyreluAlpha: 0.3,
            }),
          ); // prettier-ignore
  });

  test("gradients, of broadcast factors too", async () => {
    const stacks = [[[], []], [[3], [3]], [[3], []], [[], [3]], [[2, 3], [3]], [[2, 1], [1, 3]], [[1], [3]]]; // prettier-ignore
    for (const [stackA, stackB] of stacks)
      for (const ta of transposed)
        for (const tb of transposed)
          for (const which of [0, 1])
            await close(() => {
              const a = draw([...stackA, ...(ta ? [4, 5] : [5, 4])], 1);
              const b = draw([...stackB, ...(tb ? [6, 4] : [4, 6])], 2);
              const stack = tf.broadcast_util.assertAndGetBroadcastShape(stackA, stackB);
              // The cpu backend gets whole stacks, and the gradients of what made them.
              const whole = (x: tf.Tensor) => tf.getBackend() === "wasm" ? x : tf.broadcastTo(x, [...stack, ...x.shape.slice(-2)]); // prettier-ignore
              const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(whole(a), whole(b), ta, tb);
              return tf.grads((a, b) => tf.sum(tf.square(product(a, b))))([a, b])[which];
            });
  });

  test("what the backend refuses it refuses with its own words", async () => {
    await tf.setBackend("wasm");
    const before = tf.memory().numTensors;
    const [a, b, whole] = [draw([2, 3, 4], 1), draw([5, 4, 3], 2), tf.ones([4, 4], "int32")];
    assert.throws(() => tf.matMul(a, b, true, true), /could not be broadcast/i);
    assert.throws(() => tf.matMul(a, a), /inner shapes \(4\) and \(3\)/);
    assert.throws(() => tf.matMul(whole, whole, true), /not yet supported/);
    tf.dispose([a, b, whole]);
    assert.is(tf.memory().numTensors, before);
  });
});

suite("tfjs/train: einsum", (test) => {
  const equations =
    "i-> i->i ij->ji ij->j ij-> ijk->ki ,-> i,->i i,i-> i,i->i i,j->ij i,j->ji ij,j->i ij,jk->ik ij,kj->ik ji,jk->ki ij,ij-> ij,ij->ij ij,ij->j bij,bjk->bik bij,bjk->bki bhtd,bhsd->bhts bhts,bhsd->bthd bthd,bshd->bhts btc,chd->bthd bthd,hdc->btc bij,jk->bik ijk,kl->il aij,bjk->abik ijkl,klm->ijm abc,cd->dba ij,k->k ij,kl->l abcd,dbe->eca";
  const sizes: Record<string, number> = { a: 2, b: 3, c: 4, d: 5, e: 2, h: 2, i: 3, j: 4, k: 5, l: 3, m: 2, s: 6, t: 4 }; // prettier-ignore
  const terms = (equation: string) => equation.split("->")[0].split(",");
  const shapeOf = (term: string) => [...term].map((label) => sizes[label]);
  const draws = (equation: string) => terms(equation).map((term, i) => draw(shapeOf(term), i + 1));

  /** The result and the gradients of the sum of its squares, by their definitions. The cpu backend's are not right for all. */
  function byDefinition(equation: string, tensors: ArrayLike<number>[]) {
    const result = equation.split("->")[1];
    const labels = [...new Set(equation.replace(/[^a-z]/g, ""))];
    const index = (term: string, at: Record<string, number>) => [...term].reduce((n, label) => n * sizes[label] + at[label], 0); // prettier-ignore
    const all = labels.reduce<Record<string, number>[]>(
      (found, label) => found.flatMap((at) => Array.from({ length: sizes[label] }, (_, i) => ({ ...at, [label]: i }))),
      [{}],
    ); // prettier-ignore
    const value = new Float64Array(size(shapeOf(result)));
    const factors = (at: Record<string, number>) => terms(equation).map((term, t) => tensors[t][index(term, at)]); // prettier-ignore
    for (const at of all) value[index(result, at)] += factors(at).reduce((a, b) => a * b, 1);
    const gradients = tensors.map((x) => new Float64Array(x.length));
    for (const at of all)
      terms(equation).forEach((term, t) => {
        const others = factors(at).filter((_, i) => i !== t);
        gradients[t][index(term, at)] += 2 * value[index(result, at)] * others.reduce((a, b) => a * b, 1); // prettier-ignore
      });
    return { value, gradients };
  }

  for (const equation of equations.split(" "))
    test(equation, async () => {
      await tf.setBackend("wasm");
      const before = tf.memory().numTensors;
      const x = draws(equation);
      const sum = (...x: tf.Tensor[]) => tf.sum(tf.square(tf.einsum(equation, ...x)));
      const found = tf.tidy(() => [tf.einsum(equation, ...x), ...tf.grads(sum)(x)]);
      const { value, gradients } = byDefinition(equation, x.map((tensor) => tensor.dataSync())); // prettier-ignore
      [value, ...gradients].forEach((expected, at) => {
        const term = at === 0 ? equation.split("->")[1] : terms(equation)[at - 1];
        assert.equal(found[at].shape, shapeOf(term));
        const scale = Math.max(...expected.map(Math.abs));
        found[at].dataSync().forEach((v, i) => assert.ok(Math.abs(v - expected[i]) <= 2e-6 * scale)); // prettier-ignore
      });
      tf.dispose([x, found]);
      assert.is(tf.memory().numTensors, before, "tensors are left over");
    });

  test("spaces, capital letters, integers", async () => {
    await close(() => tf.einsum(" Ij , jK -> IK ", draw([3, 4], 1), draw([4, 5], 2)));
    await close(() => tf.einsum("ij,jk->ik", tf.range(0, 6, 1, "int32").reshape([2, 3]), tf.range(0, 6, 1, "int32").reshape([3, 2]))); // prettier-ignore
  });

  test("what the cpu backend refuses", async () => {
    const [a, b] = [draw([3, 4], 1), draw([3, 4], 2)];
    const refusal = async (backend: string, equation: string) => {
      await tf.setBackend(backend);
      try {
        tf.einsum(equation, a, b);
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error(`${equation} passes`);
    };
    for (const equation of ["ij,jk->ik", "ij,jk", "ii,ij->j", "...i,ij->j", "ij,ij->k", "ij->i"])
      assert.is(await refusal("wasm", equation), await refusal("cpu", equation));
    tf.dispose([a, b]);
  });
});
