import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkInteger, checkSingle } from "../../arguments.ts";
import { checkModel } from "../layers/graph.ts";

/** The strength of a penalty over the epochs. */
export interface Schedule {
  /** Factor of the penalty in the loss, ≥ 0; default 1. */
  lambda?: number;
  /**
   * Number of epochs in which lambda falls linearly to 0; default 5. The factor is lambda·(1 − e/epochs) in epoch
   * e = 0, 1, …, as `diversitySchedule` counts epochs. With 0, lambda is constant.
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

/** Key under which regularizers and layers with a schedule keep their epoch; as a symbol it meets no other name. */
export const EPOCH = Symbol.for("tfjs-initializers/epoch");

/**
 * Callback for `fit` that runs the schedules of a model's penalties: it tells every `diversityRegularizer` and
 * `diversityPenalty` of the model the epoch. Without this callback their strength stays as in epoch 0.
 *
 * The callback takes the model, because tf.layers rebuilds a regularizer when it makes a layer: an instance in user
 * code is not the one that the model uses.
 *
 * @param model the model that is being trained
 * @returns the callback, for the option `callbacks` of `fit`
 * @throws ArgumentError if `model` is not a model
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

/** Properties in which models, wrappers and recurrent layers keep the layers inside them. */
const INSIDE = ["layers", "layer", "forwardLayer", "backwardLayer", "cell", "cells"];

function* scheduled(layer: object): Generator<Scheduled> {
  if (EPOCH in layer) yield layer as Scheduled;
  for (const [name, value] of Object.entries(layer)) {
    if (typeof value !== "object" || value === null) continue;
    if (EPOCH in value) yield value as Scheduled;
    else if (INSIDE.includes(name)) for (const part of [value].flat()) yield* scheduled(part);
  }
}
