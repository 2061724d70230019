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
