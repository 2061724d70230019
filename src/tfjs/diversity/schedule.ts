import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkInteger, checkSingle } from "../../arguments.ts";
import { checkModel } from "../layers/graph.ts";

/** How strong something is, and for how long. */
export interface Schedule {
  /** Its factor in the loss, ≥ 0; default 1. */
  lambda?: number;
  /**
   * Lambda falls linearly to 0 over so many epochs: lambda·(1 − e/epochs) in epoch e = 0, 1, …, as
   * `diversitySchedule` counts them; default 5. 0: it stays.
   */
  epochs?: number;
}

export function strength({ lambda = 1, epochs = 5 }: Schedule, epoch: number): number {
  return epochs === 0 ? lambda : lambda * Math.max(0, 1 - epoch / epochs);
}

export function checkSchedule({ lambda = 1, epochs = 5 }: Schedule): void {
  checkSingle("lambda", lambda, "non-negative");
  checkInteger("epochs", epochs);
}

/** Where regularizers and layers with a schedule keep their epoch: a name of ours among properties of others. */
export const EPOCH = Symbol.for("tfjs-initializers/epoch");

/**
 * Callback for `fit`: tells every `diversityRegularizer` and `diversityPenalty` of the model the epoch, so that
 * their schedules run. Without it they stay as in epoch 0. (tf.layers rebuilds a regularizer when it makes a
 * layer, so the instance in user code cannot be told.)
 *
 * @throws ArgumentError for what is no model
 *
 * @example
 * await model.fit(xs, ys, { epochs: 20, callbacks: [diversitySchedule(model), diversityHistory(model)] })
 */
export function diversitySchedule(model: LayersModel): {
  onEpochBegin: (epoch: number) => Promise<void>;
} {
  checkModel(model);
  return {
    async onEpochBegin(epoch) {
      for (const part of scheduled(model)) part[EPOCH] = epoch;
    },
  };
}

interface Scheduled {
  [EPOCH]: number;
}

/** Under these names layers hold layers: models, wrappers, recurrent cells. */
const INSIDE = ["layers", "layer", "forwardLayer", "backwardLayer", "cell", "cells"];

function* scheduled(layer: object): Generator<Scheduled> {
  if (EPOCH in layer) yield layer as Scheduled;
  for (const [name, value] of Object.entries(layer)) {
    if (typeof value !== "object" || value === null) continue;
    if (EPOCH in value) yield value as Scheduled;
    else if (INSIDE.includes(name)) for (const part of [value].flat()) yield* scheduled(part);
  }
}
