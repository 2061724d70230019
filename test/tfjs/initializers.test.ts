/** What every factory of src/tfjs/initializers has in common, and how its initializers serve layers and saved models. */
import type { Tensor } from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import * as door from "../../src/tfjs/index.ts";
import { Initializer } from "../../src/tfjs/initializer.ts";
import { variance } from "../support/statistics.ts";
import { suite } from "../support/suite.ts";
import { refused, tooLarge } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

interface Example {
  /** Every option, none at its default. */
  config: object;
  shape: number[];
  /** Shapes that `apply` refuses, besides what no shape is. */
  refuses?: number[][];
}

const rule: Example = { config: { layer: "depthwise", seed: 1 }, shape: [3, 4, 5], refuses: [[4]] };
const examples = {
  glorotNormal: rule,
  glorotUniform: rule,
  heNormal: rule,
  heUniform: rule,
  identity: {
    config: { gain: 2, groups: 2, layer: "dense" },
    shape: [3, 1, 4],
    refuses: [[4]],
  },
  idInit: { config: { gain: 2, layer: "transpose" }, shape: [3, 4, 5], refuses: [[4]] },
  leCunNormal: rule,
  leCunUniform: rule,
  reluOrthogonal: { config: { gain: 2, seed: 1 }, shape: [3, 4, 5], refuses: [[4]] },
  randomNormal: { config: { mean: 2, stddev: 3, seed: 1 }, shape: [7] },
  randomUniform: { config: { minval: 2, maxval: 3, seed: 1 }, shape: [7] },
  truncatedNormal: { config: { mean: 2, stddev: 3, seed: 1 }, shape: [7] },
  varianceScaling: {
    config: { scale: 3, mode: "fanOut", distribution: "uniform", layer: "transpose", seed: 1 },
    shape: [3, 4, 5],
    refuses: [[4]],
  },
  zerO: { config: { gain: 2, layer: "depthwise" }, shape: [3, 4, 5], refuses: [[4]] },
} satisfies Record<string, Example>;

type Maker = (config?: unknown) => Initializer<object>;
const makers = door as unknown as Record<string, Maker>;
const bits = (made: Initializer<object>, shape: number[]) => tf.tidy(() => made.apply(shape).dataSync()); // prettier-ignore

for (const [name, { config, shape, refuses = [] }] of Object.entries<Example>(examples)) {
  const make = makers[name];
  const seeded = "seed" in config;

  suite(`tfjs/initializers: ${name}`, (test) => {
    test("its name is its own, and its configuration is its whole state", () => {
      const className = `TfjsInitializers${name[0].toUpperCase()}${name.slice(1)}`;
      const made = make(config);
      assert.instance(made, Initializer);
      assert.equal([made.className, made.getClassName()], [className, className]);
      assert.equal(made.getConfig(), config);
      assert.equal(make().getConfig(), {});
      const [cls, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap[className];
      assert.instance(made, cls);
      const rebuilt = fromConfig(cls, JSON.parse(JSON.stringify(made.config)));
      assert.equal(bits(rebuilt as never, shape), bits(made, shape));
      const emptied = Object.fromEntries(Object.keys(config).map((key) => [key, null]));
      assert.equal(make(emptied).getConfig(), {});
    });

    test("apply gives a new float32 tensor, the same for the same seed", () => {
      const made = make(config);
      const [a, b] = [made.apply(shape), made.apply(shape, "float32")];
      assert.equal([a.shape, a.dtype], [shape, "float32"]);
      assert.is.not(a.id, b.id);
      assert.equal(a.dataSync(), b.dataSync());
      tf.dispose([a, b]);
      if (!seeded) return;
      const { seed, ...rest } = config as { seed: number };
      assert.not.equal(bits(make(rest), shape), bits(make(rest), shape));
      assert.not.equal(bits(make({ ...rest, seed: seed + 1 }), shape), bits(make(config), shape));
    });

    test("bad options are refused when it is made, bad shapes by apply, and it goes on", () => {
      for (const bad of [null, 5, "relu", []]) refused("config", () => make(bad));
      refused("config.gian", () => make({ gian: 1 }));
      for (const key of Object.keys(config))
        for (const bad of [NaN, "x", {}, -Infinity]) refused(key, () => make({ ...config, [key]: bad })); // prettier-ignore
      const made = make(config);
      const { numTensors } = tf.memory();
      for (const bad of [[5, -1], [5, 2.5], [null, 5], undefined, "35", ...refuses])
        refused("shape", () => made.apply(bad as number[]));
      for (const dtype of ["int32", "bool", null]) refused("dtype", () => made.apply(shape, dtype as never)); // prettier-ignore
      tooLarge(() => made.apply([...shape.slice(0, -2), 2 ** 20, 2 ** 20]));
      made.apply(shape).dispose();
      assert.is(tf.memory().numTensors, numTensors);
    });
  });
}

/** A kernel of about 10⁵ weights of each kind of layer, and the fan that the layer sums a unit from. */
const layers: [name: string, make: (layer: object) => unknown, weight: number, fanIn: number][] = [
  ["dense", (kernelInitializer) => tf.layers.dense({ units: 300, inputShape: [300], kernelInitializer } as never), 0, 300],
  ["conv1d", (kernelInitializer) => tf.layers.conv1d({ filters: 200, kernelSize: 5, inputShape: [9, 100], kernelInitializer } as never), 0, 500],
  ["conv2d", (kernelInitializer) => tf.layers.conv2d({ filters: 100, kernelSize: 3, inputShape: [9, 9, 100], kernelInitializer } as never), 0, 900],
  ["conv3d", (kernelInitializer) => tf.layers.conv3d({ filters: 100, kernelSize: 3, inputShape: [9, 9, 9, 40], kernelInitializer } as never), 0, 1080],
  ["lstm", (recurrentInitializer) => tf.layers.lstm({ units: 160, inputShape: [3, 2], recurrentInitializer } as never), 1, 160],
]; // prettier-ignore
const kinds: typeof layers = [
  ["transpose", (kernelInitializer) => tf.layers.conv2dTranspose({ filters: 200, kernelSize: 3, inputShape: [9, 9, 50], kernelInitializer } as never), 0, 450],
  ["depthwise", (depthwiseInitializer) => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 8, inputShape: [9, 9, 1200], depthwiseInitializer } as never), 0, 9],
  ["separable", (depthwiseInitializer) => tf.layers.separableConv2d({ filters: 100, kernelSize: 3, inputShape: [9, 9, 1000], depthwiseInitializer } as never), 1, 1000],
  ["embedding", (embeddingsInitializer) => tf.layers.embedding({ inputDim: 1000, outputDim: 100, inputLength: 3, embeddingsInitializer } as never), 0, 1],
]; // prettier-ignore

