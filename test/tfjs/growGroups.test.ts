/** Growing keeps the function, whatever layers the units pass on their way, and tells what it cannot grow. */
import "../../src/tfjs/train.ts";
import * as assert from "uvu/assert";
import { ArgumentError, grow, growable, type GrowOptions } from "../../src/tfjs/index.ts";
import { plain } from "../../src/tfjs/growth/rebuild.ts";
import { weightsOf } from "../../src/tfjs/layers/channels.ts";
import { drawn } from "../support/chains.ts";
import { apart, batchFor, models } from "../support/groups.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;
type Model = InstanceType<typeof tf.LayersModel>;
type Tensor = ReturnType<typeof tf.tensor>;

/** A model after saving and loading. */
async function again(model: Model): Promise<Model> {
  let artifacts: Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0] | undefined;
  const handler = tf.io.withSaveHandler(async (all) => {
    artifacts = all;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(all) };
  });
  await model.save(handler);
  return tf.loadLayersModel(tf.io.fromMemory(artifacts!));
}

/** TensorFlow.js does not dispose the weights of layers that are called twice. */
function dispose(model: Model): void {
  const weights = model.weights.map((weight) => weight.read());
  model.dispose();
  weights.forEach((weight) => weight.isDisposed || weight.dispose());
}

const names = (model: Model) =>
  growable(model).map(({ layers, prevents }) => layers.join("+") + (prevents ? "!" : ""));

