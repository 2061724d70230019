/** MLPs 784 – 128 – 128 – classes on digits, initialized with and without a look at their data. */
import * as tf from "@tensorflow/tfjs";
import { initializeFromData, orthogonal, type DataOptions } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import { CLASSES, SIDE, type Images } from "./data.ts";

/** How the kernels are drawn, and what is then done with the data; `head`: only the last layer is; `blind`: without ys. */
export interface Method {
  readonly name: string;
  readonly kernels?: "orthogonal";
  readonly data?: DataOptions;
  readonly head?: boolean;
  readonly blind?: boolean;
}

export const METHODS: readonly Method[] = [
  { name: "He" },
  { name: "He + solved head", data: {}, head: true },
  { name: "orthogonal", kernels: "orthogonal" },
  { name: "LSUV of He", data: { method: "lsuv" } },
  { name: "orthogonal LSUV", data: { method: "orthogonal-lsuv" } },
  { name: "Sylvester pca", data: { code: "pca" } },
  { name: "Sylvester pca without ys", data: { code: "pca" }, blind: true },
  { name: "Sylvester labels", data: { code: "labels" } },
  { name: "Sylvester random", data: { code: "random" } },
  { name: "Sylvester randomProjection", data: { code: "randomProjection" } },
];

export type Labelled = Readonly<Record<"xs" | "ys", tf.Tensor2D>>;

/** Images by their numbers, whose labels count from `first`. */
export function tensors(
  { pixels, labels }: Images,
  chosen: readonly number[],
  first = 0,
  classes = CLASSES,
): Labelled {
  const values = new Float32Array(chosen.length * SIDE * SIDE);
  chosen.forEach((from, i) => {
    values.set(pixels.subarray(from * SIDE * SIDE, (from + 1) * SIDE * SIDE), i * SIDE * SIDE);
  });
  const numbers = chosen.map((from) => labels[from]! - first);
  return {
    xs: tf.tensor2d(values, [chosen.length, SIDE * SIDE]),
    ys: tf.tidy(() => tf.oneHot(tf.tensor1d(numbers, "int32"), classes).toFloat() as tf.Tensor2D),
  };
}

/** In random order, the first `shots` of each digit. */
export function choose({ count, labels }: Images, shots: number, seed: number): number[] {
  const keys = normal(1, count, { seed }).data;
  const seen = new Uint32Array(CLASSES);
  return Array.from(keys.keys())
    .sort((i, j) => keys[i]! - keys[j]!)
    .filter((i) => seen[labels[i]!]!++ < shots);
}

export function build({ kernels }: Method, seed: number, classes = CLASSES): tf.LayersModel {
  const kernelInitializer = (layer: number) =>
    kernels === "orthogonal"
      ? orthogonal({ gain: Math.SQRT2, seed: 10 * seed + layer })
      : tf.initializers.heNormal({ seed: 10 * seed + layer + 1 }); // tf takes 0 for none
  const dense = (layer: number, units: number, activation: "relu" | "softmax") =>
    tf.layers.dense({ units, activation, kernelInitializer: kernelInitializer(layer) });
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: [SIDE * SIDE] }));
  for (const layer of [0, 1]) model.add(dense(layer, 128, "relu"));
  model.add(dense(2, classes, "softmax"));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
  return model;
}

/** Initializes a model from the images, as the method says. */
export async function start(
  model: tf.LayersModel,
  method: Method,
  set: Labelled,
  seed: number,
): Promise<void> {
  const layers = method.head ? [model.layers.at(-1)!.name] : undefined;
  const ys = method.blind ? undefined : set.ys;
  if (method.data) await initializeFromData(model, set.xs, { ...method.data, layers, seed, ys });
}

export const accuracy = (
  model: tf.LayersModel,
  { xs, ys }: { xs: tf.Tensor; ys: tf.Tensor },
): number =>
  tf.tidy(() => {
    const right = tf.equal(tf.argMax(model.predict(xs) as tf.Tensor, 1), tf.argMax(ys, 1));
    return tf.mean(tf.cast(right, "float32")).dataSync()[0]!;
  });

/** Trains; accuracies on the test images after each number of epochs in `looks`. */
export async function follow(
  model: tf.LayersModel,
  set: { xs: tf.Tensor; ys: tf.Tensor },
  test: { xs: tf.Tensor; ys: tf.Tensor },
  {
    batchSize,
    looks,
    onEpoch,
  }: { batchSize: number; looks: readonly number[]; onEpoch?: () => void },
): Promise<number[]> {
  const found = looks[0] === 0 ? [accuracy(model, test)] : [];
  for (let epoch = 1; epoch <= looks.at(-1)!; epoch++) {
    await model.fit(set.xs, set.ys, { epochs: 1, batchSize, shuffle: false, verbose: 0 });
    if (looks.includes(epoch)) found.push(accuracy(model, test));
    onEpoch?.();
  }
  return found;
}
