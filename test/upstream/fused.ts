/** Fused convolutions of images, with biases and activations. */
import * as tf from "@tensorflow/tfjs";
import type { Case, Shape } from "../support/outcomes.ts";
import { explicit, limit, NCHW, refused, row, same, stuffed, unsuited, type Rest } from "./rows.ts";

type Activation = "linear" | "relu" | "relu6" | "elu" | "sigmoid" | "leakyrelu" | "prelu";

/** tf.fused.conv2d and tf.fused.depthwiseConv2d with a bias; slopes of prelu are the last input. */
const fused = (kind: "conv2d" | "depthwiseConv2d", activation: Activation, x: Shape, filter: Shape, given: Rest & { bias?: Shape } = {}): Case => {
  const channels = kind === "conv2d" ? filter[3]! : filter[2]! * filter[3]!;
  const { bias = [channels], ...others } = given;
  const prelu = activation === "prelu";
  const { way, rest } = row(`fused ${kind} ${activation} bias [${bias}]`, [x, filter], others);
  const of = (activation: Activation, d: any, [x, filter, bias, slopes]: any[]) =>
    tf.fused[kind]({ x, filter, bias, strides: way.s as number, pad: way.p as "same", dilations: d, dataFormat: way.format as "NHWC", dimRoundingMode: way.rounding as "floor", activation, leakyreluAlpha: 0.3, preluActivationWeights: prelu && activation === "prelu" ? slopes : undefined });
  const dilated = way.d !== 1;
  const stuff = ([x, w, ...more]: any[]) => [x, dilated ? stuffed(w, way.d) : w, ...more];
  return {
    run: (...inputs) => of(activation, way.d, inputs),
    instead: (...inputs) => of(activation, 1, stuff(inputs)),
    linear: (...inputs) => {
      const z = of("linear", 1, stuff(inputs));
      return prelu ? tf.add(z, tf.mul(z, inputs[3])) : z;
    },
    ...rest,
    inputs: [x, filter, bias, ...(prelu ? [[channels]] : [])],
  };
}; // prettier-ignore

const activations = ["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const;
/** tf.fused has no gradient of prelu. */
export const fusions: Case[] = [
  ...activations.flatMap((activation) => {
    const way = activation === "prelu" || activation === "leakyrelu" || activation === "sigmoid" ? { gradients: "none" as const } : {};
    return [
      fused("conv2d", activation, [2, 3, 3, 2], [2, 2, 2, 3], way),
      fused("conv2d", activation, [1, 8, 8, 5], [3, 3, 5, 4], { ...same, s: 2, ...way }),
      fused("depthwiseConv2d", activation, [2, 4, 4, 2], [3, 3, 2, 2], { ...same, ...way }),
    ];
  }),
  fused("conv2d", "relu", [1, 3, 3, 3], [1, 1, 3, 6], explicit(1, 0, 0, 1)),
  fused("conv2d", "relu", [2, 7, 7, 2], [2, 3, 2, 3], { d: 2 }),
  fused("conv2d", "relu", [2, 7, 7, 2], [2, 1, 2, 3], { ...same, s: 3 }),
  fused("depthwiseConv2d", "relu6", [2, 7, 7, 2], [2, 2, 2, 1], { ...same, s: 3 }),
  fused("depthwiseConv2d", "elu", [2, 7, 7, 2], [3, 3, 2, 1], { ...same, d: [1, 3] }),
  fused("conv2d", "relu", [1, 3, 3, 2], [2, 2, 2, 3], { bias: [], ...limit }),
  fused("depthwiseConv2d", "relu", [1, 3, 3, 2], [2, 2, 2, 1], { bias: [], ...limit }),
  fused("conv2d", "relu", [1, 2, 3, 3], [2, 2, 2, 3], NCHW),
  fused("conv2d", "relu", [1, 3, 3, 2], [2, 2, 2, 3], { bias: [4], ...refused }),
  ...unsuited.map((way) => fused("conv2d", "relu", [1, 3, 3, 2], [2, 2, 2, 3], way)),
]; // prettier-ignore
