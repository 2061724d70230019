/** Convolutions of sequences, images and volumes, depthwise, separable, transposed and fused, and their layers. */
import * as tf from "@tensorflow/tfjs";
import { given, type Case, type Run, type Shape } from "../support/outcomes.ts";
import { fusions } from "./fused.ts";
import { layered } from "./layered.ts";
import { explicit, NCHW, refused, row, same, stuffed, table, unsuited, type Rest } from "./rows.ts";

const conv1d = table("conv1d", (x, w, s, p, format, d, rounding) => tf.conv1d(x, w, s, p, format, d, rounding)); // prettier-ignore
const conv2d = table("conv2d", (x, w, s, p, format, d, rounding) => tf.conv2d(x, w, s, p, format, d, rounding)); // prettier-ignore
const conv3d = table("conv3d", (x, w, s, p, format, d) => tf.conv3d(x, w, s, p, format, d));
const depthwise = table("depthwiseConv2d", (x, w, s, p, format, d, rounding) => tf.depthwiseConv2d(x, w, s, p, format, d, rounding)); // prettier-ignore

const sequences: Case[] = [
  conv1d([2, 2, 1], [1, 1, 1], same),
  conv1d([2, 2, 1], [1, 1, 1], { p: 0 }),
  conv1d([4, 1], [2, 1, 1]),
  conv1d([14, 1], [3, 1, 1]),
  conv1d([2, 9, 3], [4, 3, 5], { ...same, s: 2 }),
  conv1d([2, 9, 3], [1, 3, 5], { s: 3 }),
  conv1d([1, 1, 3], [1, 3, 2]),
  conv1d([2, 10, 3], [2, 3, 4], { ...same, s: 3 }),
  conv1d([2, 4, 1], [2, 1, 1], { d: 2 }),
  conv1d([1, 14, 1], [3, 1, 1], { d: 3 }),
  conv1d([1, 14, 2], [3, 2, 2], { ...same, d: 4 }),
  conv1d([2, 3, 2, 1], [2, 1, 1], refused),
  conv1d([2, 4, 1], [2, 1, 1, 1], refused),
  conv1d([2, 4, 2], [2, 1, 1], refused),
  conv1d([2, 4, 1], [2, 1, 1], { s: 0, ...refused }),
  conv1d([2, 4, 1], [2, 1, 1], { d: 0, ...refused }),
  conv1d([2, 6, 1], [2, 1, 1], { s: 2, d: 2, ...refused }),
  ...unsuited.map((way) => conv1d([2, 4, 1], [1, 1, 1], way)),
];

