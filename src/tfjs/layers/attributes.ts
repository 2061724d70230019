/** The attributes of layers that tf.layers' types leave out, in the one view that this package takes of them. */
import type { serialization, Tensor } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import type { Layer } from "./graph.ts";

/** An activation as layers hold it. */
export interface HeldActivation {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** Every attribute is there in some classes only; which ones, ARCHITECTURE.md's rule says: ask `kindOf` first. */
export interface Attributes {
  activation?: HeldActivation | null;
  /** A number in ELU, LeakyReLU; a weight in PReLU. */
  alpha?: number | LayerVariable;
  axis?: number | readonly number[];
  bias?: LayerVariable | null;
  center?: boolean;
  dataFormat?: string;
  depthMultiplier?: number;
  depthwiseConstraint?: serialization.Serializable | null;
  depthwiseKernel?: LayerVariable;
  /** A list, but for layers made with one number that do not spread it. */
  dilationRate?: number | number[];
  epsilon?: number;
  kernel?: LayerVariable;
  kernelSize?: number[];
  /** What a wrapper applies. */
  layer?: Layer;
  maxValue?: number | null;
  movingMean?: LayerVariable;
  movingVariance?: LayerVariable;
  padding?: "same" | "valid";
  pointwiseKernel?: LayerVariable;
  poolSize?: number[];
  scale?: boolean;
  strides?: [number, number];
  theta?: number;
}

export function attributes(layer: Layer): Attributes {
  return layer as unknown as Attributes;
}
