import fc from "fast-check";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import { deltaOrthogonal } from "../../src/init/orthogonal.ts";
import { haar } from "../../src/linalg/index.ts";
import { single } from "../support/precisions.ts";
import { Family, orthogonality } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused, tooLarge } from "../support/thrown.ts";

await tf.setBackend("wasm");

/** Kernel shapes with the index of the tap that is not zero, counted over the spatial axes. */
const taps: [shape: number[], tap: number[]][] = [
  [[1, 4, 4], [0]], [[2, 4, 6], [0]], [[3, 4, 6], [1]], [[4, 4, 6], [1]], [[5, 1, 1], [2]],
  [[1, 1, 3, 9], [0, 0]], [[3, 3, 8, 16], [1, 1]], [[2, 5, 4, 4], [0, 2]], [[4, 7, 3, 3], [1, 3]],
  [[3, 3, 3, 4, 6], [1, 1, 1]], [[2, 4, 5, 2, 3], [0, 1, 2]],
]; // prettier-ignore

const inputsOf = (shape: number[]) => shape.at(-2)!;
const outputsOf = (shape: number[]) => shape.at(-1)!;
const sizeOf = (shape: number[]) => shape.reduce((size, length) => size * length, 1);

const norm = (x: ArrayLike<number>) => Math.hypot(...Array.from(x));

suite("init/deltaOrthogonal", (test) => {
  const family = new Family("deltaOrthogonal ‖I − QQᵀ/g²‖");

  for (const [shape, tap] of taps)
    test(`[${shape}] is zero but for gain · Q at tap [${tap}]`, () => {
      for (const gain of [1, -Math.SQRT2]) {
        const data = deltaOrthogonal(shape, { gain, seed: 1 });
        assert.is(data.length, sizeOf(shape));
        const [rows, cols] = [inputsOf(shape), outputsOf(shape)];
        const at = tap.reduce((at, index, axis) => at * shape[axis] + index, 0) * rows * cols;
        const q = data.slice(at, at + rows * cols);
        family.check(
          orthogonality({ rows, cols, data: q.map((x) => x / gain) }),
          `[${shape}], gain ${gain}`,
        );
        data.fill(0, at, at + rows * cols);
        assert.ok(
          data.every((x) => x === 0),
          "zero elsewhere",
        );
      }
    });

  test("the tap is haar of the same seed", () => {
    const data = deltaOrthogonal([1, 1, 5, 9], { seed: 3 });
    assert.equal(data, haar(5, 9, { seed: 3 }).data);
    assert.equal(data, deltaOrthogonal([1, 1, 5, 9], { seed: 3 }));
    assert.not.equal(data, deltaOrthogonal([1, 1, 5, 9], { seed: 4 }));
    assert.not.equal(deltaOrthogonal([1, 1, 5, 9]), deltaOrthogonal([1, 1, 5, 9]));
  });

  test("any shape and seed has norm √in", () => {
    const axis = fc.integer({ min: 1, max: 6 });
    const spatial = fc.array(axis, { minLength: 1, maxLength: 3 });
    const property = fc.property(spatial, axis, axis, fc.maxSafeNat(), (axes, a, b, seed) => {
      const [inputs, outputs] = [Math.min(a, b), Math.max(a, b)];
      const data = deltaOrthogonal([...axes, inputs, outputs], { seed });
      assert.ok(Math.abs(norm(data) - Math.sqrt(inputs)) <= 10 * inputs * single.u);
    });
    fc.assert(property, { seed: 1, numRuns: 200 });
  });

  test("a zero gives an empty kernel", () => {
    const empty = [[0, 2, 3], [3, 0, 4], [3, 0, 0], [3, 0, 3, 4], [0, 0, 0, 0, 0]]; // prettier-ignore
    for (const shape of empty) assert.equal(deltaOrthogonal(shape), new Float32Array(0));
  });

  test.after(() => family.note());
});

