/** The layers that are solved for ys: their targets' mean and scale, priors, positions, several outputs. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { layers as tfl, LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import * as assert from "uvu/assert";
import { ArgumentError, initializeFromData, type DataOptions, type Samples } from "../../src/tfjs/index.ts"; // prettier-ignore
import { normal, svd } from "../../src/linalg/index.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const numbers = (x: unknown) => [...(x as Tensor).dataSync()];
const weightsOf = (model: LayersModel) => model.getWeights().map(numbers);
const predicted = (model: LayersModel, xs: Tensor | Tensor[]) => numbers(model.predict(xs));
const draw = (shape: number[], seed: number) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(normal(1, size, { seed }).data, shape);
};

/** 1 − Σ (y − p)² / Σ (y − ȳ)² */
function r2(p: readonly number[], y: readonly number[]): number {
  const centre = mean(y);
  const rest = y.reduce((sum, value, i) => sum + (value - p[i]) ** 2, 0);
  return 1 - rest / y.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

const worst = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

/** Friedman's first problem (1991) with noise of variance 1; inputs uniform by the distribution of normals. */
function friedman(count: number, seed: number) {
  const { data } = normal(count, 11, { seed });
  const uniform = (z: number) => 0.5 * (1 + Math.sign(z) * Math.sqrt(1 - Math.exp((-2 * z * z) / Math.PI))); // prettier-ignore
  const rows = Array.from({ length: count }, (_, i) => [...data.subarray(11 * i, 11 * i + 11)]);
  const inputs = rows.map((row) => row.slice(0, 10).map(uniform));
  const y = inputs.map(
    ([a, b, c, d, e], i) =>
      10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e + rows[i][10],
  );
  return { xs: tf.tensor2d(inputs), y };
}

const regressor = () =>
  tf.sequential({
    layers: [
      L.dense({ units: 64, activation: "relu", inputShape: [10], kernelInitializer: tf.initializers.heNormal({ seed: 1 }) }), // prettier-ignore
      L.dense({ units: 1, name: "head" }),
    ],
  });

/** Clouds about three centres; classes by the shares. */
function classes(count: number, shares: readonly number[], apart: number, seed: number) {
  const labels = Array.from({ length: count }, (_, i) => {
    const at = ((i * 0.6180339887) % 1) * shares.reduce((sum, share) => sum + share);
    let [label, sum] = [0, shares[0]];
    while (sum <= at) sum += shares[++label];
    return label;
  });
  const values = normal(count, 12, { seed }).data.map((x, at) => x + apart * Number(at % 12 === labels[Math.floor(at / 12)])); // prettier-ignore
  return { xs: tf.tensor2d(values, [count, 12]), labels, ys: tf.tensor1d(labels, "int32") };
}

const classifier = () =>
  tf.sequential({
    layers: [
      L.dense({ units: 32, activation: "relu", inputShape: [12] }),
      L.dense({ units: 3, activation: "softmax", name: "head" }),
    ],
  });

const accuracy = (model: LayersModel, xs: Tensor, labels: readonly number[]) => {
  const guesses = numbers(tf.argMax(model.predict(xs) as Tensor, 1));
  return mean(guesses.map((guess, i) => Number(guess === labels[i])));
};

suite("tfjs/data head: targets keep their mean and scale", (test) => {
  test("smooth features: the head survives the first steps of training", async () => {
    // Six layers of tanh on two inputs: some directions have a hundred-thousandth of the deviation of others.
    const layer = (units: number, seed: number, activation: "tanh" | "softmax") =>
      L.dense({ units, activation, kernelInitializer: tf.initializers.glorotUniform({ seed }) });
    const xs = draw([512, 2], 3);
    const ys = tf.tidy(() =>
      tf.oneHot(tf.cast(tf.less(tf.sum(tf.sin(tf.mul(xs, 3)), 1), 0), "int32"), 2),
    );
    for (const depth of [1, 2, 6]) {
      const input = tf.input({ shape: [2] });
      let last = input;
      for (let i = 0; i < depth; i++) last = layer(16, i, "tanh").apply(last) as SymbolicTensor;
      const model = tf.model({
        inputs: input,
        outputs: layer(2, 9, "softmax").apply(last) as SymbolicTensor,
      });
      await initializeFromData(model, xs, { ys, seed: 1 });
      model.compile({ optimizer: tf.train.adam(0.003), loss: "categoricalCrossentropy" });
      const before = numbers(model.evaluate(xs, ys))[0];
      const { history } = await model.fit(xs, ys, {
        epochs: 3,
        batchSize: 32,
        shuffle: false,
        verbose: 0,
      });
      assert.ok(
        (history.loss[2] as number) < 1.5 * before,
        `${depth}: ${before} → ${history.loss}`,
      );
    }
  });

  for (const code of ["pca", "randomProjection"] as const)
    test(`Friedman #1, unseen samples, at any offset and scale: ${code}`, async () => {
      const [few, unseen] = [friedman(500, 1), friedman(2000, 2)];
      const found: number[] = [];
      for (const [scale, shift] of [
        [1, 0],
        [1e-4, 100],
        [1e6, -3e7],
      ]) {
        // prettier-ignore
        const of = (y: readonly number[]) => y.map((value) => Math.fround(scale * value + shift));
        const model = regressor();
        await initializeFromData(model, few.xs, { ys: tf.tensor1d(of(few.y)), code });
        found.push(r2(predicted(model, unseen.xs), of(unseen.y)));
      }
      found.forEach((one) => assert.ok(one > 0.7 && Math.abs(one - found[0]) < 0.01, found.join()));
    });

  test("a noiseless linear target of mean 99, also in one output of many", async () => {
    const [xs, kernel] = [draw([200, 8], 3), draw([8, 3], 4)];
    const model = tf.sequential({ layers: [L.dense({ units: 3, inputShape: [8] })] });
    const ys = tf.add(tf.mul(tf.matMul(xs, kernel), [1, 1e-3, 1e5]), [99, 0, -1e6]);
    const { layers } = await initializeFromData(model, xs, { ys });
    assert.equal(layers[0].notes, ["solved for ys"]);
    const errors = numbers(tf.div(tf.sub(model.predict(xs) as Tensor, ys), [99, 1e-3, 1e6]));
    assert.ok(Math.max(...errors.map(Math.abs)) < 1e-5, `${Math.max(...errors.map(Math.abs))}`);
  });

  test("without a bias: through the origin", async () => {
    const [xs, kernel] = [tf.add(draw([200, 8], 3), 2), draw([8, 1], 4)];
    const model = tf.sequential({ layers: [L.dense({ units: 1, useBias: false, inputShape: [8] })] }); // prettier-ignore
    await initializeFromData(model, xs, { ys: tf.matMul(xs, kernel) });
    assert.ok(worst(weightsOf(model)[0], numbers(kernel)) < 1e-5);
  });

  test("an autoencoder, its last layer linear: as near as principal components come", async () => {
    const mixed = tf.matMul(draw([300, 10], 5), draw([10, 10], 6));
    const xs = tf.add(tf.mul(mixed, 7), 50) as Tensor;
    const model = tf.sequential({ layers: [L.dense({ units: 4, inputShape: [10] }), L.dense({ units: 10 })] }); // prettier-ignore
    await initializeFromData(model, xs, { ys: xs });
    const error = numbers(tf.sum(tf.square(tf.sub(model.predict(xs) as Tensor, xs))))[0];
    const centred = tf.sub(xs, tf.mean(xs, 0));
    const { s } = svd({ rows: 300, cols: 10, data: Float64Array.from(numbers(centred)) });
    const least = s.slice(4).reduce((sum, value) => sum + value * value, 0);
    assert.ok(error < 1.01 * least, `${error / least}`);
  });

  for (const activation of ["sigmoid", "tanh", "softmax"] as const)
    test(`${activation}: predictions have the targets' mean; nothing to learn, nothing else`, async () => {
      const [xs, unseen] = [draw([900, 12], 7), draw([900, 12], 8)];
      const scores = tf.matMul(xs, draw([12, 3], 9));
      const one = tf.oneHot(tf.argMax(tf.add(scores, [3, 0, -3]), 1), 3);
      const wide = activation === "tanh" ? tf.sub(tf.mul(one, 2), 1) : one;
      const model = tf.sequential({
        layers: [L.dense({ units: 3, activation, inputShape: [12] })],
      });
      const wanted = numbers(tf.mean(tf.cast(wide, "float32"), 0));
      await initializeFromData(model, xs, { ys: wide });
      const means = numbers(tf.mean(model.predict(unseen) as Tensor, 0));
      assert.ok(worst(means, wanted) < 0.1, `${means} for ${wanted}`);
      await initializeFromData(model, unseen, { ys: wide });
      const still = numbers(tf.mean(model.predict(xs) as Tensor, 0));
      assert.ok(worst(still, wanted) < 0.02, `${still} for ${wanted}`);
    });

  for (const [apart, least] of [
    [4, 0.96],
    [1, 0.9],
    [0, 0.9],
  ])
    // prettier-ignore
    test(`classes 90/5/5, ${apart} deviations apart: not below the majority on unseen samples`, async () => {
      const [few, unseen] = [classes(600, [90, 5, 5], apart, 10), classes(3000, [90, 5, 5], apart, 11)]; // prettier-ignore
      const model = classifier();
      await initializeFromData(model, few.xs, { ys: few.ys });
      const right = accuracy(model, unseen.xs, unseen.labels);
      assert.ok(right >= least - 0.005, `${right}`);
    });

  test("three samples for five classes: said", async () => {
    const model = tf.sequential({ layers: [L.dense({ units: 5, activation: "softmax", inputShape: [4] })] }); // prettier-ignore
    const { layers } = await initializeFromData(model, draw([3, 4], 1), { ys: tf.tensor1d([0, 1, 3], "int32") }); // prettier-ignore
    assert.equal(layers[0].notes, ["solved for ys", "2 of 5 targets never change: classes without samples"]); // prettier-ignore
    const out = predicted(model, draw([3, 4], 1));
    assert.ok(out.every(Number.isFinite) && Math.max(out[2], out[4]) < out[0]);
  });

  test("constant inputs: the head gives the targets' mean", async () => {
    const model = tf.sequential({ layers: [L.dense({ units: 1, inputShape: [4] })] });
    await initializeFromData(model, tf.ones([6, 4]), { ys: tf.tensor1d([1, 2, 3, 4, 5, 9]) });
    assert.ok(Math.abs(predicted(model, tf.ones([1, 4]))[0] - 4) < 1e-6);
  });
});

suite("tfjs/data head: positions", (test) => {
  const images = draw([40, 6, 5, 2], 1);
  const fully = (filters: number, activation: "softmax" | "linear") =>
    tf.sequential({
      layers: [
        L.conv2d({ filters: 36, kernelSize: 3, padding: "same", activation: "relu", inputShape: [6, 5, 2] }), // prettier-ignore
        L.conv2d({ filters, kernelSize: 1, activation }),
      ],
    });

  test("segmentation: class indices, as a column too, and one-hot vectors give the same bits", async () => {
    const signs = tf.greater(tf.slice(images, [0, 0, 0, 0], [40, 6, 5, 1]), 0.3);
    const column = tf.cast(signs, "int32");
    const flat = tf.reshape(column, [40, 6, 5]);
    const found: number[][][] = [];
    for (const ys of [flat, column, tf.oneHot(flat as never, 2)]) {
      const model = fully(2, "softmax");
      await initializeFromData(model, images, { ys });
      found.push(weightsOf(model));
      const guesses = numbers(tf.argMax(model.predict(images) as Tensor, 3));
      const truth = numbers(flat);
      const right = mean(guesses.map((guess, i) => Number(guess === truth[i])));
      assert.ok(right > 0.9, `${right}`);
    }
    assert.equal(found[1], found[0]);
    assert.equal(found[2], found[0]);
  });

  test("a convolution is found again, sample by sample or in a Dataset; conv1d and dense on steps too", async () => {
    for (const [layer, xs] of [
      [() => L.conv2d({ filters: 3, kernelSize: 3, strides: 2, inputShape: [6, 5, 2] }), images],
      [() => L.conv1d({ filters: 3, kernelSize: 3, inputShape: [9, 4] }), draw([50, 9, 4], 2)],
      [() => L.dense({ units: 3, inputShape: [7, 4] }), draw([50, 7, 4], 3)],
    ] as [() => ReturnType<typeof L.dense>, Tensor][]) {
      const [truth, model] = [0, 1].map(() => tf.sequential({ layers: [layer()] }));
      const ys = tf.add(truth.predict(xs) as Tensor, 40);
      await initializeFromData(model, xs, { ys });
      assert.ok(worst(predicted(model, xs), numbers(ys)) < 1e-3, model.layers[0].name);
    }
  });

  test("labels of some positions, but not of all of them, are refused", async () => {
    const model = tf.sequential({ layers: [L.dense({ units: 3, inputShape: [4, 2] })] });
    const xs = draw([20, 4, 2], 1);
    for (const [width, words] of [
      [2, /label vectors of 3 entries, the units of dense_/],
      [6, /label vectors of 3 entries at each of 4 positions, the units of dense_\w+, got 6 numbers a sample/],
    ] as const) {
      const error = await initializeFromData(model, xs, { ys: draw([20, width], 2) }).catch((e) => e);
      assert.instance(error, ArgumentError, String(error));
      assert.match((error as Error).message, words);
    }
    for (const width of [3, 12]) await initializeFromData(model, xs, { ys: draw([20, width], 2) });
  }); // prettier-ignore

  test("a convolutional autoencoder: better than the mean by far; flattened and reshaped ends too", async () => {
    const smooth = tf.avgPool(draw([60, 8, 7, 2], 4) as never, 3, 1, "valid") as Tensor;
    const ends = [[], [L.flatten()], [L.reshape({ targetShape: [5, 6, 2] })]];
    const found: number[] = [];
    for (const end of ends) {
      const model = tf.sequential({ layers: [...fully(2, "linear").layers, ...end] });
      const ys = tf.reshape(smooth, [60, ...(model.outputs[0].shape.slice(1) as number[])]);
      await initializeFromData(model, smooth, { ys });
      found.push(r2(predicted(model, smooth), numbers(ys)));
    }
    found.forEach((one) => assert.ok(one > 0.95 && Math.abs(one - found[0]) < 0.01, found.join()));
    const decoder = tf.sequential({ layers: [L.flatten({ inputShape: [6, 5, 2] }), L.dense({ units: 40 }), L.dense({ units: 60 }), L.reshape({ targetShape: [6, 5, 2] })] }); // prettier-ignore
    await initializeFromData(decoder, smooth, { ys: smooth });
    assert.ok(r2(predicted(decoder, smooth), numbers(smooth)) > 0.95);
  });

  test("behind global average pooling the mean has the sample's target", async () => {
    const build = () =>
      tf.sequential({
        layers: [L.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 5, 2] }), L.globalAveragePooling2d({})], // prettier-ignore
      });
    const [truth, model] = [build(), build()];
    const ys = tf.add(truth.predict(images) as Tensor, [9, 0, -9]);
    await initializeFromData(model, images, { ys });
    assert.ok(worst(predicted(model, images), numbers(ys)) < 1e-3);
  });

  test("behind relu and pooling all positions have it, and the end is a classifier", async () => {
    const labels = Array.from({ length: 40 }, (_, i) => (i * i) % 3);
    const colours = tf.reshape(tf.cast(tf.oneHot(labels, 3), "float32"), [40, 1, 1, 3]);
    const xs = tf.add(draw([40, 4, 4, 3], 5), tf.mul(colours, 2)) as Tensor;
    for (const pool of [L.globalMaxPooling2d, L.globalAveragePooling2d]) {
      const layers = [
        L.conv2d({ filters: 3, kernelSize: 1, activation: "relu", inputShape: [4, 4, 3] }),
        pool({}),
        L.softmax(),
      ];
      const model = tf.sequential({ layers });
      await initializeFromData(model, xs, { ys: tf.tensor1d(labels, "int32") });
      assert.ok(accuracy(model, xs, labels) > 0.9);
    }
  });
});

