/** A solved head as layers of tf.layers. */
import { tensor1d, tensor2d, tidy } from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { ArgumentError, show } from "../../errors.ts";
import { kernelOf, layoutOf } from "../../init/units.ts";
import type { Layer } from "../layers/graph.ts";
import { registeredClass } from "../layers/registry.ts";
import type { Base } from "./features.ts";
import type { Learner } from "./learner.ts";

type DenseConfig = Parameters<typeof tfl.layers.dense>[0] & { inputShape: [number] };

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
  const { rows, cols, data } = projection;
  const config = { units: cols, activation: "relu", inputShape: [rows], trainable: false } as const;
  return orDisposed(head, () => {
    const first = dense(config as DenseConfig, data, float32(cols));
    return orDisposed(first, () => made<tfl.Sequential>("Sequential", { layers: [first, head] }));
  });
}

function dense(config: DenseConfig, kernel: Float32Array, bias: Float32Array): Layer {
  const layer = made<Layer>("Dense", { kernelInitializer: "zeros", ...config });
  return orDisposed(layer, () => {
    layer.build([null, ...config.inputShape]);
    // A layer that is built by being applied gives its weights these names, by which a saved model finds them again.
    for (const weight of layer.weights as { originalName: string }[]) weight.originalName = `${layer.name}/${weight.originalName}`; // prettier-ignore
    tidy(() => layer.setWeights([tensor2d(kernel, [config.inputShape[0], config.units]), tensor1d(bias)])); // prettier-ignore
    return layer;
  });
}

/** Base and head as one model. The base's layers are shared, not copied. */
export function asModel(base: Base | undefined, learner: Learner): tfl.LayersModel {
  if (base === undefined) {
    const head = asLayer(learner);
    return orDisposed(head, () => made<tfl.Sequential>("Sequential", { layers: [head] }));
  }
  const { inputs, outputs } = base as Partial<tfl.LayersModel>;
  if (typeof base === "function" || !("layers" in base) || !inputs || outputs?.length !== 1) {
    throw new ArgumentError("base", "a model of tf.layers with one output, for toModel", show(base)); // prettier-ignore
  }
  const end = outputs[0]!;
  const head = asLayer(learner);
  return orDisposed(head, () => {
    const flat = end.rank === 2 ? end : made<Layer>("Flatten", {}).apply(end);
    return made("Model", { inputs: [...inputs], outputs: head.apply(flat as typeof end) });
  });
}

/** Runs a job on a layer that was made for it. If it throws, the weights of the layer are disposed. */
function orDisposed<T>(layer: Layer, job: () => T): T {
  try {
    return job();
  } catch (error) {
    for (const weight of layer.weights) weight.dispose();
    throw error;
  }
}

/** An instance of a class of tf.layers. */
function made<T>(name: string, config: object): T {
  return new (registeredClass(name) as unknown as { new (config: object): T })(config);
}
