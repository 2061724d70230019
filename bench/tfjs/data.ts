import * as tf from "@tensorflow/tfjs";
import { initializeFromData, type DataOptions } from "../../src/tfjs/index.ts";
import type { Case } from "../harness.ts";
import "../peers/tfjs.ts";

const SAMPLES = 6000;

function mlp(): tf.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 128, activation: "relu", inputShape: [784] }),
      tf.layers.dense({ units: 128, activation: "relu" }),
      tf.layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
  return model;
}

/** As many as MNIST's, and like them half zeros. */
const start = () => ({
  model: mlp(),
  xs: tf.tidy(() => tf.relu(tf.randomNormal([SAMPLES, 784], 0, 1, "float32", 1))),
  ys: tf.oneHot(
    Array.from({ length: SAMPLES }, (_, i) => i % 10),
    10,
  ),
});

/** All layers from all samples, in epochs of training. */
function initialization(name: string, options: DataOptions, bar?: number): Case {
  return {
    name: `${name}, MLP 784-128-128-10, ${SAMPLES} samples`,
    bar,
    start() {
      const { model, xs, ys } = start();
      const once = () => initializeFromData(model, xs, { ys, seed: 1, ...options });
      return {
        async time(reps) {
          const begin = performance.now();
          for (let i = 0; i < reps; i++) await once();
          return (performance.now() - begin) / reps;
        },
        // η_F of the worst equation, in units of roundoff.
        async accuracy() {
          const residuals = (await once()).layers.map(({ residual }) => residual ?? 0);
          return { residual: Math.max(...residuals) * 2 ** 53 };
        },
        stop() {
          model.dispose();
          tf.dispose([xs, ys]);
        },
      };
    },
    unit: {
      name: "epoch, batches of 32",
      start() {
        const { model, xs, ys } = start();
        return {
          async time(reps) {
            const begin = performance.now();
            await model.fit(xs, ys, { epochs: reps, batchSize: 32, verbose: 0 });
            return (performance.now() - begin) / reps;
          },
          stop() {
            model.dispose();
            tf.dispose([xs, ys]);
          },
        };
      },
    },
  };
}

export default [
  initialization("Sylvester pca", {}, 1.5),
  initialization("Sylvester labels", { code: "labels" }, 1.5),
  initialization("orthogonal LSUV", { method: "orthogonal-lsuv" }),
] satisfies Case[];
