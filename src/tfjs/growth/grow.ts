import { memory, Optimizer, Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError, MemoryError, show } from "../../errors.ts";
import { seedsOf } from "../../init/draws.ts";
import { engine, leaves } from "../layers/graph.ts";
import {
  checkInteger,
  checkObject,
  checkOneOf,
  checkSeed,
  checkSingle,
  known,
} from "../../arguments.ts";
import { outside } from "../outside.ts";
import { attributes } from "../layers/attributes.ts";
import { chainOf, waking, type Chain } from "./chain.ts";
import type { Tensors } from "./gradient.ts";
import { methods, type Found, type MethodOptions } from "./methods.ts";
import { rebuild } from "./rebuild.ts";
import { recompile } from "./recompile.ts";
import { tensorsOf } from "./training.ts";
import { neuronsOf, sizeOf, widthOf, widenings } from "./weights.ts";

export interface GrowOptions extends MethodOptions {
  /** The layer to grow, by its name; or several, grown one after the other in one call. */
  layer: string | readonly string[];
  /** How many units (channels) to add, ≥ 1; one number for all layers or one for each. */
  units: number | readonly number[];
  method: keyof typeof methods;
  /** A batch as `model.fit` takes it, which `"gradmax"` needs; Evci et al. take 128 fresh samples. */
  xs?: Tensors;
  ys?: Tensors;
  /** Samples of xs that go through the model at a time; default 32. The result does not depend on it. */
  batchSize?: number;
  /** An optimizer for the new model, instead of one that goes on with the state of the old. */
  optimizer?: Optimizer;
  /** Integer from 0 to 2^53 − 1; default: every call draws afresh. */
  seed?: number;
}

/** What happened to a layer. */
export interface LayerGrowth extends Found {
  readonly layer: string;
  readonly method: string;
  readonly units: { readonly before: number; readonly after: number };
  /** The layers that the new units go to. */
  readonly consumers: readonly string[];
  /** Layers whose relu has become relu1, because relu is dead at 0. */
  readonly relu1: readonly string[];
}

/**
 * Adds units to layers of a model in the middle of its training. The wider model computes the same
 * function, up to rounding; has the same names, weights, loss and metrics; and its optimizer goes on
 * where that of the model was, slots of new units as fresh.
 *
 * Layers: dense and conv2d (channelsLast), whose units go, on one way or several, into dense and conv2d
 * layers, with activations, dropout, noise, batch normalization, pooling, depthwise convolutions
 * (depthMultiplier 1), padding, cropping, flattening and `diversityPenalty` between. New biases are 0, new channels of batch
 * normalization as fresh, new depthwise taps the identity.
 *
 * Methods (m old units with incoming weights w_j, outgoing v_j):
 * - `"gradmax"`: incoming 0, outgoing the top singular vectors of the growth matrix, so that the gradient
 *   of the incoming is as large as it can be for orthogonal directions: Evci et al., ICLR 2022. Norm
 *   gain · mean ‖v_j‖, gain 0.5, or with norm: "fixed" the gain itself. With `inverse`: outgoing 0,
 *   incoming by 100 steps of ascent on the gradient of the outgoing, in the time of some 30 training steps;
 *   orthogonal, which is our formulation: the authors bound norms only, and k units are then copies of one.
 * - `"orthogonal"`: orthonormal directions in the complement of the old ones, times gain · mean norm,
 *   gain 1: `side` "in" (outgoing 0), "out" (incoming 0) or "pair"; `against` "existing" or "none". Our
 *   formulation.
 * - `"split"`: copies of units, their outgoing weights divided, `noise` 0.1 apart: Net2Wider, Chen et al.,
 *   ICLR 2016.
 * - `"random"`: as gradmax, with Gaussian directions; with `inverse` incoming Gaussian, outgoing 0.
 * - `"zero"`: both 0, a yardstick: where f(0) = 0 no gradient ever reaches such units.
 *
 * Zero incoming weights need a layer that is trained, and activations with f(0) = 0, f′(0) ≠ 0. relu becomes
 * `relu1` in the new model (`settle` turns it back); others are refused by name with the methods that work. Zero
 * outgoing weights need a consumer that is trained. Batch normalization behind such units is in
 * training a division by √ε, which multiplies their first gradients (by 32 for ε = 0.001); methods with
 * zero outgoing weights do not have that. Constraints of layers see the wider weights as after any step, and
 * may change the function. The model is rebuilt from its config: what does not survive saving does not
 * survive growing.
 *
 * Called in tf.tidy it begins when that has ended, so the model may come from there, but not xs and ys.
 *
 * @param model compiled; it is not touched, also when this throws. It stays yours: dispose it when you have
 *   the new one (`model.dispose()`; an optimizer that you made yourself is not disposed with it)
 * @returns the new model, compiled, and for every layer what was done
 * @throws ArgumentError that names what cannot be used: an unknown layer, one that is shared, an output, or
 *   feeds a layer that mixes channels; units < 1; data or weights that do not fit, are disposed or not
 *   finite; a gain that makes norms 0 or infinite; an uncompiled model; an optimizer that cannot go on; for
 *   "gradmax" batch normalization without scale or center, which TensorFlow.js cannot differentiate.
 *   MemoryError for units beyond memory
 */
