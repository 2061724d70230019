import { EventEmitter } from "node:events";
import type { layers as tfl, LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { Tensor } from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import { ArgumentError, initializeFromData, type DataOptions, type Samples } from "../../src/tfjs/index.ts"; // prettier-ignore
import { gram } from "../../src/linalg/gram.ts";
import * as linalg from "../../src/linalg/index.ts";
import { checked } from "../../src/tfjs/data/options.ts";
import { report as written } from "../../src/tfjs/data/report.ts";
import { resting } from "../../src/tfjs/data/resting.ts";
import { solver } from "../../src/tfjs/data/solver.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;
const { normal } = linalg;

/** Correlated samples off centre, the same for a seed. */
function draw(shape: number[], seed: number): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const { data } = normal(1, size, { seed });
  return tf.tensor(data.map((x, at) => 0.5 + x + 0.7 * (data[at - 1] ?? 0)), shape); // prettier-ignore
}

const weightsOf = (model: LayersModel) =>
  model.getWeights().map((weight) => [...weight.dataSync()]);

/** A model that puts out what a layer computes, which has no activation. */
const alone = (layer: tfl.Layer) => tf.sequential({ layers: [layer] });

/** Values at [sample and position, unit], the channels last. */
function unitsOf(x: Tensor): number[][] {
  const k = x.shape.at(-1)!;
  const data = x.dataSync();
  return Array.from({ length: k }, (_, j) => [...data.filter((_, at) => at % k === j)]);
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const covariance = (a: number[], b: number[]) =>
  mean(a.map((x, i) => x * b[i])) - mean(a) * mean(b);
const near = (x: number, wanted: number, tolerance = 1e-4) =>
  assert.ok(Math.abs(x - wanted) <= tolerance, `${x} is not ${wanted}`);

/** A run that must fail, leave the weights as they were and no tensor behind. */
async function fails(model: LayersModel, xs: Samples, options: DataOptions): Promise<Error> {
  const [weights, { numTensors }] = [weightsOf(model), tf.memory()];
  let found: Error | undefined;
  try {
    await initializeFromData(model, xs, options);
  } catch (error) {
    found = error as Error;
  }
  assert.ok(found !== undefined, "it did not fail");
  assert.equal(weightsOf(model), weights);
  assert.is(tf.memory().numTensors, numTensors, "tensors are left over");
  return found;
}

async function refused(argument: string, model: LayersModel, xs: Samples, options: DataOptions) {
  const error = await fails(model, xs, options);
  assert.instance(error, ArgumentError, String(error));
  assert.is((error as ArgumentError).argument, argument, String(error));
}

const images = { inputShape: [7, 6, 3] };
const kinds: Record<string, () => tfl.Layer> = {
  dense: () => L.dense({ units: 5, inputShape: [8] }),
  "dense, on every step": () => L.dense({ units: 5, inputShape: [4, 8] }),
  conv1d: () => L.conv1d({ filters: 5, kernelSize: 3, inputShape: [9, 4] }),
  "conv1d, same, stride 2": () => L.conv1d({ filters: 5, kernelSize: 4, strides: 2, padding: "same", inputShape: [9, 4] }), // prettier-ignore
  "conv1d, dilation 2": () => L.conv1d({ filters: 5, kernelSize: 3, dilationRate: 2, inputShape: [9, 4] }), // prettier-ignore
  conv2d: () => L.conv2d({ filters: 6, kernelSize: 3, ...images }),
  "conv2d, same": () => L.conv2d({ filters: 6, kernelSize: [2, 3], padding: "same", ...images }),
  "conv2d, stride 2": () => L.conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: "same", ...images }), // prettier-ignore
  "conv2d, strides 1, 3": () => L.conv2d({ filters: 6, kernelSize: [3, 2], strides: [1, 3], ...images }), // prettier-ignore
  "conv2d, dilation 2": () => L.conv2d({ filters: 6, kernelSize: 2, dilationRate: 2, padding: "same", ...images }), // prettier-ignore
  "conv2d, channels first": () => L.conv2d({ filters: 6, kernelSize: 3, dataFormat: "channelsFirst", inputShape: [3, 7, 6] }), // prettier-ignore
};

