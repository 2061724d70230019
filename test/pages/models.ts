/**
 * The bits that models get: every initializer on a layer, initialization from data, growth, training, heads, and the
 * rest of what changes weights. The forward passes are those of the wasm backend: its own plain SIMD, without threads.
 */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { normal } from "../../src/linalg/index.ts";
import {
  decorrelated,
  deltaOrthogonal,
  grow,
  initialize,
  initializeFromData,
  install,
  linalg,
  lps,
  orthogonal,
  replaceRedundant,
  ridgeHead,
  spreadUnits,
  uninstall,
  type DataOptions,
  type GrowOptions,
  type Prediction,
} from "../../src/tfjs/index.ts";
import "../../src/tfjs/train.ts";
import { hashes, type Cases } from "../support/hash.ts";
import { tf, wasm } from "./wasm.ts";

const { layers: L } = tf;
type Tensor = ReturnType<typeof tf.tensor>;
type Layer = InstanceType<typeof L.Layer>;

const row = (data: Float32Array) => ({ rows: 1, cols: data.length, data });
const values = (tensor: Tensor) => row(tensor.dataSync<"float32">().slice());
const weightsOf = (model: LayersModel | Layer) => model.getWeights().map(values);
const draw = (shape: number[], seed: number) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(normal(1, size, { seed }).data, shape);
};

/** The weights of a layer that is built for these inputs. */
function built(make: () => Layer, ...inputShape: number[]) {
  const layer = make();
  layer.build([null, ...inputShape]);
  return weightsOf(layer);
}

const seed = 1;
const wide = (kernelInitializer: unknown) => () =>
  L.dense({ units: 420, kernelInitializer: kernelInitializer as "zeros" });
const image = (kernelInitializer: unknown) => () =>
  L.conv2d({ filters: 8, kernelSize: 3, kernelInitializer: kernelInitializer as "zeros" });

const cases: Cases = {
  "orthogonal, dense 400x420": () => built(wide(orthogonal({ seed })), 400),
  "orthogonal, conv2d": () => built(image(orthogonal({ seed, gain: 2 })), 6, 6, 3),
  "deltaOrthogonal, conv2d": () => built(image(deltaOrthogonal({ seed })), 6, 6, 3),
  "decorrelated, dense": () => built(wide(decorrelated({ seed })), 60),
  "lps, dense": () => built(() => L.dense({ units: 50, ...lps({ activation: "relu", seed }) }), 40),
  "lps, depthwise": () =>
    built(
      () =>
        L.depthwiseConv2d({
          kernelSize: 3,
          ...lps({ activation: "tanh", layer: "depthwise", seed }),
        }),
      6,
      6,
      3,
    ),
  "install: stock orthogonal with a seed": () => {
    install();
    try {
      return built(wide(tf.initializers.orthogonal({ seed, gain: 1 })), 30);
    } finally {
      uninstall();
    }
  },
};

/** An image classifier without weights drawn at random; relu and products alone, whose bits no engine decides. */
function network(): LayersModel {
  const kernelInitializer = orthogonal({ seed: 3 });
  const model = tf.sequential({
    layers: [
      L.conv2d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [8, 8, 2], name: "a", kernelInitializer }), // prettier-ignore
      L.conv2d({ filters: 4, kernelSize: 3, activation: "relu", name: "b", kernelInitializer }),
      L.flatten(),
      L.dense({ units: 10, activation: "relu", name: "c", kernelInitializer }),
      L.dense({ units: 3, kernelInitializer }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: "meanSquaredError" });
  return model;
}
const images = () => draw([50, 8, 8, 2], 5);
const targets = () => draw([50, 3], 6);

const initializations: Record<string, DataOptions> = {
  sylvester: {},
  "sylvester, random codes": { code: "random", seed },
  "sylvester, projections": { code: "randomProjection", seed },
  lsuv: { method: "lsuv", seed },
};
for (const [name, options] of Object.entries(initializations))
  cases[`initializeFromData, ${name}`] = async () => {
    const model = network();
    await initializeFromData(model, images(), options);
    return weightsOf(model);
  };
cases["initializeFromData, targets"] = async () => {
  const model = network();
  await initializeFromData(model, images(), { ys: targets() });
  return weightsOf(model);
};

const growths: Record<string, Partial<GrowOptions>> = {
  gradmax: { method: "gradmax" },
  "gradmax, inverse": { method: "gradmax", inverse: true },
  orthogonal: { method: "orthogonal" },
  "orthogonal, pair": { method: "orthogonal", side: "pair" },
  split: { method: "split" },
  random: { method: "random" },
};
for (const [name, options] of Object.entries(growths))
  cases[`grow, ${name}`] = async () => {
    const { model } = await grow(network(), {
      layer: ["a", "c"],
      units: 2,
      seed,
      ...(options.method === "gradmax" && { xs: images(), ys: targets() }),
      ...options,
    } as GrowOptions);
    return weightsOf(model);
  };

cases["train, three steps"] = async () => {
  const model = network();
  await model.fit(images(), targets(), { batchSize: 20, epochs: 1, shuffle: false, verbose: 0 });
  return weightsOf(model);
};
for (const scheme of ["auto", "he", "orthogonal", "fixup", "zerO", "lps"] as const)
  cases[`initialize, ${scheme}`] = () => {
    const model = network();
    initialize(model, { scheme, seed });
    return weightsOf(model);
  };
cases["replaceRedundant"] = () => {
  const model = network();
  // The second unit becomes a copy of the first one.
  const [kernel, bias] = model.getLayer("c").getWeights() as [Tensor, Tensor];
  const first = tf.slice(kernel, [0, 0], [-1, 1]);
  const copied = tf.concat([first, first, tf.slice(kernel, [0, 2])], 1);
  model.getLayer("c").setWeights([copied, bias]);
  replaceRedundant(model, { layer: "c", seed });
  return weightsOf(model);
};
cases["spreadUnits"] = () => {
  const model = network();
  spreadUnits(model);
  return weightsOf(model);
};
cases["ridgeHead"] = async () => {
  const head = ridgeHead();
  const labels = Array.from({ length: 50 }, (_, i) => "abc"[i % 3]!);
  await head.add(draw([50, 12], 7), labels);
  const found = (await head.predict(draw([5, 12], 8))) as Prediction[];
  return [row(Float32Array.from(found.flatMap(({ probabilities }) => probabilities)))];
};
cases["linalg on tensors"] = () => {
  const factors = Object.values(linalg.svd(draw([3, 9, 7], 1)));
  return [...factors, linalg.solve(draw([40, 5, 5], 2), draw([40, 5, 2], 3))].map(values);
};

export async function report() {
  await wasm();
  return hashes(cases);
}
