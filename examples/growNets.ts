/** The nets that grow in the example: each at its usual width or several times as wide, with weights from a seed. */
import * as tf from "@tensorflow/tfjs";
import { normal } from "tfjs-initializers/linalg";
import { mobilenet, resnet } from "./architectures/images.ts";
import { dense, recurrent, through } from "./architectures/parts.ts";
import { transformer } from "./architectures/sequences.ts";
import { CHANNELS, CLASSES, SIDE } from "./cifar.ts";

export interface GrowNet {
  readonly about: string;
  /** The net with `times` as many channels. */
  build(times: number): tf.LayersModel;
  /** The pictures, [n, 32, 32, 3], as the net takes them. */
  prepare(pictures: tf.Tensor4D): tf.Tensor;
  optimizer(): tf.Optimizer;
  /** How many times as wide the net gets, and the wide one that it is compared with. */
  readonly times: number;
  /** Methods and epochs of a run, unless the user names others. */
  readonly methods: string;
  readonly epochs: number;
}

/** Three convolutions with max pooling behind each, and a dense layer. */
function cnn(times: number): tf.LayersModel {
  const { layers } = tf;
  const inputs = tf.input({ shape: [SIDE, SIDE, CHANNELS] });
  const stages = [4, 8, 8].flatMap((width) => [
    layers.conv2d({ filters: times * width, kernelSize: 3, padding: "same", activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
  ]);
  const outputs = through(inputs, ...stages, layers.flatten(), dense(CLASSES, "softmax"));
  return tf.model({ inputs, outputs });
}

/** Two LSTMs that read a picture row by row. */
function lstm(times: number): tf.LayersModel {
  const inputs = tf.input({ shape: [SIDE / 2, (SIDE / 2) * CHANNELS] });
  const layer = (last: boolean) => tf.layers.lstm(recurrent(12 * times, !last));
  const outputs = through(inputs, layer(false), layer(true), dense(CLASSES, "softmax"));
  return tf.model({ inputs, outputs });
}

const halved = (pictures: tf.Tensor4D) => tf.avgPool(pictures, 2, 2, "valid");

/** The side of the squares that a transformer takes for words, and their number. */
const PATCH = 8;
const PATCHES = (SIDE / PATCH) ** 2;

/** The squares of each picture, each with 1 for its place among zeros: [n, 16, 192 + 16]. */
function patches(pictures: tf.Tensor4D): tf.Tensor {
  const [n, across] = [pictures.shape[0], SIDE / PATCH];
  const cut = tf.transpose(
    tf.reshape(pictures, [n, across, PATCH, across, PATCH * CHANNELS]),
    [0, 1, 3, 2, 4],
  );
  const places = tf.tile(tf.expandDims(tf.eye(PATCHES), 0), [n, 1, 1]);
  return tf.concat([tf.reshape(cut, [n, PATCHES, PATCH * PATCH * CHANNELS]), places], 2);
}

const momentum = (rate: number) => () => tf.train.momentum(rate, 0.9);
const METHODS = "small,gradmax,inverse,orthogonal,split,big";

export const nets: Readonly<Record<string, GrowNet>> = {
  cnn: {
    about: "three convolutions",
    build: cnn,
    prepare: (pictures) => tf.clone(pictures),
    optimizer: momentum(0.01),
    times: 4,
    methods: "small,gradmax,inverse,orthogonal,random,big",
    epochs: 16,
  },
  resnet: {
    about: "a residual net of eight convolutions, on pictures of half the size",
    build: (times) => resnet({ side: SIDE / 2, width: 4 * times }),
    prepare: halved,
    optimizer: momentum(0.02),
    times: 2,
    methods: METHODS,
    epochs: 8,
  },
  mobilenet: {
    about: "three inverted residuals, on pictures of half the size",
    build: (times) => mobilenet({ side: SIDE / 2, width: 4 * times }),
    prepare: halved,
    optimizer: momentum(0.02),
    times: 2,
    methods: METHODS,
    epochs: 8,
  },
  transformer: {
    about: "two blocks of attention over the squares of a picture",
    build: (times) =>
      transformer({
        length: PATCHES,
        features: PATCH * PATCH * CHANNELS + PATCHES,
        width: 8 * times,
        blocks: 2,
      }),
    prepare: patches,
    optimizer: () => tf.train.adam(2e-3),
    times: 2,
    methods: METHODS,
    epochs: 8,
  },
  lstm: {
    about: "two LSTMs over the rows of pictures of half the size",
    build: lstm,
    prepare: (pictures) => tf.reshape(halved(pictures), [-1, SIDE / 2, (SIDE / 2) * CHANNELS]),
    optimizer: () => tf.train.adam(2e-3),
    times: 2,
    methods: METHODS,
    epochs: 8,
  },
};

/** Draws all kernels from a seed: by He's rule in convolutions, else by LeCun's. */
export function draw(model: tf.LayersModel, seed: number): void {
  model.weights.forEach((weight, i) => {
    if (!weight.originalName.endsWith("kernel")) return;
    const shape = weight.shape as number[];
    const size = tf.util.sizeFromShape(shape);
    const depthwise = weight.originalName.endsWith("depthwise_kernel");
    const inputs = size / (depthwise ? shape[2]! * shape[3]! : shape.at(-1)!);
    const deviation = Math.sqrt((shape.length > 2 ? 2 : 1) / inputs);
    const { data } = normal(1, size, { seed: 1000 * seed + i });
    tf.tidy(() => void weight.write(tf.mul(tf.tensor(data, shape), deviation)));
  });
}
