/** Heads that are solved: every form of samples, labels and bases; layers, JSON, errors, and no tensor left behind. */
import type { io, Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as assert from "uvu/assert";
import { normal } from "../../src/linalg/index.ts";
import {
  ArgumentError,
  knnClassifier,
  ridgeHead,
  type Inputs,
  type Prediction,
  type RidgeHead,
  type RidgeHeadOptions,
} from "../../src/tfjs/index.ts";
import { checked } from "../../src/tfjs/head/options.ts";
import { accuracies, prediction } from "../../src/tfjs/head/results.ts";
import { aborted } from "../support/aborting.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;
const D = 12;
const names = ["cat", "dog", "eel"];

/** Clouds about the centres of three classes, in turn. */
function clouds(count: number, seed: number, d = D) {
  const labels = Array.from({ length: count }, (_, i) => names[i % 3]);
  const centres = normal(3, d, { seed: 99 }).data;
  const data = normal(count, d, { seed }).data.map((x, at) => 0.7 * x + 5 + centres[(Math.floor(at / d) % 3) * d + (at % d)]); // prettier-ignore
  return { xs: tf.tensor2d(data, [count, d]), labels, data };
}

const { xs, labels, data } = clouds(45, 1);
const unseen = clouds(90, 2);
const classify = async (head: RidgeHead, inputs: Inputs) => (await head.predict(inputs)) as Prediction[]; // prettier-ignore
const probabilities = async (head: RidgeHead, inputs: Inputs = unseen.xs) =>
  (await classify(head, inputs)).map((one) => one.probabilities);
const worst = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

async function learnt(options: RidgeHeadOptions = {}, ...samples: [Inputs, unknown] | []) {
  const head = ridgeHead(options);
  await head.add(...((samples.length > 0 ? samples : [xs, labels]) as [Inputs, never]));
  return head;
}

const cut = (x: Tensor, first: number, count = 1) => tf.slice(x, first, count);
const [own, foreign, third] = [cut(xs, 0), cut(unseen.xs, 0), cut(xs, 1)];

/** A job that must fail for this argument, leave the head as it was and no tensor behind. */
async function refused(head: RidgeHead, argument: string | RegExp, job: () => unknown) {
  const [state, tensors] = [JSON.stringify(head), tf.memory().numTensors];
  try {
    await job();
  } catch (error) {
    assert.instance(error, ArgumentError, String(error));
    assert.match((error as ArgumentError).argument, argument, String(error));
    assert.is(JSON.stringify(head), state, "changed");
    assert.is(tf.memory().numTensors, tensors, "left a tensor");
    return;
  }
  assert.unreachable(`no error for ${argument}`);
}

const dataset = (elements: () => unknown[]) => ({
  async iterator() {
    const list = elements()[Symbol.iterator]();
    return { next: async () => list.next() as { done?: boolean; value: unknown } };
  },
});

suite("ridgeHead: classification", (test) => {
  test("learns clouds, says how sure it is, and keeps no tensor", async () => {
    const before = tf.memory().numTensors;
    const head = await learnt();
    assert.equal(head.classes, names);
    assert.equal([head.count, ...head.counts], [45, 15, 15, 15]);
    assert.ok(head.lambda > 0);
    const found = await classify(head, unseen.xs);
    assert.is(found.length, 90);
    for (const { label, probability, probabilities: p } of found) {
      assert.is(probability, Math.max(...p));
      assert.is(label, names[p.indexOf(probability)]);
      assert.ok(worst([p.reduce((sum, one) => sum + one, 0)], [1]) < 1e-14);
    }
    const result = await head.evaluate(unseen.xs, unseen.labels);
    assert.ok("accuracy" in result && result.accuracy > 0.95 && result.balancedAccuracy > 0.95);
    assert.ok("loss" in result && result.loss < 0.2 && result.count === 90, JSON.stringify(result));
    head.dispose();
    assert.is(tf.memory().numTensors, before);
  });

  test("all forms of labels are one", async () => {
    const wanted = await probabilities(await learnt());
    const indices = labels.map((label) => names.indexOf(label));
    const hot = tf.oneHot(tf.tensor1d(indices, "int32"), 3);
    const forms = [indices, tf.tensor1d(indices, "int32"), tf.tensor1d(indices), tf.tensor1d(labels), hot, tf.cast(hot, "float32"), tf.tensor2d(indices, [45, 1]), Int32Array.from(indices)]; // prettier-ignore
    for (const form of forms) assert.equal(await probabilities(await learnt({}, xs, form)), wanted);
  });

  test("all forms of samples are one", async () => {
    const head = await learnt();
    const wanted = await probabilities(head);
    const rows = labels.map((_, i) => tf.reshape(tf.slice(xs, [i, 0], [1, D]), [D]));
    const batches = [0, 20].map((at) => tf.slice(xs, [at, 0], [at === 0 ? 20 : 25, D]));
    const cuts = [labels.slice(0, 20), labels.slice(20)];
    assert.equal(await probabilities(await learnt({}, rows, labels)), wanted);
    assert.equal(await probabilities(await learnt({}, batches, cuts)), wanted);
    assert.equal(await probabilities(await learnt({}, tf.reshape(xs, [45, 2, 3, 2]), labels)), wanted); // prettier-ignore
    const hot = tf.oneHot(tf.tensor1d(labels.map((label) => names.indexOf(label)), "int32"), 3); // prettier-ignore
    const elements = () => [0, 20].map((at) => ({
      xs: tf.slice(xs, [at, 0], [at === 0 ? 20 : 25, D]),
      ys: tf.slice(hot, [at, 0], [at === 0 ? 20 : 25, 3]),
    })); // prettier-ignore
    const before = tf.memory().numTensors;
    assert.equal(await probabilities(await learnt({}, dataset(elements), undefined)), wanted);
    assert.equal(
      await probabilities(
        head,
        dataset(() => [tf.clone(unseen.xs)]),
      ),
      wanted,
    );
    assert.is(tf.memory().numTensors, before);
    const single = await learnt({}, rows[0]!, "cat");
    await single.add([rows[1]!, rows[4]!], "dog");
    assert.equal(single.counts, [1, 2]);
  });

  test("the order of calls is that of the samples, awaited or not", async () => {
    const head = ridgeHead();
    const all = [0, 9, 18, 27, 36].map((at) => head.add(tf.slice(xs, [at, 0], [9, D]), labels.slice(at, at + 9))); // prettier-ignore
    const found = await probabilities(head);
    await Promise.all(all);
    assert.is(head.count, 45);
    assert.equal(found, await probabilities(await learnt()));
  });

  test("a class or a sample removed is one never added", async () => {
    const head = await learnt();
    await head.predict(unseen.xs);
    await head.removeClass("dog");
    const rest = [...labels.keys()].filter((i) => labels[i] !== "dog");
    const fewer = tf.gather(xs, rest);
    const without = rest.map((i) => labels[i]);
    const wanted = await learnt({}, fewer, without);
    assert.equal(head.classes, ["cat", "eel"]);
    assert.equal(await probabilities(head), await probabilities(wanted));
    await head.remove(tf.slice(fewer, [0, 0], [2, D]), without.slice(0, 2));
    assert.equal(head.counts, [14, 14]);
    const last = await learnt({}, tf.slice(fewer, [2, 0], [28, D]), without.slice(2));
    assert.equal(await probabilities(head), await probabilities(last));
    await head.remove(tf.slice(fewer, [2, 0], [28, D]), without.slice(2));
    assert.equal([head.count, head.classes], [0, []]);
    await head.add(tf.ones([2, 3]), [1, 2]); // of other features, with labels of another kind
    assert.equal(head.classes, [1, 2]);
  });

  test("beyond memory: moments, which give nearly the same, and classes removed if asked for", async () => {
    const wanted = await probabilities(await learnt({ lambda: 2 }));
    for (const removable of [false, true]) {
      const head = await learnt({ lambda: 2, memory: 0, removable });
      const close = (await probabilities(head)).map((p, i) => Number(p.indexOf(Math.max(...p)) === wanted[i].indexOf(Math.max(...wanted[i])))); // prettier-ignore
      assert.ok(close.filter(Boolean).length >= 88, `${close.filter(Boolean).length}`);
      await refused(head, /inputs/, () => head.remove(own, "cat"));
      if (removable) await head.removeClass("dog");
      else await refused(head, /removable/, () => head.removeClass("dog"));
    }
  });

  test("random features separate what is not linearly separable", async () => {
    const plane = normal(400, 2, { seed: 5 }).data;
    const inside = Array.from({ length: 400 }, (_, i) => Number(Math.hypot(plane[2 * i], plane[2 * i + 1]) < 1.1)); // prettier-ignore
    const [few, rest] = [tf.tensor2d(plane.slice(0, 400), [200, 2]), tf.tensor2d(plane.slice(400), [200, 2])]; // prettier-ignore
    const accuracy = async (options: RidgeHeadOptions) => {
      const head = await learnt(options, few, inside.slice(0, 200));
      const result = await head.evaluate(rest, inside.slice(200));
      return "accuracy" in result ? result.accuracy : 0;
    };
    const [plain, random] = [await accuracy({}), await accuracy({ randomFeatures: 300, seed: 3 })];
    assert.ok(plain < 0.75 && random > 0.9, `${plain} ${random}`);
  });
});

suite("ridgeHead: regression", (test) => {
  const kernel = normal(D, 2, { seed: 7 }).data;
  const target = (values: Float32Array, scale: number, shift: number) =>
    Array.from({ length: values.length / D }, (_, i) =>
      [0, 1].map((c) => {
        let sum = 0;
        for (let j = 0; j < D; j++) sum += values[i * D + j] * kernel[j * 2 + c];
        return Math.fround(sum * scale + shift);
      }),
    );

  for (const [scale, shift] of [
    [1, 0],
    [1e6, -3e7],
    [1, 1e6],
  ])
    // prettier-ignore
    test(`targets ${shift} ± ${scale}, in all forms`, async () => {
      const [ys, wanted] = [target(data, scale, shift), target(unseen.data, scale, shift)];
      const head = await learnt({ task: "regression" }, xs, ys);
      assert.equal(head.classes, []);
      const found = (await head.predict(unseen.xs)) as number[][];
      const bound = 1e-3 * scale + 2e-7 * Math.abs(shift);
      assert.ok(worst(found.flat(), wanted.flat()) < bound, `${worst(found.flat(), wanted.flat())}`);
      const result = await head.evaluate(unseen.xs, wanted);
      assert.ok("r2" in result && result.r2 > 0.9999 && result.meanSquaredError < bound ** 2);
      for (const form of [tf.tensor2d(ys), ys.map((row) => Float32Array.from(row))])
        assert.equal(await (await learnt({ task: "regression" }, xs, form)).predict(unseen.xs), found); // prettier-ignore
      const first = await learnt({ task: "regression" }, xs, ys.map(([y]) => y)); // prettier-ignore
      const same = await learnt({ task: "regression" }, xs, tf.tensor1d(ys.map(([y]) => y))); // prettier-ignore
      assert.equal(await same.predict(unseen.xs), await first.predict(unseen.xs));
      const layer = alone(head.toLayer());
      const rounding = 1e-5 * (100 * scale + Math.abs(shift));
      assert.ok(worst((layer.predict(unseen.xs) as Tensor).dataSync(), found.flat()) < rounding);
    });

  test("other widths and labels are refused", async () => {
    const head = await learnt({ task: "regression" }, xs, target(data, 1, 0));
    for (const bad of [
      labels,
      3,
      target(data, 1, 0).map(([y]) => y),
      [[1, 2]],
      NaN,
      undefined,
      "x",
    ])
      await refused(head, /labels/, () => head.add(xs, bad as never));
    await refused(head, /label/, () => head.removeClass(1));
  });
});

const alone = (layer: unknown) => tf.sequential({ layers: [layer as ReturnType<typeof L.dense>] });

suite("ridgeHead: bases", (test) => {
  const images = (count: number, seed: number) => {
    const shades = labelsOf(count).map((label) => 0.2 * names.indexOf(label));
    return tf.tensor4d(normal(count, 48, { seed }).data.map((x, at) => 0.1 * x + shades[Math.floor(at / 48)]), [count, 4, 4, 3]); // prettier-ignore
  };
  const labelsOf = (count: number) => Array.from({ length: count }, (_, i) => names[i % 3]);
  const convolution = tf.sequential({
    layers: [
      L.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [4, 4, 3], kernelInitializer: tf.initializers.heNormal({ seed: 1 }) }), // prettier-ignore
    ],
  });
  const graph = {
    inputs: [{ shape: [-1, 4, 4, 3], dtype: "float32" as const }],
    predict(x: Tensor) {
      assert.is(x.dtype, "float32"); // as a GraphModel insists
      return convolution.predict(x);
    },
  };
  const plain = (x: Tensor) => tf.reshape(convolution.predict(x) as Tensor, [x.shape[0], -1]);
  const later = async (x: Tensor) => {
    const made = plain(x);
    await made.data();
    return made;
  };

  test("a model, a graph, a function, and a function that takes its time", async () => {
    const [seen, others] = [images(45, 1), images(30, 2)];
    const before = tf.memory().numTensors;
    const found: (readonly number[])[][] = [];
    for (const base of [convolution, graph, plain]) {
      const head = await learnt({ base }, seen, labelsOf(45));
      found.push(await probabilities(head, others));
      const result = await head.evaluate(others, labelsOf(30));
      assert.ok("accuracy" in result && result.accuracy > 0.9);
    }
    assert.is(tf.memory().numTensors, before);
    const head = await learnt({ base: later }, seen, labelsOf(45));
    found.push(await probabilities(head, others));
    found.slice(1).forEach((one) => assert.equal(one, found[0]));
  });

  test("single samples and pixels", async () => {
    const seen = images(45, 1);
    const head = await learnt({ base: convolution }, seen, labelsOf(45));
    const before = tf.memory().numTensors;
    const single = tf.tidy(() => tf.squeeze(cut(seen, 0), [0]));
    assert.is((await classify(head, single))[0].label, "cat");
    const pixels = { width: 4, height: 4, data: new Uint8Array(64).fill(9) };
    await head.add(pixels, "dark");
    await head.add([pixels, pixels], ["dark", "cat"]);
    assert.equal(head.counts, [16, 15, 15, 2]);
    const other = ridgeHead({ base: graph });
    await other.add(pixels, "dark");
    assert.is(other.count, 1);
    const own = ridgeHead({ base: (x: Tensor) => tf.mean(x, [1, 2]) });
    await own.add(pixels, 1);
    single.dispose();
    assert.is(tf.memory().numTensors, before);
    assert.is(own.count, 1);
  });

  test("toModel: base and head as one, which starts where the head is and goes on from there", async () => {
    const [seen, others] = [images(45, 1), images(30, 2)];
    const head = await learnt({ base: convolution }, seen, labelsOf(45));
    const model = head.toModel();
    const wanted = (await probabilities(head, others)).flat();
    assert.ok(worst((model.predict(others) as Tensor).dataSync(), wanted) < 1e-4);
    const hot = tf.oneHot(tf.tensor1d(labelsOf(45).map((label) => names.indexOf(label)), "int32"), 3); // prettier-ignore
    const solved = await head.evaluate(seen, labelsOf(45));
    model.compile({ optimizer: tf.train.sgd(0.01), loss: "categoricalCrossentropy" });
    const start = (model.evaluate(seen, hot) as Tensor).dataSync()[0];
    assert.ok("loss" in solved && Math.abs(start - solved.loss) < 1e-4 * (1 + solved.loss), `${start}`); // prettier-ignore
    convolution.layers[0].trainable = false;
    model.compile({ optimizer: tf.train.sgd(0.01), loss: "categoricalCrossentropy" });
    const { history } = await model.fit(seen, hot, { epochs: 5, batchSize: 45, shuffle: false });
    const losses = history.loss as number[];
    losses.reduce((last, loss) => (assert.ok(loss < last, losses.join()), loss), start + 1e-6);
    convolution.layers[0].trainable = true;
    // The weights have names by which a saved model finds them again.
    let saved!: io.ModelArtifacts;
    await model.save(tf.io.withSaveHandler(async (artifacts) => ((saved = artifacts), { modelArtifactsInfo: {} as never }))); // prettier-ignore
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
    const [once, again] = [model, loaded].map((one) => (one.predict(others) as Tensor).dataSync());
    assert.equal(again, once);
    for (const base of [graph, plain]) {
      const other = await learnt({ base }, seen, labelsOf(45));
      await refused(other, /base/, () => other.toModel());
    }
  });

  test("what a base cannot take or make is refused", async () => {
    const head = await learnt({ base: convolution }, images(45, 1), labelsOf(45));
    await refused(head, /inputs/, () => head.predict(unseen.xs));
    await refused(head, /inputs/, () => head.predict({} as never));
    await refused(head, /inputs/, () => head.predict({ width: 4, height: 4 } as never));
    for (const wrong of [
      () => 3,
      () => tf.ones([7]),
      () => [tf.ones([45, 2])],
      () => tf.fill([45, 2], NaN),
      (x: Tensor) => tf.slice(x, 0, 3),
    ]) {
      // prettier-ignore
      const other = ridgeHead({ base: wrong as never });
      await refused(other, /base|inputs/, () => other.add(xs, labels));
    }
  });
});