suite("tfjs/data kinds of layers", (test) => {
  for (const [name, build] of Object.entries(kinds))
    test(`${name}: pca gives uncorrelated pre-activations of mean 0, variance 1`, async () => {
      const model = alone(build());
      const xs = draw([60, ...(model.inputs[0].shape.slice(1) as number[])], 1);
      const report = await initializeFromData(model, xs);
      const out = model.predict(xs) as Tensor;
      const first = name.endsWith("first");
      const units = unitsOf(first ? tf.transpose(out, [0, 2, 3, 1]) : out);
      units.forEach((a, i) => {
        near(mean(a), 0);
        units.forEach((b, j) => i !== j && near(covariance(a, b), 0, 1e-3));
      });
      near(mean(units.map((a) => covariance(a, a))), 1);
      near(report.layers[0].variance!.after, 1, 1e-12);
      // The leading components come first.
      assert.ok(covariance(units[0], units[0]) > covariance(units[1], units[1]));
    });

  for (const [name, build] of Object.entries({
    depthwise: () => L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, ...images }),
    "depthwise, same, stride 2": () => L.depthwiseConv2d({ kernelSize: 2, strides: 2, padding: "same", depthMultiplier: 2, ...images }), // prettier-ignore
    "depthwise, with a dilation that tf.layers does not heed": () => L.depthwiseConv2d({ kernelSize: 2, dilationRate: 2, depthMultiplier: 2, ...images }), // prettier-ignore
    separable: () => L.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, ...images }), // prettier-ignore
    "separable, same, dilation 2": () => L.separableConv2d({ filters: 5, depthMultiplier: 2, kernelSize: 2, dilationRate: 2, padding: "same", ...images }), // prettier-ignore
  }))
    test(`${name}: pre-activations of mean 0, variance 1`, async () => {
      const model = alone(build());
      const xs = draw([60, 7, 6, 3], 1);
      const { layers } = await initializeFromData(model, xs);
      const units = unitsOf(model.predict(xs) as Tensor);
      units.forEach((a) => near(mean(a), 0));
      near(mean(units.map((a) => covariance(a, a))), 1);
      assert.is(layers.length, name.startsWith("separable") ? 2 : 1);
      if (name.startsWith("separable")) {
        units.forEach((a, i) =>
          units.forEach((b, j) => i !== j && near(covariance(a, b), 0, 1e-3)),
        );
      } else {
        // Of a channel the two units are its first components: uncorrelated, every channel of variance 1.
        for (let c = 0; c < 3; c++) {
          const [a, b] = [units[2 * c], units[2 * c + 1]];
          near(covariance(a, b), 0, 1e-3);
          near((covariance(a, a) + covariance(b, b)) / 2, 1);
        }
      }
    });

  test("before relu: pairs; also behind pooling, normalization and an activation layer", async () => {
    const model = tf.sequential({
      layers: [
        L.conv2d({ filters: 4, kernelSize: 3, name: "a", activation: "relu", ...images }),
        L.conv2d({ filters: 4, kernelSize: 2, name: "b" }),
        L.batchNormalization({}),
        L.activation({ activation: "relu" }),
        L.flatten(),
        L.dense({ units: 4, name: "c", activation: "tanh" }),
      ],
    });
    await initializeFromData(model, draw([40, 7, 6, 3], 2));
    for (const name of ["a", "b"]) {
      const [a, b, c, d] = unitsOf(model.getLayer(name).getWeights()[0]);
      assert.equal([c, d], [a, b].map((unit) => unit.map((x) => -x)), name); // prettier-ignore
    }
    const [a, , c] = unitsOf(model.getLayer("c").getWeights()[0]);
    assert.not.equal(c, a.map((x) => -x)); // prettier-ignore
  });

  test("no bias: said in the report", async () => {
    const model = alone(L.dense({ units: 3, useBias: false, inputShape: [5] }));
    const { layers } = await initializeFromData(model, draw([40, 5], 3));
    assert.ok(layers[0].notes.includes("no bias to centre with"));
    const units = unitsOf(model.predict(draw([40, 5], 3)) as Tensor);
    near(mean(units.map((a) => covariance(a, a))), 1);
  });

  test("positions are spread over large images, all samples alike", async () => {
    const model = alone(L.conv2d({ filters: 3, kernelSize: 3, inputShape: [40, 40, 1] }));
    const xs = draw([50, 40, 40, 1], 4); // 72,200 positions, of which 16,400
    await initializeFromData(model, xs);
    const units = unitsOf(model.predict(xs) as Tensor);
    near(mean(units.map((a) => covariance(a, a))), 1, 0.05);
    const whole = weightsOf(model);
    await initializeFromData(model, tf.split(xs, [3, 20, 27]));
    assert.equal(weightsOf(model), whole);
  });

  test("labels hold at all positions of their sample", async () => {
    const model = alone(L.conv2d({ filters: 3, kernelSize: 1, inputShape: [4, 4, 3] }));
    const classes = Array.from({ length: 90 }, (_, i) => (i * i) % 3);
    const ys = tf.oneHot(classes, 3);
    const noise = tf.mul(draw([90, 4, 4, 3], 1), 0.01);
    const xs = tf.add(tf.reshape(ys, [90, 1, 1, 3]), noise);
    await initializeFromData(model, xs, { ys, code: "labels", beta: 0, rescale: "none" });
    // A linear map that takes classes to the columns of an orthogonal matrix keeps their distances.
    const out = tf.mean(model.predict(xs) as Tensor, [1, 2]);
    const [a, b] = [0, 1].map((c) => tf.gather(out, classes.indexOf(c)));
    near(tf.norm(tf.sub(a, b)).dataSync()[0], Math.SQRT2, 0.05);
  });
});

