/** The last layers of a model: which layer makes an output, and what its pre-activations are to the targets. */
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
  /** The call of the layer with a kernel that makes it; without one, why not. */
  readonly step?: Step;
  readonly why?: string;
  /** Every position has its target; or the mean over all positions has the sample's; or all have it. */
  readonly at: "each" | "mean" | "all";
  readonly link: Link;
}

const identity: Link = { kind: "identity" };

/** Whether a layer leaves entries and their order as they are, but for an activation. */
function keeps(layer: Layer): boolean {
  const { role, ordered } = kindOf(layer);
  return role === "activation" || role === "identity" || ordered === true;
}

/** One for each output of a model, from there backwards. */
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
        // Only one function can be inverted, and none of them within a mean: then pre-activations are fitted as they are.
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

/** The link of a layer's activation; of those that do not squash, and of other axes than the last, none. */
function linkOf(layer: Layer, output: SymbolicTensor): Link {
  const name = activationOf(layer)?.name;
  if (name === "sigmoid" || name === "tanh") return { kind: name };
  const { axis = -1 } = attributes(layer);
  const last = axis === -1 || axis === output.shape.length - 1;
  return name === "softmax" && last ? { kind: "softmax", classes: output.shape.at(-1)! } : identity;
}
