/** Features as a frozen net gives them, for the benchmarks of solved heads. */
import * as tf from "@tensorflow/tfjs";
import { normal } from "../src/linalg/index.ts";
import { ridgeHead } from "../src/tfjs/index.ts";
import "./peers/tfjs.ts";

/** Width of MobileNet's features. */
export const FEATURES = 1280;

export interface Labelled {
  readonly features: tf.Tensor2D;
  readonly labels: number[];
}

const draw = (rows: number, cols: number, seed: number): tf.Tensor2D =>
  tf.tensor2d(normal(rows, cols, { seed }).data, [rows, cols]);

/**
 * Features relu(c/3 + z A/5 + 3/2 e) of a class with centre c: noise is correlated by A, of rank 64, as well as not;
 * all are Gaussian.
 *
 * @param first number of the first sample; sample i has class i mod classes
 */
export function labelled(count: number, classes: number, first = 0): Labelled {
  const labels = Array.from({ length: count }, (_, i) => (first + i) % classes);
  const features = tf.tidy(() => {
    const rank = 64;
    const seed = 10 + 2 * first;
    const noise = tf.matMul(draw(count, rank, seed), draw(rank, FEATURES, 2));
    const centres = tf.gather(draw(classes, FEATURES, 1), labels);
    const sum = tf.addN([tf.div(centres, 3), tf.div(noise, 5), tf.mul(1.5, draw(count, FEATURES, seed + 1))]); // prettier-ignore
    return tf.relu(sum) as tf.Tensor2D;
  });
  return { features, labels };
}

/** The share of samples told wrong. */
export const wrong = (found: ArrayLike<string | number>, labels: readonly number[]): number =>
  labels.filter((label, i) => Number(found[i]) !== label).length / labels.length;

/** Features that exist at a time in a stream. */
const BATCH = 500;

/** Adds samples in batches that are made and dropped, and solves: with what is kept of them, the memory of a head. */
export async function stream(samples: number, { classes }: { classes: number }): Promise<void> {
  const head = ridgeHead();
  for (let first = 0; first < samples; first += BATCH) {
    const { features, labels } = labelled(BATCH, classes, first);
    await head.add(features, labels);
    features.dispose();
  }
  const { features } = labelled(BATCH, classes, samples);
  await head.predict(features);
  features.dispose();
  head.dispose();
}
