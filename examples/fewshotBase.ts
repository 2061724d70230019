/**
 * The extractors of the few-shot example: a small convolutional net learns to tell the first five classes of a data set
 * apart, and what enters its last layer serves as features of the other five, which the net has never seen.
 */
import * as tf from "@tensorflow/tfjs";
import { normal } from "tfjs-initializers/linalg";

/** Pictures of `side` x `side` x `channels` each, with classes 0 … 9. */
export interface Pictures {
  readonly count: number;
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
}

export interface Source {
  readonly name: string;
  readonly shape: [side: number, side: number, channels: number];
  readonly train: Pictures;
  readonly test: Pictures;
}

/** Features of pictures as rows, with their classes. */
export interface Samples {
  readonly features: tf.Tensor2D;
  readonly labels: readonly number[];
}

export interface Extracted {
  /** Of the classes the net was trained on, on test pictures. */
  readonly accuracy: number;
  /** Of the classes it has not seen. */
  readonly pool: Samples;
  readonly test: Samples;
}

/** Classes below are learnt by the net, the others by the heads. */
export const SEEN = 5;
const WIDTHS = [16, 32, 64];
export const EPOCHS = 12;
const BATCH = 32;

/** The numbers 0 … count − 1 in an order drawn by the seed. */
export function shuffled(count: number, seed: number): number[] {
  const keys = normal(1, count, { seed }).data;
  return Array.from(keys.keys()).sort((i, j) => keys[i]! - keys[j]!);
}

function tensors(
  { pixels, labels }: Pictures,
  chosen: number[],
  shape: Source["shape"],
): { xs: tf.Tensor4D; labels: number[] } {
  const size = shape[0] * shape[1] * shape[2];
  const values = new Float32Array(chosen.length * size);
  chosen.forEach((from, i) =>
    values.set(pixels.subarray(from * size, (from + 1) * size), i * size),
  );
  return {
    xs: tf.tensor4d(values, [chosen.length, ...shape]),
    labels: chosen.map((i) => labels[i]!),
  };
}

/** Three convolutions with pooling; the mean over the map enters a softmax over the seen classes. */
function net(inputShape: Source["shape"], seed: number): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape })] });
  WIDTHS.forEach((filters, i) => {
    const kernelInitializer = tf.initializers.heNormal({ seed: 4 * seed + i + 1 });
    model.add(tf.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", kernelInitializer })); // prettier-ignore
    if (i < WIDTHS.length - 1) model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  });
  model.add(tf.layers.globalAveragePooling2d({}));
  const kernelInitializer = tf.initializers.glorotNormal({ seed: 4 * seed + 4 });
  model.add(tf.layers.dense({ units: SEEN, activation: "softmax", kernelInitializer }));
  model.compile({ optimizer: tf.train.adam(2e-3), loss: "categoricalCrossentropy", metrics: ["accuracy"] }); // prettier-ignore
  return model;
}

/** Trains a net and returns the features that it has for the unseen classes. */
export async function extract(
  source: Source,
  seed: number,
  tick: () => void,
  epochs = EPOCHS,
): Promise<Extracted> {
  const { train, test, shape } = source;
  const model = net(shape, seed);
  const part = (pictures: Pictures, seen: boolean, order: number) =>
    tensors(
      pictures,
      shuffled(pictures.count, order).filter((i) => pictures.labels[i]! < SEEN === seen),
      shape,
    );
  const known = part(train, true, seed);
  const ys = tf.oneHot(known.labels, SEEN);
  await model.fit(known.xs, ys, {
    epochs,
    batchSize: BATCH,
    shuffle: false,
    verbose: 0,
    callbacks: { onEpochEnd: tick },
  });

  const control = part(test, true, 0);
  const truth = tf.oneHot(control.labels, SEEN);
  const scores = model.evaluate(control.xs, truth) as tf.Scalar[]; // loss and accuracy
  const inner = tf.model({ inputs: model.inputs, outputs: model.layers.at(-2)!.output });
  const featured = (pictures: Pictures): Samples => {
    const { xs, labels } = part(pictures, false, 0);
    const features = inner.predict(xs) as tf.Tensor2D;
    xs.dispose();
    return { features, labels };
  };
  const extracted = {
    accuracy: scores[1]!.dataSync()[0]!,
    pool: featured(train),
    test: featured(test),
  };
  tf.dispose([known.xs, ys, control.xs, truth, scores]);
  model.optimizer.dispose();
  model.dispose();
  return extracted;
}
