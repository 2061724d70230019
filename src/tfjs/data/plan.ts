/** Which layers of a model are set from data, in which order, and how each is connected. */
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { consumers, layerOf, steps, type Layer, type Step } from "../layers/graph.ts";
import { activationOf, isOneSided as squashesOneSide } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import { kindOf, passesSigns } from "../layers/kinds.ts";
import { heads, type Head } from "./heads.ts";
import { stages, type Stage } from "./stages.ts";

/** A layer with a kernel, and its surroundings in the model. */
export interface Linear {
  readonly kind: "linear";
  readonly layer: Layer;
  readonly input: SymbolicTensor;
  /** Whether the channels are the first axis of a sample instead of the last. */
  readonly channelsFirst: boolean;
  readonly stages: readonly Stage[];
  /** Whether the activation that follows passes mostly one sign. */
  readonly oneSided: boolean;
  /** The head of the output that the layer makes, if it makes one. */
  readonly head?: Head;
  /** Number of branches in the sum that the layer's output enters; 1 if it enters none. */
  readonly branches: number;
}

/** A BatchNormalization whose moving statistics are set. */
export interface Normalization {
  readonly kind: "normalize";
  readonly layer: Layer;
  readonly input: SymbolicTensor;
}

/** A layer whose weights are left as they are, and the reason. */
export interface Left {
  readonly kind: "left";
  readonly layer: Layer;
  readonly why: string;
}

export type Task = Linear | Normalization | Left;

/**
 * The layers with weights in forward order; a shared layer comes where it is first called.
 *
 * @param model the LayersModel inside of the user's model, as `engine` returns it
 * @param only names of the layers to set; undefined for all
 * @param skip names of layers to leave as they are
 * @throws ArgumentError for a name that the model does not have
 */
export function plan(
  model: LayersModel,
  only: readonly string[] | undefined,
  skip: readonly string[],
): Task[] {
  for (const name of [...(only ?? []), ...skip]) layerOf(model, name);
  const graph = steps(model);
  const seen = new Set<Layer>();
  return graph.flatMap((step): Task[] => {
    const { layer } = step;
    if (layer.weights.length === 0 || seen.has(layer)) return [];
    seen.add(layer);
    const named = (only?.includes(layer.name) ?? true) && !skip.includes(layer.name);
    if (!named) return [{ kind: "left", layer, why: "not asked for" }];
    if (!layer.trainable) return [{ kind: "left", layer, why: "frozen" }];
    const input = step.inputs[0]!;
    if (layer.getClassName() === "BatchNormalization") return [{ kind: "normalize", layer, input }];
    return [
      linear(model, graph, step) ?? {
        kind: "left",
        layer,
        why: `${layer.getClassName()} is not set from data`,
      },
    ];
  });
}

/** The surroundings of a step; undefined if its layer has no kernel that can be set from data. */
export function linear(model: LayersModel, graph: readonly Step[], step: Step): Linear | undefined {
  const { layer, inputs } = step;
  const parts = stages(layer);
  if (parts.length === 0) return undefined;
  const head = heads(model, graph).find((one) => one.step === step);
  return {
    kind: "linear",
    layer,
    input: inputs[0]!,
    channelsFirst: attributes(layer).dataFormat === "channelsFirst",
    stages: parts,
    oneSided: isOneSided(graph, step),
    ...(head && { head }),
    branches: branches(graph, step),
  };
}

function isOneSided(graph: readonly Step[], { layer, outputs }: Step): boolean {
  const own = activationOf(layer);
  if (own !== undefined) return squashesOneSide(own);
  const next = consumers(graph, outputs[0]!);
  return (
    next.length > 0 &&
    next.every((step) => {
      const passes = passesSigns(step.layer) || kindOf(step.layer).role === "activation";
      return passes && isOneSided(graph, step);
    })
  );
}

/** The output of a step after the activation and the normalization that follow it, if any. */
export function activated(graph: readonly Step[], { layer, outputs }: Step): SymbolicTensor {
  const [output] = outputs as [SymbolicTensor];
  const [next, ...others] = consumers(graph, output);
  if (activationOf(layer) || next === undefined || others.length > 0) return output;
  if (kindOf(next.layer).role === "activation") return next.outputs[0]!;
  return next.layer.getClassName() === "BatchNormalization" ? activated(graph, next) : output;
}

/** The number of tensors that an Add after this step sums, if no weights lie between; 1 if there is no such Add. */
function branches(graph: readonly Step[], { outputs }: Step): number {
  const next = consumers(graph, outputs[0]!);
  if (next.length !== 1) return 1;
  const [step] = next as [Step];
  if (step.layer.getClassName() === "Add") return step.inputs.length;
  const passes = step.layer.weights.length === 0 && step.inputs.length === 1;
  return passes ? branches(graph, step) : 1;
}
