/** One call of each function of the package that takes a model, to be disturbed. */
import { zipped } from "./datasets.ts";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as assert from "uvu/assert";
import * as door from "../../src/tfjs/index.ts";
import { calmly } from "../support/calm.ts";
import { tf } from "../support/wasm.ts";
import { numbers, type Deeds } from "./deeds.ts";

const { layers: L } = tf;
const kernelInitializer = "ones";

/** Numbers that need no kernel, so that no fault of kernels meets them. */
const draw = (shape: number[], seed: number) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => Math.sin(i * i + 0.7 * i + seed)),
    shape,
  );
};
/** Made once; every job gives them. */
export const [xs, ys, images] = [draw([20, 3], 1), draw([20, 2], 2), draw([12, 6, 6, 2], 3)];

/** Gives weights and optimizer a state of their own. */
async function trained(model: LayersModel, x: Tensor, y: Tensor): Promise<LayersModel> {
  let seed = 10;
  for (const weight of model.weights) {
    const value = draw(weight.shape as number[], seed++);
    const positive = tf.abs(value);
    weight.write(/variance/.test(weight.name) ? positive : value);
    tf.dispose([value, positive]);
  }
  model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
  (model as unknown as { isOptimizerOwned: boolean }).isOptimizerOwned = true;
  await model.trainOnBatch(x, y);
  return model;
}

export const dense = () =>
  trained(
    tf.sequential({
      layers: [
        L.dense({ name: "hidden", units: 4, activation: "relu", inputShape: [3] }),
        L.dense({ name: "out", units: 2 }),
      ],
    }),
    xs,
    ys,
  );

/** A model of convolutions, which the wasm backend does not train; only its weights are its state. */
export function convolutions(): LayersModel {
  const conv = { kernelSize: 2, kernelInitializer, activation: "relu" } as const;
  return tf.sequential({
    layers: [
      L.conv2d({ ...conv, name: "conv", filters: 4, inputShape: [6, 6, 2] }),
      L.batchNormalization({ name: "normal" }),
      L.depthwiseConv2d({ name: "depthwise", kernelSize: 2, depthwiseInitializer: "ones" }),
      L.separableConv2d({ name: "separable", filters: 3, kernelSize: 2, depthwiseInitializer: "ones", pointwiseInitializer: "ones" }), // prettier-ignore
      L.flatten(),
      L.dense({ name: "out", units: 2, kernelInitializer }),
    ],
  });
}

/** Weights and optimizer of a model, as numbers. */
export async function state(model: LayersModel): Promise<unknown> {
  const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
  const { optimizer } = model;
  if (!optimizer) return weights;
  const slots = await optimizer.getWeights();
  const own = slots.map(({ tensor }) => [...tensor.dataSync()]);
  slots.forEach(({ name, tensor }) => name === "iter" && tensor.dispose());
  return [weights, own];
}

/** Disturbs what is done with a model. After an error, the model is as it was. */
export async function on(
  build: () => LayersModel | Promise<LayersModel>,
  act: (model: LayersModel) => unknown,
): Promise<unknown> {
  const model = await calmly(build);
  const before = await calmly(() => state(model));
  try {
    const found = await act(model);
    return await calmly(async () => [numbers(found), await state(model)]);
  } catch (error) {
    assert.equal(
      await calmly(() => state(model)),
      before,
      `the model has changed: ${String(error)}`,
    );
    throw error;
  } finally {
    calmly(() => model.dispose());
  }
}

/** The report and the state of a model that was made; it is disposed. */
const made = async ({ model, report }: { model: LayersModel; report: unknown }) => {
  try {
    return [report, await calmly(() => state(model))];
  } finally {
    calmly(() => model.dispose());
  }
};

/** The report without its times. */
export const untimed = (report: door.DataReport) =>
  report.layers.map(({ milliseconds, ...rest }) => rest);

const grown = (options: object) => () =>
  on(
    dense,
    async (model) =>
    made(await door.grow(model, { layer: "hidden", units: 2, seed: 1, ...options } as door.GrowOptions)), // prettier-ignore
  );

/** Training changes the model; an error brings the last one along. */
async function growing(schedule: object, dataset = false): Promise<unknown> {
  const model = await calmly(dense);
  const plan = { layers: "hidden", every: 1, units: 1, method: "gradmax", seed: 1, samples: 8, ...schedule } as door.Schedule; // prettier-ignore
  const args = { epochs: 2, shuffle: false, batchSize: 8, verbose: 0, yieldEvery: "never", schedule: plan } as const; // prettier-ignore
  let last = model;
  try {
    const fit = dataset
      ? await door.fitGrowing(model, zipped(xs, ys, 8), args)
      : await door.fitGrowing(model, xs, ys, args);
    last = fit.model;
    return [fit.history, await calmly(() => state(last))];
  } catch (error) {
    if (error instanceof door.TrainingError) last = error.fit.model;
    throw error;
  } finally {
    if (last !== model) calmly(() => last.dispose());
    calmly(() => model.dispose());
  }
}

