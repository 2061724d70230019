/** Training of a net that grows by a schedule, or of one that does not grow, for the example and for the studies. */
import * as tf from "@tensorflow/tfjs";
import {
  fitGrowing,
  growable,
  type GrownFit,
  type GrowthMethod,
  type Schedule,
} from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import { CLASSES, type Dataset, type Pictures } from "./cifar.ts";
import { BATCH, draw, type GrowNet } from "./growNets.ts";

/** What a net does between the epochs; without an entry it does not grow. */
export const GROWTH: Readonly<Record<string, Pick<Schedule, "method" | "side" | "inverse">>> = {
  gradmax: { method: "gradmax" },
  inverse: { method: "gradmax", inverse: true },
  orthogonal: { method: "orthogonal" },
  random: { method: "random" },
  split: { method: "split" },
  pair: { method: "orthogonal", side: "pair" },
};
type How = (typeof GROWTH)[string];

/** The net with drawn weights: of its usual width, or `times` as wide. */
export function build(net: GrowNet, times: number, seed: number): tf.LayersModel {
  const model = net.build(times);
  draw(model, seed);
  const optimizer = net.optimizer();
  model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

/** Whether a way to grow is the one that a schedule names; sides have a default. */
const suits = (way: GrowthMethod, { method, side = "in", inverse = false }: How) =>
  way.method === method && (way.side ?? "in") === side && (way.inverse ?? false) === inverse;

/** A layer of every group of channels that can grow in this way. */
export const layersFor = (model: tf.LayersModel, how: How): string[] =>
  growable(model)
    .filter(
      ({ methods, multiple }) =>
        multiple === 1 && methods.some((way) => !way.prevents && suits(way, how)),
    )
    .map(({ layers }) => layers[0]!);

interface Samples {
  readonly xs: tf.Tensor;
  readonly ys: tf.Tensor;
}

/** The pictures in an order drawn by a seed; training does not shuffle again, so that it is the same for all. */
function tensors(net: GrowNet, { count, pixels, labels }: Pictures, seed: number): Samples {
  const keys = normal(1, count, { seed }).data;
  const order = Int32Array.from(keys, (_, i) => i).sort((i, j) => keys[i]! - keys[j]!);
  return tf.tidy(() => ({
    xs: net.prepare(tf.gather(tf.tensor4d(pixels, [count, ...net.shape]), order)),
    ys: tf.gather(tf.oneHot(tf.tensor1d(labels, "int32"), CLASSES), order),
  }));
}

export interface Lesson {
  readonly train: Samples;
  readonly test: Samples;
}

export const lesson = (net: GrowNet, { train, test }: Dataset, seed: number): Lesson => ({
  train: tensors(net, train, seed),
  test: tensors(net, test, 0),
});

export interface Course {
  /** A name in `GROWTH`; "small" and "big" do not grow. */
  readonly method: string;
  readonly seed: number;
  readonly epochs: number;
  /** The norm of new units over the mean norm of old ones, instead of the method's default. */
  readonly gain?: number;
  /** Of an event, see `Schedule`. */
  readonly samples?: number;
  readonly onEpoch?: () => void;
}

export interface Trained {
  /** The caller's to dispose. */
  readonly model: tf.LayersModel;
  readonly history: GrownFit["history"];
  /** Epochs before which it grew. */
  readonly grew: number[];
  /** Of the whole, growing included, and of growing alone. */
  readonly seconds: number;
  readonly growth: number;
  /** Multiplications of a sample's way through the net, summed over the epochs. */
  readonly cost: number;
}

/** Trains the net: half of its first width is added at each event, up to that of the wide net, in the first three quarters. */
export async function train(
  net: GrowNet,
  { train, test }: Lesson,
  course: Course,
): Promise<Trained> {
  // prettier-ignore
  const { method, seed, epochs, gain, samples, onEpoch } = course;
  const first = build(net, method === "big" ? net.times : 1, seed);
  const start = performance.now();
  let [growth, since, cost] = [0, start, 0];
  let model = first;
  const args = {
    epochs,
    batchSize: BATCH,
    shuffle: false,
    verbose: 0 as const,
    validationData: [test.xs, test.ys] as [tf.Tensor, tf.Tensor],
    callbacks: {
      onEpochEnd: () => {
        cost += multiplications(model);
        onEpoch?.();
        since = performance.now();
      },
    },
  };
  const how = GROWTH[method];
  const events = 2 * (net.times - 1);
  const schedule = () => ({
    ...{ every: Math.max(1, Math.floor((0.75 * epochs) / events)), events, fraction: 0.5 },
    ...{ ...how!, seed, samples, layers: layersFor(first, how!) },
    ...(gain !== undefined && method !== "split" && { gain }),
  });
  const fit = how
    ? await fitGrowing(first, train.xs, train.ys, {
        ...args,
        schedule: schedule(),
        onGrow: (_, grown) => {
          model = grown;
          growth += performance.now() - since;
        },
      })
    : { ...(await first.fit(train.xs, train.ys, args)), events: [] };
  if (model !== first) first.dispose();
  return {
    model,
    history: fit.history as GrownFit["history"],
    grew: fit.events.map(({ epoch }) => epoch),
    seconds: (performance.now() - start) / 1000,
    growth: growth / 1000,
    cost,
  };
}

/** Multiplications by weights of kernels in a sample's way through a model. */
export function multiplications(model: tf.LayersModel): number {
  return model.layers.reduce((sum, layer) => {
    const positions = tf.util.sizeFromShape((layer.outputShape as number[]).slice(1, -1));
    const kernels = layer.weights.filter(({ originalName }) => originalName.endsWith("kernel"));
    return sum + positions * kernels.reduce((all, { shape }) => all + tf.util.sizeFromShape(shape as number[]), 0); // prettier-ignore
  }, 0);
}
