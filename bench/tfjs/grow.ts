import * as tf from "@tensorflow/tfjs";
import { grow, type GrowOptions } from "../../src/tfjs/index.ts";
import { distance } from "../accuracy.ts";
import { wideResnet } from "../../examples/architectures/images.ts";
import type { Case } from "../harness.ts";
import { images, net } from "./train.ts";

type Method = GrowOptions["method"];

/** The side of the images. */
const SIDE = 32;

/** What grows in an event, and how. */
interface Event {
  readonly name: string;
  model(): tf.LayersModel;
  readonly batch: number;
  readonly method: Method;
  /** The place of the layer among those with filters. */
  readonly layer: number;
  readonly units: number;
  readonly bar: number;
}

/** Adds units to a layer, in units of a training step. */
function event({ name, batch, method, units, bar, ...rest }: Event): Case {
  const start = () => {
    const labels = tf.tidy(() => tf.range(0, batch, 1, "int32").mod(tf.scalar(10, "int32")));
    const ys = tf.oneHot(labels, 10);
    labels.dispose();
    return { model: rest.model(), xs: images(batch, SIDE), ys };
  };
  return {
    name: `grow ${method} ${name}, batch ${batch}`,
    bar,
    async start() {
      const { model, xs, ys } = start();
      const convolutions = model.layers.filter((layer) => layer.getClassName() === "Conv2D");
      const layer = convolutions[rest.layer]!.name;
      const data = method === "gradmax" ? { xs, ys } : {};
      const once = () => grow(model, { layer, units, method, seed: 1, ...data });
      // A first call, untimed: it grows the backend's memory, and the warm-up would use a call this long as a sample.
      (await once()).model.dispose();
      return {
        async time(reps) {
          const begin = performance.now();
          for (let i = 0; i < reps; i++) (await once()).model.dispose();
          return (performance.now() - begin) / reps;
        },
        // Checks that the function is kept; the tests check the growth matrix.
        async accuracy() {
          const { model: wide } = await once();
          const [f, g] = [model, wide].map((one) => one.predict(xs) as tf.Tensor);
          const found = distance(g.dataSync(), f.dataSync());
          wide.dispose();
          tf.dispose([f, g]);
          return found;
        },
        stop() {
          model.dispose();
          tf.dispose([xs, ys]);
        },
      };
    },
    unit: {
      name: "training step",
      async start() {
        const { model, xs, ys } = start();
        await model.trainOnBatch(xs, ys);
        return {
          async time(reps) {
            const begin = performance.now();
            for (let i = 0; i < reps; i++) await model.trainOnBatch(xs, ys);
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

const plain = (method: Method, bar: number) =>
  event({
    name: "32x32x3 → 64 → 64 + 16 → 128",
    ...{ model: () => net(SIDE), batch: 32, method, layer: 1, units: 16, bar },
  });

const wide = (name: string, units: number, layer: number, bar: number) =>
  event({
    name: `WideResNet-16-1, ${2 * units} + ${units} in ${name}`,
    ...{ model: wideResnet16, batch: 128, method: "gradmax", layer, units, bar },
  });

function wideResnet16(): tf.LayersModel {
  const model = wideResnet({ side: SIDE, width: 16, times: 1, blocks: 2 });
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: "categoricalCrossentropy" });
  return model;
}

export default [
  plain("gradmax", 2.5),
  plain("orthogonal", 0.25),
  plain("split", 0.25),
  // The convolution in the middle of the second block of a stage; and a residual stream, into which three write.
  wide("stage 1", 8, 3, 2.5),
  wide("stage 3", 32, 13, 2.5),
  wide("the stream of stage 1", 8, 0, 2.5),
] satisfies Case[];
