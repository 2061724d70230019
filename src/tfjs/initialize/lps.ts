/** The scheme "lps": biases from the roots of a polynomial, and the variance that suits them, for each activation. */
import { activations, type ActivationName } from "../../init/lps/activations.ts";
import { seedsOf } from "../../init/draws.ts";
import { lpsBias, lpsKernel, type LpsKernelOptions } from "../../init/lps/lps.ts";
import { lpsDesign, type LpsDesign, type LpsDesignOptions } from "../../init/lps/lpsDesign.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { NAMES, type Values, type Weights } from "./kernels.ts";
import type { Call } from "./network.ts";
import { isHead, LINEAR, outlets } from "./surroundings.ts";

export interface LpsChoices {
  readonly design: Omit<LpsDesignOptions, "activation" | "parameter">;
  readonly weights?: Weights;
}

/** What "lps" does to a linear layer; `left` is the reason why it does nothing. */
export type LpsDecision =
  | { readonly left: string }
  | {
      readonly role: "hidden" | "head";
      readonly activation?: string;
      readonly design: LpsDesign;
      readonly values: Values;
      readonly notes: string[];
    };

/** Decides about a linear layer, given all its calls, and draws its weights. */
export function lpsDecision(
  uses: readonly Call[],
  { design, weights }: LpsChoices,
  seed: number | undefined,
): LpsDecision {
  const { layer } = uses[0]!;
  const ways = uses.flatMap(outlets);
  const role = uses.every(isHead) ? "head" : "hidden";
  const found =
    role === "head" ? [LINEAR] : ways.map((way) => ("activation" in way ? way.activation : LINEAR));
  const [{ name, parameter }] = found as [typeof LINEAR];
  if (!Object.hasOwn(activations, name)) return { left: `${name} is not an activation of lps` };
  if (found.some((other) => other.name !== name || other.parameter !== parameter)) {
    return { left: "it has several activations" };
  }
  const hasBias = attributes(layer).bias != null;
  const notes: string[] = [];
  if (role === "hidden" && !hasBias) notes.push("it has no bias");
  const normalized = ways.some((way) => way.kind === "normalization" && way.name === "BatchNormalization"); // prettier-ignore
  if (role === "hidden" && hasBias && normalized) {
    notes.push("batch normalization takes its bias out again");
  }
  const hidden = { ...design, activation: name as ActivationName, parameter };
  const own = lpsDesign(
    role === "head" ? { activation: "linear" } : hasBias ? hidden : { ...hidden, biasScale: 0 },
  );
  return {
    role,
    ...(role === "hidden" && { activation: name }),
    design: own,
    values: lpsValues(layer, own, weights, seed),
    notes,
  };
}

function lpsValues(
  layer: Layer,
  { variance, biases }: LpsDesign,
  weights: Weights | undefined,
  seed: number | undefined,
): Values {
  const { strides } = attributes(layer);
  const [first, second, forBias] = seedsOf(seed, 3);
  const kind = NAMES[kindOf(layer).map!];
  const kernels: LpsKernelOptions[] =
    kind === "separable"
      ? [
          { variance: 1, weights, layer: "depthwise", seed: first },
          { variance, weights, seed: second },
        ]
      : [{ variance, weights, layer: kind, strides, seed: first }];
  return layer.weights.map((weight, i) => {
    const shape = weight.shape as number[];
    const kernel = kernels[i];
    return [weight, kernel ? lpsKernel(shape, kernel) : lpsBias(shape, { biases, seed: forBias })];
  });
}
