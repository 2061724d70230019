/** What every page of the door does, whichever TensorFlow.js it has: an LSTM, stock and installed. */
import type * as core from "@tensorflow/tfjs-core";
import type * as layers from "@tensorflow/tfjs-layers";
import type * as Door from "../../src/tfjs/index.ts";
import { hashes } from "../support/hash.ts";
import { run } from "./table.ts";
import { binaries } from "./wasm.ts";

export type Namespace = Omit<typeof core & typeof layers, "default">;

const UNITS = 64;
const INPUT = [12, 4];
const SEQUENCES = 128;
const EPOCHS = 4;

/** The dense kernel whose bits are compared with those of Node. */
export const seeded = { shape: [28, 256], seed: 7 };

export interface Page {
  readonly title: string;
  readonly about: string;
  readonly tf: Namespace;
  readonly door: typeof Door;
  readonly setWasmPaths: (path: string) => void;
}

export function report({ title, about, tf, door, setWasmPaths }: Page) {
  const build = () =>
    tf.sequential({
      layers: [
        tf.layers.lstm({ units: UNITS, inputShape: INPUT }),
        tf.layers.dense({ units: 1, activation: "sigmoid", kernelInitializer: "orthogonal" }),
      ],
    });
  let model: layers.Sequential;
  const lstm = () => {
    model = build();
    return `max |QQᵀ − I| = ${defect(model.getWeights()[1]).toExponential(1)}`;
  };

  /** Is the sum of a noisy sequence positive? */
  const train = async () => {
    model.compile({ optimizer: tf.train.adam(0.01), loss: "binaryCrossentropy" });
    const xs = tf.randomNormal([SEQUENCES, ...INPUT], 0, 1, "float32", 1);
    const ys = tf.tidy(() => tf.cast(tf.greater(tf.sum(xs, [1, 2]), 0), "float32"));
    const { history } = await model.fit(xs, tf.reshape(ys, [-1, 1]), {
      epochs: EPOCHS,
      verbose: 0,
    });
    const [first, last] = [history["loss"][0], history["loss"][EPOCHS - 1]] as number[];
    return `loss ${first.toFixed(3)} → ${last.toFixed(3)}`;
  };

  const bits = async () => {
    const { shape, seed } = seeded;
    const kernelInitializer = door.orthogonal({ seed });
    const layer = tf.layers.dense({ units: shape[1], kernelInitializer });
    layer.build([null, shape[0]]);
    const data = layer.getWeights()[0].dataSync<"float32">();
    return (await hashes({ kernel: () => [{ rows: shape[0], cols: shape[1], data }] }))["kernel"];
  };

  return run(title, about, [
    [
      "backend",
      async () => {
        setWasmPaths(binaries);
        await tf.setBackend("wasm");
        return `tfjs ${tf.version_core}, ${tf.getBackend()}`;
      },
    ],
    [`stock LSTM(${UNITS})`, lstm],
    ["install()", () => door.install()],
    [`LSTM(${UNITS})`, lstm],
    [`training, ${EPOCHS} epochs`, train],
    [`bits of orthogonal({ seed: ${seeded.seed} })`, bits],
    ["uninstall()", () => door.uninstall()],
    [`stock LSTM(${UNITS}) again`, lstm],
  ]);
}

/** How far the rows of a wide matrix are from orthonormal. */
function defect(weight: core.Tensor): number {
  const [rows, cols] = weight.shape;
  const data = weight.dataSync<"float32">();
  let worst = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= i; j++) {
      let product = 0;
      for (let k = 0; k < cols; k++) product += data[i * cols + k] * data[j * cols + k];
      worst = Math.max(worst, Math.abs(product - Number(i === j)));
    }
  return worst;
}
