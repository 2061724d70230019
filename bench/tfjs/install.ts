import * as tf from "@tensorflow/tfjs";
import { install, uninstall } from "../../src/tfjs/index.ts";
import { type Case, job } from "../harness.ts";
import { matMul, quietly } from "../peers/tfjs.ts";

/** A fresh LSTM with its weights: recurrent kernel [units, 4 units]. */
function lstm(units: number): tf.LayersModel {
  return tf.sequential({ layers: [tf.layers.lstm({ units, inputShape: [28, 28] })] });
}

const dispose = (model: tf.LayersModel) => model.dispose();

function build(units: number, bar?: number): Case {
  return {
    name: `build LSTM(${units})`,
    unit: matMul(units, units, 4 * units),
    start: () =>
      job(
        () => {
          install(tf);
          try {
            return lstm(units);
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
        slow: true,
        bar,
        start: () => job(() => quietly(() => lstm(units)), undefined, dispose),
      },
    ],
  };
}

export default [
  build(64),
  build(256, 50),
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
