/** Training goes on after growing as if nothing had happened. */
import "../../src/tfjs/train.ts";
import * as assert from "uvu/assert";
import { ArgumentError, grow } from "../../src/tfjs/index.ts";
import { stateOf } from "../../src/tfjs/growth/slots.ts";
import { suite } from "../support/suite.ts";
import { batch, build, drawn, kinds } from "../support/chains.ts";
import { tf } from "../support/wasm.ts";

const { train } = tf;

const optimizers = {
  sgd: () => train.sgd(0.05),
  momentum: () => train.momentum(0.02, 0.9),
  nesterov: () => train.momentum(0.02, 0.9, true),
  rmsprop: () => train.rmsprop(0.01, 0.9, 0.5),
  adagrad: () => train.adagrad(0.05, 0.2),
  adadelta: () => train.adadelta(0.5),
  adam: () => train.adam(0.01),
  adamax: () => train.adamax(0.01),
};

type Model = ReturnType<typeof build>;
type Layer = Parameters<typeof build>[0][number];
type Symbol = ReturnType<typeof tf.input>;

const { layers: L } = tf;
const conv = (name: string, strides = 1) =>
  L.conv2d({ filters: 4, kernelSize: 3, strides, padding: "same", useBias: false, name });

/** Models with the layers to grow in each: first those inside of a branch, then those that are coupled to others. */
const coupled: Record<string, { model: () => Model; layers: string[] }> = {
  "a residual net": {
    model: () => {
      const inputs = tf.input({ shape: [6, 6, 2] });
      const through = (x: Symbol, ...chain: Layer[]) =>
        chain.reduce((x, layer) => layer.apply(x) as Symbol, x);
      const stem = through(inputs, conv("stem"), L.batchNormalization(), L.reLU());
      const branch = through(stem, conv("inner"), L.batchNormalization(), L.reLU(), conv("end"), L.batchNormalization()); // prettier-ignore
      const sum = L.add().apply([stem, branch]) as Symbol;
      const outputs = through(sum, L.reLU(), L.globalAveragePooling2d({}), L.dense({ units: 3 }));
      return tf.model({ inputs, outputs });
    },
    layers: ["inner", "stem"],
  },
  "an LSTM": {
    model: () => {
      const recurrentInitializer = "glorotNormal"; // the orthogonal default needs the union package
      const layers = [
        L.lstm({ units: 4, returnSequences: true, recurrentInitializer, name: "first", inputShape: [5, 2] }), // prettier-ignore
        L.lstm({ units: 4, recurrentInitializer, name: "second" }),
        L.dense({ units: 3 }),
      ];
      return tf.sequential({ layers });
    },
    layers: ["first", "second"],
  },
};

const training = { epochs: 3, batchSize: 8, shuffle: false, verbose: 0 } as const;

