/** The methods of growth by name: the options and data that each needs, and the weights that it makes. */
import { checkOneOf } from "../../arguments.ts";
import { gradmax } from "../../init/growth/gradmax.ts";
import {
  meanNorm,
  newNorm,
  withNorm,
  zeroWeights,
  type Neurons,
  type Weights,
} from "../../init/growth/neurons.ts";
import { growOrthogonal, type OrthogonalGrowthOptions } from "../../init/growth/orthogonal.ts";
import { split } from "../../init/growth/split.ts";
import { normal } from "../../linalg/normal.ts";
import type { Layer } from "../layers/graph.ts";
import type { Batch } from "./gradient.ts";
import type { Group } from "./groups.ts";
import { inverseGradmax } from "./inverse.ts";
import { growthMatrix } from "./matrix.ts";
import type { Zero } from "./waking.ts";
import type { Growth } from "./weights.ts";

/** Options of the methods; each method accepts only its own. */
export interface MethodOptions extends OrthogonalGrowthOptions {
  /**
   * Gradmax, random: the unit of the gain. `"mean"` (default): the mean norm of the old weights, which must not all be
   * zero. `"fixed"`: 1.
   */
  norm?: "mean" | "fixed";
  /** Gradmax, random: zero outgoing weights instead of zero incoming weights, which suits any activation. */
  inverse?: boolean;
  /**
   * Gradmax: what batch normalization divides by while the gradient is computed. `"moving"` (default): the moving
   * averages, as in inference. `"batch"`: the statistics of each piece of `batchSize` samples, as in training, held
   * fixed: they are constants in the gradient, and moving averages stay as they are.
   */
  statistics?: "moving" | "batch";
  /** Split: difference between the outgoing weights of copies, relative to their norm; default 0.1. */
  noise?: number;
}

/** What a method reports about its result. */
export interface Found {
  /** Gradmax: the singular values of the growth matrix that were used. */
  readonly singularValues?: readonly number[];
  /** Gradmax: number of new units with random directions, because the rank of the growth matrix is too small. */
  readonly filled?: number;
  /** Gradmax: the loss of the batch. */
  readonly loss?: number;
  /** Orthogonal: number of directions in the complement of the old units. */
  readonly free?: number;
}

/** What methods that need gradients start from. */
interface Start {
  readonly batch: Batch;
  readonly group: Group;
  /** The slopes f′(0) of activations. */
  readonly slopes: ReadonlyMap<Layer, number>;
}

interface Method {
  /** The options that the method accepts. */
  readonly options: readonly (keyof MethodOptions)[];
  /** The side that is zero, which decides what activations are possible and which layers may be frozen. */
  zero(options: MethodOptions): Zero;
  /** Whether the method needs a batch. */
  data(options: MethodOptions): boolean;
  grow(
    neurons: Neurons,
    k: number,
    options: MethodOptions,
    start: () => Start,
  ): { growth: Growth; found?: Found };
}

/** The norm of new neurons relative to the mean norm of old ones, as in Evci et al. */
const GRADMAX_GAIN = 0.5;

/** Orthogonal: the side that is zero for each option `side`. */
const OPPOSITE = { in: "out", out: "in", pair: undefined } as const;

const table = {
  gradmax: {
    options: ["gain", "norm", "inverse", "statistics"],
    zero: ({ inverse }) => (inverse ? "out" : "in"),
    data: () => true,
    grow: ({ incoming, outgoing }, k, options, start) => {
      const { batch, group, slopes } = start();
      if (options.inverse) {
        const drawn = normal(incoming.rows, k, { seed: options.seed });
        const first = withNorm(drawn, lengthOf(incoming, options));
        const found = inverseGradmax(batch, group, first);
        const growth = { incoming: found.incoming, outgoing: zeroWeights(outgoing.rows, k) };
        return { growth, found: { loss: found.loss } };
      }
      const norm = lengthOf(outgoing, options);
      const { matrix, loss } = growthMatrix(batch, group, slopes);
      const { directions, singularValues, filled } = gradmax(matrix, k, options.seed);
      const growth = {
        incoming: zeroWeights(incoming.rows, k),
        outgoing: withNorm(directions, norm),
      };
      return { growth, found: { singularValues: [...singularValues], filled, loss } };
    },
  },
  orthogonal: {
    options: ["gain", "side", "against"],
    zero: ({ side = "in" }) => OPPOSITE[side],
    data: () => false,
    grow: (neurons, k, options) => {
      const { free, ...growth } = growOrthogonal(neurons, k, options);
      return { growth, found: { free } };
    },
  },
  split: {
    options: ["noise"],
    zero: () => undefined,
    data: () => false,
    grow: (neurons, k, options) => ({ growth: split(neurons, k, options) }),
  },
  random: {
    options: ["gain", "norm", "inverse"],
    zero: ({ inverse }) => (inverse ? "out" : "in"),
    data: () => false,
    grow: ({ incoming, outgoing }, k, options) => {
      const draw = (old: Weights) =>
        withNorm(normal(old.rows, k, { seed: options.seed }), lengthOf(old, options));
      const growth = options.inverse
        ? { incoming: draw(incoming), outgoing: zeroWeights(outgoing.rows, k) }
        : { incoming: zeroWeights(incoming.rows, k), outgoing: draw(outgoing) };
      return { growth };
    },
  },
  zero: {
    options: [],
    zero: () => undefined,
    data: () => false,
    grow: ({ incoming, outgoing }, k) => ({
      growth: { incoming: zeroWeights(incoming.rows, k), outgoing: zeroWeights(outgoing.rows, k) },
    }),
  },
} satisfies Record<string, Method>;

export const methods: Record<keyof typeof table, Method> = table;

/** The norm of a new vector, given the old ones. */
function lengthOf(old: Weights, { gain = GRADMAX_GAIN, norm = "mean" }: MethodOptions): number {
  checkOneOf("norm", norm, ["mean", "fixed"]);
  return newNorm(gain, norm === "fixed" ? 1 : meanNorm(old));
}
