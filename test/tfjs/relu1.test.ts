import "../../src/tfjs/train.ts";
import * as assert from "uvu/assert";
import { ArgumentError, grow, relu1, settle, type SettleOptions } from "../../src/tfjs/index.ts";
import { aborted } from "../support/aborting.ts";
import { suite } from "../support/suite.ts";
import { batch, build, distance, drawn, kinds } from "../support/chains.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;

/** A model after saving and loading. */
async function again(model: ReturnType<typeof build>) {
  let artifacts: Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0] | undefined;
  const handler = tf.io.withSaveHandler(async (all) => {
    artifacts = all;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(all) };
  });
  await model.save(handler);
  return tf.loadLayersModel(tf.io.fromMemory(artifacts!));
}

suite("tfjs/relu1", (test) => {
  test("is relu, with gradient 1 at 0", () => {
    const layer = L.activation({ activation: relu1 });
    const x = tf.tensor1d([-2, -1e-30, 0, 1e-30, 3]);
    const apply = (x: ReturnType<typeof tf.tensor>) => layer.apply(x) as typeof x;
    assert.equal(apply(x).dataSync(), tf.relu(x).dataSync());
    const slopes = tf
      .grad((x) => apply(x))(x)
      .dataSync();
    assert.equal(slopes, new Float32Array([0, 0, 1, 1, 1]));
  });

  test("with relu6's ceiling, the gradient is 1 from 0 to 6", () => {
    const layer = L.activation({ activation: "relu1to6" as "linear" });
    const x = tf.tensor1d([-2, 0, 3, 6, 7]);
    const apply = (x: ReturnType<typeof tf.tensor>) => layer.apply(x) as typeof x;
    assert.equal(apply(x).dataSync(), tf.relu6(x).dataSync());
    const slopes = tf.grad((x) => apply(x))(x);
    assert.equal(slopes.dataSync(), new Float32Array([0, 1, 1, 1, 0]));
  });

  test("as an activation and as a layer it survives saving", async () => {
    const model = build([
      L.dense({ units: 5, activation: relu1, inputShape: [6] }),
      L.activation({ activation: relu1 }),
      L.dense({ units: 4 }),
    ]);
    const { xs } = batch(model, 7);
    const loaded = await again(model);
    assert.is(distance(model, loaded, xs), 0);
    const json = JSON.stringify(loaded.toJSON(null, false));
    assert.is(json.match(/"activation":"relu1"/g)?.length, 2);
  });

  test("takes relu's place where incoming weights are zero, survives saving, and wakes", async () => {
    for (const kind of ["dense", "dense, no bias, activation apart"]) {
      const model = build(kinds[kind]());
      const { xs, ys } = batch(model, 16);
      const options = { layer: "a", units: 3, seed: 1 };
      const { model: wide, report } = await grow(model, { ...options, method: "gradmax", xs, ys });
      assert.is(report[0].relu1.length, 1);
      const loaded = await again(wide);
      assert.is(distance(wide, loaded, xs), 0);
      await wide.fit(xs, ys, { epochs: 1, verbose: 0 });
      const fresh = tf.slice(wide.getLayer("a").getWeights()[0], [0, 5], [6, 3]).dataSync();
      assert.ok(
        fresh.every((x) => x !== 0),
        "new units have learned nothing",
      );
    }
  });
});

/** A model after saving and loading where this package is not. */
async function elsewhere(model: ReturnType<typeof build>) {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const { relu1, relu1to6 } = classNameMap;
  delete classNameMap["relu1"];
  delete classNameMap["relu1to6"];
  try {
    return await again(model);
  } finally {
    Object.assign(classNameMap, { relu1, relu1to6 });
  }
}

const values = (model: ReturnType<typeof build>, xs: ReturnType<typeof tf.tensor>) =>
  tf.tidy(() => [...(model.predict(xs) as typeof xs).dataSync()]);

