import * as assert from "uvu/assert";
import { initialize, lpsDesign, type InitializeOptions } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

type Model = InstanceType<typeof tf.LayersModel>;
type Layer = InstanceType<typeof tf.layers.Layer>;

const l = tf.layers;
const lps = (model: Model, options: InitializeOptions = {}) =>
  initialize(model, { scheme: "lps", ...options });
const bits = (model: Pick<Model, "getWeights">) =>
  model.getWeights().map((weight) => weight.dataSync().slice());

/** One layer of every kind that can be set, and activations in every place where they are found. */
const layers: Record<string, [layer: () => Layer, role: string, activation?: string, notes?: string[]]> = {
  own: [() => l.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [12, 12, 2] }), "hidden", "relu"],
  normalized: [() => l.conv2d({ filters: 4, kernelSize: 3, padding: "same", useBias: true }), "hidden", "relu", ["batch normalization takes its bias out again"]],
  bn: [() => l.batchNormalization(), "normalization"],
  act: [() => l.activation({ activation: "relu" }), ""],
  bare: [() => l.conv2d({ filters: 4, kernelSize: 1, useBias: false }), "hidden", "relu", ["it has no bias"]],
  pool: [() => l.maxPooling2d({ poolSize: 2 }), ""],
  relu6: [() => l.reLU({ maxValue: 6 }), ""],
  depthwise: [() => l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: "same" }), "hidden", "leakyRelu"],
  leaky: [() => l.leakyReLU({ alpha: 0.1 }), ""],
  separable: [() => l.separableConv2d({ filters: 6, kernelSize: 2, activation: "elu" }), "hidden", "elu"],
  frozen: [() => l.conv2d({ filters: 6, kernelSize: 1, trainable: false }), "left", undefined, ["it is not trainable"]],
  transpose: [() => l.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2 }), "hidden", "elu"],
  elu: [() => l.elu({}), ""],
  flat: [() => l.flatten(), ""],
  linear: [() => l.dense({ units: 7 }), "hidden", "linear"],
  tanh: [() => l.dense({ units: 7, activation: "tanh" }), "hidden", "tanh"],
  drop: [() => l.dropout({ rate: 0.5 }), ""],
  prelu: [() => l.dense({ units: 8 }), "hidden", "leakyRelu"],
  slopes: [() => l.prelu({ alphaInitializer: tf.initializers.constant({ value: 0.25 }) }), ""],
  sparse: [() => l.dense({ units: 8 }), "hidden", "thresholdedRelu"],
  theta: [() => l.thresholdedReLU({ theta: 0.5 }), ""],
  gelu: [() => l.dense({ units: 8, activation: "gelu" }), "hidden", "gelu"],
  softmax: [() => l.dense({ units: 8, activation: "softmax" }), "left", undefined, ["softmax is not an activation of lps"]],
  reshape: [() => l.reshape({ targetShape: [4, 2] }), ""],
  rnn: [() => l.simpleRNN({ units: 6, recurrentInitializer: "glorotUniform", returnSequences: true }), "left", undefined, ["lps has no weights for SimpleRNN"]],
  steps: [() => l.timeDistributed({ layer: l.dense({ units: 6, activation: "selu" }) }), "hidden", "selu"],
  flatter: [() => l.flatten(), ""],
  last: [() => l.dense({ units: 3 }), "head"],
  output: [() => l.softmax({}), ""],
}; // prettier-ignore

function build(): Model {
  const made = Object.entries(layers).map(([name, [make]]) => Object.assign(make(), { name }));
  return tf.sequential({ layers: made });
}