suite("tfjs/grow optimizer", (test) => {
  for (const [name, make] of Object.entries(optimizers)) {
    test(`${name}: a twin that grew by nothing trains as the one that did not`, async () => {
      const model = build(kinds["dense, batch normalization"](), make());
      const { xs, ys } = batch(model, 24);
      await model.fit(xs, ys, training);
      const { model: wide } = await grow(model, { layer: "a", units: 2, method: "zero" });
      assert.is(wide.optimizer.getClassName(), model.optimizer.getClassName());
      assert.equal(wide.optimizer.getConfig(), model.optimizer.getConfig());
      assert.is(wide.optimizer.iterations, 9);
      const plain = await model.fit(xs, ys, training);
      const grown = await wide.fit(xs, ys, training);
      plain.history.loss.forEach((loss, epoch) => {
        const other = grown.history.loss[epoch] as number;
        // Sums of a wider layer round differently; what is left of that after nine steps.
        assert.ok(Math.abs(other / (loss as number) - 1) < 1e-4, `${other} and ${loss}`);
      });
      const slots = async (one: typeof model) =>
        (await stateOf(one.optimizer)).slice(1).map(({ tensor }) => tensor.shape.join("x"));
      const wider = (await slots(model)).map((shape) =>
        shape.replace(/^5$/, "7").replace(/^5x/, "7x").replace(/x5$/, "x7"),
      );
      assert.equal(await slots(wide), wider);
    });
  }

  for (const [name, make] of Object.entries(optimizers)) {
    for (const [kind, { model: layout, layers }] of Object.entries(coupled)) {
      test(`${name}: the curve of ${kind} stays where it was`, async () => {
        const model = drawn(layout(), make());
        const { xs, ys } = batch(model, 24);
        await model.fit(xs, ys, { ...training, epochs: 1 });
        const wides: Model[] = [];
        for (const layer of layers)
          wides.push((await grow(model, { layer, units: 2, method: "zero" })).model);
        const plain = await model.fit(xs, ys, training);
        for (const [i, wide] of wides.entries()) {
          const grown = await wide.fit(xs, ys, training);
          plain.history.loss.forEach((loss, epoch) => {
            const other = grown.history.loss[epoch] as number;
            const where = `${layers[i]}, epoch ${epoch}: ${other} and ${loss}`;
            assert.ok(Math.abs(other / (loss as number) - 1) < 1e-4, where);
          });
        }
      });
    }
  }

  test("adagrad: slots of new units start where new slots do", async () => {
    const model = build(kinds.dense(), train.adagrad(0.05, 0.2));
    const { xs, ys } = batch(model, 8);
    await model.fit(xs, ys, { epochs: 1, verbose: 0 });
    const { model: wide } = await grow(model, { layer: "a", units: 2, method: "zero" });
    const slots = await wide.optimizer.getWeights();
    const fresh = tf.slice(slots[1].tensor, [0, 5], [6, 2]).dataSync();
    assert.equal(fresh, new Float32Array(12).fill(0.2));
  });

  test("the old optimizer may be disposed, by its owner and with its model", async () => {
    let model = build(kinds.dense(), train.adam(0.01));
    const { xs, ys } = batch(model, 8);
    for (let i = 0; i < 3; i++) {
      await model.fit(xs, ys, { epochs: 1, verbose: 0 });
      const { model: wider } = await grow(model, { layer: "a", units: 1, method: "split" });
      model.optimizer.dispose();
      model.dispose();
      model = wider;
    }
    await model.fit(xs, ys, { epochs: 1, verbose: 0 });
  });

  test("an optimizer that has not taken a step, and one after the other", async () => {
    const model = build(kinds.conv(), train.adam(0.01));
    const { xs, ys } = batch(model, 8);
    let current = model;
    for (let i = 0; i < 3; i++) {
      const { model: next } = await grow(current, { layer: "a", units: 1, method: "split" });
      await next.fit(xs, ys, { epochs: 1, verbose: 0 });
      current = next;
    }
    const [{ tensor: steps }] = await current.optimizer.getWeights();
    assert.is(steps.dataSync()[0], 3);
  });

  test("loss and metrics stay", async () => {
    const model = build(kinds.dense());
    const mine = (a: ReturnType<typeof tf.tensor>) => tf.mean(a);
    model.compile({ optimizer: "adam", loss: "meanAbsoluteError", metrics: ["mse", mine] });
    const { xs, ys } = batch(model, 8);
    const { model: wide } = await grow(model, { layer: "a", units: 1, method: "zero" });
    const [a, b] = [model, wide].map((one) =>
      (one.evaluate(xs, ys) as ReturnType<typeof tf.tensor>[]).map((value) => value.dataSync()[0]),
    );
    assert.is(a.length, 3);
    a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) <= 1e-6 * Math.abs(value)));
  });

  for (const [name, make] of Object.entries({
    "centered RMSProp": () => train.rmsprop(0.01, 0.9, 0, 1e-7, true),
  })) {
    test(`${name} cannot go on: refused, unless there is another optimizer`, async () => {
      const model = build(kinds.dense(), make());
      const { xs, ys } = batch(model, 8);
      await model.fit(xs, ys, { epochs: 1, verbose: 0 });
      const { numTensors } = tf.memory();
      const options = { layer: "a", units: 1, method: "zero" } as const;
      const error = await grow(model, options).catch((error: unknown) => error);
      assert.instance(error, ArgumentError);
      assert.match((error as Error).message, new RegExp(`model: .*option optimizer, got ${name}`));
      assert.is(tf.memory().numTensors, numTensors);
      const optimizer = train.adam(0.01);
      const { model: wide } = await grow(model, { ...options, optimizer });
      assert.is(wide.optimizer, optimizer);
      await wide.fit(xs, ys, { epochs: 1, verbose: 0 });
    });
  }
});
