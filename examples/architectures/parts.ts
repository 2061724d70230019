/** What the architectures are put together from, with the sizes that small variants have. */
import { input, layers } from "@tensorflow/tfjs-layers";
import type { SymbolicTensor } from "@tensorflow/tfjs-layers";

export type Layer = layers.Layer;

/** The output of layers that follow each other. */
export const through = (x: SymbolicTensor, ...chain: Layer[]) =>
  chain.reduce((x, layer) => layer.apply(x) as SymbolicTensor, x);
export const merged = (layer: Layer, ...parts: SymbolicTensor[]) =>
  layer.apply(parts) as SymbolicTensor;

export type ConvArgs = Partial<Parameters<typeof layers.conv2d>[0]>;
export const conv = (filters: number, kernelSize = 3, args: ConvArgs = {}) =>
  layers.conv2d({ filters, kernelSize, padding: "same", ...args } as never);
/** The convolution in front of a batch normalization needs no bias. */
export const plain = (filters: number, kernelSize = 3, strides = 1) =>
  conv(filters, kernelSize, { strides, useBias: false });
export const reluConv = (filters: number, kernelSize = 3, args: ConvArgs = {}) =>
  conv(filters, kernelSize, { activation: "relu", ...args });
export const norm = () => layers.batchNormalization({});
export const relu = () => layers.reLU();
export const relu6 = () => layers.reLU({ maxValue: 6 });
export const pool = () => layers.maxPooling2d({ poolSize: 2 });
export const average = () => layers.globalAveragePooling2d({});
export const dense = (
  units: number,
  activation?: "relu" | "tanh" | "sigmoid" | "softmax" | "linear",
) => layers.dense({ units, activation });
export const classes = (count = 10) => dense(count, "softmax");
/** Orthogonal recurrent kernels, the default of TensorFlow.js, need its union package. */
export const recurrent = (units: number, returnSequences = false) =>
  ({ units, returnSequences, recurrentInitializer: "glorotNormal" }) as const;
export const embedding = (outputDim: number) => layers.embedding({ inputDim: 30, outputDim });

export const image = (side = 16, channels = 3) => input({ shape: [side, side, channels] });
export const words = (length = 12) => input({ shape: [length], dtype: "int32" });
