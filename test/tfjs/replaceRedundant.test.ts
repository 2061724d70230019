import * as assert from "uvu/assert";
import { diversity, diversityPenalty, replaceRedundant } from "../../src/tfjs/index.ts";
import { distance } from "../support/ratios.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

type Model = ReturnType<typeof tf.sequential>;
type Layer = Model["layers"][number];

const sequential = (...layers: Layer[]) => tf.sequential({ layers });
const weights = (model: Model) => model.getWeights().map((w) => w.dataSync());
const predict = (model: Model, xs: ReturnType<typeof tf.ones>) =>
  tf.tidy(() => (model.predict(xs) as ReturnType<typeof tf.ones>).dataSync());

/** Makes output channel 3 of the layer `factor` times channel 1, plus noise; biases as well. */
function duplicate(model: Model, name: string, factor: number, noise = 0): void {
  const layer = model.getLayer(name);
  const changed = layer.getWeights().map((w, which) => {
    const data = w.dataSync().slice();
    const cols = w.shape.at(-1)!;
    if (which === 1) data.forEach((_, i) => (data[i] = 0.1 * (i - 2)));
    for (let at = 0; at < data.length; at += cols) data[at + 3] = factor * data[at + 1] + noise * Math.sin(at); // prettier-ignore
    return tf.tensor(data, w.shape);
  });
  layer.setWeights(changed);
  tf.dispose(changed);
}

const relu = "relu";
const models: Record<string, [make: () => Model, input: number[]]> = {
  "dense, dense": [() => sequential(
    tf.layers.dense({ name: "first", units: 6, activation: relu, inputShape: [5] }),
    tf.layers.dense({ units: 3, activation: "softmax" }),
  ), [5]],
  "dense without bias, dropout, relu layer, dense": [() => sequential(
    tf.layers.dense({ name: "first", units: 6, useBias: false, inputShape: [5] }),
    tf.layers.reLU(),
    tf.layers.dropout({ rate: 0.5 }),
    tf.layers.dense({ units: 3 }),
  ), [5]],
  "conv, pooling, conv": [() => sequential(
    tf.layers.conv2d({ name: "first", filters: 6, kernelSize: 3, activation: relu, inputShape: [9, 9, 2] }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 4, kernelSize: 2 }),
  ), [9, 9, 2]],
  "conv, pooling, flatten, dense": [() => sequential(
    tf.layers.conv2d({ name: "first", filters: 6, kernelSize: 2, activation: relu, inputShape: [7, 7, 2] }),
    tf.layers.averagePooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 4 }),
  ), [7, 7, 2]],
  "dense, penalty, dense": [() => sequential(
    tf.layers.dense({ name: "first", units: 6, activation: relu, inputShape: [5] }),
    diversityPenalty(),
    tf.layers.dense({ units: 3 }),
  ), [5]],
  "more units than inputs": [() => sequential(
    tf.layers.dense({ name: "first", units: 9, activation: relu, inputShape: [4] }),
    tf.layers.dense({ units: 2 }),
  ), [4]],
}; // prettier-ignore

