/** What is predicted of the tensors that flow through a model whose weights are being chosen. */
import { exp } from "../../elementary.ts";
import { oddSlope } from "../../init/propagation.ts";
import { inputAt, type Axis } from "../../linalg/conv/axis.ts";
import { activationOf, type Activation } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import { axesOf } from "../layers/axes.ts";
import { kindOf } from "../layers/kinds.ts";
import { roleOf, type Call, type Edge } from "./network.ts";
import { functionOf } from "./surroundings.ts";

/** A prediction for one tensor. Inputs of a model are taken to have the second moment 1. */
export interface Signal {
  /** Mean square of the entries. */
  readonly moment: number;
  readonly nonNegative?: boolean;
  /**
   * Channels i and i + channels / 2 are z and −z, or σ(z) and σ(−z). To a kernel with opposite weights for them, which
   * sees σ(z) − σ(−z), the tensor has this second moment.
   */
  readonly pairs?: { readonly channels: number; readonly moment: number };
  /** For each spatial axis, how the mean square varies along it, relative to its mean; absent where it is constant. */
  readonly profile?: readonly (readonly number[])[];
}

/** A tensor of which nothing is known counts as standardized. */
export const STANDARD: Signal = { moment: 1 };

/** E[σ(z)²] for z ~ N(0, q). */
export type MomentOf = (activation: Activation, variance: number) => number;

/** The output of a call without weights of its own that are set, given its inputs. */
export function passed(call: Call, inputs: readonly Signal[], momentOf: MomentOf): Signal {
  const { layer } = call;
  const [input = STANDARD] = inputs;
  const { moment, nonNegative } = input;
  switch (roleOf(call)) {
    case "identity":
      return input;
    case "activation":
      return activated(call, input, momentOf);
    case "merge":
      return merged(call, inputs);
    case "pooling":
    case "shape": {
      const { channelwise, ordered } = kindOf(layer);
      return { moment, nonNegative, pairs: channelwise || ordered ? input.pairs : undefined };
    }
    case "preprocessing": {
      const { scale } = attributes(layer);
      return typeof scale === "number" ? { moment: moment * scale * scale } : STANDARD;
    }
    default:
      return STANDARD;
  }
}

/** The output of the activation of a call, its own or that of an activation layer. */
export function activated({ layer, outputs }: Call, input: Signal, momentOf: MomentOf): Signal {
  const activation = activationOf(layer);
  if (activation === undefined) return input;
  const { moment, nonNegative, pairs, profile } = input;
  const sigma = functionOf(activation);
  if (sigma === undefined) {
    const classes = outputs[0]!.shape.at(-1);
    const softmax = activation.name === "softmax" && classes != null;
    return { moment: softmax ? Math.min(exp(moment), classes) / (classes * classes) : moment };
  }
  if (nonNegative && [1, 2, 3].every((x) => sigma.value(x) === x)) return input;
  const slope = oddSlope(sigma);
  return {
    moment: moment === 0 ? sigma.value(0) * sigma.value(0) : momentOf(activation, moment),
    nonNegative: [-3, -1, 0].every((x) => sigma.value(x) >= 0),
    ...(pairs && slope && { pairs: { ...pairs, moment: (slope * slope * moment) / 2 } }),
    profile,
  };
}

function merged({ layer, inputs: edges }: Call, inputs: readonly Signal[]): Signal {
  const moments = inputs.map(({ moment }) => moment);
  const sum = moments.reduce((total, moment) => total + moment, 0);
  const product = moments.reduce((all, moment) => all * moment, 1);
  const nonNegative = inputs.every((one) => one.nonNegative || one.moment === 0);
  const lengths = edges.map(({ shape }) => shape.at(-1) ?? 1);
  switch (layer.getClassName()) {
    case "Add":
      return { moment: sum, nonNegative };
    case "Average":
      return { moment: sum / (moments.length * moments.length), nonNegative };
    case "Multiply":
      return { moment: product, nonNegative };
    case "Concatenate": {
      const weighted = moments.reduce((total, moment, i) => total + moment * lengths[i]!, 0);
      return { moment: weighted / lengths.reduce((a, b) => a + b, 0), nonNegative };
    }
    case "Dot":
      return { moment: product * (termsOf(layer, edges) ?? 1) };
    default:
      return { moment: sum / moments.length, nonNegative };
  }
}

function termsOf(layer: Call["layer"], [first]: readonly Edge[]): number | null | undefined {
  const { axes = -1 } = attributes(layer);
  return first!.shape.at(typeof axes === "number" ? axes : axes[0]!);
}

/** Longer axes have no profile: what happens at their ends is a small part of them. */
const LONGEST = 4096;

/**
 * How the zeros that pad a convolution's input take from the mean square of its output: the factor, and the profile of
 * the output. The profiles of the axes multiply.
 */
export function padded(
  call: Call,
  { profile }: Signal,
): { factor: number; profile?: readonly (readonly number[])[] } {
  const { map, axes: count = 0 } = kindOf(call.layer);
  const { dataFormat, padding } = attributes(call.layer);
  const { shape } = call.inputs[0]!;
  const sizes = dataFormat === "channelsFirst" ? shape.slice(-count) : shape.slice(-1 - count, -1);
  const known = sizes.every((size) => size !== null && size <= LONGEST);
  if (count === 0 || map === "transposed" || !known || (padding === "valid" && !profile)) {
    return { factor: 1 };
  }
  const along = axesOf(call.layer, sizes as number[]).map((axis, i) => profileOf(axis, profile?.[i])); // prettier-ignore
  const means = along.map(
    (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  );
  if (means.some((mean) => !(mean > 0))) return { factor: 1 };
  return {
    factor: means.reduce((product, mean) => product * mean, 1),
    profile: along.map((values, i) => values.map((value) => value / means[i]!)),
  };
}

function profileOf(axis: Axis, before: readonly number[] | undefined): number[] {
  return Array.from({ length: axis.output }, (_, position) => {
    let sum = 0;
    for (let tap = 0; tap < axis.kernel; tap++) {
      const from = inputAt(axis, position, tap);
      if (from >= 0 && from < axis.input) sum += before?.[from] ?? 1;
    }
    return sum / axis.kernel;
  });
}
