/**
 * What the classes of tf.layers are. This table is the one place that describes a layer class: growth, data-driven
 * initialization, lps and diversity ask it what a layer does instead of keeping lists of names.
 */
import type { Layer } from "./graph.ts";

/** How kernels multiply what enters: vectors come in, at one or many positions, and units go out. */
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

/** What a layer does to the numbers that go through it. */
export type Role =
  /** A linear map, which may end in an activation. */
  | "linear"
  /** A function of single numbers; of a whole vector in softmax. */
  | "activation"
  /** Nothing, outside of training. */
  | "identity"
  | "normalization"
  | "pooling"
  /** Moves, cuts, repeats or resizes. */
  | "shape"
  /** Makes one tensor of several. */
  | "merge"
  | "recurrent"
  /** The cell of a recurrent layer, which is no layer of a model by itself. */
  | "cell"
  | "embedding"
  /** Applies another layer that it holds. */
  | "wrapper"
  /** A model in the place of a layer. */
  | "model"
  | "input"
  /** Prepares data that enter a model. */
  | "preprocessing"
  /** A class that tf.layers does not have. */
  | "unknown";

export interface Kind {
  readonly role: Role;
  /** Of linear layers. */
  readonly map?: LinearMap;
  /** Spatial axes of the kernel. */
  readonly axes?: number;
  /** Name of the function of an activation layer; absent where the layer says it (Activation). */
  readonly activation?: string;
  /** The channels stay innermost on the last axis, and none touches another. */
  readonly channelwise?: true;
  /** `grow` takes new channels through it. */
  readonly grows?: true;
  /** Of pooling: over a window, or over all positions. */
  readonly pooling?: "windows" | "global maximum" | "global average";
  /** Of what moves entries: it leaves their order alone. */
  readonly ordered?: true;
}

const linear = (map: LinearMap, axes = 0): Kind => ({ role: "linear", map, axes });
const channelwise = (role: Role, more?: Partial<Kind>): Kind => ({
  role,
  channelwise: true,
  ...more,
});
const grows = (role: Role, more?: Partial<Kind>): Kind =>
  channelwise(role, { ...more, grows: true });

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
  DepthwiseConv2D: grows("linear", linear("depthwise", 2)),
  SeparableConv2D: linear("separable", 2),
  Embedding: { role: "embedding" },

  RNN: { role: "recurrent" },
  SimpleRNN: { role: "recurrent" },
  GRU: { role: "recurrent" },
  LSTM: { role: "recurrent" },
  ConvLSTM2D: { role: "recurrent" },
  SimpleRNNCell: { role: "cell" },
  GRUCell: { role: "cell" },
  LSTMCell: { role: "cell" },
  ConvLSTM2DCell: { role: "cell" },
  StackedRNNCells: { role: "cell" },

  Activation: grows("activation"),
  ReLU: grows("activation", { activation: "relu" }),
  LeakyReLU: grows("activation", { activation: "leakyRelu" }),
  PReLU: channelwise("activation", { activation: "leakyRelu" }),
  ELU: grows("activation", { activation: "elu" }),
  ThresholdedReLU: channelwise("activation", { activation: "thresholdedRelu" }),
  Softmax: { role: "activation", activation: "softmax" },

  Dropout: grows("identity"),
  GaussianDropout: grows("identity"),
  AlphaDropout: grows("identity"),
  GaussianNoise: grows("identity"),
  SpatialDropout1D: channelwise("identity"),
  Masking: { role: "identity" },
  // Ours (diversity/layer.ts): it adds a penalty to the loss.
  TfjsInitializersDiversityPenalty: grows("identity"),

  BatchNormalization: grows("normalization"),
  LayerNormalization: { role: "normalization" },

  MaxPooling1D: channelwise("pooling", { pooling: "windows" }),
  MaxPooling2D: grows("pooling", { pooling: "windows" }),
  MaxPooling3D: channelwise("pooling", { pooling: "windows" }),
  AveragePooling1D: channelwise("pooling", { pooling: "windows" }),
  AveragePooling2D: grows("pooling", { pooling: "windows" }),
  AveragePooling3D: channelwise("pooling", { pooling: "windows" }),
  GlobalMaxPooling1D: channelwise("pooling", { pooling: "global maximum" }),
  GlobalMaxPooling2D: grows("pooling", { pooling: "global maximum" }),
  GlobalAveragePooling1D: channelwise("pooling", { pooling: "global average" }),
  GlobalAveragePooling2D: grows("pooling", { pooling: "global average" }),

  Flatten: grows("shape", { ordered: true }),
  Reshape: { role: "shape", ordered: true },
  Permute: { role: "shape" },
  RepeatVector: channelwise("shape"),
  ZeroPadding2D: grows("shape"),
  Cropping2D: grows("shape"),
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

/** What a layer is, by its class. */
export function kindOf(layer: Layer): Kind {
  const name = layer.getClassName();
  return Object.hasOwn(table, name) ? table[name]! : UNKNOWN;
}

/** Whether every number is treated for itself, up to weights of its channel. */
export function isPointwise(layer: Layer): boolean {
  const { role, channelwise } = kindOf(layer);
  return channelwise === true && ["activation", "identity", "normalization"].includes(role);
}

/** The classes that the table describes. */
export const described: readonly string[] = Object.keys(table);

/** Whether values pass with their signs: nothing is computed with them but means, maxima and normalization. */
export function passesSigns(layer: Layer): boolean {
  return ["identity", "normalization", "pooling", "shape"].includes(kindOf(layer).role);
}
