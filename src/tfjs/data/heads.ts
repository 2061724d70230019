/** The last layers of a model: which layer makes each output, and how its pre-activations relate to the targets. */
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { Link } from "../../init/data/head.ts";
import { activationOf } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer, Step } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { stages } from "./stages.ts";

/** One output of a model. */
export interface Head {
  readonly output: number;
  /** The call of the layer whose kernel makes the output; absent where no such layer can be solved for it. */
  readonly step?: Step;
  /** The reason why `step` is absent. */
  readonly why?: string;
  /**
   * What is fitted to a target: each position to a target of its own, or the mean over all positions to the sample's
   * target, or all positions to the sample's target.
   */
  readonly at: "each" | "mean" | "all";
  readonly link: Link;
}

const identity: Link = { kind: "identity" };

/** Whether a layer keeps all entries in their order; an activation may change their values. */
function keeps(layer: Layer): boolean {
  const { role, ordered } = kindOf(layer);
  return role === "activation" || role === "identity" || ordered === true;
}

/** Finds the head of each output of a model, by walking backwards from the output. */
export function heads(model: LayersModel, graph: readonly Step[]): Head[] {
  return model.outputs.map((end, output) => {
    let [tensor, at, link]: [SymbolicTensor, Head["at"], Link] = [end, "each", identity];
    for (;;) {
      const step = graph.find(({ outputs }) => outputs.includes(tensor))!;
      const { layer, inputs } = step;
      const name = layer.getClassName();
      const found = stages(layer);
      const without = (why: string): Head => ({ output, at, link, why });
      if (activationOf(layer)) {
        // Only a single activation can be inverted, and none within a mean. Otherwise the pre-activations themselves
        // are fitted to the targets.
        const alone = link.kind === "identity" && at !== "mean";
        link = alone ? linkOf(layer, tensor) : identity;
        if (at === "mean") at = "all";
      }
      if (found.length > 0) {
        const depthwise = found.at(-1)!.layout.groups > 1;
        if (depthwise) return without(`the kernel of ${layer.name} is depthwise`);
        const first = attributes(layer).dataFormat === "channelsFirst";
        if (first && at === "each") return without(`${layer.name} has its channels first`);
        return { output, step, at, link };
      }
      const { pooling } = kindOf(layer);
      if (pooling === "global average" || pooling === "global maximum") {
        at = at === "each" && pooling === "global average" ? "mean" : "all";
      } else if (!keeps(layer) || inputs.length !== 1) {
        return without(`${name} ${layer.name} comes after the last kernel`);
      }
      tensor = inputs[0]!;
    }
  });
}

/** The link of a layer's activation: that of sigmoid, tanh and softmax over the last axis, else the identity. */
function linkOf(layer: Layer, output: SymbolicTensor): Link {
  const name = activationOf(layer)?.name;
  if (name === "sigmoid" || name === "tanh") return { kind: name };
  const { axis = -1 } = attributes(layer);
  const last = axis === -1 || axis === output.shape.length - 1;
  return name === "softmax" && last ? { kind: "softmax", classes: output.shape.at(-1)! } : identity;
}
