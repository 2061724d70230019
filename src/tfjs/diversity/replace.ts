import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";
import { checkFraction, checkSeed, known } from "../../arguments.ts";
import { mostRedundant, redrawn } from "../../init/diversity/redundant.ts";
import { kernelOf, unitsOf } from "../../init/units.ts";
import { activationOf } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import { checkInputs, checkModel, layerOf, type Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { orAsBefore } from "../layers/undone.ts";
import { kernelsOf, type ModelKernel } from "./kernels.ts";

export interface ReplaceOptions {
  /** Name of the layer: a dense or convolution layer that is followed by another one. */
  layer: string;
  /**
   * The least signed cosine of (weights, bias) at which a unit is replaced, above 0. Default 1: a unit is replaced
   * only if it is a positive multiple of another one, which is exact for relu, leakyReLU and linear units.
   */
  threshold?: number;
  /** Inputs on which the change of the output is measured; needed for a threshold below 1. */
  xs?: tf.Tensor | tf.Tensor[];
  /** Seed of the new direction: an integer from 0 to 2^53 − 1; default: a fresh seed. */
  seed?: number;
}

export interface Replacement {
  /** Index of the unit that was replaced; `undefined` if no two units were alike enough. */
  readonly replaced?: number;
  /** Index of the unit that took over the outgoing weights of the replaced one. */
  readonly kept?: number;
  /** Cosine of the most similar pair of units, replaced or not; −1 if there is no pair. */
  readonly cosine: number;
  /** Whether the output of the model is the same but for rounding. */
  readonly exact: boolean;
  /** Measured on xs: the largest change of an output, and the changes' root mean square relative to the outputs'. */
  readonly change?: { readonly largest: number; readonly relative: number };
}

/**
 * Gives the most redundant unit of a layer a new start. The most redundant unit is the one whose weights and bias are
 * most nearly a positive multiple of another unit's. The weights of the model are changed in place.
 *
 * - The outgoing weights v of the redundant unit are folded into those of the unit that is kept:
 *   v_kept += v·|w|/|w_kept|.
 * - The redundant unit gets a random direction orthogonal to the other units (where they leave none, the direction
 *   in which they are least), its old length, bias 0 and outgoing weights 0. So it starts without effect, and learns.
 *
 * For positively homogeneous units (relu) that are exact multiples, the output of the model does not change;
 * otherwise it does, and `change` says by how much. The formulation is ours.
 *
 * Between the layer and its consumer there may be dropout, pooling, flatten and relu layers. The momenta of an
 * optimizer are not changed.
 *
 * @param model the model whose weights are changed
 * @param options.layer name of a dense or convolution layer that is followed by another one
 * @param options.threshold least cosine at which a unit is replaced, above 0, at most 1; default 1
 * @param options.xs inputs on which the change of the output is measured; needed for a threshold below 1
 * @param options.seed integer from 0 to 2^53 − 1; default: a fresh seed
 * @throws ArgumentError for a bad option, a layer that does not fit, or NaN weights; no weight is changed then
 */
export function replaceRedundant(model: LayersModel, options: ReplaceOptions): Replacement {
  const {
    layer: name,
    threshold = 1,
    xs,
    seed,
  } = known(options, ["layer", "threshold", "xs", "seed"]);
  checkModel(model);
  checkFraction("threshold", threshold, 1);
  checkInputs(model, xs);
  if (threshold < 1 && xs === undefined) {
    throw new ArgumentError("xs", "inputs to measure on, for a threshold below 1", "none");
  }
  checkSeed(seed);
  const layer = layerOf(model, name);
  const source = plainKernel(model, layer);
  const target = plainKernel(model, consumer(layer));
  const bias = attributes(layer).bias ?? undefined;

  const [weights] = unitsOf(read(source.weight), source.layout);
  const biases = bias && read(bias);
  const pair = mostRedundant(weights!, biases);
  const homogeneous = isHomogeneous(layer);
  if (pair === undefined || !(pair.multiple || (threshold < 1 && pair.cosine >= threshold))) {
    return { cosine: pair?.cosine ?? -1, exact: true };
  }
  const { kept, replaced, cosine, ratio } = pair;
  if (!homogeneous && threshold === 1) return { cosine, exact: true };

  const before = xs && outputs(model, xs);
  weights!.data.set(redrawn(weights!, replaced, seed), replaced * weights!.cols);
  const outgoing = float32(read(target.weight));
  fold(outgoing, weights!.rows, target.layout.units, kept, replaced, ratio);
  const incoming = kernelOf([weights!], source.layout);
  const offsets = bias && float32(biases!, (x, i) => (i === replaced ? 0 : x));
  const exact = pair.multiple && homogeneous;
  const own = [source.weight, target.weight, ...(bias ? [bias] : [])];
  const change = orAsBefore(own, () => {
    write(source.weight, incoming);
    write(target.weight, outgoing);
    if (bias) write(bias, offsets!);
    return before && compare(before, outputs(model, xs!));
  });
  return { replaced, kept, cosine, exact, ...(change && { change }) };
}

const read = (weight: ModelKernel["weight"]) => weight.read().dataSync() as Float32Array;

function write(weight: ModelKernel["weight"], values: Float32Array): void {
  const value = tf.tensor(values, weight.shape as number[], "float32");
  try {
    weight.write(value);
  } finally {
    value.dispose();
  }
}

/** The one kernel of a dense or convolution layer. */
function plainKernel(model: LayersModel, layer: Layer): ModelKernel {
  const last = layer.getConfig()["dataFormat"] !== "channelsFirst";
  const fits = PLAIN.includes(layer.getClassName()) && last;
  const [kernel] = fits ? kernelsOf(model, [layer.name]) : [];
  if (kernel !== undefined) return kernel;
  const expected = `${PLAIN.join(", ")}, channels last`;
  throw new ArgumentError("layer", expected, `${layer.name} (${layer.getClassName()})`);
}

const PLAIN = ["Dense", "Conv1D", "Conv2D", "Conv3D"];

/** Whether a layer commutes with positive factors on its channels and leaves the channels innermost. */
function commutes(layer: Layer): boolean {
  const { role, channelwise } = kindOf(layer);
  const computes = role === "linear" || role === "normalization";
  return channelwise === true && !computes && isHomogeneous(layer);
}

/**
 * The first layer behind this one that does not commute with scaling.
 *
 * @throws ArgumentError if a layer on the way there has several consumers, or none
 */
function consumer(layer: Layer): Layer {
  for (let at = layer; ;) {
    const next = at.outboundNodes.map((node) => node.outboundLayer);
    const [only] = next;
    if (only === undefined || next.length > 1) {
      throw new ArgumentError("layer", "one layer after it", `${next.length} after ${at.name}`);
    }
    if (!commutes(only)) return only;
    at = only;
  }
}

/** Whether f(c·x) = c·f(x) for c > 0: a linear layer, relu without a ceiling, or leaky relu. */
function isHomogeneous(layer: Layer): boolean {
  const f = activationOf(layer);
  return (
    f === undefined || f.name === "leakyRelu" || (f.name === "relu" && f.parameter === undefined)
  );
}

/** v_kept += ratio·v_replaced, v_replaced = 0, in every block of m rows of k. */
function fold(
  v: Float32Array,
  m: number,
  k: number,
  kept: number,
  replaced: number,
  ratio: number,
) {
  for (let block = 0; block < v.length; block += m * k) {
    for (let q = 0; q < k; q++) {
      v[block + kept * k + q]! += ratio * v[block + replaced * k + q]!;
      v[block + replaced * k + q] = 0;
    }
  }
}

function outputs(model: LayersModel, xs: tf.Tensor | tf.Tensor[]): Float32Array[] {
  const found = [model.predict(xs)].flat();
  try {
    return found.map((y) => y.dataSync() as Float32Array);
  } finally {
    tf.dispose(found);
  }
}

function compare(before: Float32Array[], after: Float32Array[]) {
  let [largest, square, whole] = [0, 0, 0];
  before.forEach((values, o) =>
    values.forEach((x, at) => {
      const difference = Math.abs(after[o]![at]! - x);
      largest = Math.max(largest, difference);
      square += difference ** 2;
      whole += x ** 2;
    }),
  );
  return { largest, relative: square === 0 ? 0 : Math.sqrt(square / whole) };
}
