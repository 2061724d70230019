/** The nets that grow in the example: each at its usual width or several times as wide, with weights from a seed. */
import * as tf from "@tensorflow/tfjs";
import { normal } from "tfjs-initializers/linalg";
import { mobilenet, resnet, wideResnet } from "./architectures/images.ts";
import { dense, recurrent, through } from "./architectures/parts.ts";
import { transformer } from "./architectures/sequences.ts";
import { CHANNELS, CLASSES, loadPictures, SIDE, type Dataset } from "./cifar.ts";
import { SIDE as DIGIT, loadDigits } from "./data.ts";

export interface GrowNet {
  readonly about: string;
  /** CIFAR-10 or MNIST from a directory, or images drawn by the examples. */
  load(directory?: string): Dataset;
  /** The shape of an image. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The net with `times` as many channels. */
  build(times: number): tf.LayersModel;
  /** Images as the net takes them. */
  prepare(images: tf.Tensor4D): tf.Tensor;
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

/** Two LSTMs that read an image row by row. */
function lstm(times: number): tf.LayersModel {
  const inputs = tf.input({ shape: [DIGIT / 2, DIGIT / 2] });
  const layer = (last: boolean) => tf.layers.lstm(recurrent(8 * times, !last));
  const outputs = through(inputs, layer(false), layer(true), dense(CLASSES, "softmax"));
  return tf.model({ inputs, outputs });
}

const halved = (images: tf.Tensor4D) => tf.avgPool(images, 2, 2, "valid");

/** The side of the squares that a transformer takes for words, and their number. */
export const PATCH = 7;
export const PATCHES = (DIGIT / PATCH) ** 2;

/** The squares of each digit, each with 1 for its place among zeros: [n, 16, 49 + 16]. */
export function patches(digits: tf.Tensor4D): tf.Tensor {
  const [n, across] = [digits.shape[0], DIGIT / PATCH];
  const cut = tf.transpose(tf.reshape(digits, [n, across, PATCH, across, PATCH]), [0, 1, 3, 2, 4]);
  const places = tf.tile(tf.expandDims(tf.eye(PATCHES), 0), [n, 1, 1]);
  return tf.concat([tf.reshape(cut, [n, PATCHES, PATCH * PATCH]), places], 2);
}

const pictures = { load: loadPictures, shape: [SIDE, SIDE, CHANNELS] } as const;
const digits = { load: loadDigits, shape: [DIGIT, DIGIT, 1] } as const;

/** Pictures in a batch. */
export const BATCH = 50;
/** The 0.1 for 128 pictures at a time of He et al. 2016 and of Zagoruyko and Komodakis 2016, scaled with the batch (Goyal et al. 2017). */
const RATE = (0.1 * BATCH) / 128;
const momentum = (rate = RATE) => () => tf.train.momentum(rate, 0.9); // prettier-ignore
const METHODS = "small,gradmax,inverse,orthogonal,split,big";

export const nets: Readonly<Record<string, GrowNet>> = {
  cnn: {
    about: "three convolutions",
    build: cnn,
    ...pictures,
    prepare: (images) => tf.clone(images),
    optimizer: momentum(0.01),
    times: 4,
    methods: "small,gradmax,inverse,orthogonal,random,big",
    epochs: 16,
  },
  resnet: {
    about: "a residual net of eight convolutions, on pictures of half the size",
    build: (times) => resnet({ side: SIDE / 2, width: 4 * times }),
    ...pictures,
    prepare: halved,
    optimizer: momentum(),
    times: 2,
    methods: METHODS,
    epochs: 8,
  },
  wideresnet: {
    about: "three blocks that normalize first, on pictures of half the size",
    build: (times) => wideResnet({ side: SIDE / 2, width: 2 * times }),
    ...pictures,
    prepare: halved,
    optimizer: momentum(),
    times: 2,
    methods: METHODS,
    epochs: 8,
  },
  mobilenet: {
    about: "three inverted residuals, on pictures of half the size",
    build: (times) => mobilenet({ side: SIDE / 2, width: 4 * times }),
    ...pictures,
    prepare: halved,
    optimizer: momentum(),
    times: 2,
    methods: METHODS,
    epochs: 8,
  },
  transformer: {
    about: "a block of attention over the squares of a digit",
    build: (times) =>
      transformer({
        length: PATCHES,
        features: PATCH * PATCH + PATCHES,
        width: 8 * times,
      }),
    ...digits,
    prepare: patches,
    optimizer: () => tf.train.adam(5e-3),
    times: 2,
    methods: METHODS,
    epochs: 8,
  },
  lstm: {
    about: "two LSTMs over the rows of digits of half the size",
    build: lstm,
    ...digits,
    prepare: (images) => tf.reshape(halved(images), [-1, DIGIT / 2, DIGIT / 2]),
    optimizer: () => tf.train.adam(5e-3),
    times: 2,
    // No gradients of recurrent units are known to "gradmax".
    methods: "small,orthogonal,random,split,big",
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
