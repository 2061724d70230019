/** Growing on the wasm backend as it comes, which cannot train convolutions. */
import * as assert from "uvu/assert";
import { ArgumentError, grow } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { batch, build, distance, kinds } from "../support/chains.ts";
import { tf } from "../support/wasm.ts";

suite("tfjs/grow untrained", (test) => {
  test("gradmax of a convolution says what to load, and leaves nothing", async () => {
    const model = build(kinds.conv());
    const { xs, ys } = batch(model, 4);
    const { numTensors } = tf.memory();
    for (const inverse of [false, true]) {
      const options = { layer: "a", units: 2, method: "gradmax", xs, ys, inverse } as const;
      const error = await grow(model, options).catch((error: unknown) => error);
      assert.instance(error, ArgumentError);
      assert.match((error as Error).message, /tfjs-initializers\/train/);
    }
    assert.is(tf.memory().numTensors, numTensors);
    assert.ok(distance(model, build(kinds.conv()), xs) === 0, "the model is as before");
  });

  test("dense layers, and methods without gradients, need nothing", async () => {
    const [dense, conv] = [build(kinds.dense()), build(kinds["max pooling"]())];
    const { xs, ys } = batch(dense, 4);
    await grow(dense, { layer: "a", units: 2, method: "gradmax", xs, ys });
    for (const method of ["orthogonal", "split", "random", "zero"] as const) {
      const { model: wide } = await grow(conv, { layer: "a", units: 2, method });
      assert.ok(distance(conv, wide, batch(conv, 3).xs) <= 1e-6);
    }
  });
});
