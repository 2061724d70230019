/** Growth in the middle of a training, on the wasm backend: at once by `grow`, and on a schedule by `fitGrowing`. */
import type * as layers from "@tensorflow/tfjs-layers";
import { normal } from "../../src/linalg/index.ts";
import { fitGrowing, grow } from "../../src/tfjs/index.ts";
import "../../src/tfjs/train.ts";
import { run } from "./table.ts";
import { tf, wasm } from "./wasm.ts";

const draw = (shape: [number, number], seed: number) =>
  tf.tensor2d(normal(...shape, { seed }).data, shape);

function network(): layers.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.reshape({ targetShape: [6, 6, 1], inputShape: [36] }),
      tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: "relu", name: "a" }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, activation: "tanh", name: "b" }),
      tf.layers.dense({ units: 2 }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
  return model;
}

export function report() {
  let xs: ReturnType<typeof draw>;
  let ys: ReturnType<typeof draw>;
  const training = { epochs: 6, batchSize: 16, verbose: 0 } as const;
  const first = (history: object) => Object.values(history)[0] as number[];
  return run("Growth", "core + layers + backend-wasm", [
    [
      "backend",
      async () => {
        const running = await wasm();
        xs = draw([64, 36], 1);
        ys = draw([64, 2], 2);
        return running;
      },
    ],
    [
      "grow",
      async () => {
        const model = network();
        await model.fit(xs, ys, training);
        const options = {
          layer: ["a", "b"],
          units: 2,
          method: "gradmax",
          xs,
          ys,
          seed: 1,
        } as const;
        const { model: wide, report } = await grow(model, options);
        const [before, after] = [model, wide].map((one) => one.predict(xs) as typeof xs);
        const change = tf.max(tf.abs(tf.sub(before!, after!))).dataSync()[0]!;
        await wide.fit(xs, ys, training);
        return `${report.map(({ units }) => units.after)} units, change ${change.toExponential(1)}`;
      },
    ],
    [
      "fitGrowing",
      async () => {
        const schedule = { layers: ["a", "b"], every: 2, fraction: 0.5, method: "gradmax", seed: 1 } as const; // prettier-ignore
        const found = await fitGrowing(network(), xs, ys, { ...training, schedule });
        const loss = first(found.history);
        return `units ${found.model.getLayer("b").outputShape[1]}, loss ${loss[0]} → ${loss.at(-1)}`;
      },
    ],
  ]);
}
