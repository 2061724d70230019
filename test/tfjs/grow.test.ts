/** Growing keeps the function, the weights, the names, and what came in. */
import "../../src/tfjs/train.ts";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { grow, type GrowOptions } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import {
  batch,
  build,
  dilated,
  distance,
  drawn,
  kinds,
  pairs,
  undilated,
} from "../support/chains.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;

const methods: Partial<GrowOptions>[] = [
  { method: "gradmax" },
  { method: "gradmax", norm: "fixed", gain: 1 },
  { method: "gradmax", inverse: true },
  { method: "orthogonal" },
  { method: "orthogonal", side: "out", against: "none" },
  { method: "orthogonal", side: "pair" },
  { method: "split" },
  { method: "random" },
  { method: "random", inverse: true },
  { method: "zero" },
];

const networks = { ...kinds, ...pairs, ...dilated };

/** Weights by their names, as numbers. */
const weightsOf = (model: ReturnType<typeof build>) =>
  Object.fromEntries(
    model.weights.map((weight) => [weight.originalName, weight.read().dataSync().slice()]),
  );

suite("tfjs/grow", (test) => {
  test("defaults are those that the documentation says", async () => {
    const model = build(kinds.dense());
    const { xs, ys } = batch(model, 66);
    for (const [method, defaults] of Object.entries({
      random: { gain: 0.5, norm: "mean", inverse: false },
      gradmax: { gain: 0.5, norm: "mean", inverse: false, statistics: "moving", batchSize: 32 },
      orthogonal: { gain: 1, side: "in", against: "existing" },
      split: { noise: 0.1 },
    })) {
      const data = method === "gradmax" ? { xs, ys } : {};
      const plain = { layer: "a", units: 2, method, seed: 1, ...data } as GrowOptions;
      const grown = [plain, { ...plain, ...defaults } as GrowOptions].map((options) => grow(model, options)); // prettier-ignore
      const [one, two] = (await Promise.all(grown)).map(({ model: wide }) => wide.getWeights().map((weight) => weight.dataSync().slice())); // prettier-ignore
      assert.equal(one, two, method);
    }
  });

  test("slopes of a PReLU begin at 0.25 for new units", async () => {
    const model = build([L.dense({ units: 4, name: "a", inputShape: [6] }), L.prelu({ name: "slopes" })]); // prettier-ignore
    const { model: wide } = await grow(model, { layer: "a", units: 2, method: "random", seed: 1 });
    const [slopes] = wide.getLayer("slopes").getWeights();
    assert.equal([...slopes.dataSync().slice(4)], [0.25, 0.25]);
  });

  for (const method of methods) {
    const { method: name, ...options } = method;
    test(`${name} ${JSON.stringify(options)} keeps the function, on every kind of chain`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...Object.keys(networks)),
          fc.integer({ min: 1, max: 4 }),
          fc.nat(),
          async (kind, half, seed) => {
            const model = build(networks[kind]());
            const { xs, ys } = batch(model, 6, seed);
            const before = weightsOf(model);
            const { xs: x, ys: y } = name === "gradmax" ? { xs, ys } : {};
            const options = { ...method, layer: "a", units: 2 * half, xs: x, ys: y, seed, batchSize: 4 }; // prettier-ignore
            const { model: wide, report } = await grow(model, options as GrowOptions);
            // Few inputs may all have outputs near zero, where rounding alone is more.
            const { xs: many } = batch(model, 64, seed);
            const error = distance(model, wide, many);
            assert.ok(error <= 1e-6, `${kind}: ${error}`);
            assert.equal(weightsOf(model), before, "the model that came in");
            const [{ units }] = report;
            assert.is(units.after, units.before + 2 * half);
            assert.is((wide.getLayer("a").output as { shape: number[] }).shape.at(-1), units.after);
            assert.equal(
              wide.layers.map((layer) => layer.name),
              model.layers.map((layer) => layer.name),
            );
            wide.dispose();
            model.dispose();
            tf.dispose([xs, ys, many]);
          },
        ),
        { numRuns: name === "gradmax" ? 12 : 25 },
      );
    });
  }

  test("every kind of layer, once for certain", async () => {
    for (const [kind, layers] of Object.entries(kinds)) {
      for (const method of ["split", "random"] as const) {
        const model = build(layers());
        const { xs } = batch(model, 5);
        const { model: wide } = await grow(model, { layer: "a", units: 3, method, seed: 1 });
        const error = distance(model, wide, xs);
        assert.ok(error <= 1e-6, `${kind}, ${method}: ${error}`);
      }
    }
  });

  test("old weights are where they were, to the bit", async () => {
    const model = build(kinds["max pooling, flatten"]());
    const { model: wide } = await grow(model, { layer: "a", units: 2, method: "random", seed: 1 });
    const [old, now] = [model, wide].map((one) => one.getLayer("a").getWeights()[0]);
    const kept = tf.slice(now, [0, 0, 0, 0], old.shape);
    assert.equal(kept.dataSync(), old.dataSync());
    // [positions, channels, out] of the flattened layer
    const [before, after] = [model, wide].map((one, i) =>
      tf.reshape(one.getLayer("out").getWeights()[0], [-1, 4 + 2 * i, 3]),
    );
    const slice = tf.slice(after, [0, 0, 0], before.shape);
    assert.equal(slice.dataSync(), before.dataSync());
  });

  test("functional models: several consumers, a nested model elsewhere, two inputs", async () => {
    const inner = tf.sequential({ layers: [L.dense({ units: 4, activation: "relu", inputShape: [5] })] }); // prettier-ignore
    const [x, y] = [tf.input({ shape: [5] }), tf.input({ shape: [3] })];
    const start = L.concatenate().apply([inner.apply(x) as typeof x, y]);
    const a = L.dense({ units: 6, activation: "tanh", name: "a" }).apply(start) as typeof x;
    const left = L.dense({ units: 3, name: "left" }).apply(a) as typeof x;
    const normal = L.batchNormalization({ name: "norm" }).apply(a) as typeof x;
    const right = L.dense({ units: 2, name: "right" }).apply(normal) as typeof x;
    const out = L.concatenate().apply([left, right, start as typeof x]) as typeof x;
    const model = drawn(tf.model({ inputs: [x, y], outputs: out }), "adam");
    const data = [tf.randomNormal([8, 5]), tf.randomNormal([8, 3])];
    const target = tf.randomNormal([8, 12]);
    await model.fit(data, target, { epochs: 2, verbose: 0 });
    for (const method of ["gradmax", "split", "orthogonal"] as const) {
      const given = method === "gradmax" ? { xs: data, ys: target } : {};
      const { model: wide, report } = await grow(model, { layer: "a", units: 2, method, ...given });
      assert.equal([...report[0].consumers].sort(), ["left", "right"]);
      const [f, g] = [model, wide].map((one) => one.predict(data) as typeof target);
      const error = tf.max(tf.abs(tf.sub(f, g))).dataSync()[0];
      assert.ok(error <= 1e-6 * tf.max(tf.abs(f)).dataSync()[0], `${error}`);
      await wide.fit(data, target, { epochs: 1, verbose: 0 });
    }
  });

  test("what is frozen stays so: layers, nested models, single weights, all", async () => {
    for (const freeze of [
      (_: ReturnType<typeof build>, inner: ReturnType<typeof build>) => (inner.trainable = false),
      (model: ReturnType<typeof build>) => (model.getLayer("end").trainable = false),
      (model: ReturnType<typeof build>) => (model.getLayer("end").weights[0].trainable = false),
      (model: ReturnType<typeof build>) => (model.trainable = false),
    ]) {
      const [x, y] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
      const hidden = L.dense({ units: 5 }).apply(y) as typeof x;
      const norm = L.batchNormalization().apply(hidden) as typeof x;
      const inner = tf.model({ inputs: y, outputs: L.dense({ units: 6 }).apply(norm) as typeof x });
      const a = L.dense({ units: 3, name: "a" }).apply(inner.apply(x) as typeof x) as typeof x;
      const end = L.dense({ units: 2, name: "end" }).apply(a) as typeof x;
      const model = drawn(tf.model({ inputs: x, outputs: end }), "adam");
      freeze(model, inner);
      model.compile({ optimizer: "adam", loss: "meanSquaredError" });
      const { xs, ys } = batch(model, 8);
      if (model.trainableWeights.length > 0) await model.fit(xs, ys, { verbose: 0 });
      const { model: wide } = await grow(model, { layer: "a", units: 2, method: "split", seed: 1 });
      const frozen = (one: typeof model) => one.weights.map(({ originalName, trainable }) => [originalName, trainable]); // prettier-ignore
      assert.equal(frozen(wide), frozen(model));
      assert.is(wide.trainableWeights.length, model.trainableWeights.length);
      assert.ok(distance(model, wide, xs) <= 1e-6);
      if (model.trainableWeights.length > 0) await wide.fit(xs, ys, { verbose: 0 });
    }
  });

  test("several layers in one call, each with its number", async () => {
    const model = build([
      L.conv2d({ filters: 4, kernelSize: 3, activation: "relu", name: "a", inputShape: [8, 8, 2] }),
      L.conv2d({ filters: 5, kernelSize: 3, activation: "relu", name: "b" }),
      L.flatten(),
      L.dense({ units: 6, activation: "relu", name: "c" }),
    ]);
    const { xs, ys } = batch(model, 8);
    const told: unknown[] = [];
    const onProgress = (...values: unknown[]) => void told.push(values);
    const options = { layer: ["a", "b", "c"], units: [2, 1, 3], xs, ys, seed: 1, onProgress };
    const b = model.getLayer("b");
    const { call } = b;
    b.call = (...values) => call.apply(b, values);
    const own = b.call;
    const { model: wide, report } = await grow(model, { ...options, method: "gradmax" });
    assert.is(b.call, own);
    assert.not.ok(Object.hasOwn(model.getLayer("a"), "call"));
    assert.equal(told, report.map((one, i) => [i + 1, 3, one])); // prettier-ignore
    assert.equal(
      report.map(({ layer, units, relu1 }) => [layer, units.after, ...relu1]),
      [["a", 6, "a"], ["b", 6, "b"], ["c", 9, "c"]], // prettier-ignore
    );
    assert.ok(distance(model, wide, xs) <= 1e-6);
  });

  test("depthwise layers keep their constraint and their regularizer", async () => {
    const constrained = { depthwiseConstraint: "nonNeg", depthwiseRegularizer: "l1l2" } as const;
    const model = build([
      L.conv2d({ filters: 4, kernelSize: 3, name: "a", inputShape: [8, 8, 2] }),
      L.depthwiseConv2d({ kernelSize: 3, name: "b", ...constrained }),
      L.flatten(),
    ]);
    const { model: wide } = await grow(model, { layer: "a", units: 2, method: "random", seed: 1 });
    type Serial = { getClassName(): string; getConfig(): object };
    type Depthwise = { depthwiseConstraint: Serial; depthwiseRegularizer: Serial };
    const [old, now] = [model, wide].map((one) => one.getLayer("b") as unknown as Depthwise);
    for (const key of ["depthwiseConstraint", "depthwiseRegularizer"] as const) {
      assert.is(now[key].getClassName(), old[key].getClassName());
      assert.equal(now[key].getConfig(), old[key].getConfig());
    }
  });

  test("a seed of its own for every layer, up to the largest seed there is", async () => {
    const model = tf.sequential({
      layers: [
        L.dense({ units: 6, inputShape: [6], activation: "relu", name: "a" }),
        L.dense({ units: 6, activation: "relu", name: "b" }),
        L.dense({ units: 2 }),
      ],
    });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const options = { layer: ["a", "b"], units: 6, method: "random", inverse: true } as const;
    const { model: wide } = await grow(model, { ...options, seed: Number.MAX_SAFE_INTEGER });
    const incoming = (name: string) => {
      const [kernel] = wide.getLayer(name).getWeights();
      return [...tf.slice(kernel, [0, 6], [6, 6]).dataSync()];
    };
    const [a, b] = [incoming("a"), incoming("b")];
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i], 0);
    const cos = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    assert.ok(Math.abs(cos) < 0.6, `${cos}`); // 36 entries: a sixth is one deviation
  });

  test("the same seed gives the same weights", async () => {
    const model = build(kinds.conv());
    const { xs, ys } = batch(model, 6);
    for (const method of methods.filter(({ inverse }) => !inverse)) {
      const given = method.method === "gradmax" ? { xs, ys } : {};
      const options = { ...method, layer: "a", units: 2, seed: 5, ...given } as GrowOptions;
      const [one, two] = [await grow(model, options), await grow(model, options)];
      assert.equal(weightsOf(one.model), weightsOf(two.model));
    }
  });

  test("inverse gradmax has a larger gradient than random directions", async () => {
    for (const kind of ["max pooling", "dilated grown layer", "dilated consumer", "both dilated"]) {
      const model = build(networks[kind]());
      const { xs, ys } = batch(model, 12);
      const size = async (method: Partial<GrowOptions>) => {
        const options = { layer: "a", units: 2, inverse: true, seed: 3, ...method } as GrowOptions;
        const { model: wide, report } = await grow(model, options);
        const twin = undilated(wide);
        const [consumer] = report[0].consumers.map((name) => wide.getLayer(name));
        const kernel = twin.getLayer(consumer.name).weights[0].read() as ReturnType<typeof tf.variable>; // prettier-ignore
        const loss = () => tf.losses.meanSquaredError(ys, twin.apply(xs) as typeof xs) as never;
        const { grads } = tf.variableGrads(loss, [kernel]);
        const { dilationRate } = consumer as unknown as { dilationRate: [number, number] };
        // Of the taps that are not zeros between, what belongs to the new channels.
        return tf.norm(tf.stridedSlice(grads[kernel.name], [0, 0, 4, 0], kernel.shape, [...dilationRate, 1, 1])).dataSync()[0]; // prettier-ignore
      };
      const [random, best] = [await size({ method: "random" }), await size({ method: "gradmax", xs, ys })]; // prettier-ignore
      assert.ok(best > 1.2 * random, `${kind}: ${best} against ${random}`);
    }
  });

  test("100 events leave no tensor behind", async () => {
    const model = build(kinds["depthwise"](), "adam");
    const { xs, ys } = batch(model, 4);
    await model.fit(xs, ys, { epochs: 1, verbose: 0 });
    const { numTensors } = tf.memory();
    for (let i = 0; i < 100; i++) {
      const method = methods[i % methods.length];
      const given = method.method === "gradmax" ? { xs, ys } : {};
      if (method.inverse && method.method === "gradmax" && i > 10) continue;
      const options = { layer: "a", units: 2, ...method, ...given } as GrowOptions;
      const { model: wide } = await grow(model, options);
      wide.dispose();
    }
    assert.is(tf.memory().numTensors, numTensors);
  });
});