/** 12 → 8 → 3 on two classes' worth of clouds. */
const mlp = (last: Partial<Parameters<typeof L.dense>[0]> = {}) =>
  tf.sequential({
    layers: [
      L.dense({ units: 8, activation: "relu", inputShape: [12], name: "body" }),
      L.dense({ units: 3, activation: "softmax", name: "head", ...last }),
    ],
  });

const clouds = (count: number) => {
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const noise = normal(count, 12, { seed: 5 }).data;
  const values = noise.map((x, at) => 0.4 * x + 3 * Number(at % 12 === 4 * labels[Math.floor(at / 12)])); // prettier-ignore
  const indices = tf.tensor1d(labels, "int32");
  const ys = tf.oneHot(indices, 3);
  return { xs: tf.tensor2d(values, [count, 12]), ys, indices, labels };
};

const accuracy = (model: LayersModel, xs: Tensor, labels: number[]) => {
  const guesses = [...tf.argMax(model.predict(xs) as Tensor, 1).dataSync()];
  return mean(guesses.map((guess, i) => Number(guess === labels[i])));
};

suite("tfjs/data samples and labels", (test) => {
  const { xs, ys, indices, labels } = clouds(700);
  const parts = (x: Tensor) => tf.split(x, [100, 1, 299, 300]);
  const rows = [parts(xs), parts(ys)];
  const dataset = (pairs = true) => ({
    async iterator() {
      let at = 0;
      return {
        async next() {
          const [x, y] = rows.map((all) => all[at]?.clone());
          at++;
          if (x === undefined) return { done: true, value: null };
          if (pairs) return { value: { xs: x, ys: y } };
          y.dispose();
          return { value: x };
        },
      };
    },
  });

  for (const [method, code] of [
    ["sylvester", "pca"],
    ["sylvester", "labels"],
    ["sylvester", "randomProjection"],
    ["lsuv", "pca"],
    ["orthogonal-lsuv", "pca"],
  ] as const)
    // prettier-ignore
    test(`${method}, ${code}: a tensor, batches and a Dataset give the same bits`, async () => {
      const model = mlp();
      const start = model.getWeights().map((weight) => weight.clone());
      const { numTensors } = tf.memory();
      const found = [];
      for (const [x, y] of [[xs, ys], rows, [dataset(), undefined]] as [Samples, Tensor[]][]) {
        model.setWeights(start);
        const report = await initializeFromData(model, x, { method, code, ys: y, seed: 3 });
        assert.is(report.samples, 700);
        found.push(weightsOf(model));
      }
      assert.equal(found[1], found[0]);
      assert.equal(found[2], found[0]);
      assert.is(tf.memory().numTensors, numTensors, "tensors are left over");
    });

  test("a Dataset without labels, and fewer samples than there are", async () => {
    const [some, first] = [mlp(), mlp()];
    const report = await initializeFromData(some, dataset(false), { samples: 150 });
    assert.is(report.samples, 150);
    await initializeFromData(first, tf.slice(xs, 0, 150));
    assert.equal(weightsOf(some), weightsOf(first));
    await initializeFromData(first, xs, { samples: 150 });
    assert.equal(weightsOf(some), weightsOf(first));
    await initializeFromData(some, xs, { samples: 150, ys, code: "labels" });
    await initializeFromData(first, rows[0], { samples: 150, ys: rows[1], code: "labels" });
    assert.equal(weightsOf(some), weightsOf(first));
    assert.is((await initializeFromData(some, xs, { samples: 1, code: "random" })).samples, 1);
  });

  for (const code of ["pca", "labels", "random", "randomProjection"] as const)
    test(`${code}: classifies before it is trained`, async () => {
      const model = mlp();
      await initializeFromData(model, xs, { ys, code });
      const found = accuracy(model, xs, labels);
      assert.ok(found > 0.95, `${found}`);
    });

  test("class indices, as a column too, are one-hot vectors", async () => {
    const [a, b, c] = [mlp(), mlp(), mlp()];
    await initializeFromData(a, xs, { ys, code: "labels" });
    await initializeFromData(b, xs, { ys: indices, code: "labels" });
    await initializeFromData(c, xs, { ys: tf.reshape(indices, [700, 1]), code: "labels" });
    assert.equal(weightsOf(b), weightsOf(a));
    assert.equal(weightsOf(c), weightsOf(a));
  });

  test("one unit: a binary classifier", async () => {
    const model = mlp({ units: 1, activation: "sigmoid" });
    const two = tf.cast(tf.equal(indices, 1), "float32");
    await initializeFromData(model, xs, { ys: two });
    const guesses = [...(model.predict(xs) as Tensor).dataSync()];
    const right = guesses.filter((p, i) => p > 0.5 === (labels[i] === 1)).length / 700;
    assert.ok(right > 0.9, `${right}`);
  });

  test("function codes: x, y, units and layer as promised; what they return is the code", async () => {
    const model = mlp();
    const seen: [number, number, number, number, string][] = [];
    await initializeFromData(model, rows[0], {
      ys: rows[1],
      samples: 650,
      layers: ["body"],
      rescale: "none",
      ridge: 0,
      beta: 0,
      code(x, y, units, layer) {
        seen.push([x.rows, x.cols, y!.cols, units, layer]);
        assert.is(y!.rows, x.rows);
        return { rows: x.rows, cols: units, data: x.data.filter((_, at) => at % 12 < 8) };
      },
    });
    assert.equal(seen[0], [100, 12, 3, 8, "body"]);
    assert.equal(seen.map(([count]) => count), [100, 1, 299, 250]); // prettier-ignore
    // The code is the first 8 inputs, so the encoder picks them.
    const kernel = model.getLayer("body").getWeights()[0].dataSync();
    kernel.forEach((w, at) => near(w, Number(Math.floor(at / 8) === at % 8), 1e-5));
  });

  test("seeds: the same bits, and others", async () => {
    const model = mlp();
    const bits = async (code: "random" | "randomProjection", seed?: number) => {
      await initializeFromData(model, xs, { code, seed });
      return weightsOf(model);
    };
    for (const code of ["random", "randomProjection"] as const) {
      assert.equal(await bits(code, 1), await bits(code, 1));
      assert.not.equal(await bits(code, 1), await bits(code, 2));
      assert.equal(await bits(code), await bits(code, 0));
    }
  });

  test("fewer samples than classes or units, constant features: done, finite, said", async () => {
    const model = mlp();
    const few = tf.slice(xs, 0, 2);
    const { layers } = await initializeFromData(model, few, { ys: tf.slice(ys, 0, 2) });
    assert.ok(layers[0].notes.some((note) => /^\d+ units beyond/.test(note)), layers[0].notes.join()); // prettier-ignore
    assert.ok(weightsOf(model).flat().every(Number.isFinite));
    const old = weightsOf(model);
    const constant = await initializeFromData(model, tf.ones([9, 12]));
    assert.match(constant.layers[0].notes.join(), "weights kept");
    assert.equal(weightsOf(model), old);
  });
});

