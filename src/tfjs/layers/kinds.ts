/**
 * What each class of tf.layers does. This table is the only place that describes layer classes: growth, data-driven
 * initialization, lps and diversity look layers up here instead of keeping lists of names.
 */
import type { Layer } from "./graph.ts";

/** How a kernel multiplies its input: vectors enter, at one or many positions, and units leave. */
export type LinearMap =
  /** [in, units]: the last axis of the input is the vector, the other axes are positions. */
  | "dense"
  /** […taps, in, units]: the vector is the patch at an output position. */
  | "convolution"
  /** […taps, units, in]: the adjoint of a convolution. */
  | "transposed"
  /** […taps, in, multiplier]: every input channel has units of its own. */
  | "depthwise"
  /** A depthwise kernel, then a pointwise one [1, 1, in · multiplier, units]. */
  | "separable";

/** What a layer does to the values that pass through it. */
export type Role =
  /** A linear map, which may end in an activation. */
  | "linear"
  /** A function of single numbers, or, as softmax, of a whole vector. */
  | "activation"
  /** Values pass unchanged, except in training. */
  | "identity"
  | "normalization"
  | "pooling"
  /** Moves, cuts, repeats or resizes entries. */
  | "shape"
  /** Makes one tensor from several. */
  | "merge"
  | "recurrent"
  /** The cell of a recurrent layer, which cannot be a layer of a model by itself. */
  | "cell"
  | "embedding"
  /** Applies another layer, which it contains. */
  | "wrapper"
  /** A model used as a layer. */
  | "model"
  | "input"
  /** Prepares data before they enter a model. */
  | "preprocessing"
  /** A class that tf.layers does not have. */
  | "unknown";

/** The description of a layer class. */
export interface Kind {
  readonly role: Role;
  /** The linear map of a linear layer. */
  readonly map?: LinearMap;
  /** Number of spatial axes of the kernel. */
  readonly axes?: number;
  /** Name of the function of an activation layer; absent for Activation, whose layers name it themselves. */
  readonly activation?: string;
  /** The channels stay innermost on the last axis, and no channel influences another. */
  readonly channelwise?: true;
  /** What a pooling layer pools over: windows, or all positions. */
  readonly pooling?: "windows" | "global maximum" | "global average";
  /** The layer changes the shape but keeps the order of the entries. */
  readonly ordered?: true;
  /** The number of gates of a cell, whose units lie side by side in its kernels. */
  readonly gates?: number;
}

// Marked, so that bundlers drop the table where nothing asks for a kind.
/* @__NO_SIDE_EFFECTS__ */
const linear = (map: LinearMap, axes = 0): Kind => ({ role: "linear", map, axes });
/* @__NO_SIDE_EFFECTS__ */
const channelwise = (role: Role, more?: Partial<Kind>): Kind => ({
  role,
  channelwise: true,
  ...more,
});

const table: Readonly<Record<string, Kind>> = {
  InputLayer: { role: "input" },
  Model: { role: "model" },
  Functional: { role: "model" },
  Sequential: { role: "model" },

  Dense: linear("dense"),
  Conv1D: linear("convolution", 1),
  Conv2D: linear("convolution", 2),
  Conv3D: linear("convolution", 3),
  Conv2DTranspose: linear("transposed", 2),
  Conv3DTranspose: linear("transposed", 3),
  DepthwiseConv2D: channelwise("linear", linear("depthwise", 2)),
  SeparableConv2D: linear("separable", 2),
  Embedding: { role: "embedding" },

  RNN: { role: "recurrent" },
  SimpleRNN: { role: "recurrent" },
  GRU: { role: "recurrent" },
  LSTM: { role: "recurrent" },
  ConvLSTM2D: { role: "recurrent" },
  SimpleRNNCell: { role: "cell", gates: 1 },
  GRUCell: { role: "cell", gates: 3 },
  LSTMCell: { role: "cell", gates: 4 },
  ConvLSTM2DCell: { role: "cell", gates: 4 },
  StackedRNNCells: { role: "cell" },

  Activation: channelwise("activation"),
  ReLU: channelwise("activation", { activation: "relu" }),
  LeakyReLU: channelwise("activation", { activation: "leakyRelu" }),
  PReLU: channelwise("activation", { activation: "leakyRelu" }),
  ELU: channelwise("activation", { activation: "elu" }),
  ThresholdedReLU: channelwise("activation", { activation: "thresholdedRelu" }),
  Softmax: { role: "activation", activation: "softmax" },

  Dropout: channelwise("identity"),
  GaussianDropout: channelwise("identity"),
  AlphaDropout: channelwise("identity"),
  GaussianNoise: channelwise("identity"),
  SpatialDropout1D: channelwise("identity"),
  Masking: { role: "identity" },
  // This package's own layer (diversity/layer.ts), which adds a penalty to the loss.
  TfjsInitializersDiversityPenalty: channelwise("identity"),

  BatchNormalization: channelwise("normalization"),
  LayerNormalization: { role: "normalization" },

  MaxPooling1D: channelwise("pooling", { pooling: "windows" }),
  MaxPooling2D: channelwise("pooling", { pooling: "windows" }),
  MaxPooling3D: channelwise("pooling", { pooling: "windows" }),
  AveragePooling1D: channelwise("pooling", { pooling: "windows" }),
  AveragePooling2D: channelwise("pooling", { pooling: "windows" }),
  AveragePooling3D: channelwise("pooling", { pooling: "windows" }),
  GlobalMaxPooling1D: channelwise("pooling", { pooling: "global maximum" }),
  GlobalMaxPooling2D: channelwise("pooling", { pooling: "global maximum" }),
  GlobalAveragePooling1D: channelwise("pooling", { pooling: "global average" }),
  GlobalAveragePooling2D: channelwise("pooling", { pooling: "global average" }),

  Flatten: channelwise("shape", { ordered: true }),
  Reshape: { role: "shape", ordered: true },
  Permute: { role: "shape" },
  RepeatVector: channelwise("shape"),
  ZeroPadding2D: channelwise("shape"),
  Cropping2D: channelwise("shape"),
  UpSampling2D: channelwise("shape"),
  CenterCrop: channelwise("shape"),
  Resizing: channelwise("shape"),
  RandomWidth: channelwise("shape"),

  Add: { role: "merge" },
  Average: { role: "merge" },
  Multiply: { role: "merge" },
  Maximum: { role: "merge" },
  Minimum: { role: "merge" },
  Concatenate: { role: "merge" },
  Dot: { role: "merge" },

  TimeDistributed: { role: "wrapper" },
  Bidirectional: { role: "wrapper" },

  Rescaling: { role: "preprocessing" },
  CategoryEncoding: { role: "preprocessing" },
};

const UNKNOWN: Kind = { role: "unknown" };

/** The description of a layer, by its class. */
export function kindOf(layer: Layer): Kind {
  const name = layer.getClassName();
  return Object.hasOwn(table, name) ? table[name]! : UNKNOWN;
}

/** Whether every output number depends on one input number only, and on weights of its channel. */
export function isPointwise(layer: Layer): boolean {
  const { role, channelwise } = kindOf(layer);
  return channelwise === true && ["activation", "identity", "normalization"].includes(role);
}

/** The classes that the table describes. */
export const described: readonly string[] = /* @__PURE__ */ Object.keys(table);

/** Whether values keep their signs: the layer only moves them, normalizes them, or takes means or maxima. */
export function passesSigns(layer: Layer): boolean {
  return ["identity", "normalization", "pooling", "shape"].includes(kindOf(layer).role);
}