suite("tfjs/settle", (test) => {
  for (const kind of [
    "dense",
    "dense, no bias, activation apart",
    "max pooling",
    "depthwise",
    "relu6",
    "relu6, the layer apart",
  ]) {
    // prettier-ignore
    test(`${kind}: relu once new units have woken, and not before`, async () => {
      const model = build(kinds[kind](), "adam");
      const { xs, ys } = batch(model, 16);
      const options = { layer: "a", units: 3, seed: 1, method: "gradmax", xs, ys } as const;
      const { model: wide, report } = await grow(model, options);
      const all = (settled: boolean, atZero: number) => report[0].relu1.map((layer) => ({ layer, settled, atZero })); // prettier-ignore
      const { numTensors } = tf.memory();
      assert.equal(await settle(wide, { xs }), all(false, 3));
      assert.is(tf.memory().numTensors, numTensors);
      const error = await elsewhere(wide).catch((error: unknown) => error);
      assert.match(String(error), /Unknown activation function: *relu1|relu1/);

      await wide.fit(xs, ys, { epochs: 2, verbose: 0 });
      const { optimizer } = wide;
      const steps = await optimizer.getWeights();
      const json = JSON.stringify(wide.toJSON(null, false));
      const before = values(wide, xs);
      assert.equal(await settle(wide, { xs }), all(true, 0));
      assert.is(JSON.stringify(wide.toJSON(null, false)), json.replaceAll('"relu1"', '"relu"').replaceAll('"relu1to6"', '"relu6"'));
      const after = values(wide, xs);
      // The fused kernel of dense layers adds the bias first; all others are the same bits.
      if (kind !== "dense") assert.equal(after, before);
      after.forEach((x, i) => assert.ok(Math.abs(x - before[i]) <= 1e-6 * Math.max(...before.map(Math.abs)))); // prettier-ignore
      assert.is(wide.optimizer, optimizer);
      (await optimizer.getWeights()).forEach(({ name, tensor }, i) => {
        assert.is(name, steps[i].name);
        assert.equal(tensor.dataSync(), steps[i].tensor.dataSync());
      });
      assert.is(distance(wide, await elsewhere(wide), xs), 0);
      await wide.fit(xs, ys, { epochs: 1, verbose: 0 });
      assert.equal(await settle(wide, { xs }), []);
    });
  }

  const several = () => {
    const inner = tf.sequential({ layers: [L.dense({ units: 4, activation: relu1, inputShape: [5], name: "inside" })], name: "inner" }); // prettier-ignore
    const timed = tf.sequential({ layers: [L.dense({ units: 5, activation: relu1, inputShape: [2] })] }); // prettier-ignore
    const recurrent = { activation: relu1, recurrentActivation: relu1, recurrentInitializer: "zeros" } as const; // prettier-ignore
    return drawn(
      tf.sequential({
        layers: [
          L.timeDistributed({
            layer: timed as unknown as ReturnType<typeof L.dense>,
            name: "timed",
            inputShape: [3, 2],
          }),
          L.gru({ units: 5, ...recurrent, name: "gru" }),
          inner as unknown as ReturnType<typeof L.dense>,
          L.dense({ units: 2, activation: relu1, name: "last" }),
        ],
      }),
    );
  };

  test("by request, wherever relu1 is: in cells, wrappers and nested models", async () => {
    const model = several();
    const { xs } = batch(model, 7);
    const before = values(model, xs);
    const report = await settle(model);
    assert.equal(report, ["timed", "gru", "inner/inside", "last"].map((layer) => ({ layer, settled: true }))); // prettier-ignore
    assert.not.match(JSON.stringify(model.toJSON(null, false)), /relu1/);
    values(model, xs).forEach((x, i) => assert.ok(Math.abs(x - before[i]) <= 1e-6 * Math.max(...before.map(Math.abs)))); // prettier-ignore
    assert.equal(await settle(model), []);
    const fresh = several();
    assert.equal(await settle(fresh, { layers: ["last"] }), [{ layer: "last", settled: true }]);
    assert.equal((await settle(fresh)).map(({ layer }) => layer), ["timed", "gru", "inner/inside"]); // prettier-ignore
  });

  test("a unit stands at zero if its largest pre-activation is 0, on all batches of all samples", async () => {
    const dense = L.dense({ units: 3, activation: relu1, name: "a", inputShape: [2] });
    const model = tf.sequential({ layers: [dense] });
    dense.setWeights([tf.tensor2d([[0, 1, -1], [0, 0, 0]]), tf.tensor1d([0, 0, 0])]); // prettier-ignore
    const zeros = tf.zeros([2, 2]);
    const settledBy = async (xs: SettleOptions["xs"]) => (await settle(model, { xs }))[0];
    const asleep = (atZero: number) => ({ layer: "a", settled: false, atZero });
    assert.equal(await settledBy(zeros), asleep(3));
    assert.equal(await settledBy([zeros, tf.tensor2d([[1, 0]])]), asleep(2));
    assert.equal(await settledBy([tf.tensor2d([[-1, 5]]), zeros, tf.tensor2d([[1, 0]])]), asleep(1)); // prettier-ignore
    dense.setWeights([tf.tensor2d([[1, 1, 1], [0, 0, 0]]), tf.tensor1d([-2, 0, 1])]); // prettier-ignore
    // Below zero everywhere, a unit is as dead with the one as with the other.
    assert.equal(await settledBy(tf.tensor2d([[1, 0], [-1, 0]])), { layer: "a", settled: true, atZero: 0 }); // prettier-ignore
  });

  test("aborted: before, between batches, behind the last one; the model is as before", async () => {
    const model = several();
    const { xs } = batch(model, 4);
    const json = JSON.stringify(model.toJSON(null, false));
    const { numTensors } = tf.memory();
    for (const at of [0, 4, 8]) {
      const told = await aborted(at, (run) => settle(model, { xs: [xs, xs] as never, ...run }));
      assert.equal(told.map(([count]) => count), [4, 8].filter((count) => count <= at)); // prettier-ignore
      assert.is(tf.memory().numTensors, numTensors);
      assert.is(JSON.stringify(model.toJSON(null, false)), json);
    }
  });

  test("what cannot be used is refused by name, and the model is as before", async () => {
    const model = several();
    const { xs } = batch(model, 4);
    const json = JSON.stringify(model.toJSON(null, false));
    const last = model.getLayer("last") as unknown as { activation: object };
    const { activation } = last;
    const { numTensors } = tf.memory();
    const refused = async (options: unknown, argument: string, words: RegExp) => {
      const error = await settle(model, options as SettleOptions).catch((error: unknown) => error);
      assert.instance(error, ArgumentError, String(error));
      assert.is((error as ArgumentError).argument, argument);
      assert.match((error as Error).message, words);
    };
    await refused({ layers: ["first"] }, "layers", /timed, gru, inner\/inside, last/);
    await refused({ layers: "last" }, "layers", /names of layers with relu1/);
    await refused({ data: xs }, "options.data", /only the options/);
    await refused(3, "options", /an object/);
    await refused({ signal: 3 }, "signal", /an AbortSignal/);
    await refused({ onProgress: 3 }, "onProgress", /a function/);
    const [wrong, none, nan] = [tf.zeros([4, 3]), tf.zeros([0, 3, 2]), tf.fill([4, 3, 2], NaN)];
    await refused({ xs: wrong }, "xs", /\[samples, 3, 2\]/);
    await refused({ xs: none }, "xs", /at least one sample/);
    await refused({ xs: nan }, "xs", /finite/);
    await refused({ xs: {} }, "xs", /tensor/);
    assert.is(tf.memory().numTensors, numTensors + 3);
    assert.is(JSON.stringify(model.toJSON(null, false)), json);
    assert.is(last.activation, activation);
    const error = await settle({} as never).catch((error: unknown) => error);
    assert.instance(error, ArgumentError);
    assert.is((await settle(model, { xs })).length, 4);
  });
});
