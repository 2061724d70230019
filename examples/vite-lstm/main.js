/** An LSTM that is built in milliseconds and learns to continue a curve, on the wasm backend. */
import "./backend.js";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { install } from "tfjs-initializers";
import "tfjs-initializers/train";

const SEEN = 24; // values of the curve from which the next one is to be told
const log = document.querySelector("pre");

await tf.setBackend("wasm");
install(); // without it, tf.layers cannot build an LSTM on these packages

const start = performance.now();
const model = tfl.sequential({
  layers: [tfl.layers.lstm({ units: 128, inputShape: [SEEN, 1] }), tfl.layers.dense({ units: 1 })],
});
const built = performance.now() - start;
model.compile({ optimizer: tf.train.adam(0.003), loss: "meanSquaredError" });

const curve = Array.from({ length: 512 }, (_, i) => Math.sin(0.3 * i) + Math.sin(0.07 * i));
const windows = curve.slice(SEEN).map((_, i) => curve.slice(i, i + SEEN));
const xs = tf.tensor3d(windows.map((values) => values.map((value) => [value])));
const ys = tf.tensor2d(curve.slice(SEEN).map((value) => [value]));

const { history } = await model.fit(xs, ys, {
  epochs: 6,
  callbacks: {
    onEpochEnd: (epoch, { loss }) =>
      (log.textContent += `epoch ${epoch + 1}: ${loss.toFixed(4)}\n`),
  },
});
const last = history.loss.at(-1);
document.querySelector("output").value =
  `LSTM(128) built in ${built.toFixed(0)} ms, error ${history.loss[0].toFixed(3)} to ${last.toFixed(3)}`;