export async function grow(
  model: LayersModel,
  options: GrowOptions,
): Promise<{ model: LayersModel; report: LayerGrowth[] }> {
  await outside();
  const jobs = planned(model, options);
  let [grown, report] = [model, [] as LayerGrowth[]];
  try {
    for (const [i, { name, units }] of jobs.entries()) {
      const seed = seedsOf(options.seed, i + 1)[i];
      const next = await growOne(grown, name, units, { ...options, seed });
      if (grown !== model) grown.dispose();
      grown = next.model;
      report = [...report, next.report];
    }
  } catch (error) {
    if (grown !== model) grown.dispose();
    throw error;
  }
  return { model: grown, report };
}

async function growOne(
  model: LayersModel,
  name: string,
  k: number,
  options: GrowOptions,
): Promise<{ model: LayersModel; report: LayerGrowth }> {
  const chain = chainOf(model, name);
  const method = methods[options.method];
  const { relu1, slope } = waking(chain, method.zero(options));
  const before = widthOf(chain.layer);
  const data = () => {
    const { xs, ys, batchSize = 32 } = options;
    return { model, chain, slope, xs: xs!, ys: ys!, batchSize };
  };
  const { growth, found } = method.grow(neuronsOf(chain), k, options, data);
  const wider = widenings(chain, growth);
  const wide = rebuild(model, chain.layer, k, relu1, wider);
  try {
    await recompile(model, wide, k, wider, options.optimizer);
  } catch (error) {
    wide.dispose();
    throw error;
  }
  const report: LayerGrowth = {
    layer: name,
    method: options.method,
    units: { before, after: before + k },
    consumers: chain.paths.map(({ consumer }) => consumer.name),
    relu1,
    ...found,
  };
  return { model: wide, report };
}

const COMMON = ["layer", "units", "method", "xs", "ys", "batchSize", "optimizer", "seed"] as const;

/** Bytes that the memory of the wasm backend can grow to. Beyond it aborts, and does not work again. */
const MOST = 2 ** 31;

/** Bytes for a new weight: in single precision the value, a copy on its way there, and two slots of Adam. */
const EACH = 16;

/** All that can be known before anything is computed; the layers with the units for each. */
export function planned(
  model: LayersModel,
  options: GrowOptions,
): { name: string; units: number }[] {
  if (typeof model?.getConfig !== "function" || typeof model.fit !== "function") {
    throw new ArgumentError("model", "a LayersModel", show(model));
  }
  if (!(engine(model).optimizer as unknown)) {
    throw new ArgumentError(
      "model",
      "a compiled model: call model.compile first",
      "one that is not",
    );
  }
  checkObject("options", options);
  checkOneOf("method", options.method, Object.keys(methods));
  const method = methods[options.method];
  known(options, [...COMMON, ...method.options], "options");
  const { layer, units, batchSize = 32, gain = 1, seed } = options;
  const names = typeof layer === "string" ? [layer] : layer;
  if (!Array.isArray(names) || names.length === 0 || Object.keys(names).length < names.length) {
    throw new ArgumentError("layer", "the name of a layer, or several", show(layer));
  }
  if (Array.isArray(units) && units.length !== names.length) {
    throw new ArgumentError("units", `a number for each of ${names.length} layers`, show(units));
  }
  checkInteger("batchSize", batchSize, 1);
  if (options.optimizer === engine(model).optimizer) {
    throw new ArgumentError("optimizer", "a new one, or none", "that of the model");
  }
  // As model.compile does.
  if (options.optimizer !== undefined && !(options.optimizer instanceof Optimizer)) {
    const actual = show(options.optimizer);
    throw new ArgumentError("optimizer", "a tf.Optimizer, as tf.train.adam(), or none", actual);
  }
  checkSingle("gain", gain, "positive");
  checkSeed(seed);
  if (method.data(options)) checkData(options);
  checkModel(model, method.data(options));
  return names.map((name: string, i) => {
    const count = Array.isArray(units) ? units[i] : units;
    checkInteger("units", count, 1);
    const chain: Chain = chainOf(model, name);
    waking(chain, method.zero(options));
    if (EACH * sizeOf(chain, count) > MOST - memory().numBytes) {
      throw new MemoryError(`units: ${name} with ${count} more passes the 2 GiB of a backend`);
    }
    return { name, units: count };
  });
}

function checkData({ method, xs, ys }: GrowOptions): void {
  if (!xs || !ys) {
    throw new ArgumentError("xs, ys", `a batch of data, which "${method}" needs`, "none");
  }
  tensorsOf(xs, ys);
}

/** Whether every weight is there and finite; with gradients, whether TensorFlow.js can find them. */
function checkModel(model: LayersModel, gradients: boolean): void {
  for (const layer of leaves(model)) {
    const name = `${layer.name} (${layer.getClassName()})`;
    for (const weight of layer.weights) {
      const { isDisposed } = (weight as unknown as { val: Tensor }).val;
      if (isDisposed) throw new ArgumentError("model", "one that is not disposed", "one that is");
      if (!weight.read().dataSync<"float32">().every(Number.isFinite)) {
        const actual = `NaN or an infinity in ${weight.originalName} of ${name}`;
        throw new ArgumentError("model", "finite weights", actual);
      }
    }
    const { scale = true, center = true } = attributes(layer);
    if (gradients && layer.getClassName() === "BatchNormalization" && !(scale && center)) {
      const actual = `${name} without ${scale ? "center" : "scale"}`;
      const expected =
        "batch normalization with scale and center, without which it has no gradient";
      throw new ArgumentError("model", expected, actual);
    }
  }
}
