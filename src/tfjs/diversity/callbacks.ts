import { tensor, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, Logs } from "@tensorflow/tfjs-layers";
import { checkFraction, checkNames, checkOneOf, known } from "../../arguments.ts";
import type { Diversity } from "../../init/diversity/metrics.ts";
import { kernelOf, unitsOf } from "../../init/units.ts";
import { spread } from "../../linalg/index.ts";
import { checkInputs } from "../layers/graph.ts";
import { orAsBefore } from "../layers/undone.ts";
import { kernelsOf } from "./kernels.ts";
import { diversity } from "./measure.ts";
import { checkSchedule, strength } from "./schedule.ts";

/**
 * Callback for `fit` that records the diversity of a model's units after every epoch: `diversity` is measured and
 * added to the epoch's logs, and so to the history that `fit` returns, under the names "<layer>/<kernel>/<metric>"
 * and "<layer>/activations/<metric>".
 *
 * tf.layers accepts an array of plain callbacks (such as the result of this function) or an array of instances
 * (such as tf.callbacks.earlyStopping()), but not both kinds in one array.
 *
 * @param model the model that is being trained
 * @param options.metrics names of the metrics to record; default meanAbsCos, coherence and effectiveRank
 * @param options.xs inputs on which the activations are measured; without them only weights are measured
 * @returns the callback, for the option `callbacks` of `fit`
 * @throws ArgumentError if `model` is not a model or a metric is unknown
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
  /** Step η (in `spreading` the first one) in units of 1/‖UUᵀ‖: above 0, at most 0.5; default 0.5. */
  step?: number;
  /** Names of the layers to change; default: all layers with a kernel. Kernels that are not trainable stay. */
  layers?: readonly string[];
}

/**
 * Pushes the units of a model's kernels apart by one step, without a loss. The weights are changed in place, so the
 * outputs of the model change, too.
 *
 * The step is W ← diag(r)·normalised(U − η·off(UUᵀ)·U), where r are the lengths of the units, which stay the same,
 * and U are their directions: see `spread` of tfjs-initializers/linalg. The formulation is ours.
 *
 * @param model the model whose weights are changed
 * @param options.step η in units of 1/‖UUᵀ‖: above 0, at most 0.5; default 0.5
 * @param options.layers names of the layers to change; default: all layers with a kernel that is trainable
 * @throws ArgumentError if `model` is not a model, has no layer of a given name, the step is out of range, or a
 *   weight is NaN (the error then names the argument "w"); in all these cases no weight is changed
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
  const weights = updates.map(({ weight }) => weight);
  orAsBefore(weights, () => {
    for (const { weight, values } of updates) {
      const value = tensor(values, weight.shape as number[], "float32");
      try {
        weight.write(value);
      } finally {
        value.dispose();
      }
    }
  });
}

/**
 * Callback for `fit` that calls `spreadUnits` after every epoch or every batch of the first epochs. The step falls
 * linearly and is step·(1 − e/epochs) in epoch e = 0, 1, …
 *
 * @param model the model that is being trained
 * @param options.step, options.layers as for `spreadUnits`
 * @param options.epochs number of epochs until the step is 0; default 5; 0 means every epoch, with a constant step
 * @param options.every `"epoch"` (default) or `"batch"`
 * @returns the callback, for the option `callbacks` of `fit`
 * @throws ArgumentError for a bad option; during training, for the same reasons as `spreadUnits`
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