const images: Case[] = [
  conv2d([1, 4, 4, 1], [1, 1, 1, 3], { ...same, s: 2 }),
  conv2d([2, 2, 2, 2], [1, 1, 2, 2], { p: 0 }),
  conv2d([2, 2, 1], [1, 1, 1, 2], { p: 0 }),
  conv2d([3, 3, 2], [2, 2, 2, 1]),
  conv2d([4, 2, 1], [4, 2, 1, 1], same),
  conv2d([4, 2, 1], [4, 2, 1, 1], explicit(1, 2, 0, 1)),
  conv2d([2, 3, 3, 1], [2, 2, 1, 1], { p: 0 }),
  conv2d([1, 3, 6, 1], [2, 2, 1, 1], { s: [1, 2] }),
  conv2d([1, 8, 8, 16], [3, 3, 16, 1], { ...same, s: [2, 2] }),
  conv2d([1, 8, 8, 3], [3, 3, 3, 4], { ...same, s: [2, 2] }),
  conv2d([1, 8, 8, 3], [3, 3, 3, 4], { s: 2 }),
  conv2d([2, 7, 5, 3], [3, 2, 3, 4], { s: [3, 2], ...explicit(2, 0, 1, 3) }),
  conv2d([1, 1, 17, 2], [1, 5, 2, 3], { ...same, s: [1, 4] }),
  conv2d([3, 2, 2, 1], [3, 3, 1, 2], same),
  conv2d([1, 5, 5, 9], [1, 1, 9, 7]),
  conv2d([1, 5, 5, 3], [5, 5, 3, 2]),
  conv2d([1, 5, 5, 3], [2, 2, 3, 2], { s: 4 }),
  conv2d([1, 6, 6, 2], [3, 3, 2, 2], { s: 2, p: 1 }),
  ...["floor", "round", "ceil"].map((rounding) => conv2d([1, 6, 6, 2], [3, 3, 2, 2], { s: 2, p: 1, rounding })),
  // Strides larger than filters.
  ...[[2, 1], [1, 2], [1, 1], [2, 2], [1, 3]].flatMap((f) => [2, 3, 4].map((s) => conv2d([1, 7, 5, 2], [...f, 2, 3], { ...same, s }))),
  conv2d([2, 6, 7, 1], [3, 2, 1, 2], { ...same, s: [1, 3] }),
  conv2d([1, 4, 4, 1], [2, 2, 1, 1], { d: 2 }),
  conv2d([2, 9, 7, 2], [3, 2, 2, 3], { ...same, d: [2, 3] }),
  conv2d([1, 2, 2], [2, 2, 1, 1], { ...same, ...NCHW }),
  conv2d([2, 3, 2, 2], [1, 1, 3, 4], { p: 0, ...NCHW }),
  conv2d([1, 1, 4, 4, 1], [1, 1, 1, 1], refused),
  conv2d([1, 4, 4, 1], [1, 1, 1], refused),
  conv2d([1, 4, 4, 2], [1, 1, 1, 1], refused),
  conv2d([1, 2, 4, 4], [1, 1, 1, 1], { format: "NCHW", ...refused }),
  conv2d([1, 4, 4, 1], [1, 1, 1, 1], { s: 0, ...refused }),
  conv2d([1, 4, 4, 1], [1, 1, 1, 1], { d: 0, ...refused }),
  conv2d([1, 9, 9, 1], [2, 2, 1, 1], { s: 2, d: 2, ...refused }),
  ...unsuited.map((way) => conv2d([2, 4, 4, 1], [2, 2, 1, 1], way)),
  { ...conv2d([1, 4, 4, 1], [2, 2, 1, 1], refused), name: "conv2d of int32", inputs: [given([1, 2, 3, 4], "int32", [1, 2, 2, 1]), [2, 2, 1, 1]] },
  { ...conv2d([1, 4, 4, 1], [2, 2, 1, 1], refused), name: "conv2d, an int32 filter", inputs: [[1, 2, 2, 1], given([1, 2, 3, 4], "int32", [2, 2, 1, 1])] },
  { ...conv2d([1, 3, 3, 1], [2, 2, 1, 1]), name: "conv2d of clones", run: (x, w) => tf.clone(tf.conv2d(tf.clone(x), tf.clone(w), 1, 0)) },
  { ...conv2d([1, 3, 3, 1], [2, 2, 1, 1]), name: "conv2d of NaN", inputs: [given([1, NaN, 3, 4, 5, 6, 7, 8, 9], "float32", [1, 3, 3, 1]), [2, 2, 1, 1]], gradients: "none" },
]; // prettier-ignore

const volumes: Case[] = [
  conv3d([1, 2, 3, 1, 3], [1, 1, 1, 3, 3]),
  conv3d([1, 1, 2, 3, 3], [1, 1, 1, 3, 3]),
  conv3d([1, 4, 2, 3, 3], [2, 2, 2, 3, 3]),
  conv3d([4, 2, 3, 3], [2, 2, 2, 3, 3]),
  conv3d([1, 5, 8, 7, 1], [1, 2, 3, 1, 1], { ...same, s: [2, 3, 1] }),
  conv3d([1, 4, 2, 3, 3], [2, 2, 2, 3, 3], { s: 2 }),
  conv3d([1, 6, 7, 8, 2], [3, 2, 1, 2, 3], { s: 3 }),
  conv3d([1, 4, 2, 3, 3], [2, 2, 2, 3, 3], { ...same, s: 2 }),
  conv3d([1, 3, 3, 3, 1], [1, 1, 1, 1, 1], { ...same, s: 2 }),
  conv3d([1, 7, 7, 7, 1], [2, 2, 2, 1, 1], { ...same, s: 3 }),
  conv3d([1, 7, 7, 7, 1], [2, 2, 2, 1, 1], { s: 3 }),
  conv3d([1, 2, 1, 2, 1], [2, 1, 2, 1, 2]),
  conv3d([1, 3, 6, 1, 1], [2, 2, 1, 1, 1]),
  conv3d([2, 5, 4, 5, 2], [2, 2, 3, 2, 2], { ...same, d: [2, 1, 2] }),
  conv3d([1, 4, 4, 4, 1], [2, 2, 2, 1, 1], { s: 2, d: 2, ...refused }),
  conv3d([1, 4, 4, 4, 1], [2, 2, 2, 1, 1], { s: 0, ...refused }),
  conv3d([1, 4, 4, 4, 1], [2, 2, 2, 1, 1], { d: 0, ...refused }),
  conv3d([1, 4, 4, 4, 1], [2, 2, 2, 1, 1], { format: "NCDHW", ...refused }),
  conv3d([1, 4, 4, 4, 2], [2, 2, 2, 1, 1], refused),
];