/** The model after `grow`, with a relu1. */
export const woken = async () => {
  const model = await dense();
  const { model: wide } = await door.grow(model, { layer: "hidden", units: 2, method: "random", seed: 1 }); // prettier-ignore
  model.dispose();
  return wide;
};

const twins = async () => {
  const model = await dense();
  const { weights } = model.layers[0]!;
  const values = [...weights[0]!.read().dataSync()];
  for (let i = 0; i < 3; i++) values[4 * i + 1] = 2 * values[4 * i]!;
  const [kernel, bias] = [tf.tensor(values, [3, 4]), tf.zeros([4])];
  weights[0]!.write(kernel);
  weights[1]!.write(bias);
  tf.dispose([kernel, bias]);
  return model;
};

/** The numbers of what a job makes within the tidy of a training step. */
function inTidy(job: () => unknown): unknown {
  let found: unknown;
  tf.tidy(() => void (found = numbers(job())));
  return found;
}

export const models: Deeds = {
  diversity: () => on(convolutions, (model) => door.diversity(model, images)),
  diversityHistory: () => on(dense, async (model) => {
    const logs = {};
    await door.diversityHistory(model, { xs }).onEpochEnd(0, logs);
    return logs;
  }), // prettier-ignore
  diversityPenalty: () => {
    const layer = calmly(() => door.diversityPenalty({ penalty: "deCov" }));
    return inTidy(() => [layer.apply(xs, { training: true }), ...layer.calculateLosses()]);
  },
  diversityRegularizer: () => {
    const regularizer = door.diversityRegularizer({ penalty: "logDet" });
    return inTidy(() => regularizer.apply(xs));
  },
  diversitySchedule: () => on(dense, (model) => door.diversitySchedule(model).onEpochBegin(1)),
  fitGrowing: () => growing({}),
  "fitGrowing, steps": () => growing({ unit: "steps", every: 2, method: "orthogonal" }),
  "fitGrowing, Dataset": () => growing({}, true),
  "fitGrowing, steps of a Dataset": () => growing({ unit: "steps", every: 2 }, true),
  grow: grown({ method: "gradmax", xs, ys }),
  "grow, inverse": grown({ method: "gradmax", inverse: true, xs, ys, batchSize: 12 }),
  "grow, orthogonal": grown({ method: "orthogonal" }),
  "grow, split": grown({ method: "split" }),
  "grow, random": grown({ method: "random" }),
  "grow, zero": grown({ method: "zero" }),
  growable: () => on(dense, (model) => door.growable(model)),
  initialize: () => on(convolutions, (model) => [...door.initialize(model, { seed: 1 })]),
  "initialize, lps": () => on(dense, (model) => [...door.initialize(model, { scheme: "lps", seed: 1, degree: 3 })]), // prettier-ignore
  "initialize, zerO": () => on(convolutions, (model) => [...door.initialize(model, { scheme: "zerO" })]), // prettier-ignore
  initializeFromData: () => on(convolutions, async (model) => untimed(await door.initializeFromData(model, images))), // prettier-ignore
  "initializeFromData, ys": () => on(dense, async (model) => untimed(await door.initializeFromData(model, xs, { ys }))), // prettier-ignore
  "initializeFromData, Dataset": () => on(dense, async (model) => untimed(await door.initializeFromData(model, zipped(xs, ys, 8), { memory: 0, code: "randomProjection" }))), // prettier-ignore
  "initializeFromData, lsuv": () => on(dense, async (model) => untimed(await door.initializeFromData(model, xs, { method: "lsuv" }))), // prettier-ignore
  "initializeFromData, orthogonal-lsuv": () => on(convolutions, async (model) => untimed(await door.initializeFromData(model, images, { method: "orthogonal-lsuv" }))), // prettier-ignore
  inspect: () => on(convolutions, async (model) => (await door.inspect(model, images)).layers),
  "inspect, gradients": () => on(dense, async (model) => (await door.inspect(model, xs, { ys, gradients: true })).layers), // prettier-ignore
  replaceRedundant: () => on(twins, (model) => door.replaceRedundant(model, { layer: "hidden", xs, threshold: 0.9, seed: 1 })), // prettier-ignore
  settle: () => on(woken, (model) => door.settle(model, { xs })),
  spreading: () => on(dense, async (model) => {
    const { onEpochBegin, onEpochEnd } = door.spreading(model, { step: 0.1 });
    await onEpochBegin(0);
    await onEpochEnd!();
  }), // prettier-ignore
  spreadUnits: () => on(convolutions, (model) => door.spreadUnits(model, { step: 0.1 })),
};
