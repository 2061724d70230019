import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as assert from "uvu/assert";
import { normal } from "../../src/linalg/index.ts";
import { ArgumentError, inspect } from "../../src/tfjs/index.ts";
import { aborted } from "../support/aborting.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;

const draw = (shape: number[], seed: number): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(normal(1, size, { seed }).data, shape);
};

const near = (x: number, wanted: number, tolerance = 1e-4) =>
  assert.ok(Math.abs(x - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${x} is not ${wanted}`); // prettier-ignore

const net = (loss?: "meanSquaredError" | "sparseCategoricalCrossentropy"): LayersModel => {
  const model = tf.sequential({
    layers: [
      L.dense({ units: 4, inputShape: [3], name: "a" }),
      L.batchNormalization({}),
      L.activation({ activation: "relu" }),
      L.dense({ units: 3, activation: "softmax", name: "b" }),
    ],
  });
  if (loss) model.compile({ optimizer: "sgd", loss });
  return model;
};

/** Kernel and bias of layer a: unit 2 is never on, unit 3 is unit 0 twice as long. */
function set(model: LayersModel): void {
  const kernel = [1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0];
  model.getLayer("a").setWeights([tf.tensor2d(kernel, [3, 4]), tf.tensor1d([0.5, 0, -100, 0])]);
}

suite("tfjs/inspect", (test) => {
  test("dead units, mean, variance, likeness and effective rank", async () => {
    const model = net();
    set(model);
    const xs = draw([500, 3], 1);
    const before = model.getWeights().map((w) => [...w.dataSync()]);
    const { numTensors } = tf.memory();
    const { layers } = await inspect(model, xs);
    assert.is(tf.memory().numTensors, numTensors);
    assert.equal(model.getWeights().map((w) => [...w.dataSync()]), before); // prettier-ignore
    assert.equal(layers.map(({ layer }) => layer), ["a", "b"]); // prettier-ignore
    const [a] = layers;
    assert.is(a.dead, 1 / 4);
    const data = [...xs.dataSync()];
    const moments = (axis: number) => {
      const values = data.filter((_, at) => at % 3 === axis);
      const mean = values.reduce((sum, x) => sum + x, 0) / 500;
      return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 500];
    };
    const [[m0, v0], [m1, v1]] = [moments(0), moments(1)];
    near(a.mean, (3 * m0 + m1 + 0.5 - 100) / 4);
    near(a.variance, (5 * v0 + v1) / 4);
    // Of six pairs one is parallel, the others are orthogonal or have a zero in them.
    near(a.cos, 1 / 6);
    // σ² = 5, 1
    near(a.rank, Math.exp(-(5 / 6) * Math.log(5 / 6) - (1 / 6) * Math.log(1 / 6)));
    assert.is(a.gradient, undefined);
  });

  test("the gradient's norm, batch by batch, of what is trained", async () => {
    const model = net("meanSquaredError");
    const [xs, ys] = [draw([500, 3], 1), draw([500, 3], 2)];
    const kernel = () => model.getLayer("b").weights[0].read();
    const loss = (w: Tensor) => {
      const old = kernel().clone();
      model.getLayer("b").weights[0].write(w);
      const value = tf.losses.meanSquaredError(ys, model.predict(xs) as Tensor).dataSync()[0];
      model.getLayer("b").weights[0].write(old);
      return value;
    };
    const { numTensors } = tf.memory();
    const told: number[] = [];
    const onProgress = (...values: number[]) => void told.push(...values);
    const { layers } = await inspect(model, xs, { ys, gradients: true, onProgress });
    assert.equal(told, [256, 1000, 500, 1000, 756, 1000, 1000, 1000]);
    assert.is(tf.memory().numTensors, numTensors);
    // Along the gradient's own direction a difference quotient has its length; along the axes its parts.
    const size = kernel().size;
    let square = 0;
    for (let i = 0; i < size; i++) {
      const step = tf.buffer(kernel().shape, "float32");
      step.values[i] = 1e-2;
      const change = loss(tf.add(kernel(), step.toTensor())) - loss(tf.sub(kernel(), step.toTensor())); // prettier-ignore
      square += (change / 2e-2) ** 2;
    }
    near(layers[1].gradient!, Math.sqrt(square), 1e-3);
    const parts = [[tf.slice(xs, 0, 100), tf.slice(xs, 100)], [tf.slice(ys, 0, 100), tf.slice(ys, 100)]]; // prettier-ignore
    const cut = await inspect(model, parts[0], { ys: parts[1], gradients: true });
    near(cut.layers[1].gradient!, layers[1].gradient!, 1e-5);
    model.getLayer("a").trainable = false;
    const frozen = await inspect(model, xs, { ys, gradients: true });
    assert.is(frozen.layers[0].gradient, undefined);
    assert.match(String(frozen), /^a .* frozen$/m);
    assert.is(/ ([^ ]+)$/.exec(String(frozen))![1], frozen.layers[1].gradient!.toExponential(2));
    assert.match(
      String(frozen),
      /^layer +kernel +dead +mean +variance +\|cos\| +eff\. rank +gradient/,
    );
  });

  test("class indices, as the loss has them", async () => {
    const model = net("sparseCategoricalCrossentropy");
    const ys = tf.tensor1d(Array.from({ length: 90 }, (_, i) => i % 3));
    const { layers } = await inspect(model, draw([90, 3], 1), { ys, gradients: true });
    assert.ok(layers.every(({ gradient }) => gradient! > 0));
  });

  test("convolutions: both kernels of a separable one, groups of a depthwise one", async () => {
    const model = tf.sequential({
      layers: [
        L.separableConv2d({ filters: 4, kernelSize: 3, name: "s", inputShape: [8, 8, 2] }),
        L.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, name: "d", activation: "relu" }),
      ],
    });
    const { layers } = await inspect(model, draw([20, 8, 8, 2], 1));
    assert.equal(
      layers.map(({ layer, weight }) => `${layer}/${weight}`),
      ["s/depthwise_kernel", "s/pointwise_kernel", "d/depthwise_kernel"],
    );
    assert.ok(layers.every(({ rank, variance }) => rank >= 1 && variance > 0));
  });

  test("progress, with gradients twice as far; aborted: before, between batches, at the end", async () => {
    const model = net("meanSquaredError");
    const [x, y] = [draw([5, 3], 1), draw([5, 3], 2)];
    const told: [number, number][] = [];
    await inspect(model, [x, x], { onProgress: (...at) => void told.push(at) });
    assert.equal(told.splice(0), [[5, 10], [10, 10]]); // prettier-ignore
    const ys = [y, y];
    await inspect(model, [x, x], {
      ys,
      gradients: true,
      onProgress: (...at) => void told.push(at),
    });
    assert.equal(told.splice(0), [[5, 20], [10, 20], [15, 20], [20, 20]]); // prettier-ignore
    const { numTensors } = tf.memory();
    for (const at of [0, 5, 10]) {
      const told = await aborted(at, (run) => inspect(model, [x, x], run));
      assert.is(told.length, at / 5);
      assert.is(tf.memory().numTensors, numTensors);
    }
  });

  for (const [argument, what, run] of [
    ["model", "gradients of what is not compiled", () => inspect(net(), draw([5, 3], 1), { ys: draw([5, 3], 1), gradients: true })], // prettier-ignore
    ["ys", "gradients without labels", () => inspect(net("meanSquaredError"), draw([5, 3], 1), { gradients: true })], // prettier-ignore
    ["gradients", "no flag", () => inspect(net(), draw([5, 3], 1), { gradients: 1 as unknown as boolean })], // prettier-ignore
    ["onProgress", "no function", () => inspect(net(), draw([5, 3], 1), { onProgress: 1 as never })], // prettier-ignore
    ["signal", "no signal", () => inspect(net(), draw([5, 3], 1), { signal: {} as AbortSignal })],
    ["xs", "no samples", () => inspect(net(), tf.zeros([0, 3]))],
    ["xs", "holes", () => inspect(net(), new Array(2))],
    ["xs", "a hole among batches", () => inspect(net(), [, draw([5, 3], 1)] as unknown as Tensor[])], // prettier-ignore
    ["xs", "numbers in batches", () => inspect(net(), [1, 2] as unknown as Tensor[])],
    ["model", "no model", () => inspect({} as LayersModel, draw([5, 3], 1))],
  ] as const)
    test(`refused: ${what}`, async () => {
      const error = await run().catch((e: unknown) => e);
      assert.instance(error, ArgumentError);
      assert.is((error as ArgumentError).argument, argument);
    });
});