suite("ridgeHead: layers and JSON", (test) => {
  for (const options of [{}, { randomFeatures: 40, seed: 2 }, { prior: "data" }] as const)
    test(`toLayer predicts as the head: ${JSON.stringify(options)}`, async () => {
      const head = await learnt(options);
      const before = tf.memory().numTensors;
      const layer = head.toLayer();
      const model = alone(layer);
      const wanted = (await probabilities(head)).flat();
      tf.tidy(() => assert.ok(worst((model.predict(unseen.xs) as Tensor).dataSync(), wanted) < 1e-4)); // prettier-ignore
      if ("randomFeatures" in options) {
        const [first, second] = (layer as unknown as LayersModel).layers;
        assert.equal([first.trainable, second.trainable], [false, true]);
      } else assert.is(layer.getClassName(), "Dense");
      model.dispose();
      assert.is(tf.memory().numTensors, before);
      assert.equal((await probabilities(head)).flat(), wanted);
    });

  for (const options of [
    {},
    { memory: 0 },
    { memory: 0, removable: true },
    { randomFeatures: 20 },
    { prior: [1, 2, 3], lambda: 0.5 },
    { memory: Infinity },
  ] as const)
    for (const solve of [true, false])
      test(`goes on after a reload with the same bits: ${JSON.stringify(options)}, ${solve ? "solved" : "not solved"} before`, async () => {
        const head = await learnt(options, tf.slice(xs, [0, 0], [40, D]), labels.slice(0, 40));
        if (solve) await head.predict(unseen.xs);
        const add = (to: RidgeHead, i: number) => to.add(tf.slice(xs, [i, 0], [1, D]), labels[i]);
        await add(head, 40);
        const copy = ridgeHead().fromJSON(JSON.parse(JSON.stringify(head)));
        assert.equal(await probabilities(copy), await probabilities(head));
        for (const i of [41, 42]) for (const one of [head, copy]) await add(one, i);
        assert.equal(await probabilities(copy), await probabilities(head));
        assert.is(copy.lambda, head.lambda);
        assert.equal(JSON.stringify(copy), JSON.stringify(head));
      });

  test("a single row may stand for a single sample", async () => {
    const one = tf.slice(xs, [0, 0], [1, D]);
    const after = async (task: "classification" | "regression", given: unknown) => {
      const head = ridgeHead({ task });
      await head.add(one, given as never);
      return JSON.stringify(head);
    };
    assert.is(await after("regression", [1, 2]), await after("regression", [[1, 2]]));
    assert.is(await after("classification", [0, 0, 1]), await after("classification", [2]));
    await refused(ridgeHead(), "labels", () => ridgeHead().add(one, ["a", "b"]));
  });

  test("anything else is refused", async () => {
    const head = await learnt();
    const json = JSON.parse(JSON.stringify(head));
    const bad: unknown[] = [null, [], 3, {}, { ...json, format: "x" }, { ...json, version: 2 }, { ...json, options: {} , classes: 3 }, { ...json, classes: names.slice(1) }, { ...json, inputs: 3 }]; // prettier-ignore
    const { learnt: own } = json;
    const spoilt = (changes: object) => ({ ...json, learnt: { ...own, ...changes } });
    bad.push(spoilt({ count: 44 }), spoilt({ width: 2 }), spoilt({ counts: [45, 0, 0] }), spoilt({ chosen: 46 }), spoilt({ store: null })); // prettier-ignore
    const store = (changes: object) => spoilt({ store: { ...own.store, ...changes } });
    const nan = btoa(String.fromCharCode(...new Uint8Array(new Float32Array(45 * D).fill(NaN).buffer))); // prettier-ignore
    const labelled = (label: number) => btoa(String.fromCharCode(...new Uint8Array(new Float64Array(45).fill(label).buffer))); // prettier-ignore
    bad.push(store({ kind: "x" }), store({ x: "!" }), store({ x: "abcd" }), store({ x: nan }), store({ y: 3 }), store({ y: labelled(7) }), store({ y: labelled(3) }), store({ kind: "moments", sums: [] }), store({ kind: "moments", sums: [{}] })); // prettier-ignore
    for (const one of bad)
      await refused(head, /json|options|task/, () => head.fromJSON(one as never));
    const sums = (...list: unknown[]) => store({ kind: "moments", sums: list });
    const said: Record<string, unknown[]> = {
      json: [null, [], 3],
      "json.format": [{}, { ...json, format: "x" }],
      "json.version": [{ ...json, version: 2 }],
      "json.options": [{ ...json, options: 3 }],
      "json.classes": [{ ...json, classes: ["a", 1, "c"] }, { ...json, classes: ["a", "a", "b"] }, { ...json, learnt: undefined }],
      "json.inputs": [{ ...json, inputs: -1 }, { ...json, inputs: 0 }, { ...json, classes: [], learnt: undefined, inputs: -1 }],
      "json.learnt": [{ ...json, learnt: 3 }],
      "json.learnt.width": [spoilt({ width: 0 })],
      "json.learnt.count": [spoilt({ count: -1 })],
      "json.learnt.chosen": [spoilt({ chosen: 0 }), spoilt({ chosen: 46 })],
      "json.learnt.counts": [spoilt({ counts: [45, 0, 0] }), spoilt({ counts: 3 })],
      "json.learnt.store": [spoilt({ store: null })],
      "json.learnt.store.kind": [store({ kind: "x" })],
      "json: y": [store({ y: labelled(3) }), store({ y: labelled(-1) }), store({ y: labelled(0.5) })],
      "json.learnt.store.sums": [sums(), sums(3), sums({}, {})],
      "json.learnt.store.sums.count": [sums({ count: -1 })],
    }; // prettier-ignore
    for (const [argument, list] of Object.entries(said))
      for (const one of list)
        await refused(head, RegExp(`^${argument}$`), () => head.fromJSON(one as never));
    const told: number[] = [];
    await head.predict([tf.slice(xs, [0, 0], [1, D]), tf.slice(xs, [0, 0], [3, D])], { onProgress: (count) => void told.push(count) }); // prettier-ignore
    assert.equal(told, [1, 4]);
    for (const run of [{ signal: 3 }, { onProgress: 3 }])
      await refused(head, /^(signal|onProgress)$/, () => head.predict(xs, run as never));
  });
});

