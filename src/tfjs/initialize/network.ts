/** A model as one graph of calls: nested models are replaced by their calls, TimeDistributed by the layer inside. */
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { attributes } from "../layers/attributes.ts";
import { engine, steps, type Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";

/** What flows from one call to others. */
export interface Edge {
  readonly shape: readonly (number | null)[];
  readonly from: Call;
  readonly to: Call[];
  /** Position in topological order. */
  readonly order: number;
  /** Whether the model returns it. */
  leaves: boolean;
}

/** One call of a layer. */
export interface Call {
  readonly layer: Layer;
  /** The layer's name, after those of the models around it. */
  readonly name: string;
  /** The layer itself, or something around it, is not trainable. */
  readonly frozen: boolean;
  readonly inputs: readonly Edge[];
  readonly outputs: Edge[];
}

/** The calls of a model in topological order. */
export function network(model: LayersModel): Call[] {
  const calls: Call[] = [];
  let edges = 0;

  function call(layer: Layer, name: string, frozen: boolean, inputs: Edge[], shapes: Shape[]) {
    const made: Call = { layer, name, frozen, inputs, outputs: [] };
    for (const edge of new Set(inputs)) edge.to.push(made);
    for (const shape of shapes) {
      made.outputs.push({ shape, from: made, to: [], order: edges++, leaves: false });
    }
    calls.push(made);
    return made.outputs;
  }

  function enter(
    layer: Layer,
    name: string,
    frozen: boolean,
    inputs: Edge[],
    shapes: Shape[],
  ): Edge[] {
    const still = frozen || !layer.trainable;
    if (kindOf(layer).role === "model") return walk(layer as unknown as LayersModel, `${name}/`, still, inputs); // prettier-ignore
    if (layer.getClassName() !== "TimeDistributed") return call(layer, name, still, inputs, shapes);
    return enter(attributes(layer).layer!, name, still, inputs, shapes);
  }

  function walk(model: LayersModel, prefix: string, frozen: boolean, inputs?: Edge[]): Edge[] {
    const inner = engine(model);
    const edges = new Map<SymbolicTensor, Edge>();
    inputs?.forEach((edge, i) => edges.set(inner.inputs[i]!, edge));
    for (const step of steps(inner)) {
      if (step.outputs.every((tensor) => edges.has(tensor))) continue;
      const starts = step.outputs.some((tensor) => inner.inputs.includes(tensor));
      const [name, shapes] = [prefix + step.layer.name, step.outputs.map(({ shape }) => shape)];
      const sources = starts ? [] : step.inputs.map((tensor) => edges.get(tensor)!);
      const made = starts
        ? call(step.layer, name, true, [], shapes)
        : enter(step.layer, name, frozen, sources, shapes);
      step.outputs.forEach((tensor, i) => edges.set(tensor, made[i]!));
    }
    return inner.outputs.map((tensor) => edges.get(tensor)!);
  }

  for (const edge of walk(model, "", !model.trainable)) edge.leaves = true;
  return calls;
}

type Shape = readonly (number | null)[];

/** What a call is: that of its layer, but "input" for one that only provides an input of the model. */
export function roleOf(call: Call) {
  return call.inputs.length === 0 ? "input" : kindOf(call.layer).role;
}
