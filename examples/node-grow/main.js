/** A network that starts with four units a layer, and grows while it learns to tell two spirals apart. */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { fitGrowing, orthogonal } from "tfjs-initializers";
import "tfjs-initializers/train";

await tf.setBackend("wasm");

const POINTS = 200; // of each spiral
const points = Array.from({ length: 2 * POINTS }, (_, i) => {
  const [angle, arm] = [(3.5 * Math.PI * (i >> 1)) / POINTS, i % 2];
  const radius = (arm ? -1 : 1) * (0.1 + angle / 8);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
});
const xs = tf.tensor2d(points);
const ys = tf.tensor2d(points.map((_, i) => [i % 2]));

const layer = (name, units, options) => {
  const kernelInitializer = orthogonal({ gain: Math.SQRT2, seed: units });
  return tfl.layers.dense({ name, units, activation: "relu", kernelInitializer, ...options });
};
const model = tfl.sequential({
  layers: [
    layer("first", 4, { inputShape: [2] }),
    layer("second", 4),
    layer("answer", 1, { activation: "sigmoid" }),
  ],
});
const settings = { optimizer: tf.train.adam(0.03), loss: "binaryCrossentropy", metrics: ["accuracy"] }; // prettier-ignore
model.compile(settings);

const { model: grown, history } = await fitGrowing(model, xs, ys, {
  epochs: 120,
  batchSize: 80,
  verbose: 0,
  schedule: { layers: ["first", "second"], every: 15, events: 6, units: 4, method: "orthogonal", seed: 1 }, // prettier-ignore
  onGrow: ({ epoch }, { layers }) => {
    const units = layers.map((one) => one.getConfig().units).join(", ");
    console.log(`after epoch ${epoch}: ${units} units`);
  },
});
const percent = (epoch) => `${(100 * history.acc.at(epoch)).toFixed(0)} %`;
console.log(`4, 4, 1 units became ${grown.layers.map((one) => one.getConfig().units).join(", ")}`);
console.log(`right before the first growth: ${percent(14)}, at the end: ${percent(-1)}`);
