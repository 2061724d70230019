import * as assert from "uvu/assert";
import { decorrelated as values } from "../../src/init/diversity/decorrelated.ts";
import { diversityOf } from "../../src/init/diversity/metrics.ts";
import { layoutOf, unitsOf } from "../../src/init/units.ts";
import { decorrelated, inputCovariance } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

type Initializer = ReturnType<typeof decorrelated>;
type Layer = ReturnType<typeof tf.sequential>["layers"][number];

/** Layers that take it, and the shape of the kernel that they build. */
const places: Record<string, [layer: (kernelInitializer: Initializer) => Layer, input: number[], depthwise?: boolean]> = {
  dense: [(kernelInitializer) => tf.layers.dense({ units: 6, kernelInitializer }), [9]],
  "dense, more units": [(kernelInitializer) => tf.layers.dense({ units: 20, kernelInitializer }), [9]],
  conv1d: [(kernelInitializer) => tf.layers.conv1d({ filters: 5, kernelSize: 3, kernelInitializer }), [9, 4]],
  conv2d: [(kernelInitializer) => tf.layers.conv2d({ filters: 5, kernelSize: 3, kernelInitializer }), [9, 9, 4]],
  conv2dTranspose: [(kernelInitializer) => tf.layers.conv2dTranspose({ filters: 5, kernelSize: 3, kernelInitializer }), [9, 9, 4]],
  conv3d: [(kernelInitializer) => tf.layers.conv3d({ filters: 5, kernelSize: 2, kernelInitializer }), [4, 4, 4, 3]],
  gru: [(kernelInitializer) => tf.layers.gru({ units: 4, kernelInitializer, recurrentInitializer: kernelInitializer }), [5, 6]],
  depthwise: [(depthwiseInitializer) => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 4, depthwiseInitializer }), [9, 9, 3], true],
}; // prettier-ignore

suite("tfjs/decorrelated", (test) => {
  for (const [name, [make, input, depthwise]] of Object.entries(places))
    test(`${name}: the values of the seed, decorrelated`, () => {
      const config = { base: "heNormal", depthwise, seed: 3 } as const;
      const layer = make(decorrelated(config));
      layer.build([null, ...input]);
      const kernels = layer.weights.filter((weight) => weight.originalName.endsWith("kernel"));
      assert.ok(kernels.length > 0);
      for (const weight of kernels) {
        const shape = weight.shape as number[];
        const data = weight.read().dataSync<"float32">();
        assert.equal(data, values(shape, config).values);
        const { units, inputs } = layoutOf(shape, depthwise);
        for (const filters of unitsOf(data, layoutOf(shape, depthwise))) {
          const { meanAbsCos } = diversityOf(filters);
          assert.ok(units > inputs || meanAbsCos < 1e-6);
        }
      }
      tf.disposeVariables();
    });

  const eye = [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 2]]; // prettier-ignore
  const configs = [
    undefined,
    { seed: 1 },
    { method: "qr", base: "leCunUniform", centred: true, seed: 5 },
    { method: "cholesky", base: "glorotNormal", seed: 2 },
    { method: "data", covariance: eye, seed: 2 },
    { method: "gradient", base: "heUniform", depthwise: false },
  ] as const;
  for (const config of configs as readonly Parameters<typeof decorrelated>[0][])
    test(`through the text of a model: ${JSON.stringify(config)}`, async () => {
      const kernelInitializer = decorrelated(config);
      assert.equal(kernelInitializer.getConfig(), { ...config });
      const layer = tf.layers.dense({ units: 3, inputShape: [3], kernelInitializer });
      const model = tf.sequential({ layers: [layer] });
      const topology = model.toJSON(null, false) as any;
      const entry = topology.config.layers[0].config.kernel_initializer;
      assert.is(entry.class_name, "TfjsInitializersDecorrelated");
      const modelTopology = JSON.parse(JSON.stringify(topology));
      const loaded = await tf.loadLayersModel({ load: async () => ({ modelTopology }) });
      assert.equal(loaded.toJSON(null, false), topology);
      const bits = [model, loaded].map((one) => one.getWeights()[0].dataSync());
      if (config?.seed !== undefined) assert.equal(bits[0], bits[1]);
      else assert.not.equal(bits[0], bits[1]);
      model.dispose();
      loaded.dispose();
    });

  test("by class name, by configuration, and trained", async () => {
    for (const kernelInitializer of ["TfjsInitializersDecorrelated", { className: "TfjsInitializersDecorrelated", config: { method: "qr" } }]) {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer: kernelInitializer as string })] });
      model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      const [xs, ys] = [tf.randomNormal([32, 3], 0, 1, "float32", 1), tf.zeros([32, 2])];
      const { history } = await model.fit(xs, ys, { epochs: 3, verbose: 0 });
      assert.ok(history["loss"][2] < history["loss"][0]);
      model.dispose();
      tf.dispose([xs, ys]);
    }
  }); // prettier-ignore

  test("the covariance of inputs", () => {
    const xs = tf.tensor2d([[1, 2], [3, 2], [5, 8]]); // prettier-ignore
    const found = inputCovariance(xs);
    const expected = [8 / 3, 4, 4, 8];
    assert.ok(found.flat().every((x, i) => Math.abs(x - expected[i]) < 1e-12));
    assert.equal(inputCovariance(tf.reshape(xs, [3, 1, 2])), found);
    const kernelInitializer = decorrelated({ method: "data", covariance: found, seed: 1 });
    assert.equal(kernelInitializer.apply([2, 2]).shape, [2, 2]);
    refused("covariance", () => kernelInitializer.apply([3, 2]));
    refused("xs", () => inputCovariance(tf.zeros([0, 2])));
    refused("xs", () => inputCovariance(tf.zeros([3])));
  });

  test("options are checked when it is made; apply gives everything back", () => {
    const loose = decorrelated as (config: unknown) => Initializer;
    for (const config of [null, 5, "zca"]) refused("config", () => loose(config));
    for (const key of ["Method", "gain", "data"]) refused(`config.${key}`, () => loose({ [key]: 1 })); // prettier-ignore
    refused("method", () => loose({ method: "svd" }));
    refused("base", () => loose({ base: "glorot" }));
    refused("seed", () => loose({ seed: -1 }));
    refused("depthwise", () => loose({ depthwise: 1 }));
    for (const covariance of [5, [], [1, 2], [[1, 2], [3]]]) refused("covariance", () => loose({ method: "data", covariance })); // prettier-ignore
    refused("covariance", () => loose({ covariance: eye }));
    const before = tf.memory();
    const initializer = decorrelated({ method: "cholesky" });
    for (const shape of [[3], [2, -1], [2, 3]]) assert.throws(() => initializer.apply(shape));
    refused("dtype", () => initializer.apply([3, 2], "int32"));
    for (let call = 0; call < 50; call++) initializer.apply([3, 2]).dispose();
    assert.equal(tf.memory(), before);
  });
});