suite("tfjs/grow groups", (test) => {
  for (const [name, make] of Object.entries(models)) {
    test(`${name}: every group by every method`, async () => {
      const model = drawn(make(), "adam");
      const { xs, ys } = batchFor(model, 6);
      await model.fit(xs, ys, { verbose: 0 });
      const { numTensors } = tf.memory();
      let done = 0;
      for (const { layers, size, multiple, methods, prevents } of growable(model)) {
        for (const { prevents: reason, ...way } of methods) {
          const units = multiple > 1 ? multiple : 2;
          const data = way.method === "gradmax" && { xs, ys };
          const options = { layer: layers[0], units, seed: 3, ...way, ...data } as GrowOptions;
          if (reason) {
            const error = await grow(model, options).catch((error: unknown) => error);
            assert.instance(error, ArgumentError);
            if (!prevents) assert.is((error as Error).message, reason);
            continue;
          }
          const { model: wide, report } = await grow(model, options);
          const error = apart(model, wide, xs);
          assert.ok(error <= 1e-6, `${layers[0]} by ${JSON.stringify(way)}: ${error}`);
          assert.equal(report[0].layers, layers);
          assert.is(report[0].units.after, size + units);
          dispose(wide);
          done++;
        }
      }
      assert.ok(done > 10, `${done}`);
      assert.is(tf.memory().numTensors, numTensors, "tensors left");
      tf.dispose([xs, ys]);
      model.dispose();
    });

    test(`${name}: zeros leave the training where it was; saved, it is the same`, async () => {
      const model = drawn(make(), "adam");
      const { xs, ys } = batchFor(model, 6);
      const training = { epochs: 2, shuffle: false, verbose: 0 } as const;
      await model.fit(xs, ys, training);
      const layer = growable(model)
        .filter(({ methods }) => methods.some((way) => way.method === "zero" && !way.prevents))
        .map(({ layers }) => layers[0]);
      const { model: wide } = await grow(model, { layer, units: 2, method: "zero" });
      const [plain, grown] = [await model.fit(xs, ys, training), await wide.fit(xs, ys, training)];
      // The noise of one model is random, and its penalty counts units.
      if (name !== "nested")
        plain.history.loss.forEach((loss, epoch) => {
          const other = grown.history.loss[epoch] as number;
          assert.ok(Math.abs(other / (loss as number) - 1) < 1e-3, `${other} and ${loss}`);
        });
      // tf.layers loses the depth multiplier of separable layers in saving.
      if (name !== "mobilenet") assert.is(apart(wide, await again(wide), xs), 0);
    });
  }

  test("groups are what grows together", () => {
    assert.equal(names(models.resnet()), ["stem+b0+b1", "a0", "a1", "down+main", "out!"]);
    assert.equal(names(models.densenet()), ["stem", "a0", "a1", "a2", "out!"]);
    assert.equal(names(models.nested()), ["first", "inner/h", "inner/e", "out!", "out2!"]);
    const [stem] = growable(models.densenet());
    assert.equal(stem.consumers, ["a0", "a1", "a2", "out"]);
    const flattened = stem.axes.find(({ layer }) => layer === "out")!;
    assert.is(flattened.offsets.length, 64);
    assert.equal(flattened.offsets.slice(0, 2), [0, 13]);
  });

  test("a layer in front of a reshape grows by a unit for every position", async () => {
    const model = drawn(models.decoder());
    const { model: wide, report } = await grow(model, { layer: "code", units: 2, method: "split" });
    assert.equal(report[0].units, { before: 3, after: 5 });
    assert.equal(wide.getLayer("code").outputShape, [null, 40]);
    assert.equal(wide.layers.find((layer) => layer.getClassName() === "Reshape")!.outputShape, [null, 2, 4, 5]); // prettier-ignore
  });

  test("every weight of every layer is followed", () => {
    for (const make of Object.values(models)) {
      for (const layer of plain(make())) {
        assert.is(
          weightsOf(layer).length,
          layer.weights.length,
          `${layer.name} (${layer.getClassName()})`,
        );
      }
    }
  });

  test("states of both ways of a Bidirectional grow with its units, those it begins with, too", async () => {
    const [inputs, given] = [tf.input({ shape: [4, 3] }), tf.input({ shape: [2] })];
    const rnn = L.gru({ units: 3, returnState: true, recurrentInitializer: "glorotNormal" });
    const layer = rnn as Parameters<typeof L.bidirectional>[0]["layer"];
    const both = L.bidirectional({ layer, mergeMode: "concat", name: "both" });
    const ways = ["forward", "backward"];
    const initialState = ways.map((name) => L.dense({ units: 3, name }).apply(given) as typeof inputs); // prettier-ignore
    const found = both.apply(inputs, { initialState }) as unknown as (typeof inputs)[];
    const ends = found.map((one, i) => L.dense({ units: 2, name: `end${i}` }).apply(one));
    const outputs = L.dense({ units: 2, name: "out" }).apply(L.add().apply(ends as (typeof inputs)[])) as typeof inputs; // prettier-ignore
    const model = drawn(tf.model({ inputs: [inputs, given], outputs }));
    assert.equal(names(model), ["forward+backward+both", "end0+end1+end2", "out!"]);
    const { xs } = batchFor(model, 6);
    const { model: wide, report } = await grow(model, { layer: "both", units: 2, method: "split" });
    assert.equal([0, 1, 2].map((i) => wide.getLayer(`end${i}`).getWeights()[0].shape[0]), [10, 5, 5]); // prettier-ignore
    assert.equal(report[0].units, { before: 3, after: 5 });
    assert.ok(apart(model, wide, xs) <= 1e-6);
  });

  test("queries grow with their keys, which read them", async () => {
    const model = drawn(models.transformer());
    const group = growable(model).find(({ layers }) => layers.includes("q"))!;
    assert.equal([group.layers, group.consumers], [["q", "k"], ["k"]]);
    assert.equal(group.methods.filter(({ prevents }) => prevents).map(({ method }) => method), ["gradmax", "gradmax"]); // prettier-ignore
    const { xs, ys } = batchFor(model, 6);
    const { model: wide } = await grow(model, { layer: "k", units: 2, method: "random", seed: 1 });
    const fresh = () => tf.slice(wide.getLayer("q").getWeights()[0], [0, 4], [4, 2]).dataSync();
    assert.ok(
      fresh().every((x) => x === 0),
      "queries are zero",
    );
    await wide.fit(xs, ys, { verbose: 0 });
    assert.ok(
      fresh().every((x) => x !== 0),
      "queries have learned",
    );
  });

  test("keys may pass layers that hand them on, and no others", () => {
    const x = tf.input({ shape: [5, 4] });
    const groups = (axes: number | number[], ...between: { apply(x: unknown): unknown }[]) => {
      const dense = (name: string) => L.dense({ units: 3, name });
      const key = between.reduce((x, layer) => layer.apply(x), dense("k").apply(x) as unknown);
      const q = L.activation({ activation: "tanh" }).apply(dense("q").apply(x));
      const sums = L.dot({ axes: axes as number }).apply([q, key] as (typeof x)[]);
      const outputs = L.dense({ units: 2 }).apply(L.flatten().apply(sums)) as typeof x;
      return names(drawn(tf.model({ inputs: x, outputs })));
    };
    const [joined, apart] = [["q+k"], ["k!", "q!"]];
    const seen = (found: string[]) => found.filter((name) => /[qk]/.test(name)).sort();
    for (const axes of [2, -1, [2, 2], [-1, -1]]) assert.equal(seen(groups(axes)), joined);
    assert.equal(seen(groups([2, 2], L.dropout({ rate: 0.1 }))), joined);
    assert.equal(seen(groups([2, 1], L.permute({ dims: [2, 1] }))), joined);
    assert.equal(seen(groups([2, 2], L.reshape({ targetShape: [5, 3] }))), joined);
    assert.equal(seen(groups([2, 2], L.reLU())), apart);
    assert.equal(seen(groups([2, 2], L.activation({ activation: "linear" }))), apart);
    assert.equal(seen(groups([2, 2], L.layerNormalization())), apart);
  });

  test("units on the last axis of a Dot over axis 0, which tf.layers takes for the second", async () => {
    const x = tf.input({ shape: [3, 4] });
    const dense = (name: string) => L.dense({ units: 5, activation: "tanh", name }).apply(x);
    const dot = L.dot({ axes: 0 }).apply([dense("a"), dense("b")] as (typeof x)[]);
    const model = drawn(
      tf.model({ inputs: x, outputs: L.dense({ units: 2 }).apply(dot) as typeof x }),
    );
    const { xs } = batchFor(model, 6);
    const { model: wide } = await grow(model, { layer: "b", units: 2, method: "split" });
    assert.ok(apart(model, wide, xs) <= 1e-6);
    for (const one of [model, wide]) dispose(one);
  });

  test("units that are repeated otherwise than those they meet are left whole", () => {
    const x = tf.input({ shape: [4, 4, 1] });
    const conv = (filters: number, name: string) =>
      L.conv2d({ filters, kernelSize: 1, name }).apply(x) as typeof x;
    const repeated = L.depthwiseConv2d({ kernelSize: 1, depthMultiplier: 3 }).apply(conv(2, "two"));
    const sum = L.add().apply([repeated as typeof x, conv(6, "six")]) as typeof x;
    const model = tf.model({ inputs: x, outputs: L.conv2d({ filters: 1, kernelSize: 1 }).apply(sum) as typeof x }); // prettier-ignore
    const [two, six] = growable(model);
    for (const { prevents } of [two, six]) assert.match(prevents!, /units in the same order/);
    assert.equal([two.size, six.size], [2, 6]);
  });

  test("axes of length one come and go around the units", async () => {
    for (const shapes of [
      [[4, 1], [4], [4, 1]],
      [
        [1, 4],
        [1, 4, 1],
      ],
      [
        [1, 1, 4],
        [1, 4, 1],
        [4, 1, 1],
      ],
    ]) {
      const between = shapes.map((targetShape) => L.reshape({ targetShape }));
      const layers = [L.dense({ units: 4, name: "a", inputShape: [3] }), ...between, L.flatten(), L.dense({ units: 2, name: "out" })]; // prettier-ignore
      const model = drawn(tf.sequential({ layers }));
      model.setUserDefinedMetadata({ shapes });
      assert.equal(names(model), ["a", "out!"]);
      const { xs } = batchFor(model, 6);
      const { model: wide } = await grow(model, { layer: "a", units: 2, method: "split" });
      assert.ok(apart(model, wide, xs) <= 1e-6);
      assert.equal(wide.getUserDefinedMetadata(), { shapes });
      for (const one of [model, wide]) dispose(one);
    }
  });

  test("a single unit goes through a reshape to axes of length one", async () => {
    const layers = [L.dense({ units: 1, name: "a", inputShape: [3] }), L.reshape({ targetShape: [1, 1] }), L.dense({ units: 2, name: "out" })]; // prettier-ignore
    const model = drawn(tf.sequential({ layers }));
    assert.equal(names(model), ["a", "out!"]);
    const { xs } = batchFor(model, 6);
    const { model: wide } = await grow(model, { layer: "a", units: 2, method: "split" });
    assert.ok(apart(model, wide, xs) <= 1e-6);
    for (const one of [model, wide]) dispose(one);
  });

  test("units that are added to a concatenation grow in two groups", async () => {
    const x = tf.input({ shape: [5] });
    const dense = (units: number, name: string) => L.dense({ units, name, activation: "tanh" });
    const [a, b, c] = [dense(2, "a"), dense(3, "b"), dense(5, "c")].map(
      (layer) => layer.apply(x) as typeof x,
    );
    const both = L.concatenate().apply([a, b]);
    const sum = L.add().apply([both as typeof x, c]) as typeof x;
    const model = drawn(
      tf.model({ inputs: x, outputs: L.dense({ units: 2 }).apply(sum) as typeof x }),
    );
    assert.equal(names(model).slice(0, 2), ["a+c", "b+c"]);
    const { xs } = batchFor(model, 6);
    const { model: wide } = await grow(model, {
      layer: ["a", "b"],
      units: [1, 2],
      method: "split",
    });
    assert.ok(apart(model, wide, xs) <= 1e-6);
    assert.equal((wide.getLayer("c").output as typeof x).shape, [null, 8]);
  });

  test("a model at the start of a Sequential is an outer model as elsewhere", async () => {
    const a = () => L.dense({ units: 4, activation: "relu", name: "a", inputShape: [4] });
    const deep = tf.sequential({ layers: [a()], name: "deep" });
    const outer = tf.sequential({ layers: [a(), deep], name: "outer" });
    const model = drawn(tf.sequential({ layers: [outer, L.dense({ units: 2, name: "out" })] }));
    assert.equal(names(model), ["outer/a", "outer/deep/a", "out!"]);
    const { xs } = batchFor(model, 6);
    const options = { layer: ["outer/a", "outer/deep/a"], units: 2, method: "split" } as const;
    const { model: wide } = await grow(model, options);
    assert.ok(apart(model, wide, xs) <= 1e-6);
    assert.equal(names(wide), names(model));
  });

  test("other layers may be channels first", async () => {
    const model = drawn(
      tf.sequential({
        layers: [
          L.conv2d({ filters: 3, kernelSize: 3, dataFormat: "channelsFirst", name: "conv", inputShape: [2, 6, 6] }), // prettier-ignore
          L.flatten(),
          L.dense({ units: 4, name: "a" }),
          L.dense({ units: 2, name: "out" }),
        ],
      }),
    );
    assert.equal(names(model), ["conv!", "a", "out!"]);
    assert.is(growable(model)[0].size, 3);
    const { xs } = batchFor(model, 6);
    const { model: wide } = await grow(model, { layer: "a", units: 2, method: "split" });
    assert.ok(apart(model, wide, xs) <= 1e-6);
  });

  test("constraints do not change wider weights", async () => {
    const kernelConstraint = "unitNorm" as const;
    const model = drawn(
      tf.sequential({
        layers: [
          L.dense({ units: 4, kernelConstraint, activation: "tanh", name: "a", inputShape: [5] }),
          L.dense({ units: 3, kernelConstraint, name: "b" }),
          L.dense({ units: 2, name: "out" }),
        ],
      }),
    );
    const { xs } = batchFor(model, 6);
    for (const layer of ["a", "b"]) {
      const { model: wide } = await grow(model, { layer, units: 2, method: "split" });
      assert.ok(apart(model, wide, xs) <= 1e-6, layer);
    }
  });

  test("units that a depthwise kernel reads several times", async () => {
    const x = tf.input({ shape: [5, 5, 2] });
    const a = L.conv2d({ filters: 3, kernelSize: 1, name: "a" }).apply(x) as typeof x;
    const twice = L.concatenate().apply([a, a]) as typeof x;
    const chain = [L.separableConv2d({ filters: 2, kernelSize: 2 }), L.flatten(), L.dense({ units: 2 })]; // prettier-ignore
    const outputs = chain.reduce((x, layer) => layer.apply(x) as typeof x, twice);
    const model = drawn(tf.model({ inputs: x, outputs }));
    const { xs } = batchFor(model, 6);
    const options = { layer: "a", units: 2, method: "random", inverse: true } as const;
    const { model: wide } = await grow(model, options);
    assert.ok(apart(model, wide, xs) <= 1e-6);
  });

  test("layers of one group are not grown twice in a call", async () => {
    const model = drawn(models.resnet());
    const options = { layer: ["stem", "b1"], units: 2, method: "split" } as const;
    const error = await grow(model, options).catch((error: unknown) => error);
    assert.match((error as Error).message, /do not grow together anyway, got stem and b1/);
  });

  test("new channels of a stream are zero where incoming weights are", async () => {
    const model = drawn(models.resnet());
    const { xs } = batchFor(model, 4);
    const { model: wide } = await grow(model, {
      layer: "stem",
      units: 3,
      method: "random",
      seed: 1,
    });
    const adds = wide.layers.filter((layer) => layer.getClassName() === "Add").slice(0, 2);
    for (const { output } of adds) {
      const inner = tf.model({ inputs: wide.inputs, outputs: output });
      const values = inner.predict(xs) as Tensor;
      assert.is(tf.max(tf.abs(tf.slice(values, [0, 0, 0, 4]))).dataSync()[0], 0);
    }
  });

  test("all gates of recurrent units get wider, and new units forget as their layer says", async () => {
    const model = drawn(models.lstm());
    const { model: wide } = await grow(model, { layer: "lstm", units: 2, method: "orthogonal" });
    const [kernel, recurrent, bias] = wide.getLayer("lstm").getWeights();
    assert.equal([kernel.shape, recurrent.shape, bias.shape], [[5, 24], [6, 24], [24]]);
    const fresh = (tf.reshape(bias, [4, 6]).arraySync() as number[][]).map((gate) => gate.slice(4));
    assert.equal(fresh, [[0, 0], [1, 1], [0, 0], [0, 0]]); // prettier-ignore
  });

  test("layer normalization: only multiples of its units, by split", async () => {
    const model = drawn(models.transformer());
    const group = growable(model).find(({ layers }) => layers.includes("emb"))!;
    assert.is(group.multiple, 4);
    for (const [options, argument] of [
      [{ method: "split", units: 3 }, "units"],
      [{ method: "orthogonal", units: 4 }, "method"],
    ] as const) {
      const error = await grow(model, { layer: "emb", ...options }).catch(
        (error: unknown) => error,
      );
      assert.instance(error, ArgumentError);
      assert.is((error as ArgumentError).argument, argument);
      assert.match(
        (error as Error).message,
        /"split" with a multiple of 4 units.*LayerNormalization/,
      );
    }
  });
});