suite("ridgeHead: errors leave everything as it was", (test) => {
  const head = ridgeHead();
  const disposed = tf.ones([2, D]);
  disposed.dispose();

  test("before there is anything to solve", async () => {
    for (const job of [
      () => head.predict(xs),
      () => head.evaluate(xs, labels),
      () => head.toLayer(),
      () => head.toModel(),
      () => head.lambda,
      () => head.remove(xs, labels),
    ])
      // prettier-ignore
      await refused(head, /inputs|labels/, job);
    await head.add(tf.slice(xs, [0, 0], [1, D]), "cat");
    for (const job of [() => head.predict(xs), () => head.toLayer(), () => head.lambda])
      await refused(head, /labels/, job);
    await head.add(xs, labels);
  });

  test("of samples", async () => {
    const bad: unknown[] = [undefined, null, 3, "x", {}, [], [3], disposed, tf.zeros([0, D]), tf.scalar(1), tf.fill([45, D], NaN), tf.ones([45, D + 1]), tf.tensor2d([["a"]])]; // prettier-ignore
    for (const inputs of bad) {
      for (const job of [
        () => head.add(inputs as never, labels),
        () => head.predict(inputs as never),
        () => head.evaluate(inputs as never, labels),
        () => head.remove(inputs as never, labels),
      ])
        // prettier-ignore
        await refused(head, /inputs|labels/, job);
    }
  });

  test("of labels", async () => {
    const bad: unknown[] = [undefined, null, 3, 0.5, NaN, {}, [], labels.slice(1), labels.map((_, i) => i), labels.map((label, i) => (i === 44 ? 4 : label)), labels.map(() => null), tf.ones([45, 3]), tf.scalar(3), disposed, [[1]]]; // prettier-ignore
    for (const one of bad) {
      for (const job of [
        () => head.add(xs, one as never),
        () => head.evaluate(xs, one as never),
        () => head.remove(xs, one as never),
      ])
        // prettier-ignore
        await refused(head, /labels/, job);
    }
    await refused(head, /labels/, () => head.evaluate(xs, "bee"));
    const wide = tf.ones([2, D + 1]);
    await refused(head, /inputs/, () => head.add(wide, "bee"));
    await refused(head, /labels/, () => head.add(wide, ["bee", 4] as never));
    for (const one of ["bee", 3, null, undefined, {}])
      await refused(head, /^label$/, () => head.removeClass(one as never));
  });

  test("of samples that were never added, or with another label", async () => {
    await refused(head, /inputs/, () => head.remove(foreign, "cat"));
    await refused(head, /inputs/, () => head.remove(third, "cat"));
    const twice = tf.tile(third, [2, 1]);
    await refused(head, /inputs/, () => head.remove(twice, "dog"));
    const batches = [tf.slice(xs, [1, 0], [1, D]), tf.slice(unseen.xs, [1, 0], [1, D])];
    await refused(head, /inputs/, () => head.remove(batches, ["dog", "dog"]));
  });

  test("in the midst of several batches", async () => {
    const good = tf.slice(xs, [0, 0], [3, D]);
    const infinite = tf.fill([1, D], Infinity);
    await refused(head, /inputs/, () => head.add([good, infinite], "fox"));
    const elements = (bad: Tensor) => () => [
      { xs: tf.clone(good), ys: tf.tensor1d(["fox", "cat", "cat"]) },
      { xs: tf.clone(good), ys: tf.clone(bad) },
    ];
    const wrong = tf.ones([3]);
    await refused(head, /labels/, () => head.add(dataset(elements(wrong))));
    await refused(head, /labels/, () => head.add(dataset(elements(wrong)), "cat"));
    await refused(head, /inputs/, () => head.add(dataset(() => [])));
    const failing = { iterator: async () => ({ next: async () => { throw new ArgumentError("inputs", "a camera", "none"); } }) }; // prettier-ignore
    await refused(head, /inputs/, () => head.add(failing));
    assert.equal(head.classes, names);
  });

  test("aborted: before, between inputs, at the end, while it waits for its turn", async () => {
    const reason = new Error("enough");
    const [a, b] = [cut(xs, 0, 2), cut(xs, 2, 3)];
    await head.predict(a); // which chooses λ
    const state = JSON.stringify(head);
    const { numTensors } = tf.memory();
    const pairs = () => dataset(function* () { for (const x of [a, b]) yield { xs: tf.clone(x), ys: tf.fill([x.shape[0]!], 0, "int32") }; } as never);
    const own = await learnt({}, xs, Array.from({ length: 45 }, (_, i) => i % 3));
    for (const at of [0, 2, 5]) {
      for (const job of [
        (run: object) => head.add([a, b], "fox", run),
        (run: object) => head.predict([a, b], run),
        (run: object) => head.evaluate([a, b], "cat", run),
        (run: object) => own.evaluate(pairs() as never, undefined, run),
        (run: object) => own.add(pairs() as never, undefined, run),
      ]) {
        const told = await aborted(at, job);
        assert.equal(told.map(([count]) => count), [2, 5].filter((count) => count <= at));
      }
    }
    const stop = new AbortController();
    const [before, after] = [head.predict(a), head.add(b, "fox", { signal: stop.signal })];
    stop.abort(reason);
    assert.is((await before).length, 2);
    assert.is(await after.catch((error: unknown) => error), reason);
    assert.is(JSON.stringify(head), state);
    own.dispose();
    tf.dispose([a, b]);
    assert.is(tf.memory().numTensors, numTensors - 2);
  }); // prettier-ignore

  test("of options", async () => {
    const bad: [string, unknown][] = [["base", 3], ["base", {}], ["task", "x"], ["lambda", 0], ["lambda", "x"], ["prior", "x"], ["prior", []], ["prior", [0, 0]], ["prior", [1, -1]], ["memory", -1], ["memory", NaN], ["removable", 1], ["randomFeatures", 0], ["seed", -1], ["options.sede", 1]]; // prettier-ignore
    for (const [name, value] of bad) {
      const key = name.split(".").at(-1)!;
      await refused(head, new RegExp(`^${name}$`), () => ridgeHead({ [key]: value } as never));
    }
    await refused(head, /removable/, () => ridgeHead({ task: "regression", removable: true }));
    const priors = await learnt({ prior: [1, 2] });
    await refused(priors, /prior/, () => priors.predict(xs));
  });

  test("after dispose", async () => {
    const gone = await learnt();
    gone.dispose();
    for (const job of [
      () => gone.add(xs, labels),
      () => gone.predict(xs),
      () => gone.classes,
      () => gone.count,
      () => gone.toLayer(),
      () => gone.toJSON(),
      () => gone.removeClass("cat"),
    ])
      // prettier-ignore
      await refused(head, /head/, job);
    gone.dispose();
  });
});

