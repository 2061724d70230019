/** A model once more with a wider layer: from its config, with the weights copied or widened. */
import { tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";
import { leaves, type Layer } from "../layers/graph.ts";
import { Relu1 } from "../relu1.ts";
import { attributes } from "../layers/attributes.ts";

/** How a tensor gets wider. Flattened positions share the axis of the units, and come before them. */
export interface Widening {
  readonly axis: number;
  /** Units before. */
  readonly units: number;
  /** Number (i, j, l): i counts what is before the units, j new units, l what is after. */
  readonly fill: (i: number, j: number, l: number) => number;
  /** What takes the place of the old numbers, where they change. */
  readonly old?: Float32Array;
}

/** Weights of the old model that get wider. */
export type Widenings = ReadonlyMap<LayerVariable, Widening>;

interface LayerConfig {
  className: string;
  config: {
    name: string;
    units?: number;
    filters?: number;
    activation?: string;
    depthwiseConstraint?: unknown;
  };
}

/** What is there of tf.layers' classes, and not in their types. */
interface ModelClass {
  fromConfig(cls: ModelClass, config: object, custom: object, fast: boolean): LayersModel;
}

/**
 * The model with k more units in `layer`: names kept, weights copied or widened. The old model is not
 * touched, and its tensors are shared where they do not change.
 */
export function rebuild(
  model: LayersModel,
  layer: Layer,
  k: number,
  relu1: readonly string[],
  widenings: Widenings,
): LayersModel {
  let wide: LayersModel;
  try {
    const config = JSON.parse(JSON.stringify(model.getConfig())) as { layers: LayerConfig[] };
    for (const entry of config.layers) {
      const { name } = entry.config;
      if (name === layer.name) {
        if (entry.config.units !== undefined) entry.config.units += k;
        if (entry.config.filters !== undefined) entry.config.filters += k;
      }
      if (relu1.includes(name)) {
        // The ReLU layer has no activation to name.
        if (entry.className === "ReLU") entry.className = "Activation";
        entry.config.activation = Relu1.className;
      }
      if (entry.className === "DepthwiseConv2D") {
        // TensorFlow.js has written the regularizer there.
        const { depthwiseConstraint: constraint } = attributes(model.getLayer(name));
        entry.config.depthwiseConstraint = constraint
          ? { className: constraint.getClassName(), config: constraint.getConfig() }
          : null;
      }
    }
    const cls = model.constructor as unknown as ModelClass;
    wide = cls.fromConfig(cls, config, {}, true);
  } catch (error) {
    const { message } = error as Error;
    throw new ArgumentError("model", "layers that their configs rebuild, as in saving", message);
  }
  try {
    freeze(model, wide);
    tidy(() => {
      const layers = leaves(wide);
      for (const [i, old] of leaves(model).entries()) {
        const values = old.weights.map((weight) => {
          const widening = widenings.get(weight);
          return widening ? widen(weight.read(), k, widening, widening.old) : weight.read();
        });
        layers[i]!.setWeights(values);
      }
    });
  } catch (error) {
    wide.dispose();
    throw error;
  }
  const metadata = model.getUserDefinedMetadata();
  if (metadata) wide.setUserDefinedMetadata(metadata);
  return wide;
}

/** What of tf.layers' layers is not in their types. */
interface Freezable {
  trainable: boolean;
  readonly _trainableWeights: readonly LayerVariable[];
  readonly layers?: readonly Layer[];
}

/**
 * Freezes what is frozen: configs tell of layers, but not of nested models and of single weights. Also decides
 * the order of weights, frozen ones being last.
 */
function freeze(from: Layer, to: Layer): void {
  const [old, own] = [from, to] as unknown as [Freezable, Freezable];
  own.trainable = old.trainable;
  old._trainableWeights.forEach(({ trainable }, i) => {
    (own._trainableWeights[i] as { trainable: boolean }).trainable = trainable;
  });
  old.layers?.forEach((layer, i) => freeze(layer, own.layers![i]!));
}

/** The tensor with k more units; `old` in the place of its numbers. */
export function widen(
  value: Tensor,
  k: number,
  { axis, units, fill }: Pick<Widening, "axis" | "units" | "fill">,
  old: Float32Array = value.dataSync<"float32">(),
): Tensor {
  const shape = value.shape.slice();
  const after = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  shape[axis] = (shape[axis]! / units) * (units + k);
  const data = float32((old.length / units) * (units + k));
  for (let i = 0, at = 0, from = 0; at < data.length; i++) {
    data.set(old.subarray(from, from + units * after), at);
    [from, at] = [from + units * after, at + units * after];
    for (let j = 0; j < k; j++) for (let l = 0; l < after; l++) data[at++] = fill(i, j, l);
  }
  return tensor(data, shape);
}
