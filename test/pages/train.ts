/** A small convolutional net on the wasm backend, which cannot train it by itself (tensorflow/tfjs#8474). */
import type * as core from "@tensorflow/tfjs-core";
import type * as layers from "@tensorflow/tfjs-layers";
import { run } from "./table.ts";
import { tf, wasm } from "./wasm.ts";

const IMAGES = 256;
const SIDE = 12;
const EPOCHS = 15;

/** Is the bright bar in a noisy image upright? */
function bars(): [core.Tensor4D, core.Tensor2D] {
  return tf.tidy(() => {
    const upright = tf.cast(tf.less(tf.randomUniform([IMAGES, 1, 1, 1], 0, 1, "float32", 1), 0.5), "float32"); // prettier-ignore
    const at = tf.randomUniform([IMAGES, 1, 1, 1], 0, SIDE, "int32", 2);
    const place = tf.range(0, SIDE, 1, "int32");
    const line = (shape: number[]) => tf.cast(tf.equal(tf.reshape(place, shape), at), "float32");
    const [rows, cols] = [line([1, SIDE, 1, 1]), line([1, 1, SIDE, 1])];
    const noise = tf.randomNormal([IMAGES, SIDE, SIDE, 1], 0, 0.3, "float32", 3);
    const bar = tf.add(tf.mul(cols, upright), tf.mul(rows, tf.sub(1, upright)));
    return [tf.add(bar, noise) as core.Tensor4D, tf.reshape(upright, [IMAGES, 1])];
  });
}

function build(): layers.Sequential {
  const init = (seed: number) => ({ kernelInitializer: tf.initializers.heNormal({ seed }) });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [SIDE, SIDE, 1], ...init(1) }), // prettier-ignore
      tf.layers.separableConv2d({ filters: 8, kernelSize: 3, strides: 2, activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 1, activation: "sigmoid", ...init(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: "binaryCrossentropy", metrics: ["acc"] });
  return model;
}

export function report() {
  let data: [core.Tensor4D, core.Tensor2D];
  let model: layers.Sequential;
  const fit = async (epochs: number) => (await model.fit(...data, { epochs, verbose: 0 })).history;
  return run(
    "Convolutions on the wasm backend",
    "core + layers + backend-wasm; is the bar in the picture upright?",
    [
      [
        "backend",
        async () => {
          const running = await wasm();
          data = bars();
          model = build();
          return running;
        },
      ],
      ["stock", () => fit(1)],
      ['import "tfjs-initializers/train"', () => import("../../src/tfjs/train.ts").then(() => {})],
      [
        `training, ${EPOCHS} epochs`,
        async () => {
          const { acc, loss } = await fit(EPOCHS);
          const [first, last, right] = [loss[0], loss.at(-1), acc.at(-1)] as number[];
          return `loss ${first.toFixed(3)} → ${last.toFixed(3)}, accuracy ${right.toFixed(3)}`;
        },
      ],
      [
        "tensors left behind by an epoch",
        async () => {
          const { numTensors } = tf.memory();
          await fit(1);
          return tf.memory().numTensors - numTensors;
        },
      ],
    ],
  );
}
