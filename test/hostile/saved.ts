/** Classes that saved models name, each made of its configuration as a model in JSON holds it. */
import * as door from "../../src/tfjs/index.ts";
import { tf } from "../support/wasm.ts";
import type { Good } from "./attempt.ts";
import { classes, type Loose } from "./entries.ts";

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
    const made = fromConfig(cls, config) as { getConfig(): object };
    return made.getConfig();
  };
}

export const ofClasses: Record<string, Omit<Good, "self">> = {};
for (const name of classes)
  ofClasses[`class:${name}`] = {
    call: rebuilt(name),
    good: () => [structuredClone(configs[name] ?? { seed: 1 })],
    infinite: true,
  };