suite("tfjs/replaceRedundant", (test) => {
  for (const [name, [make, input]] of Object.entries(models)) {
    for (const factor of [0.5, 1, 3])
      test(`${name}: exact for a multiple of ${factor}`, () => {
        const model = make();
        const xs = tf.randomNormal([20, ...input], 0, 1, "float32", 1);
        duplicate(model, "first", factor);
        const before = predict(model, xs);
        const alike = diversity(model)[0];
        const tensors = tf.memory().numTensors;
        const found = replaceRedundant(model, { layer: "first", xs, seed: 1 });
        assert.is(tf.memory().numTensors, tensors);
        assert.equal([found.kept, found.replaced], factor > 1 ? [3, 1] : factor < 1 ? [1, 3] : [1, 3]); // prettier-ignore
        assert.ok(found.exact && found.cosine > 1 - 1e-6);
        const after = predict(model, xs);
        const largest = distance(before, after);
        assert.ok(largest < 1e-5, `${largest}`);
        assert.ok(Math.abs(found.change!.largest - largest) < 1e-12);
        assert.ok(found.change!.relative < 1e-5);
        const fresh = diversity(model)[0];
        assert.ok(fresh.coherence < alike.coherence || fresh.meanCos2 < alike.meanCos2);
        // The unit starts without effect and with a direction of its own.
        const again = replaceRedundant(model, { layer: "first", seed: 1 });
        assert.is(again.replaced, undefined);
        assert.ok(again.cosine < 1 - 1e-6);
        xs.dispose();
        tf.disposeVariables();
      });
  }

  const near = (noise: number, activation: "relu" | "tanh" = relu) => {
    const model = sequential(
      tf.layers.dense({ name: "first", units: 6, activation, inputShape: [5] }),
      tf.layers.dense({ units: 3 }),
    );
    duplicate(model, "first", 2, noise);
    return model;
  };

  test("not exact: only above the threshold, with the change measured", () => {
    const xs = tf.randomNormal([50, 5], 0, 1, "float32", 1);
    const model = near(0.05);
    const old = weights(model);
    const own = model.getWeights().map((weight) => weight.clone());
    const none = replaceRedundant(model, { layer: "first", xs });
    assert.equal([none.replaced, none.change, none.exact], [undefined, undefined, true]);
    assert.is(replaceRedundant(model, { layer: "first", xs, threshold: 0.9999 }).replaced, undefined); // prettier-ignore
    assert.equal(weights(model), old);
    const before = predict(model, xs);
    const found = replaceRedundant(model, { layer: "first", xs, threshold: 0.95 });
    assert.equal([found.kept, found.replaced, found.exact], [3, 1, false]);
    const again = near(0.05);
    again.setWeights(own);
    const threshold = found.cosine;
    assert.is(replaceRedundant(again, { layer: "first", xs, threshold }).replaced, 1);
    own.forEach((weight) => weight.dispose());
    const after = predict(model, xs);
    const largest = distance(before, after);
    assert.ok(largest > 1e-3 && Math.abs(found.change!.largest - largest) < 1e-9);
    assert.ok(found.change!.relative > 0 && found.change!.relative < 0.2);
    xs.dispose();
    tf.disposeVariables();
  });

  test("a multiple is not exact for tanh, and not replaced unless asked for", () => {
    const xs = tf.randomNormal([50, 5], 0, 1, "float32", 1);
    const model = near(0, "tanh");
    assert.is(replaceRedundant(model, { layer: "first", xs }).replaced, undefined);
    const found = replaceRedundant(model, { layer: "first", xs, threshold: 0.99 });
    assert.equal([found.replaced, found.exact], [1, false]);
    assert.ok(found.change!.largest > 1e-3);
    xs.dispose();
    tf.disposeVariables();
  });

  test("the new unit is orthogonal to the others, as long as the old, and the seed's", () => {
    const units = (seed: number) => {
      const model = sequential(
        tf.layers.dense({ name: "first", units: 5, activation: relu, inputShape: [8], kernelInitializer: tf.initializers.randomNormal({ seed: 4 }) }),
        tf.layers.dense({ units: 3 }),
      ); // prettier-ignore
      duplicate(model, "first", 1);
      replaceRedundant(model, { layer: "first", seed });
      const rows = tf.tidy(() => tf.transpose(model.getWeights()[0]).arraySync() as number[][]);
      assert.is(model.getWeights()[1].dataSync()[3], 0, "bias");
      assert.ok(tf.tidy(() => (model.getWeights()[2].arraySync() as number[][])[3].every((v) => v === 0))); // prettier-ignore
      tf.disposeVariables();
      return rows;
    };
    const rows = units(1);
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    for (const i of [0, 1, 2, 4]) assert.ok(Math.abs(dot(rows[3], rows[i])) < 1e-6 * Math.sqrt(dot(rows[3], rows[3]) * dot(rows[i], rows[i]))); // prettier-ignore
    assert.ok(Math.abs(dot(rows[3], rows[3]) / dot(rows[1], rows[1]) - 1) < 1e-5);
    assert.equal(units(1), rows);
    assert.not.equal(units(2), rows);
  });

  test("what does not fit is refused, and nothing changes", () => {
    const model = near(0);
    const old = weights(model);
    const bad = (argument: string, options: object, on = model) => refused(argument, () => replaceRedundant(on, options as never)); // prettier-ignore
    bad("layer", { layer: "second" });
    bad("layer", { layer: model.layers[1].name });
    for (const threshold of [0, -1, 1.1, NaN]) bad("threshold", { layer: "first", threshold });
    bad("xs", { layer: "first", threshold: 0.9 });
    bad("seed", { layer: "first", seed: -1 });
    assert.equal(weights(model), old);
    const normalized = sequential(
      tf.layers.dense({ name: "first", units: 4, inputShape: [3] }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 2 }),
    );
    bad("layer", { layer: "first" }, normalized);
    const capped = sequential(
      tf.layers.dense({ name: "first", units: 4, inputShape: [3] }),
      tf.layers.reLU({ maxValue: 6 }),
      tf.layers.dense({ units: 2 }),
    );
    bad("layer", { layer: "first" }, capped);
    const input = tf.input({ shape: [3] });
    const hidden = tf.layers.dense({ name: "first", units: 4 }).apply(input) as typeof input;
    const two = tf.model({ inputs: input, outputs: [1, 2].map((units) => tf.layers.dense({ units }).apply(hidden) as typeof input) }); // prettier-ignore
    bad("layer", { layer: "first" }, two as Model);
    tf.disposeVariables();
  });
});