suite("tfjs/data models", (test) => {
  const input = (size: number) => tf.input({ shape: [size] });
  const apply = (layer: tfl.Layer, x: SymbolicTensor | SymbolicTensor[]) => layer.apply(x) as SymbolicTensor; // prettier-ignore
  const output = (model: LayersModel, name: string, x: Tensor | Tensor[]) =>
    unitsOf(tf.model({ inputs: model.inputs, outputs: model.getLayer(name).output as SymbolicTensor }).predict(x) as Tensor); // prettier-ignore
  const variance = (units: number[][]) => mean(units.map((a) => covariance(a, a)));

  test("Add: every branch at 1/√2, by request not; Concatenate: at 1", async () => {
    const x = input(6);
    const a = apply(L.dense({ units: 4, name: "a" }), x);
    const b = apply(L.dense({ units: 4, name: "b" }), apply(L.dense({ units: 5, activation: "tanh", name: "deep" }), x)); // prettier-ignore
    const sum = apply(L.add(), [a, apply(L.dropout({ rate: 0.5 }), b)]);
    const both = apply(L.concatenate(), [sum, apply(L.dense({ units: 3, name: "c" }), x)]);
    const model = tf.model({ inputs: x, outputs: apply(L.dense({ units: 2, name: "end" }), both) });
    const xs = draw([80, 6], 1);
    const { layers } = await initializeFromData(model, xs);
    for (const [name, wanted] of [
      ["a", 0.5],
      ["b", 0.5],
      ["c", 1],
      ["deep", 1],
      ["end", 1],
    ] as const) {
      // prettier-ignore
      const linear = layers.find(({ layer }) => layer === name)!;
      near(linear.variance!.after, wanted, 1e-9);
      if (name !== "deep") near(variance(output(model, name, xs)), wanted);
    }
    await initializeFromData(model, xs, { branches: false });
    near(variance(output(model, "a", xs)), 1);
  });

  test("two inputs, in an array or by name; a shared layer is set where it is first called", async () => {
    const [x, y] = [tf.input({ shape: [6], name: "one" }), tf.input({ shape: [6], name: "two" })];
    const shared = L.dense({ units: 3, name: "shared" });
    const both = apply(L.concatenate(), [apply(shared, x), apply(shared, y)]);
    const model = tf.model({ inputs: [x, y], outputs: apply(L.dense({ units: 2, name: "end" }), both) }); // prettier-ignore
    const data = [draw([80, 6], 1), draw([80, 6], 2)];
    const { layers } = await initializeFromData(model, data);
    assert.equal(layers.map(({ layer }) => layer), ["shared", "end"]); // prettier-ignore
    near(variance(unitsOf(tf.model({ inputs: x, outputs: shared.getOutputAt(0) as SymbolicTensor }).predict(data[0]) as Tensor)), 1); // prettier-ignore
    near(variance(output(model, "end", data)), 1);
    const old = weightsOf(model);
    const [one, two] = data;
    let done = false;
    const next = async () => {
      if (done) return { done, value: null };
      done = true;
      return { value: { two: two.clone(), one: one.clone() } };
    };
    await initializeFromData(model, { iterator: async () => ((done = false), { next }) });
    assert.equal(weightsOf(model), old);
    await refused("xs", model, [one], {});
    assert.match((await fails(model, [one, tf.scalar(1)], {})).message, /tensors for one, two/);
    await refused("xs", model, one, {});
    await refused("xs", model, [one, tf.slice(two, 0, 9)], {});
    // Which TensorFlow.js does not make numbers of.
    const words = tf.tensor(new Array<string>(80 * 6).fill("1"), [80, 6]);
    assert.match((await fails(model, [one, words], {})).message, /string/);
  });

  for (const [axis, last] of [
    [-1, [0, 1, 2, 3]],
    [1, [0, 2, 3, 1]],
    [-2, [0, 1, 3, 2]],
  ] as const)
    // prettier-ignore
    test(`BatchNormalization, axis ${axis}: moving statistics of its input, gamma and beta untouched`, async () => {
      const model = tf.sequential({
        layers: [
          L.conv2d({ filters: 4, kernelSize: 3, activation: "relu", name: "conv", ...images }),
          L.batchNormalization({ axis, name: "norm" }),
          L.flatten(),
          L.dense({ units: 2 }),
        ],
      });
      const xs = draw([50, 7, 6, 3], 3);
      await initializeFromData(model, xs);
      const conv = model.getLayer("conv").output as SymbolicTensor;
      const into = tf.model({ inputs: model.inputs, outputs: conv }).predict(xs) as Tensor;
      const channels = unitsOf(tf.transpose(into, [...last]));
      const [gamma, beta, movingMean, movingVariance] = model.getLayer("norm").getWeights().map((w) => [...w.dataSync()]); // prettier-ignore
      assert.ok(gamma.every((g) => g === 1) && beta.every((b) => b === 0));
      assert.is(movingMean.length, channels.length);
      channels.forEach((values, c) => {
        near(movingMean[c], mean(values));
        near(movingVariance[c], covariance(values, values));
      });
    });

  test("BatchNormalization over the batch axis: moving statistics of every place in a batch", async () => {
    const layer = L.batchNormalization({ axis: 0, batchInputShape: [4, 3] });
    const model = tf.sequential({ layers: [layer, L.dense({ units: 2 })] });
    const batches = [draw([4, 3], 1), draw([4, 3], 2)];
    await initializeFromData(model, batches);
    const [, , movingMean, movingVariance] = layer.getWeights().map((w) => [...w.dataSync()]);
    for (let i = 0; i < 4; i++) {
      const values = batches.flatMap((x) => [...x.dataSync()].slice(3 * i, 3 * i + 3));
      near(movingMean[i], mean(values));
      near(movingVariance[i], covariance(values, values));
    }
  });

  test("two outputs: that without labels of its own is no classifier; labels still make its code", async () => {
    const { xs, ys } = clouds(300);
    const x = input(12);
    const body = apply(L.dense({ units: 8, activation: "relu", name: "body" }), x);
    const outputs = [2, 3].map((units) => apply(L.dense({ units, name: `head${units}` }), body));
    const model = tf.model({ inputs: x, outputs });
    const { layers } = await initializeFromData(model, xs, { ys: { head3: ys }, code: "labels" });
    assert.is(layers.length, 3);
    near(layers[1].variance!.after, 1, 1e-9);
  });

  test("frozen, skipped, not named, of other kinds: left alone and listed", async () => {
    const model = tf.sequential({
      layers: [
        L.embedding({ inputDim: 9, outputDim: 4, inputLength: 5, name: "words" }),
        L.simpleRNN({
          units: 4,
          returnSequences: true,
          recurrentInitializer: "glorotUniform",
          name: "rnn",
        }),
        L.timeDistributed({ layer: L.dense({ units: 3 }), name: "each" }),
        L.flatten(),
        L.dense({ units: 4, trainable: false, name: "frozen" }),
        L.dense({ units: 4, name: "skipped" }),
        tf.sequential({ layers: [L.dense({ units: 4, inputShape: [4] })], name: "nested" }),
        L.dense({ units: 2, name: "set" }),
      ],
    });
    const xs = tf.tensor2d(
      Array.from({ length: 150 }, (_, i) => (i * 7 + (i % 11)) % 9),
      [30, 5],
    );
    const old = model.layers.map((layer) => layer.getWeights().map((w) => [...w.dataSync()]));
    const { layers } = await initializeFromData(model, xs, { skip: ["skipped"] });
    assert.equal(
      layers.map(({ layer, notes }) => `${layer}: ${notes[0]}`),
      [
        "words: Embedding is not set from data",
        "rnn: SimpleRNN is not set from data",
        "each: TimeDistributed is not set from data",
        "frozen: frozen",
        "skipped: not asked for",
        "nested: Sequential is not set from data",
        "set: undefined",
      ],
    );
    model.layers.forEach((layer, i) => {
      const now = layer.getWeights().map((w) => [...w.dataSync()]);
      if (layer.name === "set") assert.not.equal(now, old[i]);
      else assert.equal(now, old[i], layer.name);
    });
  });

  test("fine-tuning: only the head, on frozen features, from class indices", async () => {
    const { xs, indices, labels } = clouds(300);
    const model = mlp();
    const body = model.getLayer("body").getWeights().map((w) => [...w.dataSync()]); // prettier-ignore
    const { layers } = await initializeFromData(model, xs, { ys: indices, layers: ["head"] });
    assert.equal(model.getLayer("body").getWeights().map((w) => [...w.dataSync()]), body); // prettier-ignore
    assert.equal(layers[0].notes, ["not asked for"]);
    assert.ok(accuracy(model, xs, labels) > 0.8);
  });

  test("only hidden layers, with class indices for their code", async () => {
    const { xs, indices } = clouds(300);
    const model = mlp();
    await initializeFromData(model, xs, { ys: indices, layers: ["body"], code: "labels" });
    const [kernel] = model.getLayer("body").getWeights();
    // Of 3 classes, centred, no more than 2 directions.
    const { data } = gram({ rows: 12, cols: 8, data: Float64Array.from(kernel.dataSync()) });
    const { values } = linalg.eigh({ rows: 8, cols: 8, data });
    assert.ok(values[5] < 1e-6 * values[7] && values[6] > 1e-3 * values[7]);
  });

  test("an unbuilt Sequential is built; one without a shape is refused", async () => {
    const model = tf.sequential();
    model.add(L.dense({ units: 3, inputShape: [5] }));
    await initializeFromData(model, draw([30, 5], 1));
    near(variance(unitsOf(model.predict(draw([30, 5], 1)) as Tensor)), 1);
    for (const bad of [tf.sequential(), {}, null] as LayersModel[]) {
      const error = await initializeFromData(bad, draw([3, 5], 1)).catch((e: unknown) => e);
      assert.is((error as ArgumentError).argument, "model");
    }
  });

  test("inputs below the normal numbers are no NaN: lsuv leaves the scale alone", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3] })] });
    const xs = tf.mul(tf.randomNormal([9, 3], 0, 1, "float32", 1), 1e-42) as Tensor;
    for (const method of ["lsuv", "orthogonal-lsuv", "sylvester"] as const) {
      await initializeFromData(model, xs, { method });
      assert.ok(model.getWeights()[0].dataSync().every(Number.isFinite), method);
    }
    model.dispose();
    xs.dispose();
  });

  test("lsuv: an input that is zero leaves the weights, and says so", async () => {
    const model = tf.sequential({ layers: [L.dense({ units: 4, name: "a", inputShape: [3] })] });
    const [old] = model.getWeights().map((w) => [...w.dataSync()]);
    const { layers } = await initializeFromData(model, tf.zeros([9, 3]), { method: "lsuv" });
    assert.equal([...model.getWeights()[0].dataSync()], old);
    assert.ok(
      layers[0].notes.some((note) => /zero/.test(note)),
      layers[0].notes.join(),
    );
  });

  test("defaults are those of the documentation", async () => {
    const xs = draw([50, 6], 3);
    const ys = tf.oneHot(
      tf.tensor1d(
        Array.from({ length: 50 }, (_, i) => i % 3),
        "int32",
      ),
      3,
    );
    const set = async (options: DataOptions) => {
      const layers = [L.dense({ units: 5, inputShape: [6], activation: "tanh" }), L.dense({ units: 3 })]; // prettier-ignore
      const model = tf.sequential({ layers });
      await initializeFromData(model, xs, { code: "labels", ys, ...options });
      return model.getWeights().flatMap((w) => [...w.dataSync()]);
    };
    const plain = await set({});
    const given = { alpha: 1, beta: 1, ridge: "auto", rescale: "variance", seed: 0, branches: true } as const; // prettier-ignore
    const rest = { method: "sylvester", samples: Infinity, memory: 2 ** 28, skip: [], worker: false } as const; // prettier-ignore
    assert.equal(await set({ ...given, ...rest }), plain);
    const free = await set({ code: undefined });
    assert.equal(await set({ code: "pca" }), free);
    assert.not.equal(free, plain);
    // And each of them counts.
    for (const other of [
      { alpha: 2 },
      { beta: 2 },
      { ridge: 0 },
      { rescale: "none" },
      { seed: 1 },
      { method: "lsuv" },
      { samples: 40 },
    ] as const)
      // prettier-ignore
      assert.not.equal(await set({ ...given, ...other }), plain, Object.keys(other)[0]);
  });

  for (const method of ["lsuv", "orthogonal-lsuv"] as const)
    test(`${method}: variance 1 over data and units in one step, biases zero`, async () => {
      const model = tf.sequential({
        layers: [
          L.conv2d({ filters: 4, kernelSize: 3, name: "a", biasInitializer: "ones", ...images }),
          L.activation({ activation: "relu" }),
          L.batchNormalization({}),
          L.flatten(),
          L.dense({ units: 5, name: "b", activation: "linear" }),
        ],
      });
      const xs = draw([50, 7, 6, 3], 3);
      const old = unitsOf(model.getLayer("a").getWeights()[0]);
      await initializeFromData(model, xs, { method, seed: 1 });
      for (const name of ["a", "b"]) {
        const values = output(model, name, xs).flat();
        near(covariance(values, values), 1, 1e-3);
        assert.ok(model.getLayer(name).getWeights()[1].dataSync().every((b) => b === 0)); // prettier-ignore
      }
      const units = unitsOf(model.getLayer("a").getWeights()[0]);
      const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
      const cos = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      if (method === "lsuv") units.forEach((unit, i) => near(cos(unit, old[i]), 1, 1e-5));
      else units.forEach((a, i) => units.forEach((b, j) => near(cos(a, b), Number(i === j), 1e-5)));
    });
});

