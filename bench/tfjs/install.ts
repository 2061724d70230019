import * as tf from "@tensorflow/tfjs";
import { glorotUniform, heNormal, install, uninstall } from "../../src/tfjs/index.ts";
import { type Case, type Contender, job } from "../harness.ts";
import { matMul, quietly } from "../peers/tfjs.ts";

const { layers } = tf;

/** The initializers of a model: stock's factories, or ours of the same name. */
type Factories = Record<"heNormal" | "glorotUniform", (options: { seed: number }) => never>;
const stock = tf.initializers as unknown as Factories;
const ours = { heNormal, glorotUniform } as unknown as Factories;

const dispose = (model: tf.LayersModel) => model.dispose();

/** A model with weights: with `install` and our initializers against stock's. */
function build(
  name: string,
  unit: Contender,
  model: (factories: Factories) => tf.LayersModel,
  { bar, slow = false }: { bar?: number; slow?: boolean } = {},
): Case {
  const installed = () => {
    install(tf);
    try {
      return model(ours);
    } finally {
      uninstall(tf);
    }
  };
  return {
    name: `build ${name}`,
    unit,
    start: () => job(installed, undefined, dispose),
    peers: [
      {
        name: "stock tfjs",
        slow,
        bar,
        start: () => job(() => quietly(() => model(stock)), undefined, dispose),
      },
    ],
  };
}

/** A recurrent layer with its weights: recurrent kernel [units, gates · units]; with a seed those of stock tfjs. */
function recurrent(
  kind: "lstm" | "gru",
  units: number,
  { bar, seed }: { bar?: number; seed?: number } = {},
): Case {
  const gates = kind === "lstm" ? 4 : 3;
  const make = () => {
    const recurrentInitializer = tf.initializers.orthogonal({ gain: 1, seed });
    const layer = layers[kind]({ units, recurrentInitializer, inputShape: [28, 28] });
    return tf.sequential({ layers: [layer] });
  };
  const name = `${kind.toUpperCase()}(${units})${seed === undefined ? "" : ", seeded"}`;
  return build(name, matMul(units, units, gates * units), make, { bar, slow: units > 64 });
}

/** Four convolutions of 64 channels and a head; kernels by He. */
function convolutions({ heNormal }: Factories): tf.LayersModel {
  const conv = (seed: number, first?: object) =>
    layers.conv2d({ ...first, filters: 64, kernelSize: 3, kernelInitializer: heNormal({ seed }) });
  return tf.sequential({
    layers: [
      conv(1, { inputShape: [32, 32, 3] }),
      ...[2, 3, 4].map((seed) => conv(seed)),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 10, kernelInitializer: heNormal({ seed: 5 }) }),
    ],
  });
}

/** Two blocks of attention with one head and of dense layers, 128 wide; kernels by Glorot. */
function transformer({ glorotUniform }: Factories): tf.LayersModel {
  const WIDTH = 128;
  let seed = 0;
  const dense = (units: number, x: tf.SymbolicTensor) =>
    layers.dense({ units, kernelInitializer: glorotUniform({ seed: ++seed }) }).apply(x);
  const add = (...xs: unknown[]) => layers.add({}).apply(xs as never) as tf.SymbolicTensor;
  const input = tf.input({ shape: [32, WIDTH] });
  let x = input;
  for (let block = 0; block < 2; block++) {
    const normal = layers.layerNormalization({}).apply(x) as tf.SymbolicTensor;
    const [query, key, value] = [1, 2, 3].map(() => dense(WIDTH, normal) as tf.SymbolicTensor);
    const scores = layers.dot({ axes: 2 }).apply([query!, key!]) as tf.SymbolicTensor;
    const shares = layers.softmax({}).apply(scores) as tf.SymbolicTensor;
    const seen = layers.dot({ axes: [2, 1] }).apply([shares, value!]) as tf.SymbolicTensor;
    x = add(x, dense(WIDTH, seen));
    const wide = dense(4 * WIDTH, layers.layerNormalization({}).apply(x) as tf.SymbolicTensor);
    x = add(x, dense(WIDTH, layers.reLU({}).apply(wide as tf.SymbolicTensor) as tf.SymbolicTensor));
  }
  return tf.model({ inputs: input, outputs: x });
}

export default [
  recurrent("lstm", 64),
  recurrent("lstm", 256, { bar: 50 }),
  recurrent("lstm", 256, { bar: 20, seed: 1 }),
  recurrent("gru", 64),
  build("conv net", matMul(576, 576, 64), convolutions),
  build("transformer", matMul(128, 128, 512), transformer),
  {
    // About a millisecond, so the bar is about two.
    name: "install, uninstall",
    unit: matMul(256, 256, 256),
    bar: 2,
    start: () =>
      job(() => {
        install(tf);
        uninstall(tf);
      }),
  },
] satisfies Case[];
