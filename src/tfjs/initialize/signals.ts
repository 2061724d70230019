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
 * How the edges of a convolution take from the mean square of its output, where taps meet zeros or nothing: the factor,
 * and the profile of the output. The profiles of the axes multiply.
 */
export function padded(
  call: Call,
  { profile }: Signal,
): { factor: number; profile?: readonly (readonly number[])[] } {
  const { map, axes: count = 0 } = kindOf(call.layer);
  if (count === 0) return { factor: 1 };
  const { dataFormat } = attributes(call.layer);
  const spatial = ({ shape }: Edge) =>
    dataFormat === "channelsFirst" ? shape.slice(-count) : shape.slice(-1 - count, -1);
  const [input, output] = [spatial(call.inputs[0]!), spatial(call.outputs[0]!)];
  if (![...input, ...output].every((size) => size !== null && size <= LONGEST)) {
    return { factor: 1 };
  }
  const adjoint = map === "transposed";
  const axes = axesOf(call.layer, (adjoint ? output : input) as number[]);
  const along = axes.map((axis, i) => {
    return adjoint ? spread(axis, profile?.[i]) : gathered(axis, profile?.[i]);
  });
  const means = along.map(
    (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  );
  if (!means.every((mean) => mean > 0)) return { factor: 1 };
  return {
    factor: means.reduce((product, mean) => product * mean, 1),
    profile: along.map((values, i) => values.map((value) => value / means[i]!)),
  };
}

/** The mean of the profile over the taps of each output. */
function gathered(axis: Axis, profile: readonly number[] | undefined): number[] {
  const along = Array<number>(axis.output).fill(0);
  meetings(axis, (output, input) => (along[output]! += (profile?.[input] ?? 1) / axis.kernel));
  return along;
}

/** The same for a transposed convolution, whose input is the output of the axis: kernel / stride taps meet. */
function spread(axis: Axis, profile: readonly number[] | undefined): number[] {
  const along = Array<number>(axis.input).fill(0);
  const taps = axis.kernel / Math.min(axis.stride, axis.kernel);
  meetings(axis, (output, input) => (along[input]! += (profile?.[output] ?? 1) / taps));
  return along;
}

function meetings(axis: Axis, meet: (output: number, input: number) => void): void {
  for (let output = 0; output < axis.output; output++) {
    for (let tap = 0; tap < axis.kernel; tap++) {
      const input = inputAt(axis, output, tap);
      if (input >= 0 && input < axis.input) meet(output, input);
    }
  }
}
