/** The images of the studies: MNIST and CIFAR-10 from a directory, or digits and shapes that are drawn; read once. */
import * as tf from "@tensorflow/tfjs";
import * as pictures from "../examples/cifar.ts";
import * as digits from "../examples/data.ts";
import { shuffled, type Pictures, type Source } from "../examples/fewshotBase.ts";

export type Kind = "digits" | "pictures";

const read = new Map<string, Source>();

export function imagesOf(kind: Kind, directory?: string): Source {
  const key = `${kind} ${directory}`;
  const known = read.get(key);
  if (known) return known;
  const source: Source =
    kind === "digits"
      ? { ...digits.loadDigits(directory), shape: [digits.SIDE, digits.SIDE, 1] }
      : { ...pictures.loadPictures(directory), shape: [pictures.SIDE, pictures.SIDE, pictures.CHANNELS] }; // prettier-ignore
  read.set(key, source);
  return source;
}

/** What the results depend on. */
export const nameOf = (kind: Kind, directory?: string): string =>
  directory === undefined
    ? { digits: "drawn digits", pictures: "drawn shapes" }[kind]
    : { digits: "MNIST", pictures: "CIFAR-10" }[kind];

/** A part of the images with the classes as vectors, in an order drawn by the seed. */
export function labelled(
  { pixels, labels }: Pictures,
  shape: Source["shape"],
  chosen: readonly number[] = Array.from(labels.keys()),
): { xs: tf.Tensor4D; ys: tf.Tensor2D } {
  const size = shape[0] * shape[1] * shape[2];
  const values = new Float32Array(chosen.length * size);
  chosen.forEach((from, i) => values.set(pixels.subarray(from * size, (from + 1) * size), i * size)); // prettier-ignore
  const classes = chosen.map((i) => labels[i]!);
  return {
    xs: tf.tensor4d(values, [chosen.length, ...shape]),
    ys: tf.tidy(() => tf.cast(tf.oneHot(classes, 10), "float32") as tf.Tensor2D),
  };
}

/** The numbers of `count` images, drawn by the seed, and their order. */
export const some = ({ labels }: Pictures, count: number, seed: number): number[] =>
  shuffled(labels.length, seed).slice(0, count);

/** A run of the images. */
export function part({ pixels, labels, count }: Pictures, from: number, most: number): Pictures {
  const to = Math.min(count, from + most);
  const size = pixels.length / count;
  return { count: to - from, pixels: pixels.subarray(from * size, to * size), labels: labels.subarray(from, to) }; // prettier-ignore
}
