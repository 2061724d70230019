import * as tf from "@tensorflow/tfjs";
import { install, uninstall } from "../../src/tfjs/index.ts";
import { type Case, job } from "../harness.ts";
import { matMul, quietly } from "../peers/tfjs.ts";

/** A fresh LSTM with its weights: recurrent kernel [units, 4 units]; with a seed those of stock tfjs. */
function lstm(units: number, seed?: number): tf.LayersModel {
  const recurrentInitializer = tf.initializers.orthogonal({ gain: 1, seed });
  const layer = tf.layers.lstm({ units, recurrentInitializer, inputShape: [28, 28] });
  return tf.sequential({ layers: [layer] });
}

const dispose = (model: tf.LayersModel) => model.dispose();

function build(units: number, bar?: number, seed?: number): Case {
  return {
    name: `build LSTM(${units})${seed === undefined ? "" : ", seeded"}`,
    unit: matMul(units, units, 4 * units),
    start: () =>
      job(
        () => {
          install(tf);
          try {
            return lstm(units, seed);
          } finally {
            uninstall(tf);
          }
        },
        undefined,
        dispose,
      ),
    peers: [
      {
        name: "stock tfjs",
        slow: units > 64,
        bar,
        start: () => job(() => quietly(() => lstm(units, seed)), undefined, dispose),
      },
    ],
  };
}

export default [
  build(64),
  build(256, 50),
  build(256, 20, 1),
  {
    // About a millisecond, so the bar is about two.
    name: "install, uninstall",
    unit: matMul(256, 256, 256),
    bar: 2,
    start: () =>
      job(() => {
        install(tf);
        uninstall(tf);
      }),
  },
] satisfies Case[];
