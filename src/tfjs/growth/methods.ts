/** The methods of growth by name: what each needs to know, and what it makes of it. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
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
import type { Chain, Zero } from "./chain.ts";
import type { Tensors } from "./gradient.ts";
import { inverseGradmax } from "./inverse.ts";
import { growthMatrix } from "./matrix.ts";
import type { Growth } from "./weights.ts";

/** Options of the methods; each takes its own only. */
export interface MethodOptions extends OrthogonalGrowthOptions {
  /**
   * Gradmax, random: what the gain is in units of. `"mean"` (default): the mean norm of the old weights, which
   * must not all be zero. `"fixed"`: 1.
   */
  norm?: "mean" | "fixed";
  /** Gradmax, random: zero outgoing instead of zero incoming weights, which suits any activation. */
  inverse?: boolean;
  /** Split: how far the outgoing weights of copies differ, relative to their norm; default 0.1. */
  noise?: number;
}

/** What a method has to say about its result. */
export interface Found {
  /** Gradmax: singular values of the growth matrix, as far as they were used. */
  readonly singularValues?: readonly number[];
  /** Gradmax: new units with random directions, because the growth matrix has no more rank. */
  readonly filled?: number;
  /** Gradmax: the loss of the batch. */
  readonly loss?: number;
  /** Orthogonal: directions that were left in the complement of the old units. */
  readonly free?: number;
}

/** Model, chain and batch, for the methods that look at gradients. */
interface Batch {
  model: LayersModel;
  chain: Chain;
  /** Π f′(0) on the way */
  slope: number;
  xs: Tensors;
  ys: Tensors;
  batchSize: number;
}

interface Method {
  /** The options that it takes. */
  readonly options: readonly (keyof MethodOptions)[];
  /** Which weights are zero, which constrains activations and what may be frozen. */
  zero(options: MethodOptions): Zero;
  /** Whether it needs a batch. */
  data(options: MethodOptions): boolean;
  grow(
    neurons: Neurons,
    k: number,
    options: MethodOptions,
    batch: () => Batch,
  ): { growth: Growth; found?: Found };
}

/** What Evci et al. scale their new neurons by, relative to the mean norm. */
const GRADMAX_GAIN = 0.5;

/** Orthogonal: the side that stays zero. */
const OPPOSITE = { in: "out", out: "in", pair: undefined } as const;

const table = {
  gradmax: {
    options: ["gain", "norm", "inverse"],
    zero: ({ inverse }) => (inverse ? "out" : "in"),
    data: () => true,
    grow: ({ incoming, outgoing }, k, options, batch) => {
      const { model, chain, slope, xs, ys, batchSize } = batch();
      if (options.inverse) {
        const start = withNorm(
          normal(incoming.rows, k, { seed: options.seed }),
          lengthOf(incoming, options),
        );
        const found = inverseGradmax(model, chain, start, xs, ys, batchSize);
        const growth = { incoming: found.incoming, outgoing: zeroWeights(outgoing.rows, k) };
        return { growth, found: { loss: found.loss } };
      }
      const norm = lengthOf(outgoing, options);
      const { matrix, loss } = growthMatrix(model, chain, slope, xs, ys, batchSize);
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

/** The norm of a new vector beside these. */
function lengthOf(old: Weights, { gain = GRADMAX_GAIN, norm = "mean" }: MethodOptions): number {
  checkOneOf("norm", norm, ["mean", "fixed"]);
  return newNorm(gain, norm === "fixed" ? 1 : meanNorm(old));
}
