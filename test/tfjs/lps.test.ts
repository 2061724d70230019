import * as assert from "uvu/assert";
import { lpsBias, lpsKernel } from "../../src/init/lps/lps.ts";
import { lps, lpsDesign, type LpsOptions } from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

type Layer = InstanceType<typeof tf.layers.Layer>;

const relu = lpsDesign({ activation: "relu" });
const activation = "relu" as const;

/** Every layer that takes initializers of lps: its factory, input shape, fan-in, and variance of each kernel. */
const layers: Record<string, [make: () => Layer, input: number[], fans: [number, number][]]> = {
  dense: [
    () => tf.layers.dense({ units: 300, activation, ...lps({ activation, seed: 1 }) }),
    [50],
    [[50, relu.variance]],
  ],
  conv1d: [
    () => tf.layers.conv1d({ filters: 90, kernelSize: 3, ...lps({ activation, seed: 1 }) }),
    [9, 40],
    [[120, relu.variance]],
  ],
  conv2d: [
    () => tf.layers.conv2d({ filters: 90, kernelSize: [3, 2], ...lps({ activation, seed: 1 }) }),
    [9, 9, 20],
    [[120, relu.variance]],
  ],
  conv3d: [
    () => tf.layers.conv3d({ filters: 90, kernelSize: 2, ...lps({ activation, seed: 1 }) }),
    [5, 5, 5, 10],
    [[80, relu.variance]],
  ],
  conv2dTranspose: [
    () => {
      const strides: [number, number] = [2, 2];
      const options = lps({ activation, layer: "transpose", strides, seed: 1 });
      return tf.layers.conv2dTranspose({ filters: 90, kernelSize: 4, strides, ...options });
    },
    [5, 5, 20],
    [[80, relu.variance]],
  ],
  conv3dTranspose: [
    () => {
      const options = lps({ activation, layer: "transpose", seed: 1 });
      return tf.layers.conv3dTranspose({ filters: 90, kernelSize: 2, ...options });
    },
    [3, 3, 3, 10],
    [[80, relu.variance]],
  ],
  depthwiseConv2d: [
    () => {
      const options = lps({ activation, layer: "depthwise", seed: 1 });
      return tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 9, ...options });
    },
    [9, 9, 60],
    [[9, relu.variance]],
  ],
  separableConv2d: [
    () => {
      const options = lps({ activation, layer: "separable", seed: 1 });
      return tf.layers.separableConv2d({ filters: 90, kernelSize: 3, depthMultiplier: 8, ...options });
    },
    [9, 9, 50],
    [[9, 1], [400, relu.variance]],
  ],
}; // prettier-ignore

suite("tfjs/lps: layers", (test) => {
  for (const [name, [make, input, fans]] of Object.entries(layers))
    test(name, () => {
      const layer = make();
      layer.build([null, ...input]);
      const weights = layer.getWeights().map((weight) => weight.dataSync<"float32">());
      const biases = weights.pop()!;
      fans.forEach(([fan, variance], i) => {
        const mean = weights[i].reduce((sum, x) => sum + x * x, 0) / weights[i].length;
        const deviation = Math.sqrt(2 / weights[i].length);
        assert.ok(Math.abs((mean * fan) / variance - 1) < 5 * deviation, `kernel ${i}: ${mean}`);
      });
      const expected = relu.biases.map(Math.fround).sort();
      assert.equal([...new Set(biases)].sort(), expected);
      const share = biases.filter((b) => b === expected[0]).length / biases.length;
      assert.ok(Math.abs(share - 0.5) <= 0.5 / biases.length);
    });

  test("orthogonal weights keep norms by what the variance says", () => {
    const { kernelInitializer } = lps({ activation, weights: "orthogonal", seed: 1 });
    tf.tidy(() => {
      const w = kernelInitializer.apply([64, 64]);
      const gram = tf.matMul(tf.transpose(w), w);
      const off = tf.max(tf.abs(tf.sub(gram, tf.mul(relu.variance, tf.eye(64)))));
      assert.ok(off.dataSync()[0] < 1e-5);
    });
  });

  test("a deep narrow network trains with it", async () => {
    const hidden = (seed: number) =>
      tf.layers.dense({ units: 4, activation, inputShape: [seed === 0 ? 1 : 4], ...lps({ activation, seed }) }); // prettier-ignore
    const last = tf.layers.dense({ units: 1, ...lps({ activation: "linear", seed: 8 }) });
    const model = tf.sequential({
      layers: [...Array.from({ length: 8 }, (_, i) => hidden(i)), last],
    });
    const xs = tf.tensor2d(Array.from({ length: 64 }, (_, i) => [i / 20 - 1.6]));
    model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
    const { history } = await model.fit(xs, tf.abs(xs), { epochs: 40, shuffle: false, verbose: 0 });
    const [first, end] = [history["loss"][0], history["loss"].at(-1)] as number[];
    assert.ok(end < 0.8 * first, `${first} → ${end}`);
  });

  test.after.each(() => tf.disposeVariables());
});