const weightsOf = (layer: unknown) => {
  const model = tf.sequential({ layers: [layer as never] });
  const weights = model.getWeights().map((one: Tensor) => one.dataSync());
  model.dispose();
  return weights;
};

suite("tfjs/initializers: layers", (test) => {
  for (const [kind, make, which, fan] of [...layers, ...kinds])
    test(`heNormal in a ${kind} layer has variance 2 / ${fan}`, () => {
      const known = kinds.some(([name]) => name === kind);
      const config = { seed: 1, ...(known && { layer: kind as "depthwise" }) };
      const values = weightsOf(make(door.heNormal(config)))[which] as Float32Array;
      assert.ok(Math.abs((variance(values) * fan) / 2 - 1) < 0.03, `${variance(values) * fan}`);
    });

  test("tf.layers' own weights have 0.774 of the variance", () => {
    const make = layers[0][1];
    const stock = weightsOf(make(tf.initializers.heNormal({ seed: 1 })))[0] as Float32Array;
    assert.ok(Math.abs((variance(stock) * 300) / 2 - 0.774) < 0.02);
  });

  test("a model that is saved and loaded again has the same bits and names", async () => {
    for (const [name, { config }] of Object.entries<Example>(examples)) {
      const plain = { ...config, layer: undefined };
      const kernelInitializer = makers[name]("layer" in config ? plain : config);
      const layer = tf.layers.dense({ units: 4, inputShape: [4], kernelInitializer: kernelInitializer as never }); // prettier-ignore
      const model = tf.sequential({ layers: [layer] });
      const modelTopology = JSON.parse(JSON.stringify(model.toJSON(null, false))) as object;
      const loaded = await tf.loadLayersModel({ load: async () => ({ modelTopology }) });
      assert.equal(loaded.getWeights()[0].dataSync(), model.getWeights()[0].dataSync(), name);
      assert.equal(JSON.parse(JSON.stringify(loaded.toJSON(null, false))), modelTopology);
    }
  });

  test("the four projections of mimetic share a seed, also where none was given", async () => {
    for (const options of [{ seed: 3 }, {}, { heads: 2, queryKey: { alpha: 0.1, beta: 2 } }]) {
      const made = door.mimetic(options);
      assert.equal(Object.keys(made), ["query", "key", "value", "output"]);
      const seeds = Object.values(made).map((one) => one.getConfig()["seed"]);
      assert.is(new Set(seeds).size, 1);
      for (const one of Object.values(made)) {
        assert.is(one.className, "TfjsInitializersMimetic");
        const [cls, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap[one.className]; // prettier-ignore
        const rebuilt = fromConfig(cls, JSON.parse(JSON.stringify(one.config)));
        assert.equal(bits(rebuilt as never, [8, 8]), bits(one, [8, 8]));
      }
    }
    assert.not.equal(door.mimetic().query.config, door.mimetic().query.config);
    refused("config.projection", () => door.mimetic({ projection: "query" } as never));
    refused("heads", () => door.mimetic({ heads: 0 }));
    refused("queryKey.gamma", () => door.mimetic({ queryKey: { gamma: 1 } } as never));
    refused("valueOutput.alpha", () => door.mimetic({ valueOutput: { alpha: NaN } }));
    refused("shape", () => door.mimetic({ heads: 3 }).query.apply([8, 8]));
  });
});
