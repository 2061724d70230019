import * as tf from "@tensorflow/tfjs";
import { initializeFromData, inspect, type DataOptions } from "../../src/tfjs/index.ts";
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

/** As many inputs as MNIST has, half of them zero as there. */
const start = () => ({
  model: mlp(),
  xs: tf.tidy(() => tf.relu(tf.randomNormal([SAMPLES, 784], 0, 1, "float32", 1))),
  ys: tf.oneHot(
    Array.from({ length: SAMPLES }, (_, i) => i % 10),
    10,
  ),
});

/** Initializes all layers from all samples; the unit is an epoch of training. */
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
        // The residual is η_F of the worst equation, in units of roundoff.
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

const DEPTH = 24;
const IMAGES = 64;

/** A chain of convolutions: work that is repeated for every layer shows as a multiple of the depth. */
const deep = () => ({
  model: tf.sequential({
    layers: Array.from({ length: DEPTH }, (_, i) =>
      tf.layers.conv2d({
        filters: 16,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        kernelInitializer: tf.initializers.heNormal({ seed: i }),
        ...(i === 0 && { inputShape: [32, 32, 3] }),
      }),
    ),
  }),
  xs: tf.randomNormal([IMAGES, 32, 32, 3], 0, 1, "float32", 1),
});

function timed({ model, xs }: ReturnType<typeof deep>, once: () => Promise<unknown>) {
  return {
    async time(reps: number) {
      const begin = performance.now();
      for (let i = 0; i < reps; i++) await once();
      return (performance.now() - begin) / reps;
    },
    stop() {
      model.dispose();
      xs.dispose();
    },
  };
}

/** Initializes all layers; the unit is a prediction. */
function passes(
  name: string,
  run: (model: tf.LayersModel, xs: tf.Tensor) => Promise<unknown>,
  bar?: number,
): Case {
  return {
    name: `${name}, ${DEPTH} convolutions, ${IMAGES} images`,
    bar,
    start() {
      const both = deep();
      return timed(both, () => run(both.model, both.xs));
    },
    unit: {
      name: "model.predict",
      start() {
        const both = deep();
        return timed(both, async () => {
          const out = both.model.predictOnBatch(both.xs) as tf.Tensor;
          await out.data();
          out.dispose();
        });
      },
    },
  };
}

export default [
  passes("inspect", (model, xs) => inspect(model, xs), 3),
  passes("LSUV", (model, xs) => initializeFromData(model, xs, { method: "lsuv" })),
  passes("Sylvester pca", (model, xs) => initializeFromData(model, xs)),
  initialization("Sylvester pca", {}, 1.5),
  initialization("Sylvester labels", { code: "labels" }, 1.5),
  initialization("orthogonal LSUV", { method: "orthogonal-lsuv" }),
] satisfies Case[];