suite("tfjs/lps: initializers", (test) => {
  test("are what the seed says, in any order", () => {
    const bits = (options: LpsOptions) =>
      tf.tidy(() => {
        const { kernelInitializer, biasInitializer } = lps({ ...options, layer: "dense" });
        return [kernelInitializer.apply([3, 4, 5]), biasInitializer.apply([7])].map((t) =>
          t.dataSync(),
        );
      });
    assert.equal(bits({ activation, seed: 3 }), bits({ activation, seed: 3 }));
    assert.not.equal(bits({ activation, seed: 3 }), bits({ activation, seed: 4 }));
    assert.not.equal(bits({ activation }), bits({ activation }));
    const { kernelInitializer, biasInitializer } = lps({ activation, seed: 3 });
    const [kernel, bias] = bits({ activation, seed: 3 });
    assert.equal(kernel, lpsKernel([3, 4, 5], kernelInitializer.config as never));
    assert.equal(bias, lpsBias([7], biasInitializer.config as never));
  });

  test("configuration: numbers that need no design, whatever the activation was", () => {
    const { kernelInitializer, biasInitializer } = lps({
      activation: (x) => Math.max(x, 0) + Math.min(x, 0) / 8,
      degree: 4,
      weights: "orthogonal",
      seed: 2 ** 53 - 1,
    });
    const { seed, variance, ...rest } = kernelInitializer.getConfig();
    assert.equal(rest, { weights: "orthogonal" });
    assert.ok(Number.isSafeInteger(seed) && Number(variance) > 0);
    assert.equal(Object.keys(biasInitializer.getConfig()), ["biases", "seed"]);
    assert.is(kernelInitializer.getClassName(), "TfjsInitializersLpsKernel");
    assert.is(biasInitializer.getClassName(), "TfjsInitializersLpsBias");
  });

  test("a saved topology has the same bits when loaded, through text as well", async () => {
    const convolution = lps({ activation, layer: "transpose", strides: [1, 2], seed: 2 });
    const build = () =>
      tf.sequential({
        layers: [
          tf.layers.separableConv2d({ filters: 3, kernelSize: 2, inputShape: [6, 6, 2], ...lps({ activation: "elu", layer: "separable", seed: 1 }) }),
          tf.layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: [1, 2], ...convolution }),
          tf.layers.depthwiseConv2d({ kernelSize: 2, ...lps({ activation: "gelu", layer: "depthwise", weights: "orthogonal", seed: 3 }) }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 4, ...lps({ activation, degree: 4, seed: 4 }) }),
        ],
      }); // prettier-ignore
    const bits = (model: { getWeights(): { dataSync(): unknown }[] }) =>
      model.getWeights().map((weight) => weight.dataSync());
    const model = build();
    const expected = bits(model);
    const load = (modelTopology: object) =>
      tf.loadLayersModel({ load: async () => ({ modelTopology }) });
    const topology = model.toJSON(null, false) as object;
    assert.equal(bits(await load(topology)), expected);
    assert.equal(bits(await load(JSON.parse(JSON.stringify(topology)))), expected);
    assert.equal(bits(await tf.models.modelFromJSON(topology as never)), expected);
  });

  test("a bad option in a file is refused by its name", () => {
    const { classNameMap } = tf.serialization.SerializationMap.getMap();
    const make = (name: string, config: object) => {
      const [cls, fromConfig] = classNameMap[`TfjsInitializers${name}`];
      return fromConfig(cls, config as never);
    };
    make("LpsKernel", { variance: 1, customObjects: {} });
    make("LpsKernel", { variance: 1, seed: null, weights: null, layer: null, strides: null });
    make("LpsBias", { biases: [1], seed: null });
    refused("config.mode", () => make("LpsKernel", { variance: 1, mode: "he" }));
    refused("variance", () => make("LpsKernel", {}));
    refused("weights", () => make("LpsKernel", { variance: 1, weights: "uniform" }));
    refused("strides", () => make("LpsKernel", { variance: 1, strides: 0 }));
    refused("biases", () => make("LpsBias", { biases: [] }));
    refused("config.gain", () => make("LpsBias", { biases: [1], gain: 2 }));
  });

  test("errors, and the next call", () => {
    const call = lps as (options: unknown) => ReturnType<typeof lps>;
    for (const options of [null, 5, "relu"]) refused("config", () => call(options));
    refused("config.Degree", () => call({ activation, Degree: 2 }));
    refused("activation", () => call({}));
    refused("activation", () => call({ activation: "softmax" }));
    refused("variance", () => call({ activation: "sigmoid" }));
    refused("layer", () => call({ activation, layer: "conv" }));
    refused("weights", () => call({ activation, weights: "uniform" }));
    refused("strides", () => call({ activation, strides: [2, 0] }));
    for (const seed of [-1, 1.5, "1"]) refused("seed", () => call({ activation, seed }));
    const { kernelInitializer, biasInitializer } = lps({ activation, seed: 1 });
    refused("shape", () => kernelInitializer.apply([3]));
    refused("shape", () => biasInitializer.apply([3, 3]));
    refused("dtype", () => kernelInitializer.apply([3, 3], "int32"));
    tf.dispose([kernelInitializer.apply([3, 3]), biasInitializer.apply([3])]);
  });
});