suite("tfjs/data refusals", (test) => {
  const { xs, ys, indices } = clouds(40);
  const noLabels = { code: "labels" } as const;
  const wrong: [string, string, Samples, object][] = [
    ["ys", "labels missing", xs, noLabels],
    ["ys", "labels of other samples", xs, { ys: tf.slice(ys, 0, 39) }],
    ["ys", "labels too narrow for the head", xs, { ys: tf.slice(ys, [0, 0], [40, 2]) }],
    ["ys", "rank 3", xs, { ys: tf.expandDims(ys, 2) }],
    ["ys", "a class beyond", xs, { ys: tf.add(indices, 1) }],
    ["ys", "half a class", xs, { ys: tf.mul(indices, 0.5) }],
    ["ys", "NaN", xs, { ys: tf.mul(tf.cast(ys, "float32"), NaN) }],
    ["ys", "batches beside a tensor", xs, { ys: [ys] }],
    ["ys", "one tensor beside batches", [xs, xs], { ys }],
    ["ys", "more batches than there are of xs", [xs, xs], { ys: [ys, ys, ys] }],
    ["ys", "fewer batches than there are of xs", [xs, xs], { ys: [ys] }],
    ["xs", "nothing", undefined as unknown as Tensor, {}],
    ["xs", "no batches", [], {}],
    ["xs", "holes alone", new Array(2), {}],
    ["xs", "a hole among batches", [, xs] as unknown as Tensor[], {}],
    ["xs", "a hole among batches, for lsuv", [xs, ,] as unknown as Tensor[], { method: "lsuv" }],
    ["xs", "numbers", [1, 2] as unknown as Tensor[], {}],
    ["xs", "a tensor and none", [xs, null] as unknown as Tensor[], {}],
    ["ys", "a hole among batches", [xs, xs], { ys: [, ys] }],
    ["xs", "no samples", tf.zeros([0, 12]), {}],
    ["xs", "NaN", tf.where(tf.greater(xs, 3), NaN, xs), {}],
    ["xs", "NaN, for lsuv", tf.where(tf.greater(xs, 3), NaN, xs), { method: "lsuv" }],
    ["layer", "an unknown layer", xs, { layers: ["nobody"] }],
    ["layer", "an unknown layer to skip", xs, { skip: ["nobody"] }],
    ["layers", "a name alone", xs, { layers: "head" }],
    ["skip", "holes", xs, { skip: new Array(2) }],
    ["options.sede", "an unknown option", xs, { sede: 1 }],
    ["method", "a method", xs, { method: "he" }],
    ["code", "a code", xs, { code: "ica" }],
    ["code", "a function that returns nothing", xs, { code: () => undefined }],
    ["code", "a function that returns NaN", xs, { code: ({ rows }: { rows: number }, _: unknown, cols: number) => ({ rows, cols, data: new Float64Array(rows * cols).fill(NaN) }) }], // prettier-ignore
    ["rescale", "a rescale", xs, { rescale: 1 }],
    ["alpha", "alpha 0", xs, { alpha: 0 }],
    ["beta", "beta below 0", xs, { beta: -1 }],
    ["ridge", "no ridge", xs, { ridge: NaN }],
    ["samples", "half a sample", xs, { samples: 0.5 }],
    ["seed", "a negative seed", xs, { seed: -1 }],
    ["memory", "no memory", xs, { memory: -1 }],
    ["branches", "no flag", xs, { branches: 1 }],
    ["signal", "no signal", xs, { signal: {} }],
    ["onProgress", "no function", xs, { onProgress: 1 }],
  ];
  for (const [argument, what, x, options] of wrong)
    test(`${argument}: ${what}; weights are as before`, () => refused(argument, mlp(), x, options));

  test("defaults", () => {
    assert.equal(checked({}), {
      method: "sylvester", code: "pca", alpha: 1, beta: 1, ridge: "auto", rescale: "variance", samples: Infinity,
      memory: 2 ** 28, seed: 0, skip: [], branches: true, worker: false,
    }); // prettier-ignore
  });

  test("a code that fails in the second layer: its error, and weights as before", async () => {
    const boom = new Error("boom");
    const three = tf.sequential({ layers: [L.dense({ units: 4, inputShape: [12] }), L.dense({ units: 4, name: "second" }), L.dense({ units: 3 })] }); // prettier-ignore
    const code: DataOptions["code"] = (x, _, units, layer) => {
      if (layer === "second") throw boom;
      return normal(x.rows, units, { seed: 1 });
    };
    assert.is(await fails(three, xs, { code }), boom);
    for (const batches of [[xs, xs], xs] as Samples[]) assert.is(await fails(three, batches, { code }), boom); // prettier-ignore
  });

  test("aborted: before, between layers and in a walk; rejects with the reason", async () => {
    const model = mlp();
    const reason = new Error("enough");
    assert.is(await fails(model, xs, { signal: AbortSignal.abort(reason) }), reason);
    const between = new AbortController();
    const onProgress = (done: number) => void (done === 1 && between.abort(reason));
    assert.is(await fails(model, xs, { signal: between.signal, onProgress }), reason);
    const stop = new AbortController();
    const code: DataOptions["code"] = (x, _, units) => {
      stop.abort(reason);
      return normal(x.rows, units, { seed: 1 });
    };
    assert.is(await fails(model, [xs, xs], { signal: stop.signal, code }), reason);
    // While the layer is solved for, which then is not told, and as the last one is told.
    const late = new AbortController();
    const solving: DataOptions["code"] = (x, _, units) => {
      late.abort(reason);
      return normal(x.rows, units, { seed: 1 });
    };
    const { signal } = late;
    assert.is(await fails(model, xs, { signal, code: solving, onProgress: () => assert.unreachable() }), reason); // prettier-ignore
    const last = new AbortController();
    const ending = (done: number, total: number) => void (done === total && last.abort(reason));
    assert.is(await fails(model, xs, { signal: last.signal, onProgress: ending }), reason);
    await initializeFromData(model, xs, { signal: new AbortController().signal });
  });

  test("aborted while it rests: noticed as soon as it goes on", async () => {
    const [stop, reason] = [new AbortController(), new Error("enough")];
    const resumed = resting(stop.signal)().catch((error: unknown) => error);
    stop.abort(reason);
    assert.is(await resumed, reason);
  });

  test("a worker is given up after ten seconds of silence, and left alone after an answer", async () => {
    const worker = new EventEmitter() as EventEmitter & { postMessage?: unknown };
    worker.postMessage = () => {};
    let ticks = 0;
    const ask = (worker: object) => solver(worker as never, undefined).solve({} as never).catch((error: unknown) => error); // prettier-ignore
    const { setInterval: stock } = globalThis;
    const soon = (tick: () => void) => stock(() => (ticks++, tick()), 0);
    globalThis.setInterval = soon as typeof setInterval;
    try {
      assert.match(((await ask(worker)) as Error).message, /silent for 10 seconds/);
    } finally {
      globalThis.setInterval = stock;
    }
    assert.is(ticks, 10);
    // What was asked in vain may still be answered.
    assert.is(worker.listenerCount("message"), 1);
    const other = new EventEmitter() as EventEmitter & { postMessage?: unknown };
    other.postMessage = ({ protocol, id }: { protocol: string; id: number }) => {
      const error = { name: "MemoryError", message: "none" };
      setTimeout(() => other.emit("message", { protocol, id, error }));
    };
    assert.is(((await ask(other)) as Error).message, "none");
    assert.is(other.listenerCount("message"), 0);
  });

  test("progress, layer by layer, and a table", async () => {
    const said: string[] = [];
    const onProgress: DataOptions["onProgress"] = (done, total, { layer }) => void said.push(`${done}/${total} ${layer}`); // prettier-ignore
    const report = await initializeFromData(mlp(), xs, { ys, onProgress });
    assert.equal(said, ["1/2 body", "2/2 head"]);
    const lines = String(report).split("\n");
    assert.match(lines[0], /^layer +weight +shape +equation/);
    assert.match(lines[1], /^body +kernel +12×8 +8×12/);
    assert.match(lines.at(-1)!, /^40 samples, \d+ ms$/);
  });

  test("what a line of the table says", () => {
    const whole = {
      layer: "a", kind: "Conv2D", weight: "kernel", shape: [3, 3, 2, 8], notes: ["one", "two"],
      equation: { units: 8, inputs: 18, groups: 2 }, residual: 1.234e-9, milliseconds: 12.4, variance: { before: 0.123456, after: 1 },
    }; // prettier-ignore
    const plain = {
      ...whole,
      layer: "b",
      equation: { units: 8, inputs: 18, groups: 1 },
      notes: [],
    };
    const rows = [whole, plain, { layer: "c", kind: "Dense", notes: [] }];
    const lines = String(written(rows as never, 7, 99.6, ["a note"])).split("\n");
    assert.equal(lines, [
      "layer  weight  shape    equation  η_F     ms  variance        notes",
      "a      kernel  3×3×2×8  8×18 ·2   1.2e-9  12  0.123 →   1.00  one; two",
      "b      kernel  3×3×2×8  8×18      1.2e-9  12  0.123 →   1.00",
      "c",
      "a note",
      "7 samples, 100 ms",
    ]);
  });
});
