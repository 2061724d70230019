import * as tf from "@tensorflow/tfjs";
import { grow, type GrowOptions } from "../../src/tfjs/index.ts";
import { distance } from "../accuracy.ts";
import type { Case } from "../harness.ts";
import { images, labels, net } from "./train.ts";

/** Adds sixteen channels in the middle of h x h x 3 → 64 → 64 → 128, in units of a training step. */
function event(method: GrowOptions["method"], batch: number, h: number, bar: number): Case {
  const start = () => ({ model: net(h), xs: images(batch, h), ys: labels(batch) });
  return {
    name: `grow ${method} ${h}x${h}x3 → 64 → 64 + 16 → 128, batch ${batch}`,
    bar,
    async start() {
      const { model, xs, ys } = start();
      const layer = model.layers[1].name;
      const data = method === "gradmax" ? { xs, ys } : {};
      const once = () => grow(model, { layer, units: 16, method, seed: 1, ...data });
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

export default [
  event("gradmax", 32, 32, 2.5),
  event("orthogonal", 32, 32, 0.25),
  event("split", 32, 32, 0.25),
] satisfies Case[];