const channelwise: Case[] = [
  ...[["valid", 1], ["valid", 2], ["same", 1], ["same", 2]].flatMap(([p, d]) => [
    depthwise([1, 3, 3, 1], [2, 2, 1, 1], { p, d } as Rest),
    depthwise([1, 5, 5, 1], [3, 3, 1, 1], { p, d } as Rest),
    depthwise([2, 5, 4, 2], [2, 2, 2, 2], { p, d } as Rest),
  ]),
  depthwise([1, 5, 5, 1], [2, 2, 1, 1], { d: 4 }),
  depthwise([1, 8, 8, 2], [3, 3, 2, 1], { d: 3 }),
  depthwise([1, 5, 5, 4], [5, 5, 4, 1], { ...same, s: 2 }),
  depthwise([2, 3, 3, 2], [3, 3, 2, 2], { ...same, s: 2 }),
  depthwise([1, 8, 8, 1], [2, 2, 1, 3], { s: 2 }),
  depthwise([2, 7, 6, 3], [3, 2, 3, 1], { s: [2, 3], ...explicit(1, 0, 2, 1) }),
  depthwise([3, 3, 2], [2, 2, 2, 1], same),
  ...[[2, 1], [1, 2], [3, 2]].map((f) => depthwise([1, 7, 5, 2], [...f, 2, 2], { ...same, s: 4 })),
  depthwise([1, 6, 6, 2], [3, 3, 2, 1], { s: 2, p: 1, rounding: "ceil" }),
  depthwise([1, 3, 3, 1], [2, 2, 1, 1], explicit(1, 2, 0, 1)),
  { ...depthwise([1, 3, 3, 1], [2, 2, 1, 1]), name: "depthwiseConv2d, dilations null", run: (x, w) => tf.depthwiseConv2d(x, w, 1, "valid", "NHWC", null as never) },
  { ...depthwise([1, 2, 2, 1], [2, 2, 1, 1], refused), name: "depthwiseConv2d of int32", inputs: [given([1, 2, 3, 4], "int32", [1, 2, 2, 1]), [2, 2, 1, 1]] },
  depthwise([1, 3, 3, 2], [2, 2, 1, 1], refused),
  // Refused by the cpu backend only.
  ...[[2, 2], [2, 3], [3, 2], [4, 6], [6, 4]].flatMap(([s, d]) => [
    depthwise([1, 17, 16, 1], [3, 2, 1, 2], { s, d }),
    depthwise([2, 13, 9, 2], [2, 4, 2, 1], { s, d, ...same }),
  ]),
  depthwise([1, 12, 11, 2], [3, 3, 2, 1], { s: [2, 3], d: [3, 1] }),
  ...unsuited.map((way) => depthwise([1, 4, 4, 1], [2, 2, 1, 1], way)),
]; // prettier-ignore

/** tf.separableConv2d: shapes of the input, the depthwise and the pointwise filter. */
const separable = (x: Shape, depthwise: Shape, pointwise: Shape, given: Rest = {}): Case => {
  const { way, rest } = row("separableConv2d", [x, depthwise, pointwise], given);
  const of = (x: any, w: any, v: any, d: any) => tf.separableConv2d(x, w, v, way.s as number, way.p as "same", d); // prettier-ignore
  const instead: Run = (x, w, v) => of(x, stuffed(w, way.d), v, 1);
  return { run: (x, w, v) => of(x, w, v, way.d), instead: rest.forward ? undefined : instead, ...rest }; // prettier-ignore
};

const separables: Case[] = [
  separable([1, 3, 3, 1], [2, 2, 1, 1], [1, 1, 1, 2]),
  separable([1, 3, 3, 1], [2, 2, 1, 2], [1, 1, 2, 2]),
  separable([3, 3, 1], [2, 2, 1, 1], [1, 1, 1, 2]),
  separable([2, 4, 4, 2], [2, 2, 2, 3], [1, 1, 6, 4], { s: 2 }),
  separable([1, 4, 4, 1], [2, 2, 1, 1], [1, 1, 1, 2], { d: 2 }),
  separable([1, 4, 4, 1], [2, 2, 1, 1], [1, 1, 1, 2], same),
  separable([1, 3, 3, 1], [2, 2, 1], [1, 1, 1, 2], refused),
  separable([1, 3, 3, 1], [2, 2, 1, 1], [1, 1, 1], refused),
  separable([1, 3, 3, 1], [2, 2, 1, 1], [2, 1, 1, 2], refused),
  separable([1, 3, 3, 1], [2, 2, 1, 1], [1, 2, 1, 2], refused),
  separable([1, 3, 3, 1], [2, 2, 1, 1], [1, 1, 99, 2], refused),
];

/** tf.conv2dTranspose or, of volumes, tf.conv3dTranspose. */
const transposed = (x: Shape, filter: Shape, output: number[], given: Rest = {}): Case => {
  const kind = filter.length === 5 ? "conv3dTranspose" : "conv2dTranspose";
  const { way, rest } = row(`${kind} [${output}]`, [x, filter], given);
  const f = tf[kind] as (...values: unknown[]) => tf.Tensor;
  return { run: (x, w) => f(x, w, output, way.s, way.p, ...(way.rounding ? [way.rounding] : [])), ...rest }; // prettier-ignore
};

