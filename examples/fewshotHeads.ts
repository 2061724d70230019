/** What an app can put behind a frozen net: ridgeHead and its rivals, all for features as rows. */
import * as knn from "@tensorflow-models/knn-classifier";
import * as tf from "@tensorflow/tfjs";
import { ridgeHead } from "tfjs-initializers";
import type { Samples } from "./fewshotBase.ts";

/** Learns the classes 0 … classes − 1 from the support, and tells those of the queries. */
export type Head = (
  support: Samples,
  queries: tf.Tensor2D,
  classes: number,
  seed: number,
) => Promise<ArrayLike<number>>;

const solved =
  (prior: "balanced" | "data"): Head =>
  async ({ features, labels }, queries) => {
    const head = ridgeHead({ prior });
    await head.add(features, labels);
    const found = await head.predict(queries);
    head.dispose();
    return found.map(({ label }) => Number(label));
  };

const nearestCentroid: Head = async ({ features, labels }, queries, classes) => {
  const nearest = tf.tidy(() => {
    const membership = tf.oneHot(labels, classes).toFloat();
    const sums = tf.matMul(membership, features, true);
    const centroids = tf.div(sums, tf.reshape(tf.sum(membership, 0), [classes, 1]));
    // ‖q − c‖² less ‖q‖², which is the same for all centroids.
    const squares = tf.sum(tf.square(centroids), 1);
    return tf.argMin(tf.sub(squares, tf.mul(2, tf.matMul(queries, centroids, false, true))), 1);
  });
  const found = await nearest.data();
  nearest.dispose();
  return found;
};

const neighbours =
  (k: number): Head =>
  async ({ features, labels }, queries) => {
    const classifier = knn.create();
    const rows = tf.unstack(features);
    rows.forEach((row, i) => classifier.addExample(row, labels[i]!));
    const found: number[] = [];
    for (const query of tf.unstack(queries)) {
      found.push(Number((await classifier.predictClass(query, k)).label));
      query.dispose();
    }
    classifier.dispose();
    tf.dispose(rows);
    return found;
  };

interface Training {
  readonly layers: (
    seed: number,
    inputs: number,
    samples: number,
    classes: number,
  ) => tf.layers.Layer[];
  readonly epochs: number;
  readonly rate: number;
  readonly batch: number;
}

const trained =
  ({ layers, epochs, rate, batch }: Training): Head =>
  async ({ features, labels }, queries, classes, seed) => {
    const [samples, inputs] = features.shape;
    const model = tf.sequential({ layers: layers(seed, inputs, samples, classes) });
    const optimizer = tf.train.adam(rate);
    model.compile({ optimizer, loss: "categoricalCrossentropy" });
    const ys = tf.oneHot(labels, classes);
    await model.fit(features, ys, {
      epochs,
      batchSize: Math.min(batch, samples),
      shuffle: false,
      verbose: 0,
    });
    const best = tf.tidy(() => tf.argMax(model.predict(queries) as tf.Tensor, 1));
    const found = await best.data();
    tf.dispose([ys, best]);
    optimizer.dispose();
    model.dispose();
    return found;
  };

/** Sees features in units of their own mean square, as the step of an optimizer has no scale. */
const scaled =
  (head: Head): Head =>
  async ({ features, labels }, queries, classes, seed) => {
    const size = tf.tidy(() => tf.sqrt(tf.moments(features).variance));
    const own = { features: tf.div<tf.Tensor2D>(features, size), labels };
    const asked = tf.div<tf.Tensor2D>(queries, size);
    const found = await head(own, asked, classes, seed);
    tf.dispose([size, own.features, asked]);
    return found;
  };

/** Layers and training of Teachable Machine's heads for images, except for the number of epochs. */
const twoLayers: Training = {
  epochs: 20,
  rate: 1e-3,
  batch: 16,
  layers: (seed, inputs, _, classes) => [
    tf.layers.dense({
      units: 100,
      activation: "relu",
      kernelInitializer: tf.initializers.varianceScaling({ seed: 2 * seed + 1 }),
      inputShape: [inputs],
    }),
    tf.layers.dense({
      units: classes,
      activation: "softmax",
      useBias: false,
      kernelInitializer: tf.initializers.varianceScaling({ seed: 2 * seed + 2 }),
    }),
  ],
};

/** Σ cross-entropy + ½ ‖W‖², scikit-learn's default, by as many steps on all samples as it takes to stand still. */
const logistic: Training = {
  epochs: 200,
  rate: 0.05,
  batch: Infinity,
  layers: (_, inputs, samples, classes) => [
    tf.layers.dense({
      units: classes,
      activation: "softmax",
      kernelInitializer: "zeros",
      kernelRegularizer: tf.regularizers.l2({ l2: 0.5 / samples }),
      inputShape: [inputs],
    }),
  ],
};

export const rivals: Record<string, Head> = {
  "nearest centroid": nearestCentroid,
  "knn-classifier, k = 1": neighbours(1),
  "knn-classifier, k = 10": neighbours(10),
  "two-layer head, 20 epochs": trained(twoLayers),
  "logistic regression, l2": scaled(trained(logistic)),
};

export const balanced = solved("balanced");
export const asInTheData = solved("data");
