import * as assert from "uvu/assert";
import { grow, relu1 } from "../../src/tfjs/index.ts";
import { suite } from "../suite.ts";
import { batch, build, distance, kinds } from "./chains.ts";
import { tf } from "./wasm.ts";

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
