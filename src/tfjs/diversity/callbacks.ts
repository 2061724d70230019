import { tensor, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, Logs } from "@tensorflow/tfjs-layers";
import { checkFraction, checkNames, checkOneOf, known } from "../../arguments.ts";
import type { Diversity } from "../../init/diversity/metrics.ts";
import { kernelOf, unitsOf } from "../../init/units.ts";
import { spread } from "../../linalg/index.ts";
import { checkInputs } from "../layers/graph.ts";
import { kernelsOf } from "./kernels.ts";
import { diversity } from "./measure.ts";
import { checkSchedule, strength } from "./schedule.ts";

/**
 * Callback for `fit`: adds diversity to the logs of every epoch, and so to the history that fit returns, as
 * "<layer>/<kernel>/<metric>" and "<layer>/activations/<metric>".
 *
 * (A callback made of functions, as all here are, does not go into one array with instances such as
 * tf.callbacks.earlyStopping(): tf.layers takes either kind.)
 *
 * @param options.metrics default meanAbsCos, coherence and effectiveRank
 * @param options.xs inputs for the activations; without them only weights are measured
 * @throws ArgumentError for what is no model or metric
 */
export function diversityHistory(
  model: LayersModel,
  options: { metrics?: readonly (keyof Diversity)[]; xs?: Tensor | Tensor[] } = {},
): { onEpochEnd: (epoch: number, logs?: Logs) => Promise<void> } {
  const given = known(options, ["metrics", "xs"]);
  const { metrics = ["meanAbsCos", "coherence", "effectiveRank"], xs } = given;
  checkNames("metrics", metrics);
  for (const metric of metrics) checkOneOf("metrics", metric, METRICS);
  const spectrum = metrics.some((metric) => metric === "effectiveRank" || metric === "logDet");
  kernelsOf(model);
  checkInputs(model, xs);
  return {
    async onEpochEnd(_, logs = {}) {
      for (const found of diversity(model, xs, { spectrum })) {
        for (const metric of metrics) logs[`${found.layer}/${found.of}/${metric}`] = found[metric];
      }
    },
  };
}

const METRICS: readonly (keyof Diversity)[] = [
  "meanAbsCos",
  "meanCos2",
  "coherence",
  "meanAbsPearson",
  "meanPearson2",
  "maxAbsPearson",
  "minAngle",
  "energy",
  "effectiveRank",
  "logDet",
  "deadFraction",
];

export interface SpreadOptions {
  /** Of the step in the first epoch, in units of 1/‖UUᵀ‖: above 0, at most 0.5, the default. */
  step?: number;
  /** Names of the layers; default all trainable ones with a kernel. */
  layers?: readonly string[];
}

/**
 * Pushes the units of kernels apart, once, without a loss: W ← diag(r)·normalised(U − η·off(UUᵀ)·U), r the lengths of
 * the units, which stay (see `spread` of tfjs-initializers/linalg). Our formulation. The weights are changed in
 * place; outputs of the model change with them.
 *
 * @throws ArgumentError for what is no model, a layer that it does not have, a step out of range or (named "w") NaN
 *   weights; nothing is changed then
 */
export function spreadUnits(model: LayersModel, options: SpreadOptions = {}): void {
  const { step = 0.5, layers } = known(options, ["step", "layers"]);
  checkFraction("step", step, 0.5);
  const updates = kernelsOf(model, layers)
    .filter(({ weight }) => weight.trainable)
    .map(({ weight, layout }) => {
      const data = weight.read().dataSync<"float32">();
      const { groups, units, inputs } = layout;
      if (groups === 1) {
        const kernel = { rows: inputs, cols: units, data };
        return { weight, values: spread(kernel, { step, units: "columns" }).data };
      }
      const moved = unitsOf(data, layout).map((filters) => spread(filters, { step }));
      return { weight, values: kernelOf(moved, layout) };
    });
  for (const { weight, values } of updates) {
    const value = tensor(values, weight.shape as number[], "float32");
    weight.write(value);
    value.dispose();
  }
}

/**
 * Callback for `fit` that calls `spreadUnits` after every epoch or every batch, for the first epochs, with a step
 * that falls linearly: step·(1 − e/epochs) in epoch e = 0, 1, …
 *
 * @param options.epochs default 5; 0: always, with a constant step
 * @param options.every `"epoch"` (default) or `"batch"`
 * @throws ArgumentError for a bad option, here, or as `spreadUnits`
 */
export function spreading(
  model: LayersModel,
  options: SpreadOptions & { epochs?: number; every?: "epoch" | "batch" } = {},
): {
  onEpochBegin: (epoch: number) => Promise<void>;
  onEpochEnd?: () => Promise<void>;
  onBatchEnd?: () => Promise<void>;
} {
  const {
    step = 0.5,
    layers,
    epochs = 5,
    every = "epoch",
  } = known(options, ["step", "layers", "epochs", "every"]);
  checkSchedule({ epochs });
  kernelsOf(model, layers);
  checkFraction("step", step, 0.5);
  checkOneOf("every", every, ["epoch", "batch"]);
  let now = step;
  const move = async () => {
    if (now > 0) spreadUnits(model, { step: now, layers });
  };
  return {
    async onEpochBegin(epoch) {
      now = strength({ lambda: step, epochs }, epoch);
    },
    ...(every === "epoch" ? { onEpochEnd: move } : { onBatchEnd: move }),
  };
}