suite("tfjs/data head: outputs", (test) => {
  const { xs, ys, labels } = classes(300, [1, 1, 1], 4, 12);
  const values = tf.tensor2d(numbers(tf.sum(xs, 1)).map((x) => 5 * x - 70), [300, 1]); // prettier-ignore
  const two = () => {
    const x = tf.input({ shape: [12], name: "x" });
    const body = L.dense({ units: 24, activation: "tanh" }).apply(x) as SymbolicTensor;
    const kind = L.dense({ units: 3, activation: "softmax", name: "kind" });
    const sum = L.dense({ units: 1, name: "sum" });
    return tf.model({
      inputs: x,
      outputs: [kind.apply(body), sum.apply(body)] as SymbolicTensor[],
    });
  };
  const parts = (x: Tensor) => tf.split(x, [100, 1, 199]);

  test("two: in an array, by name, in batches and in a Dataset the same bits, and right", async () => {
    const rows = parts(xs).map((x, i) => ({
      xs: x,
      ys: { kind: parts(ys)[i], sum: parts(values)[i] },
    }));
    const dataset = {
      async iterator() {
        const left = rows.values();
        return {
          async next() {
            const { done, value } = left.next();
            const copy = () => ({ xs: value!.xs.clone(), ys: { kind: value!.ys.kind.clone(), sum: value!.ys.sum.clone() } }); // prettier-ignore
            return done ? { done, value: null } : { value: copy() };
          },
        };
      },
    };
    const { numTensors } = tf.memory();
    const made = two();
    const found: number[][][] = [];
    for (const [x, y] of [
      [xs, [ys, values]],
      [xs, { kind: ys, sum: values }],
      [rows.map((row) => row.xs), rows.map((row) => row.ys)],
      [dataset, undefined],
    ] as [Samples, DataOptions["ys"]][]) {
      const report = await initializeFromData(made, x, { ys: y });
      assert.equal(report.notes, []);
      found.push(weightsOf(made));
    }
    found.forEach((one) => assert.equal(one, found[0]));
    const [kind, sum] = made.predict(xs) as Tensor[];
    const guesses = numbers(tf.argMax(kind, 1));
    assert.ok(mean(guesses.map((guess, i) => Number(guess === labels[i]))) > 0.9);
    assert.ok(r2(numbers(sum), numbers(values)) > 0.9);
    made.dispose();
    tf.dispose([kind, sum]);
    assert.ok(tf.memory().numTensors <= numTensors + 1, "tensors are left over");
  });

  test("one of two: that one is solved, and its labels make codes", async () => {
    const [named, listed] = [two(), two()];
    const { layers } = await initializeFromData(named, xs, { ys: { kind: ys }, code: "labels" });
    const notes = layers.map((layer) => layer.notes.includes("solved for ys"));
    assert.equal(notes, [false, true, false]);
    await initializeFromData(listed, xs, { ys: [ys, values], code: "labels" });
    assert.not.equal(weightsOf(listed), weightsOf(named));
  });

  const refusals: [string, () => LayersModel, DataOptions["ys"], RegExp][] = [
    ["one tensor for two", two, ys, /outputs kind, sum, .* got a tensor of shape \[300\]$/],
    ["three for two", two, [ys, ys, ys], /got an array of 3 tensors$/],
    ["another name", two, { kind: ys, total: values } as never, /outputs kind, sum/],
    ["an array for one", classifier, [ys], /a tensor, .* got an array of 1 tensors$/],
    ["a number", classifier, 3 as never, /got 3$/],
    ["rank 4", classifier, tf.ones([300, 2, 2, 3]), /shape \[samples, 3\], or class indices \[samples\], got \[samples, 2, 2, 3\]$/], // prettier-ignore
    ["strings", classifier, tf.tensor(Array<string>(300).fill("a")), /numbers, got strings/],
    ["another width", classifier, tf.ones([300, 4]), /label vectors of 3 entries, the units of head, got 4/], // prettier-ignore
  ];
  for (const [what, build, wrong, message] of refusals)
    test(`refused: ${what}, in one line, and the weights are as before`, async () => {
      const model = build();
      const [old, { numTensors }] = [weightsOf(model), tf.memory()];
      const error = await initializeFromData(model, xs, { ys: wrong }).catch((e: unknown) => e);
      assert.instance(error, ArgumentError);
      assert.is((error as ArgumentError).argument, "ys");
      assert.match((error as Error).message, message);
      assert.not.match((error as Error).message, "\n");
      assert.equal(weightsOf(model), old);
      assert.is(tf.memory().numTensors, numTensors);
    });

  test("ys that no layer takes: said, and why", async () => {
    const end = (...layers: tfl.Layer[]) =>
      tf.sequential({
        layers: [L.dense({ units: 3, inputShape: [12], name: "last" }), ...layers],
      });
    const said = async (model: LayersModel, options: DataOptions) => {
      const report = await initializeFromData(model, xs, { ys, ...options });
      if (report.notes.length > 0) assert.ok(String(report).includes(report.notes[0]));
      return report.notes.map((note) => note.replace(/^ys of \w+ not used: /, ""));
    };
    assert.equal(await said(end(), {}), []);
    assert.equal(await said(end(), { method: "lsuv" }), ['the method is "lsuv"']);
    assert.equal(await said(end(), { skip: ["last"] }), ["last is left alone (not asked for)"]);
    const norm = L.batchNormalization({ name: "norm" });
    assert.equal(await said(end(norm), {}), [
      "BatchNormalization norm comes after the last kernel",
    ]);
    assert.equal(await said(end(norm), { code: "labels" }), []);
    const frozen = end();
    frozen.layers[0].trainable = false;
    assert.equal(await said(frozen, {}), ["last is left alone (frozen)"]);
  });
});

