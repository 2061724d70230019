/**
 * What each class of tf.layers does with the units of its input: which axes of its weights take them, which axes make
 * units of its own, and where they are in its output. Growth follows units by this table.
 */
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { attributes } from "./attributes.ts";
import type { Layer } from "./graph.ts";
import { kindOf } from "./kinds.ts";

/**
 * What an axis of a weight counts. A string of these letters stands for the last axes of a weight:
 *
 * - `i` the units of the input, which the weight mixes
 * - `m` the same, each times the depth multiplier
 * - `o` the units that the layer makes
 * - `g` the same, once for every gate
 * - `r` the same, read back at the next time step
 * - `b` and `h`, for biases: the units that the layer makes, once or for every gate
 * - `k` the units that the layer makes as factors of others, which it so reads (no class has this axis by itself)
 * - `c` the units of the input, each with a number of its own
 * - `d` the same, each times the depth multiplier
 * - `n` those along the normalized axes
 * - `a` those along all axes but the first
 * - `-` anything else
 */
export type AxisRole = "i" | "m" | "o" | "g" | "r" | "b" | "h" | "k" | "c" | "d" | "n" | "a" | "-";

/** Where the units of the inputs, or units of the layer's own, are in the output. */
export type Passage =
  /** New units, on the last axis. */
  | "units"
  /** On every axis where they were. */
  | "same"
  /** On the last axis, where they were; other axes change. */
  | "last"
  /** On the last axis, each times the depth multiplier. */
  | "multiplied"
  /** Units of all inputs become the same: sums, products and extrema. */
  | "sum"
  | "product"
  | "extremum"
  | "concatenated"
  | "reshaped"
  | "permuted"
  /** On axes that are not contracted. */
  | "contracted"
  /** As in a layer normalization: on every axis where they were, as long as statistics stay. */
  | "standardized"
  /** Nowhere that is known. */
  | "unknown";

/** The way of a class with units. */
export interface Channels {
  readonly passage: Passage;
  /** The weights by their attribute in the layer, or in the cell of a recurrent layer. */
  readonly weights?: Readonly<Record<string, string>>;
  /** Number of gates of a recurrent layer. */
  readonly gates?: number;
}

/* @__NO_SIDE_EFFECTS__ */
const units = (weights: Record<string, string>, gates?: number): Channels => ({
  passage: "units",
  weights,
  ...(gates && { gates }),
});
/* @__NO_SIDE_EFFECTS__ */
const recurrent = (gates: number) =>
  units({ kernel: "ig", recurrentKernel: "rg", bias: "h" }, gates);
const mixing = units({ kernel: "io", bias: "b" });
const transposed = units({ kernel: "oi", bias: "b" });

const table: Readonly<Record<string, Channels>> = {
  Dense: mixing,
  Conv1D: mixing,
  Conv2D: mixing,
  Conv3D: mixing,
  Conv2DTranspose: transposed,
  Conv3DTranspose: transposed,
  DepthwiseConv2D: { passage: "multiplied", weights: { depthwiseKernel: "c-", bias: "d" } },
  SeparableConv2D: units({ depthwiseKernel: "c-", pointwiseKernel: "mo", bias: "b" }),
  Embedding: units({ embeddings: "-o" }),

  SimpleRNN: recurrent(1),
  GRU: recurrent(3),
  LSTM: recurrent(4),
  ConvLSTM2D: recurrent(4),

  Softmax: { passage: "same" },
  PReLU: { passage: "same", weights: { alpha: "a" } },
  BatchNormalization: {
    passage: "same",
    weights: { gamma: "n", beta: "n", movingMean: "n", movingVariance: "n" },
  },
  LayerNormalization: { passage: "standardized", weights: { gamma: "n", beta: "n" } },

  Flatten: { passage: "reshaped" },
  Reshape: { passage: "reshaped" },
  Permute: { passage: "permuted" },

  Add: { passage: "sum" },
  Average: { passage: "sum" },
  Multiply: { passage: "product" },
  Maximum: { passage: "extremum" },
  Minimum: { passage: "extremum" },
  Concatenate: { passage: "concatenated" },
  Dot: { passage: "contracted" },
};

/** The way of a layer with units, by its class. */
export function channelsOf(layer: Layer): Channels {
  const name = layer.getClassName();
  if (Object.hasOwn(table, name)) return table[name]!;
  const { role, channelwise } = kindOf(layer);
  if (!channelwise) return { passage: "unknown" };
  return { passage: ["pooling", "shape"].includes(role) ? "last" : "same" };
}

/** A weight of a layer with what its axes count. */
export interface WeightAxes {
  readonly name: string;
  readonly weight: LayerVariable;
  readonly roles: readonly AxisRole[];
}

/** The weights of a layer that depend on units. */
export function weightsOf(layer: Layer): WeightAxes[] {
  const { cell } = attributes(layer);
  const holder = (cell ?? layer) as unknown as Record<string, LayerVariable | null | undefined>;
  return Object.entries(channelsOf(layer).weights ?? {}).flatMap(([name, axes]) => {
    const weight = holder[name];
    if (!weight) return [];
    const rank = weight.shape.length;
    const last = [...axes] as AxisRole[];
    const repeated = last.length === 1 && ["n", "a"].includes(last[0]!);
    const first = Array<AxisRole>(rank - (repeated ? 1 : last.length)).fill(
      repeated ? last[0]! : "-",
    );
    return [{ name, weight, roles: [...first, ...last] }];
  });
}
