import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { activations, type ActivationName } from "../../init/lps/activations.ts";
import { seedsOf } from "../../init/draws.ts";
import { lpsBias, lpsKernel, type LpsKernelOptions, type LpsLayer } from "../../init/lps/lps.ts";
import { lpsDesign, type LpsDesign, type LpsDesignOptions } from "../../init/lps/lpsDesign.ts";
import { attributes } from "../layers/attributes.ts";
import { checkModel, type Layer } from "../layers/graph.ts";
import { kindOf, type LinearMap } from "../layers/kinds.ts";
import { configured } from "../initializer.ts";
import type { LpsOptions } from "./lps.ts";
import { isLast, isNormalized, LINEAR, outlets, within } from "./outlets.ts";

/** What `lpsModel` did to one layer. */
export interface LpsLayerReport {
  /** Name of the layer. */
  readonly layer: string;
  /** Whether the layer was set as a hidden layer, set as a last one, or left as it was. */
  readonly role: "hidden" | "last" | "skipped";
  /** The activation that was found for a hidden layer. */
  readonly activation?: string;
  readonly design?: LpsDesign;
  /** Reasons why the layer was not set, or what reduces the effect. */
  readonly notes: string[];
}

/** The option `layer` of `lps` for each linear map. */
const names: Record<LinearMap, LpsLayer> = {
  dense: "dense",
  convolution: "dense",
  transposed: "transpose",
  depthwise: "depthwise",
  separable: "separable",
};

/**
 * Gives all layers of a built model that have a kernel new weights as `lps` does, each for the activation that follows
 * the layer.
 *
 * - Set: Dense, Conv1D, Conv2D, Conv3D, Conv2DTranspose, Conv3DTranspose, DepthwiseConv2D and SeparableConv2D, also
 *   within TimeDistributed. A layer without a bias gets the variance that suits zero biases. The report notes where a
 *   batch normalization takes the bias out again.
 * - Set plainly: the last layer of each output, with Gaussian (or orthogonal) weights of variance 1 / fan-in and zero
 *   biases.
 * - Skipped, and reported so: other layers with weights (recurrent, embedding, nested models), frozen layers, and
 *   layers before softmax or before several different activations.
 *
 * The activation is that of the layer itself or of the activation layer after it (ReLU, LeakyReLU, PReLU by its mean
 * slope, ELU, ThresholdedReLU, Activation). Pooling, dropout, reshaping and normalization may lie between. Where no
 * activation follows, or branches are joined first, the layer counts as linear.
 *
 * Either all layers are written or none. The formulation is ours, see `lps`.
 *
 * @param model a LayersModel whose weights exist
 * @param options as for `lps`, without activation, parameter, layer and strides; with a seed, each layer draws from a
 *   stream of its own
 * @returns what was done: an entry for each layer with weights, in the model's order
 * @throws ArgumentError for a bad model or option, or an activation for which no variance fulfils the mode
 *   (sigmoid, for "forward"); the model is then unchanged
 */
export function lpsModel(
  model: LayersModel,
  options: Omit<LpsOptions, "activation" | "parameter" | "layer" | "strides"> = {},
): LpsLayerReport[] {
  const { weights, seed, ...design } = configured(options, OPTIONS);
  checkModel(model);
  if (!(model.outputs?.length > 0)) throw new ArgumentError("model", "a built LayersModel", "one that is not built"); // prettier-ignore
  const seeds = seedsOf(seed, model.layers.length);
  const plans = model.layers
    .map((layer, i) => ({ layer, seed: seeds[i] }))
    .filter(
      ({ layer }) =>
        layer.weights.length > 0 && !["normalization", "activation"].includes(kindOf(layer).role),
    )
    .map(({ layer, seed }) => planned(model, layer, { design, weights, seed }));
  write(plans);
  return plans.map(({ report }) => report);
}

const OPTIONS = ["degree", "interval", "norm", "biasScale", "variance", "moment", "weights", "seed"] as const; // prettier-ignore

interface Choices {
  readonly design: Omit<LpsDesignOptions, "activation">;
  readonly weights?: "gaussian" | "orthogonal";
  readonly seed: number | undefined;
}
interface Plan {
  readonly layer: Layer;
  readonly report: LpsLayerReport;
  /** New values in the order of the layer's weights; none for a layer that is skipped. */
  readonly values: Float32Array[];
}

function planned(model: LayersModel, layer: Layer, choices: Choices): Plan {
  const skipped = (note: string): Plan => ({
    layer,
    report: { layer: layer.name, role: "skipped", notes: [note] },
    values: [],
  });
  const inner = within(layer);
  const { map } = kindOf(inner);
  if (map === undefined) return skipped(`lps has no weights for ${inner.getClassName()}`);
  const kind = names[map];
  if (!layer.trainable || !inner.trainable) return skipped("it is not trainable");
  const role = isLast(model, layer) ? "last" : "hidden";
  const found = role === "last" ? [LINEAR] : outlets(model, layer);
  const [{ name, parameter } = LINEAR] = found;
  if (!Object.hasOwn(activations, name)) return skipped(`${name} is not an activation of lps`);
  if (found.some((other) => other.name !== name || other.parameter !== parameter)) {
    return skipped("it has several activations");
  }

  const [first, second, forBias] = seedsOf(choices.seed, 3);
  const hasBias = layer.weights.length > (kind === "separable" ? 2 : 1);
  const notes: string[] = [];
  if (role === "hidden" && !hasBias) notes.push("it has no bias");
  if (role === "hidden" && hasBias && isNormalized(model, layer)) {
    notes.push("batch normalization takes its bias out again");
  }
  const hidden = { ...choices.design, activation: name as ActivationName, parameter };
  const design = lpsDesign(
    role === "last" ? { activation: "linear" } : hasBias ? hidden : { ...hidden, biasScale: 0 },
  );
  const { variance, biases } = design;
  const { weights } = choices;
  const kernels: LpsKernelOptions[] =
    kind === "separable"
      ? [
          { variance: 1, weights, layer: "depthwise", seed: first },
          { variance, weights, seed: second },
        ]
      : [{ variance, weights, layer: kind, strides: attributes(inner).strides, seed: first }];
  const values = layer.weights.map(({ shape }, i) =>
    i < kernels.length
      ? lpsKernel(shape as number[], kernels[i]!)
      : lpsBias(shape as number[], { biases, seed: forBias }),
  );
  const activation = role === "last" ? {} : { activation: name };
  return {
    layer,
    report: { layer: layer.name, role, ...activation, design, notes },
    values,
  };
}

/** Writes the weights of all layers, or, if one of them throws, of none. */
function write(plans: readonly Plan[]): void {
  const jobs = plans.filter(({ values }) => values.length > 0);
  tf.tidy(() => {
    const fresh = jobs.map(({ layer, values }) =>
      values.map((data, i) => tf.tensor(data, layer.weights[i]!.shape as number[], "float32")),
    );
    const before = jobs.map(({ layer }) => layer.getWeights().map((weight) => tf.clone(weight)));
    try {
      jobs.forEach(({ layer }, i) => layer.setWeights(fresh[i]!));
    } catch (error) {
      jobs.forEach(({ layer }, i) => layer.setWeights(before[i]!));
      throw error;
    }
  });
}
