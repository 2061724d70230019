import type { Optimizer } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { seedsOf } from "../../init/draws.ts";
import { resting } from "../data/resting.ts";
import { outside } from "../outside.ts";
import type { Tensors } from "./gradient.ts";
import { groupOf } from "./groups.ts";
import { methods, type Found, type MethodOptions } from "./methods.ts";
import { planned } from "./planned.ts";
import { discard, rebuild } from "./rebuild.ts";
import { recompile } from "./recompile.ts";
import { suited } from "./suited.ts";
import { traced } from "./trace.ts";
import { neuronsOf, widenings } from "./weights.ts";

export interface GrowOptions extends MethodOptions {
  /**
   * Name of the layer to grow, in nested models its address "outer/inner"; or several names, whose layers are grown one
   * after the other in one call.
   */
  layer: string | readonly string[];
  /** Number of units (channels) to add, ≥ 1; one number for all layers or one for each. */
  units: number | readonly number[];
  /** How the new weights are made, see `grow`. With no reason for another, take "orthogonal". */
  method: keyof typeof methods;
  /** Inputs of a batch as `model.fit` takes them. `"gradmax"` needs a batch; Evci et al. take 128 fresh samples. */
  xs?: Tensors;
  /** Targets of the batch. */
  ys?: Tensors;
  /** Number of samples of xs that pass through the model at a time; default 32. The result does not depend on it. */
  batchSize?: number;
  /** An optimizer for the new model; default: one that continues from the state of the old model's optimizer. */
  optimizer?: Optimizer;
  /** Integer from 0 to 2^53 − 1; without one every call draws afresh. */
  seed?: number;
  /** Called after every layer, with the number of layers grown, that of all, and the report of this one. */
  onProgress?: (done: number, total: number, layer: LayerGrowth) => void;
  /** Aborts the call before the next layer: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** What `grow` did to one layer. */
export interface LayerGrowth extends Found {
  /** Name of the layer, as given. */
  readonly layer: string;
  readonly method: string;
  readonly units: { readonly before: number; readonly after: number };
  /** Addresses of the layers that got new units together with it, itself included. */
  readonly layers: readonly string[];
  /** Addresses of the layers that take the new units as inputs. */
  readonly consumers: readonly string[];
  /** Addresses of the layers whose relu has become relu1, because the gradient of relu is 0 at 0. */
  readonly relu1: readonly string[];
}

/**
 * Adds units to layers of a model in the middle of its training, without changing the function that it computes.
 *
 * The result is a new, wider model. It computes the same function up to rounding and has the same names, weights, loss
 * and metrics. Its optimizer continues from the state of the old model's optimizer; the slots of new units start fresh.
 *
 * A layer grows with its group: all layers whose units a sum, product or extremum makes the same, as in a residual
 * stream, get the new units, and all layers that read them get weights for them. `growable` lists the groups. Layers
 * that make units are dense, convolutional (transposed and separable ones, too), embedding and recurrent ones; of the
 * latter all gates get wider. On their way units may pass activations, dropout, noise, batch normalization, depthwise
 * convolutions, pooling, upsampling, padding, cropping, flattening, Reshape, Permute, Concatenate, Dot, wrappers, nested
 * models and shared layers. A layer whose units a Reshape lays out as positions and channels grows by channels, a unit
 * for every position. Where a Dot sums over units, as over those of queries and keys, both sides grow. New biases are 0 (1 for forgetting gates, by
 * unitForgetBias), new channels of batch normalization have their initial values, new depthwise kernels are the
 * identity, and new slopes of PReLU are 0.25.
 *
 * Methods, for m old units with incoming weights w_j and outgoing weights v_j, of all layers of the group together:
 * - `"gradmax"` (Evci et al., ICLR 2022): incoming weights 0; outgoing weights the top singular vectors of the growth
 *   matrix, so that the gradient of the incoming weights is as large as orthogonal directions allow. Their norm is
 *   gain · mean ‖v_j‖ with gain 0.5 by default, or the gain itself with norm "fixed".
 *   With `inverse`: outgoing weights 0; incoming weights by 100 steps of ascent on the gradient of the outgoing
 *   weights, in the time of some 30 training steps. Keeping them orthogonal is our formulation: the authors bound
 *   norms only, and k units are then copies of one.
 * - `"orthogonal"` (our formulation): orthonormal directions in the complement of the old ones, times gain · mean norm
 *   with gain 1 by default. `side` is "in" (outgoing weights 0), "out" (incoming weights 0) or "pair"; `against` is
 *   "existing" or "none".
 * - `"split"` (Net2Wider, Chen et al., ICLR 2016): copies of units, whose outgoing weights are divided among the copies
 *   and differ by `noise` (default 0.1).
 * - `"random"`: as "gradmax", but with Gaussian directions. With `inverse`: incoming weights Gaussian, outgoing 0.
 * - `"zero"`: all new weights 0, as a baseline. Where f(0) = 0 no gradient ever reaches such units.
 *
 * Which to choose: on CIFAR-10 (2,500 images, small convolutional nets, 4 to 5 seeds, data that nothing was tuned on)
 * "gradmax" as in the paper was no better than "random" (40.6 ± 0.9 % against 40.5 ± 0.5); with `inverse` (43.0 ± 0.8)
 * and "orthogonal" by its default side "in" (42.6 ± 0.3) the nets came near one that was large from the start
 * (43.3 ± 0.5). "orthogonal" needs neither data nor time, so it is the one to try first; "split" is the one that layer
 * normalization allows.
 *
 * Limits:
 * - Zero incoming weights need a layer that is trained, and activations f with f(0) = 0 and f′(0) ≠ 0. relu becomes
 *   `relu1` in the new model, relu6 becomes relu1to6, and `settle` turns them back; for other unsuitable activations
 *   the error names the methods that work. New channels of a residual stream are then exactly 0 at first.
 * - Zero outgoing weights need a layer reading the units that is trained. New channels of a residual stream are then
 *   what the incoming weights make of their inputs, and nothing reads them at first.
 * - Layer normalization over the units allows "split" only, by a multiple of their number, which copies every unit
 *   equally often and so leaves the statistics as they are.
 * - "gradmax" is computed for dense, convolutional and separable layers that are called once. Its batch normalization
 *   divides by moving averages, or by the statistics of the batch (`statistics`).
 * - After units with zero incoming weights, batch normalization divides by √ε in training, which multiplies the units'
 *   first gradients (by 32 for ε = 0.001). Methods with zero outgoing weights avoid this.
 * - Constraints of layers are not applied to the wider weights, as they would change the function. TensorFlow.js applies
 *   them whenever it sets weights, so that a wider model with constraints may be another one after saving and loading.
 * - The model is rebuilt from its configuration: what does not survive saving does not survive growing.
 * - If `grow` is called in tf.tidy, it starts after the tidy has ended. The model may therefore be made in the tidy,
 *   but xs and ys may not.
 * - Control returns to the page between layers; one layer is grown in one go, and `signal` waits for its end.
 *
 * @param model a compiled model, which is never changed, even if `grow` throws. It stays yours: dispose it when you
 *   have the new one (`model.dispose()`; an optimizer that you made yourself is not disposed with it)
 * @param options see `GrowOptions`; `layer`, `units` and `method` are required
 * @returns the new model, compiled, and a report for every layer
 * @throws ArgumentError that names what cannot be used: a layer that is unknown, has no units, or whose units reach an
 *   output, an input or a layer that mixes them in a way unknown to `grow`; layers whose units grow together anyway;
 *   units < 1; data or weights that do not fit, are disposed or not finite; a gain that makes norms 0 or infinite; an
 *   uncompiled model; an optimizer whose state cannot be continued; for "gradmax" batch normalization without scale or
 *   center, which TensorFlow.js cannot differentiate
 * @throws MemoryError for units beyond memory
 * @throws the signal's reason if the call is aborted
 *
 * @example
 * const { model: wider } = await grow(model, { layer: "conv2", units: 16, method: "orthogonal" });
 */
export async function grow(
  model: LayersModel,
  options: GrowOptions,
): Promise<{ model: LayersModel; report: LayerGrowth[] }> {
  await outside();
  const jobs = planned(model, options);
  const { onProgress, signal } = options;
  const rest = resting(signal);
  // Inherited options, too, which a spread would lose.
  const all = {} as GrowOptions;
  for (const key in options) Object.assign(all, { [key]: options[key as keyof GrowOptions] });
  let [grown, report] = [model, [] as LayerGrowth[]];
  try {
    for (const [i, { name, units }] of jobs.entries()) {
      await rest();
      const seed = seedsOf(options.seed, i + 1)[i];
      const next = await growOne(grown, name, units, { ...all, seed });
      if (grown !== model) discard(grown);
      grown = next.model;
      report = [...report, next.report];
      onProgress?.(i + 1, jobs.length, next.report);
    }
    signal?.throwIfAborted();
  } catch (error) {
    if (grown !== model) discard(grown);
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
  const trace = traced(model);
  const group = groupOf(trace, name);
  const { relu1, slopes } = suited(trace, group, options, k);
  const before = group.block.size;
  const start = () => {
    const { xs, ys, batchSize = 32, statistics = "moving" } = options;
    return { batch: { model, xs: xs!, ys: ys!, batchSize, statistics }, group, slopes };
  };
  const method = methods[options.method];
  const { growth, found } = method.grow(neuronsOf(group), k, options, start);
  const wider = widenings(group, k, growth);
  const wide = rebuild(model, trace.calls, group, k, relu1, wider);
  try {
    await recompile(model, wide, wider, options.optimizer);
  } catch (error) {
    discard(wide);
    throw error;
  }
  const addresses = (layers: readonly unknown[]) => [
    ...new Set(
      trace.calls.filter(({ layer }) => layers.includes(layer)).map(({ address }) => address),
    ),
  ];
  const report: LayerGrowth = {
    layer: name,
    method: options.method,
    units: { before, after: before + k },
    layers: group.layers,
    consumers: [...new Set(group.consumers.map(({ use }) => use.address))],
    relu1: addresses(relu1),
    ...found,
  };
  return { model: wide, report };
}