const transposes: Case[] = [
  transposed([1, 1, 1, 1], [2, 2, 1, 1], [1, 2, 2, 1], { p: 0 }),
  transposed([2, 2, 1], [2, 2, 1, 1], [3, 3, 1], { s: 2, ...same }),
  transposed([2, 2, 1], [2, 2, 1, 1], [3, 3, 1], { s: 2, ...explicit(0, 1, 1, 0) }),
  transposed([2, 2, 2, 1], [2, 2, 1, 1], [2, 3, 3, 1]),
  transposed([1, 2, 2, 2], [2, 2, 3, 2], [1, 3, 3, 3], { s: 2, ...same }),
  transposed([1, 2, 2, 1], [2, 2, 2, 1], [1, 4, 4, 2], { s: [2, 2] }),
  transposed([1, 3, 3, 1], [2, 2, 2, 1], [1, 3, 3, 2], same),
  transposed([2, 4, 3, 2], [3, 5, 3, 2], [2, 8, 9, 3], { s: [2, 3], ...same }),
  transposed([1, 2, 3, 2], [1, 1, 3, 2], [1, 4, 6, 3], { s: 2, ...same }),
  transposed([1, 4, 4, 8], [8, 8, 8, 8], [1, 4, 4, 8], same),
  transposed([1, 2, 2, 2, 1], [2, 2, 2, 1, 1], [1, 3, 3, 3, 1], { gradients: "gained" }),
  transposed([2, 2, 2, 2, 1], [2, 2, 2, 3, 1], [2, 3, 3, 3, 3], { gradients: "gained" }),
  transposed([2, 2, 2, 2], [2, 2, 2, 3, 2], [4, 4, 4, 3], { s: 2, ...same, gradients: "gained" }),
  transposed([1, 1, 2, 2, 1], [2, 2, 1, 1], [1, 3, 3, 1], refused),
  transposed([1, 2, 2, 1], [2, 2, 1], [1, 3, 3, 1], refused),
  transposed([1, 2, 2, 1], [2, 2, 1, 2], [1, 3, 3, 1], refused),
  ...unsuited.map((way) => transposed([1, 2, 2, 1], [2, 2, 1, 1], [1, 3, 3, 1], way)),
];

const { layers } = tf;
const first = { dataFormat: "channelsFirst" } as const;
const few = { filters: 3, kernelSize: 2 };

const ofLayers: Case[] = [
  layered("conv1d", () => layers.conv1d({ ...few, strides: 2, padding: "same" }), [2, 5, 2]),
  layered("conv1d, causal", () => layers.conv1d({ ...few, padding: "causal" }), [2, 5, 2], refused),
  layered("conv2d", () => layers.conv2d({ ...few, strides: [1, 2] }), [2, 5, 4, 2]),
  layered("conv2d, channels first", () => layers.conv2d({ ...few, ...first }), [2, 2, 5, 4]),
  layered("conv2d, channels first, same, without bias", () => layers.conv2d({ ...few, ...first, padding: "same", useBias: false }), [2, 2, 5, 4]),
  layered("conv3d", () => layers.conv3d({ ...few, strides: 2, padding: "same" }), [2, 3, 4, 3, 2]),
  layered("conv3d, channels first", () => layers.conv3d({ ...few, ...first }), [2, 2, 3, 4, 3]),
  layered("conv2dTranspose", () => layers.conv2dTranspose({ ...few, strides: 2, padding: "same" }), [2, 3, 4, 2]),
  layered("conv2dTranspose, channels first", () => layers.conv2dTranspose({ ...few, ...first, strides: 2 }), [2, 2, 3, 4]),
  layered("conv3dTranspose", () => layers.conv3dTranspose({ ...few, strides: 2 } as never), [1, 2, 3, 2, 2], { gradients: "gained" }),
  layered("depthwiseConv2d", () => layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 }), [2, 4, 5, 2]),
  layered("depthwiseConv2d, channels first", () => layers.depthwiseConv2d({ kernelSize: 2, ...first, padding: "same" }), [2, 2, 4, 5]),
  layered("separableConv2d", () => layers.separableConv2d({ ...few, depthMultiplier: 2, padding: "same" }), [2, 4, 5, 2]),
  layered("separableConv2d, channels first", () => layers.separableConv2d({ ...few, ...first, strides: 2, useBias: false }), [2, 2, 4, 5]),
  layered("conv2d of too few axes", () => layers.conv2d(few), [2, 5, 2], { ...refused, weights: [] }),
]; // prettier-ignore

export const convolutions: Case[] = [
  ...sequences,
  ...images,
  ...volumes,
  ...channelwise,
  ...separables,
  ...transposes,
  ...fusions,
  ...ofLayers,
];
