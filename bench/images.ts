/** The two kinds of images of the studies under one form, and as tensors. */
import * as tf from "@tensorflow/tfjs";
import { CHANNELS, SIDE } from "../examples/cifar.ts";
import { SIDE as DIGIT } from "../examples/data.ts";
import { shuffled, type Pictures, type Source } from "../examples/fewshotBase.ts";
import { describe, digits, pictures } from "./evidence/images.ts";

export type Kind = "digits" | "pictures";

export const imagesOf = (kind: Kind, directory?: string): Source =>
  kind === "digits"
    ? { ...digits(directory), shape: [DIGIT, DIGIT, 1] }
    : { ...pictures(directory), shape: [SIDE, SIDE, CHANNELS] };

/** For the keys of studies: which images these are. */
export const describeAll = (kinds: readonly Kind[], directory?: string): string =>
  kinds.map((kind) => describe(imagesOf(kind, directory))).join("; ");

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