suite("tfjs/data seeds", (test) => {
  const most = Number.MAX_SAFE_INTEGER;
  const three = () =>
    tf.sequential({
      layers: [
        L.dense({ units: 16, activation: "relu", inputShape: [16] }),
        L.dense({ units: 16, activation: "relu" }),
        L.dense({ units: 16, activation: "relu" }),
      ],
    });
  const xs = draw([400, 16], 1);
  const ys = tf.tensor1d(
    Array.from({ length: 400 }, (_, i) => (i * i) % 7),
    "int32",
  );
  const cos = (a: number[], b: number[]) => {
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
    return Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b));
  };

  for (const options of [
    { method: "orthogonal-lsuv" },
    { code: "randomProjection", beta: 0, ridge: 0 },
    { code: "random" },
    { code: "labels", ys: tf.oneHot(ys, 7) },
  ] as DataOptions[])
    test(`layers of one shape are not alike: ${options.method ?? options.code}`, async () => {
      const model = three();
      for (const seed of [0, most]) {
        await initializeFromData(model, xs, { ...options, seed, skip: options.ys ? [model.layers[2].name] : [] }); // prettier-ignore
        const kernels = weightsOf(model).filter((_, i) => i % 2 === 0);
        // Of 256 entries: 0.0625 is one deviation.
        for (const [i, j] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ]) {
          // prettier-ignore
          assert.ok(cos(kernels[i], kernels[j]) < 0.3, `${cos(kernels[i], kernels[j])}`);
        }
      }
    });

  test("random codes of layers of one width are drawn anew, and for every batch", async () => {
    const model = tf.sequential({ layers: [L.dense({ units: 8, inputShape: [16] }), L.dense({ units: 8 })] }); // prettier-ignore
    // With as many inputs as samples a layer fits its code; the next one, asked for the same, would be near the identity.
    const few = draw([16, 16], 2);
    await initializeFromData(model, few, { code: "random", ridge: 0, beta: 0 });
    const [, , kernel] = weightsOf(model);
    const diagonal = mean(kernel.filter((_, at) => at % 9 === 0));
    assert.ok(Math.abs(diagonal) < 0.5, `${diagonal}`);
  });

  test("a layer's weights do not depend on which others are set", async () => {
    const [all, last] = [three(), three()];
    await initializeFromData(all, xs, { method: "orthogonal-lsuv", seed: 3 });
    await initializeFromData(last, xs, { method: "orthogonal-lsuv", seed: 3, layers: [last.layers[2].name] }); // prettier-ignore
    const [a, b] = [all, last].map((model) => weightsOf(model)[4]);
    assert.ok(cos(a, b) > 1 - 1e-6);
  });
});
