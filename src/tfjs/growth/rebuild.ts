/** Rebuilds a model from its configuration with a wider layer, and copies or widens its weights. */
import { tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";
import { leaves, type Layer } from "../layers/graph.ts";
import { Relu1 } from "../relu1.ts";
import { attributes } from "../layers/attributes.ts";

/** How a tensor gets wider along an axis. Flattened positions share the axis with the units and come before them. */
export interface Widening {
  readonly axis: number;
  /** Number of old units. */
  readonly units: number;
  /** The new entry (i, j, l): i counts the entries before the units, j the new units, l the entries after the units. */
  readonly fill: (i: number, j: number, l: number) => number;
  /** Replacements of the old numbers, where these change. */
  readonly old?: Float32Array;
}

/** The weights of the old model that get wider. */
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

/** A static method of model classes that tf.layers' types omit. */
interface ModelClass {
  fromConfig(cls: ModelClass, config: object, custom: object, fast: boolean): LayersModel;
}

/**
 * Returns a copy of the model with k more units in `layer`, the same names, and weights that are copied or widened. The
 * old model is not changed, and the new one shares the tensors that do not change.
 *
 * @param relu1 names of the layers whose relu becomes relu1
 * @throws ArgumentError if the model cannot be rebuilt from its configuration
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
        // A ReLU layer cannot name an activation, so that an Activation layer takes its place.
        if (entry.className === "ReLU") entry.className = "Activation";
        entry.config.activation = Relu1.className;
      }
      if (entry.className === "DepthwiseConv2D") {
        // TensorFlow.js has written the regularizer in the place of the constraint.
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

/** Attributes of layers that tf.layers' types omit. */
interface Freezable {
  trainable: boolean;
  readonly _trainableWeights: readonly LayerVariable[];
  readonly layers?: readonly Layer[];
}

/**
 * Freezes the layers and weights that are frozen in the old model. A configuration has this for layers, but not for
 * nested models and single weights. Freezing also decides the order of weights, in which frozen ones come last.
 */
function freeze(from: Layer, to: Layer): void {
  const [old, own] = [from, to] as unknown as [Freezable, Freezable];
  own.trainable = old.trainable;
  old._trainableWeights.forEach(({ trainable }, i) => {
    (own._trainableWeights[i] as { trainable: boolean }).trainable = trainable;
  });
  old.layers?.forEach((layer, i) => freeze(layer, own.layers![i]!));
}

/** Returns the tensor with k more units, with `old` in the place of its numbers. */
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
