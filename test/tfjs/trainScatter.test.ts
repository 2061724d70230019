/** The gradients of pooling and of lookups on the wasm backend against those on the cpu backend. */
import * as tf from "@tensorflow/tfjs";
import "../../src/tfjs/train.ts";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { close, draw, run, type Pad } from "../support/backends.ts";

suite("tfjs/train: maxPoolGrad", (test) => {
  test("any window, stride and padding; of equal entries the first has it", async () => {
    const zeros = fc.tuple(fc.nat(1), fc.nat(1));
    const explicit = fc.tuple(zeros, zeros).map(([rows, cols]) => [[0, 0], rows, cols, [0, 0]]);
    const pads = fc.oneof(fc.constantFrom("same", "valid"), explicit) as fc.Arbitrary<Pad>;
    const size = fc.integer({ min: 4, max: 9 });
    const few = fc.integer({ min: 1, max: 4 });
    const property = fc.asyncProperty(
      fc.tuple(few, size, size, few),
      fc.tuple(few, few),
      fc.tuple(few, few),
      pads,
      fc.boolean(),
      (shape, window, strides, pad, ties) =>
        close(() => {
          const x = draw(shape, 1) as tf.Tensor4D;
          const input = ties ? tf.round(tf.mul(x, 2)) : x;
          const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, window, strides, pad);
          const dy = draw(pool(input).shape, 2);
          return tf.grad(pool)(input, dy);
        }),
    );
    await fc.assert(property, { seed: 1, numRuns: 100 });
  });

  test("of volumes too; of equal entries the last has it", async () => {
    const size = fc.integer({ min: 3, max: 6 });
    const few = fc.integer({ min: 1, max: 3 });
    // Where rows and columns of the window differ in number, the cpu backend mistakes one for the other.
    const windows = fc
      .tuple(few, few)
      .map(([depth, side]): [number, number, number] => [depth, side, side]);
    const property = fc.asyncProperty(
      fc.tuple(few, size, size, size, few),
      windows,
      fc.tuple(few, few, few),
      fc.constantFrom("same" as const, "valid" as const),
      fc.boolean(),
      (shape, window, strides, pad, ties) =>
        close(() => {
          // Below zero, where the backend's own looks for a positive number.
          const x = tf.sub(draw(shape, 1), 0.8);
          const input = ties ? tf.round(tf.mul(x, 2)) : x;
          const pool = (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, window, strides, pad);
          const dy = draw(pool(input).shape, 2);
          return tf.grad(pool)(input, dy);
        }),
    );
    await fc.assert(property, { seed: 1, numRuns: 60 });
  });

  test("NaN and −∞ are not largest", async () => {
    const x = [NaN, 1, -Infinity, 3, -Infinity, NaN, NaN, -Infinity];
    await close(() =>
      tf.grad((x) => tf.maxPool(x as tf.Tensor4D, [1, 4], [1, 4], "valid"))(
        tf.tensor4d(x, [1, 1, 8, 1]),
        tf.ones([1, 1, 2, 1]),
      ),
    );
  });
});

suite("tfjs/train: resizeNearestNeighborGrad", (test) => {
  test("the adjoint of resizing, whatever was in memory", async () => {
    // Not the cpu backend's: of 7 x 6 doubled that takes some pixels twice.
    await tf.setBackend("wasm");
    const side = fc.integer({ min: 1, max: 15 });
    const modes = fc.constantFrom([false, false], [true, false], [false, true]);
    const property = fc.property(
      fc.tuple(side, side),
      fc.tuple(side, side),
      modes,
      (from, to, modes) => {
        const before = tf.memory().numTensors;
        tf.tidy(() => {
          const shape = [2, ...from, 3];
          for (let i = 0; i < 5; i++) tf.fill(shape, 7).dispose();
          const resize = (x: tf.Tensor) =>
            tf.image.resizeNearestNeighbor(x as tf.Tensor4D, to, modes[0], modes[1]);
          const [x, dy] = [draw(shape, 1), draw([2, ...to, 3], 2)];
          const [along, across] = [tf.mul(tf.grad(resize)(x, dy), x), tf.mul(dy, resize(x))];
          assert.ok(Math.abs(tf.sum(along).dataSync()[0] - tf.sum(across).dataSync()[0]) < 1e-4);
        });
        assert.is(tf.memory().numTensors, before);
      },
    );
    fc.assert(property, { seed: 1, numRuns: 60 });
  });
});

suite("tfjs/train: tile", (test) => {
  test("no times, of nothing, of a scalar", async () => {
    for (const [shape, reps] of [
      [
        [2, 3],
        [0, 1],
      ],
      [
        [2, 3],
        [1, 0],
      ],
      [
        [0, 3],
        [2, 2],
      ],
      [
        [2, 0, 2],
        [1, 3, 1],
      ],
      [[], []],
    ])
      // prettier-ignore
      await close(() => tf.tile(draw(shape!, 1), reps!));
  });
});

suite("tfjs/train: unsortedSegmentSum", (test) => {
  const sum = (shape: number[], ids: number[], segments: number) => () =>
    tf.unsortedSegmentSum(draw(shape, 1), tf.tensor1d(ids, "int32"), segments);

  test("any ids: those out of range go nowhere, empty segments are zero", async () => {
    const ids = fc.array(fc.integer({ min: -3, max: 9 }), { maxLength: 30 });
    const inner = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 });
    const property = fc.asyncProperty(ids, inner, fc.integer({ min: 1, max: 8 }), (ids, inner, n) =>
      close(sum([ids.length, ...inner], ids, n)),
    );
    await fc.assert(property, { seed: 1, numRuns: 100 });
  });

  test("a segment of 100,000 rows is summed in double precision", async () => {
    await tf.setBackend("wasm");
    const n = 100_000;
    const total = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.fill([n], 0.1), tf.zeros([n], "int32") as tf.Tensor1D, 1),
    );
    assert.is(total.dataSync()[0], Math.fround(n * Math.fround(0.1)));
    total.dispose();
  });

  test("the gradients of tf.gather", async () => {
    for (const axis of [0, 1])
      await close(() => {
        const indices = tf.tensor2d([0, 2, 2, 1, 2, 0], [2, 3], "int32");
        return tf.grad((x) => tf.sum(tf.square(tf.gather(x, indices, axis))))(draw([3, 4, 2], 1));
      });
  });

  test("ids that do not fit are refused", async () => {
    await tf.setBackend("wasm");
    const x = draw([3, 2], 1);
    for (const ids of [
      tf.tensor1d([0, 1], "int32"),
      tf.zeros([3, 2], "int32"),
      tf.scalar(0, "int32"),
    ])
      // prettier-ignore
      refused("segmentIds", () =>
        run("UnsortedSegmentSum", { x, segmentIds: ids }, { numSegments: 2 }),
      );
    x.dispose();
  });
});
