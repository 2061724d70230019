/** New classes from five examples each: the last layer is solved, not trained. */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { heNormal, ridgeHead } from "tfjs-initializers";
import "tfjs-initializers/train";

await tf.setBackend("wasm");

const LENGTH = 64;
const turn = (phase) => phase - Math.floor(phase); // 0 to 1 within a period
const familiar = {
  sine: (phase) => Math.sin(2 * Math.PI * phase),
  square: (phase) => (turn(phase) < 0.5 ? 1 : -1),
  sawtooth: (phase) => 2 * turn(phase) - 1,
  double: (phase) => Math.sin(2 * Math.PI * phase) + Math.sin(4 * Math.PI * phase),
};
const unseen = {
  triangle: (phase) => 4 * Math.abs(turn(phase) - 0.5) - 1,
  pulse: (phase) => (turn(phase) < 0.2 ? 1.5 : -0.4),
  bow: (phase) => 2 * Math.abs(Math.sin(Math.PI * phase)) - 1,
};

/** Noisy curves [count, LENGTH, 1] of a form, each with a frequency and a start of its own. */
function draw(form, count, seed) {
  const starts = tf.randomUniform([count, 2], 0, 1, "float32", seed).arraySync();
  const curves = starts.map(([frequency, start]) =>
    Array.from({ length: LENGTH }, (_, i) => form(start + (i * (3 + 2 * frequency)) / LENGTH)),
  );
  const noise = tf.randomNormal([count, LENGTH], 0, 0.1, "float32", seed + 1);
  return tf.expandDims(tf.add(tf.tensor2d(curves), noise), 2);
}

// A small network learns the familiar forms.
const kernelInitializer = heNormal({ seed: 1 });
const { conv1d, dense, globalAveragePooling1d } = tfl.layers;
const network = tfl.sequential({
  layers: [
    conv1d({ filters: 16, kernelSize: 7, activation: "relu", kernelInitializer, inputShape: [LENGTH, 1] }), // prettier-ignore
    conv1d({ filters: 32, kernelSize: 7, strides: 2, activation: "relu", kernelInitializer }),
    globalAveragePooling1d({}),
    dense({ units: 4, activation: "softmax", kernelInitializer }),
  ],
});
network.compile({ optimizer: tf.train.adam(0.01), loss: "categoricalCrossentropy" });
const forms = Object.values(familiar);
const xs = tf.concat(forms.map((form, i) => draw(form, 100, 10 * i + 1)));
const ys = tf.oneHot(tf.tensor1d(forms.flatMap((_, i) => Array(100).fill(i)), "int32"), 4); // prettier-ignore
await network.fit(xs, ys, { epochs: 10, verbose: 0 });

// What it sees in a curve, below its last layer, is enough to tell other forms apart.
const features = tfl.model({ inputs: network.inputs, outputs: network.layers[2].output });
const head = ridgeHead({ base: features });
const start = performance.now();
for (const [i, [name, form]] of Object.entries(unseen).entries())
  await head.add(draw(form, 5, 100 + 10 * i), Array(5).fill(name));
let right = 0;
for (const [i, [name, form]] of Object.entries(unseen).entries()) {
  const { accuracy } = await head.evaluate(draw(form, 100, 200 + 10 * i), Array(100).fill(name));
  console.log(`${name}: ${Math.round(100 * accuracy)} of 100`);
  right += accuracy / 3;
}
const time = (performance.now() - start).toFixed(0);
console.log(`three new classes of five examples: ${(100 * right).toFixed(0)} % right, ${time} ms`);