suite("tfjs/initialize: lps", (test) => {
  test("every layer gets its role, activation, design and notes", () => {
    const model = build();
    const before = new Map(model.layers.map((layer) => [layer.name, bits(layer)]));
    const report = lps(model, { seed: 1 });
    const expected = Object.entries(layers).filter(([, [, role]]) => role !== "");
    for (const { role, activation, why } of report)
      if (role === "hidden" || role === "head") assert.is(why, activation ? `before ${activation}` : "output"); // prettier-ignore
    assert.equal(
      report.map(({ layer, role, activation, why, notes }) => {
        return { layer, role, activation, notes: role === "left" ? [why] : notes };
      }),
      expected.map(([layer, [, role, activation, notes = []]]) => ({
        layer,
        role,
        activation,
        notes,
      })),
    );
    for (const { layer: name, role, design, variance } of report) {
      const layer = model.getLayer(name);
      const after = bits(layer);
      assert.is(variance !== undefined, role !== "left", name);
      if (role === "left" || role === "normalization") {
        assert.equal(after, before.get(name), name);
        continue;
      }
      assert.not.equal(after[0], before.get(name)![0], name);
      const bias = after.at(-1)!;
      if (name !== "bare") {
        const seen = new Set(bias);
        assert.equal([...seen].sort(), [...new Set(design!.biases.map(Math.fround))].sort(), name);
      }
    }
    const bn = model.getLayer("bn");
    assert.equal(bits(bn), before.get("bn"));
    assert.equal(bits(model.getLayer("slopes")), before.get("slopes"));
  });

  test("designs: parameters of activations, no bias, the last layer", () => {
    const report = lps(build(), { seed: 1 });
    const of = (name: string) => report.find(({ layer }) => layer === name)!.design!;
    assert.equal(of("own"), lpsDesign({ activation: "relu" }));
    assert.equal(of("bare"), lpsDesign({ activation: "relu", parameter: 6, biasScale: 0 }));
    assert.equal(of("depthwise"), lpsDesign({ activation: "leakyRelu", parameter: 0.1 }));
    assert.equal(of("prelu"), lpsDesign({ activation: "leakyRelu", parameter: 0.25 }));
    assert.equal(of("sparse"), lpsDesign({ activation: "thresholdedRelu", parameter: 0.5 }));
    for (const name of ["last", "linear"]) {
      assert.equal(of(name).biases, [0]);
      assert.ok(Math.abs(of(name).variance - 1) < 1e-12);
    }
  });

  test("variances, in a wide model", () => {
    const model = tf.sequential({
      layers: [
        l.dense({ units: 200, activation: "relu", inputShape: [100] }),
        l.dense({ units: 300, activation: "tanh" }),
        l.dense({ units: 50 }),
      ],
    });
    for (const weights of ["gaussian", "orthogonal"] as const) {
      const report = lps(model, { weights, degree: 4, seed: 7 });
      model.layers.forEach((layer, i) => {
        const kernel = Float32Array.from(bits(layer)[0]);
        const [fan] = layer.getWeights()[0].shape;
        const mean = kernel.reduce((sum, x) => sum + x * x, 0) / kernel.length;
        const ratio = (mean * fan) / report[i].design!.variance;
        assert.ok(
          Math.abs(ratio - 1) < 5 * Math.sqrt(2 / kernel.length),
          `${weights} ${i}: ${ratio}`,
        );
      });
    }
    // q = 1 is the fixed point of relu layers: that of tanh has its own.
    const q = tf.tidy(() => {
      const first = tf.model({ inputs: model.inputs, outputs: model.layers[0].output });
      const h = first.predict(tf.randomNormal([500, 100], 0, 1, "float32", 1)) as ReturnType<
        typeof tf.ones
      >;
      return tf.mean(tf.square(h)).dataSync()[0];
    });
    assert.ok(Math.abs(q - 1) < 0.1, `E[x²] = ${q}`);
  });

  test("a separable convolution without taps is scaled like one with them", () => {
    const options = { filters: 60, kernelSize: 1, depthMultiplier: 2, activation: "relu" } as const;
    const separable = l.separableConv2d({ ...options, inputShape: [4, 4, 400] });
    const model = tf.sequential({ layers: [separable, l.conv2d({ filters: 1, kernelSize: 1 })] });
    const [{ design }] = lps(model, { seed: 1 });
    [1, design!.variance / 800].forEach((variance, i) => {
      const kernel = Float32Array.from(bits(separable)[i]);
      const mean = kernel.reduce((sum, x) => sum + x * x, 0) / kernel.length;
      assert.ok(Math.abs(mean / variance - 1) < 5 * Math.sqrt(2 / kernel.length));
    });
  });

  test("a seed stands for its bits, and no two layers share them", () => {
    const build = () =>
      tf.sequential({
        layers: Array.from({ length: 3 }, () =>
          l.dense({ units: 5, activation: "relu", inputShape: [5] }),
        ),
      });
    const drawn = (seed?: number) => {
      const model = build();
      lps(model, { seed });
      return bits(model);
    };
    assert.equal(drawn(1), drawn(1));
    assert.not.equal(drawn(1), drawn(2));
    assert.not.equal(drawn(), drawn());
    const [a, , b] = drawn(1);
    assert.not.equal(a, b);
  });

  test("branches: the activation of each, and a layer before two of them", () => {
    const input = tf.input({ shape: [6] });
    const apply = (layer: Layer, name: string, x: unknown) =>
      Object.assign(layer, { name }).apply(x as never) as ReturnType<typeof tf.input>;
    const shared = apply(l.dense({ units: 6 }), "shared", input);
    const relu = apply(l.reLU(), "relu", shared);
    const leaky = apply(l.leakyReLU(), "leaky", shared);
    const left = apply(l.dense({ units: 6 }), "left", relu);
    const right = apply(l.dense({ units: 6, activation: "relu" }), "right", leaky);
    const sum = apply(l.add(), "sum", [left, right]);
    const head = apply(l.dense({ units: 2, activation: "sigmoid" }), "head", sum);
    const tail = apply(l.dense({ units: 2 }), "tail", sum);
    const model = tf.model({ inputs: input, outputs: [head, tail, right] });
    const report = lps(model, { seed: 1 });
    const of = (name: string) => {
      const { role, activation, why, notes } = report.find(({ layer }) => layer === name)!;
      return [role, activation, ...(role === "left" ? [why] : notes)];
    };
    assert.equal(of("shared"), ["left", undefined, "it has several activations"]);
    assert.equal(of("left"), ["hidden", "linear"]);
    assert.equal(of("right"), ["hidden", "relu"]);
    assert.equal(of("head"), ["head", undefined]);
    assert.equal(of("tail"), ["head", undefined]);
  });

  test("layers of another model do not count", () => {
    const body = tf.sequential({ layers: [l.dense({ units: 4, inputShape: [4], name: "body" })] });
    // The same layer, but with an activation behind it in a second model.
    const output = l.reLU().apply(body.outputs[0]) as ReturnType<typeof tf.input>;
    const second = tf.model({
      inputs: body.inputs,
      outputs: l.dense({ units: 2 }).apply(output) as typeof output,
    });
    assert.is(lps(body)[0].role, "head");
    assert.is(lps(second)[0].activation, "relu");
  });

  test("leaves no tensor, and trains", async () => {
    const model = tf.sequential({
      layers: [
        ...Array.from({ length: 6 }, () =>
          l.dense({ units: 6, activation: "relu", inputShape: [6] }),
        ),
        l.dense({ units: 1 }),
      ],
    });
    const before = tf.memory().numTensors;
    lps(model, { seed: 1 });
    assert.is(tf.memory().numTensors, before);
    model.compile({ optimizer: tf.train.sgd(0.05), loss: "meanSquaredError" });
    const xs = tf.randomNormal([64, 6], 0, 1, "float32", 1);
    const ys = tf.tidy(() => tf.sum(tf.abs(xs), 1, true));
    const batch = () => model.trainOnBatch(xs, ys) as Promise<number>;
    const first = await batch();
    for (let step = 0; step < 30; step++) await batch();
    assert.ok((await batch()) < first / 2);
  });

  test("an error leaves the model as it was", () => {
    const call = lps as (model: unknown, options?: object) => unknown;
    const model = tf.sequential({
      layers: [
        l.dense({ units: 5, activation: "relu", inputShape: [5] }),
        l.dense({ units: 5, activation: "sigmoid" }),
        l.dense({ units: 5 }),
      ],
    });
    const before = bits(model);
    const tensors = tf.memory().numTensors;
    refused("variance", () => call(model));
    refused("degree", () => call(model, { degree: 0 }));
    refused("weights", () => call(model, { weights: "uniform", variance: "he" }));
    refused("options.layer", () => call(model, { layer: "dense" }));
    refused("options.activation", () => call(model, { activation: "relu" }));
    refused("seed", () => call(model, { seed: -1 }));
    for (const bad of [undefined, null, {}, 3, tf.sequential(), { layers: [] }])
      refused("model", () => call(bad));
    // A write that fails in the middle is taken back, and not by another write, which a constraint could change.
    const kernel = model.layers[2].weights[0];
    const { write } = kernel;
    let calls = 0;
    kernel.write = function (value) {
      if (calls++ === 0) throw new Error("no room");
      return write.call(this, value);
    };
    assert.throws(() => call(model, { variance: "he" }), "no room");
    assert.is(calls, 1);
    assert.equal(bits(model), before);
    assert.is(tf.memory().numTensors, tensors);
    call(model, { variance: "he" });
    assert.not.equal(bits(model), before);
  });

  test.after.each(() => tf.disposeVariables());
});
