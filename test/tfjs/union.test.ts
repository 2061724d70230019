/** The union package: what is saved is standard, and the backends agree. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import { install, orthogonal, uninstall } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";

await tf.setBackend("wasm");

type Model = { getWeights(): tf.Tensor[] };
const weightsOf = (model: Model) => model.getWeights().map((w) => w.dataSync());

/** Of gain 2, to the bar of gain 1: 2e-6. */
const close = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  assert.ok(Array.from(x).every((value, at) => Math.abs(value - y[at]) <= 2 * 2e-6));

suite("tfjs/install: saved models are standard", (test) => {
  const build = () =>
    tf.sequential({
      layers: [
        tf.layers.lstm({ units: 6, inputShape: [4, 3] }),
        tf.layers.dense({
          units: 5,
          kernelInitializer: tf.initializers.orthogonal({ gain: 2, seed: 1 }),
        }),
      ],
    });

  test("saved with install on, they load in stock tfjs, with weights and without", async () => {
    install(tf);
    const model = build();
    let saved!: tf.io.ModelArtifacts;
    const info = { dateSaved: new Date(0), modelTopologyType: "JSON" as const };
    await model.save(
      tf.io.withSaveHandler(async (made) => ((saved = made), { modelArtifactsInfo: info })),
    );
    const weights = weightsOf(model);
    uninstall(tf);

    const modelTopology = JSON.parse(JSON.stringify(saved.modelTopology));
    const [lstm, dense] = modelTopology.config.layers.map((layer: any) => layer.config);
    assert.equal(lstm.recurrent_initializer.class_name, "Orthogonal");
    assert.equal(lstm.recurrent_initializer.config.gain, 1);
    assert.equal(dense.kernel_initializer, {
      class_name: "Orthogonal",
      config: { gain: 2, seed: 1 },
    });

    const whole = await tf.loadLayersModel(tf.io.fromMemory({ ...saved, modelTopology }));
    assert.equal(weightsOf(whole), weights);
    const bare = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology }));
    assert.is(bare.getWeights().length, 5);
    // Its seeded kernel is the one we made, by stock's own hand.
    close(weightsOf(bare)[3], weights[3]);
  });

  test("the file is the one that stock writes", () => {
    const text = () => JSON.stringify(build().toJSON(null, false)).replaceAll(/_[A-Z]\w+?\d+|sequential_\d+/g, ""); // prettier-ignore
    const stock = text();
    install(tf);
    assert.is(text(), stock);
  });

  test("what stock saved loads with install on, and its seed has its weights", async () => {
    const model = build();
    const modelTopology = model.toJSON(null, false) as object;
    install(tf);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology }));
    close(weightsOf(loaded)[3], weightsOf(model)[3]);
  });

  test.after.each(() => uninstall(tf));
});

suite("tfjs: backends of the union package", (test) => {
  const bits: unknown[] = [];
  for (const backend of ["wasm", "cpu"])
    test(backend, async () => {
      await tf.setBackend(backend);
      assert.is(tf.getBackend(), backend);
      install(tf);
      const initializer = orthogonal({ gain: 2, seed: 1 });
      const layer = tf.layers.lstm({
        units: 8,
        inputShape: [4, 3],
        kernelInitializer: initializer,
      });
      const model = tf.sequential({ layers: [layer] });
      const [kernel, recurrent] = weightsOf(model);
      bits.push([
        kernel,
        tf.initializers.orthogonal({ seed: 1 }).apply([30, 20]).dataSync(),
        recurrent.length,
      ]);
      assert.equal(bits.at(-1), bits[0], "the same bits on every backend");
      model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      const batch = () =>
        model.trainOnBatch(tf.ones([8, 4, 3]), tf.ones([8, 8])) as Promise<number>;
      const before = await batch();
      assert.ok((await batch()) < before);
      uninstall(tf);
    });
});
