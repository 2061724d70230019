/** The attributes of layers that tf.layers' types omit, in one typed view for the whole package. */
import type { serialization, Tensor } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import type { Layer } from "./graph.ts";

/** An activation as layers store it. */
export interface HeldActivation {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** The attributes of all classes together. Each class has only some of them, so ask `kindOf` for the class first. */
export interface Attributes {
  activation?: HeldActivation | null;
  /** A number in ELU and LeakyReLU, a weight in PReLU. */
  alpha?: number | LayerVariable;
  /** Axes along which a Dot sums products: one for both inputs, or one for each. */
  axes?: number | readonly number[];
  axis?: number | readonly number[];
  beta?: LayerVariable | null;
  bias?: LayerVariable | null;
  /** The cell of a recurrent layer, which has its weights, and the cells of StackedRNNCells. */
  cell?: Layer;
  cells?: readonly Layer[];
  center?: boolean;
  dataFormat?: string;
  depthMultiplier?: number;
  depthwiseConstraint?: serialization.Serializable | null;
  depthwiseKernel?: LayerVariable;
  /** A list; a single number in layer classes that do not expand the number they were made with. */
  dilationRate?: number | number[];
  embeddings?: LayerVariable;
  epsilon?: number;
  gamma?: LayerVariable | null;
  kernel?: LayerVariable;
  kernelSize?: number[];
  /** The layer that a wrapper applies. */
  layer?: Layer;
  /** The two layers that Bidirectional makes of its layer. */
  forwardLayer?: Layer;
  backwardLayer?: Layer;
  /** How Bidirectional joins the outputs of its layers; null for not at all. */
  mergeMode?: "concat" | "sum" | "ave" | "mul" | null;
  maxValue?: number | null;
  movingMean?: LayerVariable;
  movingVariance?: LayerVariable;
  /** Whether a Dot normalizes its inputs. */
  normalize?: boolean;
  padding?: "same" | "valid";
  pointwiseKernel?: LayerVariable;
  poolSize?: number[];
  recurrentKernel?: LayerVariable;
  /** Whether a BatchNormalization has a gamma; the factor of a Rescaling. */
  scale?: boolean | number;
  strides?: [number, number];
  theta?: number;
  /** Whether the forget gate of an LSTM has the bias 1. */
  unitForgetBias?: boolean;
}

export function attributes(layer: Layer): Attributes {
  return layer as unknown as Attributes;
}