suite("knnClassifier", (test) => {
  test("the interface of @tensorflow-models/knn-classifier", async () => {
    const classifier = knnClassifier();
    const rows = labels.map((_, i) => tf.reshape(tf.slice(xs, [i, 0], [1, D]), [3, 4]));
    const before = tf.memory().numTensors;
    assert.is(classifier.getNumClasses(), 0);
    rows.forEach((row, i) => classifier.addExample(row, names.indexOf(labels[i])));
    assert.is(classifier.getNumClasses(), 3);
    assert.equal(classifier.getClassExampleCount(), { 0: 15, 1: 15, 2: 15 });
    const found = await classifier.predictClass(rows[1], 10);
    assert.is(found.label, "1");
    assert.is(found.classIndex, 1);
    assert.equal(Object.keys(found.confidences), ["0", "1", "2"]);
    assert.ok(found.confidences["1"] > 0.5);
    assert.is(tf.memory().numTensors, before);
    const dataset = classifier.getClassifierDataset();
    assert.equal(dataset["0"].shape, [15, D]);
    const copy = knnClassifier();
    copy.setClassifierDataset(dataset);
    tf.dispose(dataset);
    assert.equal(copy.getClassExampleCount(), classifier.getClassExampleCount());
    const again = await copy.predictClass(rows[1]);
    assert.ok(Math.abs(again.confidences["1"] - found.confidences["1"]) < 1e-6);
    classifier.clearClass(1);
    assert.equal(classifier.getClassExampleCount(), { 0: 15, 2: 15 });
    classifier.clearAllClasses();
    assert.is(classifier.getNumClasses(), 0);
    classifier.addExample(rows[0], "only");
    assert.equal(await classifier.predictClass(rows[3]), { label: "only", classIndex: 3, confidences: { only: 1 } }); // prettier-ignore
    classifier.dispose();
    copy.dispose();
    assert.is(tf.memory().numTensors, before);
  });

  test("defaults, the least that options may be, and the loss of what counts as impossible", () => {
    assert.equal(checked({}), { task: "classification", lambda: "auto", prior: "balanced", memory: 2 ** 26, removable: false, seed: 0 }); // prettier-ignore
    assert.equal(checked({ prior: [0.5, 0.5] }).prior, [0.5, 0.5]);
    assert.is(checked({ randomFeatures: 1 }).randomFeatures, 1);
    assert.ok(Math.abs(accuracies([[0, 1]], [[0]]).loss - 1022 * Math.LN2) < 1e-9);
  });

  test("of classes equally likely the first one", async () => {
    assert.is(prediction([0.25, 0.5, 0.25], ["a", "b", "c"]).label, "b");
    assert.is(prediction([0.2, 0.4, 0.4], ["a", "b", "c"]).label, "b");
    const classifier = knnClassifier();
    const same = tf.ones([D]);
    for (const label of ["x", "y", "x", "y"]) classifier.addExample(same, label);
    const { label, confidences } = await classifier.predictClass(same);
    assert.equal([label, confidences], ["x", { x: 0.5, y: 0.5 }]);
    classifier.dispose();
    same.dispose();
  });

  test("bad arguments", async () => {
    const classifier = knnClassifier();
    classifier.addExample(tf.ones([3]), "a");
    const jobs = [
      () => classifier.addExample(3 as never, "a"),
      () => classifier.addExample(tf.ones([4]), "a"),
      () => classifier.addExample(tf.fill([3], NaN), "a"),
      () => classifier.addExample(tf.ones([3]), {} as never),
      () => classifier.clearClass("b"),
      () => classifier.predictClass(tf.ones([4])),
      () => knnClassifier().predictClass(tf.ones([4])),
      () => classifier.setClassifierDataset(null as never),
      ...[tf.scalar(1), tf.ones([3]), tf.ones([1, 3, 1])].map((a) => () => classifier.setClassifierDataset({ a: a as never })), // prettier-ignore
      () => classifier.setClassifierDataset({ a: tf.ones([2, 3]), b: tf.ones([2, 4]) } as Record<string, Tensor2D>), // prettier-ignore
      () => knnClassifier({ base: 3 } as never),
    ];
    for (const job of jobs) {
      try {
        await job();
        assert.unreachable(String(job));
      } catch (error) {
        assert.instance(error, ArgumentError, String(error));
      }
    }
    assert.equal(classifier.getClassExampleCount(), { a: 1 });
  });
});
