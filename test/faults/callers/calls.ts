/** The calls that ask the caller back. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Dataset } from "../../../src/tfjs/data/source.ts";
import * as door from "../../../src/tfjs/index.ts";
import { tf } from "../../support/wasm.ts";
import { zipped } from "../datasets.ts";
import { asked, labels, on as onHead } from "../heads.ts";
import { convolutions, dense, images, on, untimed, woken, xs, ys } from "../models.ts";

export interface Run {
  onProgress?: (done: number, total?: number) => void;
  signal?: AbortSignal;
}
type Runs = Record<string, (run: Run, data?: Dataset) => Promise<unknown>>;

export const data = () => zipped(xs, ys, 8);
export const two = { units: 1, method: "orthogonal", seed: 1 } as const;
export const deep = (loss: unknown = "meanSquaredError") => {
  const kernelInitializer = "ones";
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], kernelInitializer }),
      tf.layers.dense({ name: "second", units: 4, kernelInitializer }),
      tf.layers.dense({ name: "out", units: 2, kernelInitializer }),
    ],
  });
  model.compile({ optimizer: "sgd", loss: loss as never });
  return model;
};

/** The report of a growth, and what the model became, which is disposed. */
const grown = async (job: Promise<{ model: { getWeights(): Tensor[]; dispose(): unknown }; report: unknown }>) => {
  const { model, report } = await job;
  const weights = model.getWeights().map((one) => [...one.dataSync()]);
  model.dispose();
  return [report, weights];
}; // prettier-ignore

/** Everything that can take longer than a second, but fitGrowing: it goes on with the progress that it has made. */
export const runs: Runs = {
  grow: (run) => on(() => deep(), (model) => grown(door.grow(model, { ...two, layer: ["hidden", "second"], ...run }))), // prettier-ignore
  initialize: async (run) => on(convolutions, (model) => [...door.initialize(model, { seed: 1, ...run })]), // prettier-ignore
  initializeFromData: (run) => on(convolutions, async (model) => untimed(await door.initializeFromData(model, images, run))), // prettier-ignore
  inspect: (run) => on(dense, async (model) => (await door.inspect(model, xs, { ys, gradients: true, ...run })).layers), // prettier-ignore
  settle: (run) => on(woken, (model) => door.settle(model, { xs, ...run })),
  add: (run) => onHead({}, (head) => head.add([xs, xs], [labels, labels], run)),
  remove: (run) => onHead({}, (head) => head.remove(xs, labels, run)),
  predict: (run) => asked({}, (head) => head.predict(xs, run)),
  evaluate: (run) => asked({}, (head) => head.evaluate([xs, xs], [labels, labels], run)),
};

/** The same from a Dataset. */
export const walks: Runs = {
  initializeFromData: (run, from = data()) => on(dense, async (model) => untimed(await door.initializeFromData(model, from, { memory: 0, ...run }))), // prettier-ignore
  inspect: (run, from = data()) => on(dense, async (model) => (await door.inspect(model, from, { gradients: true, ...run })).layers), // prettier-ignore
  settle: (run, from = data()) => on(woken, (model) => door.settle(model, { xs: from, ...run })),
  add: (run, from = data()) =>
    onHead({ task: "regression" }, (head) => head.add(from, undefined, run)),
  predict: (run, from = data()) => asked({ task: "regression" }, (head) => head.predict(from, run)),
  evaluate: (run, from = data()) => asked({ task: "regression" }, (head) => head.evaluate(from, undefined, run)), // prettier-ignore
};
