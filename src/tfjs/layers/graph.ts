/** The graph of a LayersModel: the calls of its layers, in order, with their inputs and outputs. */
import { Tensor } from "@tensorflow/tfjs-core";
import type { layers, LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { ArgumentError, show } from "../../errors.ts";

export type Layer = layers.Layer;

/** One call of a layer in a model. A layer that is called twice has two steps. */
export interface Step {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

/** The record of a call that tf.layers keeps in `inboundNodes` of the layer. */
interface Node {
  inputTensors: SymbolicTensor[];
  outputTensors: SymbolicTensor[];
}

/**
 * The steps of a model in topological order, starting with the steps that make the inputs. Only calls on which the
 * outputs depend are included; a nested model is one step.
 */
export function steps(model: LayersModel): Step[] {
  const done = new Set<Node>();
  const order: Step[] = [];
  const visit = (tensor: SymbolicTensor): void => {
    const layer = tensor.sourceLayer;
    const node = layer.inboundNodes[tensor.nodeIndex] as unknown as Node;
    if (done.has(node)) return;
    done.add(node);
    if (!model.inputs.includes(tensor)) node.inputTensors.forEach(visit);
    order.push({ layer, inputs: node.inputTensors, outputs: node.outputTensors });
  };
  model.outputs.forEach(visit);
  return order;
}

/** The steps of the graph that have a tensor among their inputs. */
export function consumers(graph: readonly Step[], tensor: SymbolicTensor): Step[] {
  return graph.filter(({ inputs }) => inputs.includes(tensor));
}

/** The steps of a layer: one, or several if the layer is shared. */
export function calls(graph: readonly Step[], layer: Layer): Step[] {
  return graph.filter((step) => step.layer === layer);
}

/**
 * Finds a layer of the model by its name. Layers inside of nested models are not found.
 *
 * @throws ArgumentError that lists the names of the model's layers
 */
export function layerOf(model: LayersModel, name: string): Layer {
  const layer = model.layers.find((one) => one.name === name);
  if (layer === undefined) {
    const names = model.layers.map((one) => one.name);
    throw new ArgumentError("layer", `one of ${names.join(", ")}`, show(name));
  }
  return layer;
}

/** Throws an ArgumentError if `model` is not a model of tf.layers. */
export function checkModel(model: LayersModel): void {
  if (!Array.isArray(model?.layers) || typeof model.predict !== "function") {
    throw new ArgumentError("model", "a model of tf.layers", show(model));
  }
}

/** Throws an ArgumentError if `xs` is given and `model.predict` could not take `xs`. */
export function checkInputs(model: LayersModel, xs: unknown): void {
  if (xs === undefined) return;
  const tensors: unknown[] = Array.isArray(xs) ? xs : [xs];
  const inputs = model.inputs ?? [];
  const fits = (x: unknown, { shape }: SymbolicTensor) =>
    x instanceof Tensor &&
    !x.isDisposed &&
    x.dtype !== "string" &&
    x.shape[0]! > 0 &&
    x.shape.length === shape.length &&
    shape.every((size, axis) => axis === 0 || size === null || size === x.shape[axis]);
  if (tensors.length === inputs.length && inputs.every((input, i) => fits(tensors[i], input))) {
    return;
  }
  const shapes = inputs.map(({ shape }) => `[${shape.map((size) => size ?? "…").join(", ")}]`);
  throw new ArgumentError("xs", `a tensor of samples for each input, ${shapes.join(", ")}`, show(xs)); // prettier-ignore
}

/** The layers of a model, with every nested model replaced by its layers. */
export function leaves(model: LayersModel): Layer[] {
  return model.layers.flatMap((layer) => {
    const nested = layer as unknown as LayersModel;
    return (nested.layers as unknown) ? leaves(nested) : [layer];
  });
}

/**
 * The LayersModel that does a model's work: the model itself, or the one inside of a Sequential, which is built first
 * if necessary.
 *
 * @throws ArgumentError if `model` is not a model or has no input shape
 */
export function engine(model: LayersModel): LayersModel {
  checkModel(model);
  const sequential = model as { model?: LayersModel | null };
  if (!model.inputs?.length || !model.outputs?.length) {
    throw new ArgumentError("model", "a model with an inputShape and layers", show(model.name));
  }
  if (!model.built) model.build(model.inputs[0]!.shape);
  return sequential.model ?? model;
}

/** Throws an ArgumentError if weights of the model are disposed. */
export function checkAlive(model: LayersModel): void {
  const disposed = model.weights.some((weight) => {
    return (weight as unknown as { val: Tensor }).val.isDisposed;
  });
  if (disposed) throw new ArgumentError("model", "one that is not disposed", "one that is");
}
