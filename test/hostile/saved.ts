/** Classes that saved models name, each made of its configuration as a model in JSON holds it. */
import * as door from "../../src/tfjs/index.ts";
import { tf } from "../support/wasm.ts";
import type { Good } from "./attempt.ts";
import { classes, type Loose } from "./entries.ts";
import { throwing } from "./values.ts";

/** Configurations of the classes that cannot be made of nothing. */
const configs: Record<string, object> = {
  TfjsInitializersDecorrelated: { method: "zca", base: "heNormal", seed: 1 },
  TfjsInitializersDiversityPenalty: {
    name: "penalty",
    penalty: "ncl",
    lambda: 1,
    epochs: 2,
    cap: 1,
  },
  TfjsInitializersDiversityRegularizer: { penalty: "cos2", lambda: 1, power: 2 },
  TfjsInitializersIdentity: { gain: 2, groups: 1, layer: "dense" },
  TfjsInitializersIdInit: { gain: 2, layer: "transpose" },
  TfjsInitializersZerO: { gain: 2, layer: "depthwise" },
  TfjsInitializersLpsBias: { biases: [1, 2], seed: 1 },
  TfjsInitializersLpsKernel: { variance: 1, layer: "dense", strides: [1, 1], seed: 1 },
  TfjsInitializersMimetic: { ...door.mimetic({ heads: 2, seed: 1 }).query.getConfig() },
  TfjsInitializersOrthogonal: { gain: 1, gates: 2, layer: "dense", seed: 1 },
  TfjsInitializersVarianceScaling: { scale: 2, mode: "fanAvg", distribution: "uniform", seed: 1 },
  relu1: {},
  relu1to6: {},
};

const { classNameMap } = tf.serialization.SerializationMap.getMap();

/** What tf.layers does with a class and a configuration; an instance tells its configuration. */
function rebuilt(name: string): Loose {
  const [cls, fromConfig] = classNameMap[name] as unknown as [object, Loose];
  return (config) => {
    const made = fromConfig(cls, config) as { getConfig(): { name?: unknown } };
    const { name: own, ...rest } = made.getConfig();
    // tf.layers counts the layers that come without a name.
    return typeof own === "string" ? { ...rest, name: own.replace(/\d+$/, "") } : rest;
  };
}

export const ofClasses: Record<string, Omit<Good, "self">> = {};
for (const name of classes)
  ofClasses[`class:${name}`] = {
    call: rebuilt(name),
    good: () => [structuredClone(configs[name] ?? { seed: 1 })],
    infinite: true,
  };

/** A model of one layer of ours, or of one that has it. */
function topology(class_name: string, config: unknown): object {
  const own = { class_name, config };
  const batch_input_shape = [null, 6, 6, 4];
  const isLayer = /Penalty/.test(class_name);
  const key = /Regularizer/.test(class_name) ? "kernel_regularizer" : /Bias/.test(class_name) ? "bias_initializer" : "kernel_initializer"; // prettier-ignore
  const conv = { name: "conv", batch_input_shape, filters: 4, kernel_size: [3, 3], [key]: own };
  const dense = {
    name: "dense",
    batch_input_shape: [null, 8],
    units: /LpsBias/.test(class_name) ? 2 : 8,
    [key]: own,
  };
  const layer =
    isLayer ? { class_name, config: { batch_input_shape, ...(config as object) } }
    : /Mimetic|LpsBias/.test(class_name) ? { class_name: "Dense", config: dense }
    : { class_name: "Conv2D", config: conv }; // prettier-ignore
  return { class_name: "Sequential", config: { name: "model", layers: [layer] } };
}

/** What tf.layers does with a model's file; what it has made when that fails is given up here. */
async function loaded(class_name: string, config: unknown): Promise<unknown> {
  let read: unknown;
  try {
    read = JSON.parse(JSON.stringify(config));
  } catch {
    throw throwing; // which is in no file, then
  }
  // tf.layers refuses these itself.
  if (typeof read !== "object" || read === null) throw throwing;
  const { registeredVariables } = tf.engine().state;
  const before = new Set(Object.keys(registeredVariables));
  try {
    const modelTopology = topology(class_name, read);
    return await tf.loadLayersModel({ load: async () => ({ modelTopology }) });
  } catch (error) {
    for (const [key, one] of Object.entries(registeredVariables))
      if (!before.has(key)) one.dispose();
    // The rule for names of tensors is that of tf.layers, which makes this one of a layer's name.
    const { name } = read as { name?: unknown };
    const refused = typeof name === "string" && `Not a valid tensor name: '${name}_input'`;
    throw error instanceof Error && error.message === refused ? throwing : error;
  }
}

// An activation is a name alone.
for (const name of classes.filter((one) => !one.startsWith("relu1")))
  ofClasses[`file:${name}`] = {
    ...ofClasses[`class:${name}`]!,
    call: (config) => loaded(name, config),
    share: 0.3,
  };
