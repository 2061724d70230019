/** Rebuilds a model from its configuration with wider layers, and copies or widens its weights. */
import { tensor, tidy, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { ArgumentError, MemoryError } from "../../errors.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { orNoVariables } from "../layers/undone.ts";
import { replacements } from "../relu1.ts";
import { includes, lengthOf, type Segments } from "./blocks.ts";
import type { Group } from "./groups.ts";
import type { Wire } from "./passages.ts";
import type { Call } from "./trace.ts";
import { stockRelu } from "./waking.ts";
import type { Widenings } from "./weights.ts";

interface Config {
  name?: string;
  units?: number;
  filters?: number;
  outputDim?: number;
  targetShape?: (number | null)[];
  batchInputShape?: (number | null)[];
  activation?: string;
  depthMultiplier?: number | undefined;
  depthwiseConstraint?: unknown;
  /** Of wrappers. */
  layer?: Entry;
  /** Of models. */
  layers?: Entry[];
}

interface Entry {
  className: string;
  config: Config;
}

/** A static method of model classes that tf.layers' types omit. */
interface ModelClass {
  fromConfig(cls: ModelClass, config: object, custom: object, fast: boolean): LayersModel;
}

/**
 * Returns a copy of the model with k more units in a group, the same names, and weights that are copied or widened. The
 * old model is not changed, and the new one shares the tensors that do not change.
 *
 * @param calls all calls of the model
 * @param relu1 the layers whose relu becomes relu1
 * @throws ArgumentError if the model cannot be rebuilt from its configuration
 */
export function rebuild(
  model: LayersModel,
  calls: readonly Call[],
  group: Group,
  k: number,
  relu1: readonly Layer[],
  widenings: Widenings,
): LayersModel {
  let wide: LayersModel | undefined;
  const refused = (error: unknown): ArgumentError => {
    const { message } = error as Error;
    return new ArgumentError("model", "layers that their configs rebuild, as in saving", message);
  };
  try {
    wide = orNoVariables(() => remade(model, calls, group, k, relu1));
    freeze(model, wide);
    copy(model, wide, widenings);
  } catch (error) {
    if (wide) discard(wide);
    throw error instanceof MemoryError ? error : refused(error);
  }
  const metadata = model.getUserDefinedMetadata();
  if (metadata) wide.setUserDefinedMetadata(metadata);
  return wide;
}

/** A model of the new configuration, whose weights are not set yet. */
function remade(
  model: LayersModel,
  calls: readonly Call[],
  group: Group,
  k: number,
  relu1: readonly Layer[],
): LayersModel {
  const config = JSON.parse(JSON.stringify(model.getConfig())) as Config;
  const called = new Map(calls.map((call) => [call.layer, call]));
  const visit = (layer: Layer, entry: Entry): void => {
    const { layer: wrapped, layers } = entry.config;
    // Bidirectional has two layers of one configuration.
    const entries = wrapped ? [wrapped] : (layers ?? []);
    entries.forEach((one, i) => visit(insideOf(layer)[i]!, one));
    resize(entry, layer, called.get(layer), group, k);
    if (relu1.includes(layer)) wake(entry, layer);
  };
  visit(model, { className: "", config });
  const cls = model.constructor as unknown as ModelClass;
  return cls.fromConfig(cls, config, {}, true);
}

/** Copies all weights, or writes wider ones. */
function copy(model: LayersModel, wide: LayersModel, widenings: Widenings): void {
  tidy(() => {
    const layers = plain(wide);
    for (const [i, { weights }] of plain(model).entries()) {
      weights.forEach((weight, at) => {
        const value = widenings.get(weight)?.value();
        // `write` would apply the layer's constraint.
        const { val } = layers[i]!.weights[at] as unknown as { val: Variable };
        val.assign(value ? tensor(value.data, [...value.shape]) : weight.read());
      });
    }
  });
}

/** The layers inside of a model or a wrapper. */
export function insideOf(layer: Layer): readonly Layer[] {
  const { role } = kindOf(layer);
  if (role === "model") return (layer as unknown as LayersModel).layers;
  if (role !== "wrapper") return [];
  const { forwardLayer, backwardLayer, layer: inner } = attributes(layer);
  return forwardLayer ? [forwardLayer, backwardLayer!] : [inner!];
}

/** Disposes a model with all its weights; TensorFlow.js keeps those of layers that are called more than once. */
export function discard(model: LayersModel): void {
  const weights = plain(model).flatMap((layer) => layer.weights);
  model.dispose();
  for (const weight of new Set(weights)) {
    if (!(weight as unknown as { val: Tensor }).val.isDisposed) weight.dispose();
  }
}

/** The layers of a model that contain no others. */
export function plain(layer: Layer): Layer[] {
  const inner = insideOf(layer);
  return inner.length > 0 ? inner.flatMap(plain) : [layer];
}

/** Writes the new sizes of a layer into its configuration. */
function resize(
  { config, className }: Entry,
  layer: Layer,
  call: Call | undefined,
  group: Group,
  k: number,
): void {
  const length = (units: Segments) => lengthOf(units, group.block, k);
  const shapeOf = ({ shape, layout }: Wire) =>
    shape.map((size, axis) => (layout[axis] && size !== null ? length(layout[axis]) : size));
  if (className === "DepthwiseConv2D") {
    // TensorFlow.js has written the regularizer in the place of the constraint.
    const { depthwiseConstraint: constraint } = attributes(layer);
    config.depthwiseConstraint = constraint
      ? { className: constraint.getClassName(), config: constraint.getConfig() }
      : null;
  }
  // … and it forgets the depth multiplier of separable convolutions.
  if (className === "SeparableConv2D") config.depthMultiplier = attributes(layer).depthMultiplier;
  if (!call) return;
  const [input, output] = [call.ins[0], call.outs[0]!];
  if (config.batchInputShape && input) config.batchInputShape = shapeOf(input);
  if (config.targetShape) {
    const after = shapeOf(output).slice(1);
    config.targetShape = config.targetShape.map((size, axis) =>
      size === null ? null : after[axis]!,
    );
  }
  const units = output.layout.at(-1)!;
  if (call.passage !== "units" || !includes(units, group.block)) return;
  for (const key of ["units", "filters", "outputDim"] as const) {
    if (config[key] !== undefined) config[key] = length(units);
  }
}

/** Writes relu1 in the place of a stock relu. */
function wake(entry: Entry, layer: Layer): void {
  // A ReLU layer cannot name an activation, so that an Activation layer takes its place.
  if (entry.className === "ReLU") entry.className = "Activation";
  entry.config.activation = replacements[stockRelu(layer)!]!;
}

/** Attributes of layers that tf.layers' types omit. */
interface Freezable {
  trainable: boolean;
  readonly _trainableWeights: readonly LayerVariable[];
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
  const inner = insideOf(to);
  insideOf(from).forEach((layer, i) => freeze(layer, inner[i]!));
}
