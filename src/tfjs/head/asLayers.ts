/** A solved head as layers of tf.layers. */
import { tensor1d, tensor2d } from "@tensorflow/tfjs-core";
import { layers, model, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { ArgumentError, show } from "../../errors.ts";
import { kernelOf, layoutOf } from "../../init/units.ts";
import type { Layer } from "../layers/graph.ts";
import type { Base } from "./features.ts";
import type { Learner } from "./learner.ts";

/** A Dense layer with the solved weights; with random features a model of two, the first of which is not trainable. */
export function asLayer(learner: Learner): Layer {
  const { weights, bias } = learner.linear();
  const [units, inputs] = [weights.rows, weights.cols];
  const kernel = kernelOf([weights], layoutOf([inputs, units]));
  if (!kernel.every(Number.isFinite) || !float32(bias).every(Number.isFinite)) {
    throw new ArgumentError("labels", "targets whose weights are finite in single precision", "others"); // prettier-ignore
  }
  const activation = learner.classifies ? "softmax" : "linear";
  const head = dense({ units, activation, inputShape: [inputs] }, kernel, float32(bias));
  const { projection } = learner;
  if (!projection) return head;
  const [d, width] = [projection.rows, projection.cols];
  const random = dense(
    { units: width, activation: "relu", inputShape: [d], trainable: false },
    projection.data,
    float32(width),
  );
  return sequential({ layers: [random, head] });
}

function dense(
  config: Parameters<typeof layers.dense>[0] & { inputShape: [number] },
  kernel: Float32Array,
  bias: Float32Array,
): Layer {
  const layer = layers.dense({ kernelInitializer: "zeros", ...config });
  layer.build([null, ...config.inputShape]);
  const weights = [tensor2d(kernel, [config.inputShape[0], config.units]), tensor1d(bias)];
  layer.setWeights(weights);
  weights.forEach((one) => one.dispose());
  return layer;
}

/** Base and head as one model. The base's layers are shared, not copied. */
export function asModel(base: Base | undefined, learner: Learner): LayersModel {
  if (base === undefined) return sequential({ layers: [asLayer(learner)] });
  const { inputs, outputs } = base as Partial<LayersModel>;
  if (typeof base === "function" || !("layers" in base) || !inputs || outputs?.length !== 1) {
    throw new ArgumentError("base", "a model of tf.layers with one output, for toModel", show(base)); // prettier-ignore
  }
  const end = outputs[0]!;
  const head = asLayer(learner);
  const flat = end.rank === 2 ? end : layers.flatten().apply(end);
  return model({ inputs: [...inputs], outputs: head.apply(flat as typeof end) as typeof end });
}