suite("init/deltaOrthogonal: a stack of linear convolutions preserves norms", (test) => {
  const DEPTH = 40;

  /** ‖output‖ / ‖input‖ of DEPTH layers, the first of which widens from 3 to 8 channels. */
  function stretch(
    input: tf.Tensor,
    layer: (x: tf.Tensor, inputs: number, seed: number) => tf.Tensor,
  ) {
    return tf.tidy(() => {
      let x = input;
      for (let depth = 0; depth < DEPTH; depth++) x = layer(x, depth === 0 ? 3 : 8, depth);
      return norm(x.dataSync()) / norm(input.dataSync());
    });
  }

  const weights = (spatial: number[], inputs: number, seed: number) => {
    const shape = [...spatial, inputs, 8];
    return tf.tensor(deltaOrthogonal(shape, { seed }), shape);
  };

  /** At worst a rounding a layer, all in one direction; measured are 3 in 40 layers. */
  const preserved = (ratio: number) =>
    assert.ok(Math.abs(ratio - 1) <= DEPTH * single.u, `‖y‖/‖x‖ − 1 = ${ratio - 1}`);

  // Even sizes as well: there the tap must be the one that "same" padding puts on the pixel itself.
  for (const size of [1, 2, 3, 4, 5])
    test(`conv2d, ${size} x ${size}`, () =>
      preserved(
        stretch(tf.randomNormal([2, 9, 7, 3], 0, 1, "float32", 1), (x, inputs, seed) =>
          tf.conv2d(
            x as tf.Tensor4D,
            weights([size, size], inputs, seed) as tf.Tensor4D,
            1,
            "same",
          ),
        ),
      ));

  test("conv1d", () =>
    preserved(
      stretch(tf.randomNormal([2, 15, 3], 0, 1, "float32", 1), (x, inputs, seed) =>
        tf.conv1d(x as tf.Tensor3D, weights([4], inputs, seed) as tf.Tensor3D, 1, "same"),
      ),
    ));

  test("conv3d", () =>
    preserved(
      stretch(tf.randomNormal([1, 4, 5, 6, 3], 0, 1, "float32", 1), (x, inputs, seed) =>
        tf.conv3d(x as tf.Tensor5D, weights([3, 2, 4], inputs, seed) as tf.Tensor5D, 1, "same"),
      ),
    ));
});

suite("init/deltaOrthogonal: errors", (test) => {
  const call = deltaOrthogonal as (shape: unknown, options?: unknown) => Float32Array;
  const expected = deltaOrthogonal([3, 4, 5], { seed: 1 });
  const stillWorks = () => assert.equal(deltaOrthogonal([3, 4, 5], { seed: 1 }), expected);

  test("more in-channels than out-channels, said in words", () => {
    const narrowing = [[3, 5, 4], [3, 3, 64, 32], [1, 1, 1, 2, 1], [3, 1, 0]]; // prettier-ignore
    for (const shape of narrowing)
      assert.match(refused("shape", () => call(shape)).message, "in-channels");
    stillWorks();
  });

  const notShapes = [undefined, "333", [], [3], [3, 4], [2, 2, 2, 2, 3, 3], [3, 2.5, 4], [3, -4, 4], [NaN, 3, 3]]; // prettier-ignore
  for (const shape of notShapes)
    test(`shape ${JSON.stringify(shape)}`, () => {
      refused("shape", () => call(shape));
      stillWorks();
    });

  test("gain and seed", () => {
    for (const gain of [NaN, Infinity, "1", null]) refused("gain", () => call([3, 4, 5], { gain }));
    for (const seed of [-1, 1.5, "1", 2 ** 53]) refused("seed", () => call([3, 4, 5], { seed }));
    for (const [argument, value] of [
      ["gain", NaN],
      ["seed", -1],
      ["layer", "conv"],
    ] as const)
      refused(argument, () => call([3, 0, 5], { [argument]: value }));
    stillWorks();
  });

  const [large, largest] = [2 ** 20, Number.MAX_SAFE_INTEGER];
  const huge = [[3, 3, 1, 2 ** 40], [large, large, 1, 1], [3, 3, large, large], [largest, largest, 1, 2]]; // prettier-ignore
  for (const shape of huge)
    test(`no memory for [${shape}], and no time lost`, () => {
      tooLarge(() => deltaOrthogonal(shape));
      stillWorks();
    });
});
