/** The nets on which training is measured: each is a model with its data, and the flops of its products. */
import * as tf from "@tensorflow/tfjs";
import { surprise, transformer } from "../examples/transformer.ts";

export interface Net {
  readonly model: tf.LayersModel;
  readonly xs: tf.Tensor;
  readonly ys: tf.Tensor;
}

export interface Kind {
  readonly name: string;
  /** Makes the net, with weights from fixed seeds. */
  make(): Net;
  /** Flops of a training step: products forward, and backward to weights and to those inputs that need a gradient. */
  readonly flops: number;
}

const { layers } = tf;
const draw = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);
const kernelInitializer = (seed: number) => tf.initializers.glorotNormal({ seed });

/** Labels of ten classes. */
const labels = (batch: number) =>
  tf.tidy(() => tf.oneHot(tf.range(0, batch, 1, "int32").mod(tf.scalar(10, "int32")), 10));

function classifier(model: tf.LayersModel, ...shape: number[]): Net {
  model.compile({ optimizer: tf.train.sgd(0.01), loss: "categoricalCrossentropy" });
  return { model, xs: draw(shape, 1), ys: labels(shape[0]) };
}

const last = () => layers.dense({ units: 10, activation: "softmax", kernelInitializer: kernelInitializer(9) }); // prettier-ignore

const MLP = [784, 256, 256, 10];

/** One multiply-add for each weight and sample forward, one to the weight, one to the input but in the first layer. */
const mlpFlops = 2 * 64 * (3 * (784 * 256 + 256 * 256 + 256 * 10) - 784 * 256);

const mlp = (): Net => {
  const hidden = MLP.slice(1, -1).map((units, i) =>
    layers.dense({ units, activation: "relu", inputShape: i === 0 ? [784] : undefined, kernelInitializer: kernelInitializer(i) }),
  ); // prettier-ignore
  return classifier(tf.sequential({ layers: [...hidden, last()] }), 64, 784);
};

/** 28 rows of 28 pixels through 128 units with this number of gates. */
const recurrentFlops = (gates: number) => 2 * 64 * 28 * gates * 128 * (2 * 28 + 3 * 128);

const recurrent = (kind: "lstm" | "gru") => (): Net => {
  const layer = layers[kind]({
    units: 128,
    inputShape: [28, 28],
    kernelInitializer: kernelInitializer(1),
    recurrentInitializer: kernelInitializer(2),
  });
  return classifier(tf.sequential({ layers: [layer, last()] }), 64, 28, 28);
};

/** Filters and stride of each block of the residual net. */
const BLOCKS = [[16, 1], [32, 2], [64, 2]] as const; // prettier-ignore

function resnetFlops(): number {
  let [from, side] = [3, 32];
  const conv = (to: number, kernel: number) => 2 * 32 * side * side * kernel * kernel * from * to;
  let flops = 2 * conv(16, 3);
  from = 16;
  for (const [to, stride] of BLOCKS) {
    side /= stride;
    flops += 3 * conv(to, 3) + (stride > 1 ? 3 * conv(to, 1) : 0);
    from = to;
    flops += 3 * conv(to, 3);
  }
  return flops;
}

const resnet = (): Net => {
  const inputs = tf.input({ shape: [32, 32, 3] });
  let seed = 1;
  const through = (layer: tf.layers.Layer, x: tf.SymbolicTensor) => layer.apply(x) as tf.SymbolicTensor; // prettier-ignore
  const conv = (x: tf.SymbolicTensor, filters: number, strides: number, kernelSize: number) => {
    const layer = layers.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false, kernelInitializer: tf.initializers.heNormal({ seed: seed++ }) }); // prettier-ignore
    return through(layers.batchNormalization({}), through(layer, x));
  };
  const relu = (x: tf.SymbolicTensor) => through(layers.reLU(), x);
  let x = relu(conv(inputs, 16, 1, 3));
  for (const [filters, stride] of BLOCKS) {
    const branch = conv(relu(conv(x, filters, stride, 3)), filters, 1, 3);
    const direct = stride > 1 ? conv(x, filters, stride, 1) : x;
    x = relu(layers.add().apply([branch, direct]) as tf.SymbolicTensor);
  }
  const outputs = through(last(), through(layers.globalAveragePooling2d({}), x));
  return classifier(tf.model({ inputs, outputs }), 32, 32, 32, 3);
};

const GPT = { vocabulary: 51, context: 64, width: 128, heads: 4, blocks: 4 };

/** A block: four attention kernels, its scores and sums, an MLP of four times the width. And one dense layer. */
const gptFlops = 3 * 2 * 16 * 64 * (4 * (12 * 128 * 128 + 2 * 64 * 128) + 51 * 128);

const gpt = (): Net => {
  const model = transformer(GPT);
  model.compile({ optimizer: tf.train.adam(1e-3), loss: surprise });
  const characters = (seed: number) => tf.randomUniform([16, 64], 0, 51, "int32", seed);
  return { model, xs: characters(1), ys: tf.tidy(() => tf.oneHot(characters(2), 51)) };
};

export const kinds: Kind[] = [
  { name: "MLP 784-256-256-10, batch 64", make: mlp, flops: mlpFlops },
  { name: "LSTM(128) x 28, batch 64", make: recurrent("lstm"), flops: recurrentFlops(4) },
  { name: "GRU(128) x 28, batch 64", make: recurrent("gru"), flops: recurrentFlops(3) },
  { name: "residual net, batch norm, batch 32", make: resnet, flops: resnetFlops() },
  { name: "GPT, 4 x 128, 64 characters, batch 16", make: gpt, flops: gptFlops },
];

/** Runs steps of training, for measurements of the memory that they need. */
export async function trainSteps(name: string, steps: number): Promise<void> {
  await import("./peers/tfjs.ts");
  await import("../src/tfjs/train.ts");
  const { model, xs, ys } = kinds.find((kind) => kind.name === name)!.make();
  for (let step = 0; step < steps; step++) await model.trainOnBatch(xs, ys);
  tf.dispose([xs, ys]);
  model.dispose();
  model.optimizer.dispose();
}
