/** The union package and second copies: lps is at home in all of them. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import { initialize, lps, uninstall } from "../../src/tfjs/index.ts";
import { register } from "../../src/tfjs/registerAll.ts";
import { suite } from "../support/suite.ts";
import { copies } from "../support/copies.ts";

type Layers = Pick<typeof tf, "sequential" | "layers" | "loadLayersModel">;

const bits = (model: { getWeights(): tf.Tensor[] }) => model.getWeights().map((w) => w.dataSync());

const build = ({ sequential, layers }: Layers) =>
  sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [6, 6, 1], ...lps({ activation: "relu", seed: 1 }) }),
      layers.flatten(),
      layers.dense({ units: 5, activation: "elu", ...lps({ activation: "elu", weights: "orthogonal", seed: 2 }) }),
      layers.dense({ units: 1 }),
    ],
  }); // prettier-ignore

suite("tfjs/lps: the union package", (test) => {
  const seen: unknown[] = [];
  for (const backend of ["wasm", "cpu"])
    test(`${backend}: the same bits, trained and loaded`, async () => {
      await tf.setBackend(backend);
      assert.is(tf.getBackend(), backend);
      const model = build(tf);
      const made = bits(model).slice(0, 4);
      const report = initialize(model, { scheme: "lps", seed: 3 });
      assert.equal(
        report.map(({ role }) => role),
        ["hidden", "hidden", "head"],
      );
      seen.push([made, bits(model)]);
      assert.equal(seen.at(-1), seen[0], "on every backend");

      const modelTopology = JSON.parse(JSON.stringify(model.toJSON(null, false)));
      const loaded = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology }));
      assert.equal(bits(loaded).slice(0, 4), made);

      const hidden = () => tf.layers.dense({ units: 8, activation: "relu", inputShape: [8] });
      const dense = tf.sequential({
        layers: [hidden(), hidden(), tf.layers.dense({ units: 1 })],
      });
      initialize(dense, { scheme: "lps", seed: 4 });
      dense.compile({ optimizer: tf.train.sgd(0.05), loss: "meanSquaredError" });
      const [xs, ys] = [tf.ones([4, 8]), tf.ones([4, 1])];
      const batch = () => dense.trainOnBatch(xs, ys) as Promise<number>;
      const before = await batch();
      assert.ok((await batch()) < before);
    });

  test.after.each(() => tf.disposeVariables());
});

suite("tfjs/lps: copies", (test) => {
  test("a second core knows the classes after register(tf)", async () => {
    const [core, layers] = copies("@tensorflow/tfjs-core", "@tensorflow/tfjs-layers");
    const make = () => {
      const model = build({ ...core, ...layers });
      core.disposeVariables();
      return model;
    };
    assert.throws(make, /Unknown initializer/);
    core.disposeVariables();
    register(core);
    make();
    const modelTopology = make().toJSON(null, false);
    const loaded = await layers.loadLayersModel({ load: async () => ({ modelTopology }) });
    assert.is(initialize(loaded, { seed: 1 }).length, 3);
    uninstall(core);
  });

  test("a second tf.layers accepts the instances", () => {
    const [layers] = copies("@tensorflow/tfjs-layers");
    assert.is(build(layers).getWeights().length, 6);
  });

  test.after.each(() => tf.disposeVariables());
});
