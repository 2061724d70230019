import { dispose, tensor, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkFunction, checkOneOf, checkSeed, checkSignal, known } from "../../arguments.ts";
import { checkKernel } from "../../init/lps/lps.ts";
import type { LpsDesignOptions } from "../../init/lps/lpsDesign.ts";
import { checkAlive, engine } from "../layers/graph.ts";
import { orAsBefore } from "../layers/undone.ts";
import { SCHEMES, type Scheme } from "./context.ts";
import type { Values, Weights } from "./kernels.ts";
import { plan } from "./plan.ts";
import { report, type InitializedLayer, type InitializeReport } from "./report.ts";

/** Options of `initialize`; those of the design belong to the scheme "lps" alone. */
export interface InitializeOptions extends Omit<LpsDesignOptions, "activation" | "parameter"> {
  /** Which rules are followed, see `initialize`; default "auto". */
  scheme?: Scheme;
  /** Integer from 0 to 2^53 − 1; without a seed every call gives other weights. */
  seed?: number;
  /** "lps": independent weights (default), or orthogonal ones of the same mean square. */
  weights?: Weights;
  /** Called after every layer with weights, with the number of layers done and that of all, before anything is written. */
  onProgress?: (done: number, total: number, layer: InitializedLayer) => void;
  /** Looked at after every layer. As nothing else runs meanwhile, onProgress is the place to abort it. */
  signal?: AbortSignal;
}

const COMMON = ["scheme", "seed", "onProgress", "signal"] as const;
const DESIGN = ["degree", "interval", "norm", "biasScale", "variance", "moment"] as const;

/**
 * Gives a built model new weights in one call: each layer gets what its surroundings in the model ask for.
 *
 * Schemes:
 * - "auto": orthogonal kernels whose scale keeps the second moments of activations and gradients through the depth of
 *   the model; residual branches start at zero. See below.
 * - "he": independent normal weights of variance gain² / fan-in. gain² is 2 / (1 + slope²) for the relu family (He et al.
 *   2015), 1 for selu and tanh (LeCun et al. 1998), 1 / E[σ(z)²] with z ~ N(0, 1) for other activations.
 * - "orthogonal": orthonormal kernels of the same mean square.
 * - "fixup": as "he", but in L residual branches of m layers each weights are scaled by L^(−1/(2m−2)), and the last
 *   layer of each branch and the heads are zero (Zhang, Dauphin & Ma 2019; their scalar biases and multipliers are
 *   layers, which this function does not add).
 * - "zerO": identities and Hadamard matrices without randomness; ends of branches and heads are zero (Zhao et al. 2022).
 * - "lps": biases from roots of a polynomial that approximates the activation, for narrow relu networks, see `lps`. Only
 *   this scheme has the options `weights` and those of `lpsDesign`.
 *
 * What is found in the model, nested and shared models and TimeDistributed included:
 * - The activation of a layer: its own or the next one behind it, through pooling, dropout, reshaping and normalization.
 *   Before a normalization the scale does not matter. Where several activations follow, the mean of what they ask for
 *   is taken ("lps": the layer is left).
 * - Heads: layers whose whole output leaves the model. They keep the variance; their activation does not count.
 * - Residual branches: inputs of an Add that lead around a shortcut, which has at most one layer with weights. The end of
 *   a branch is zero: its last kernel, or gamma of a normalization that comes last (Goyal et al. 2017). Where an
 *   activation follows that is flat at zero, like relu, a zero kernel would never learn, and its scale is 1/L instead.
 * - Sums of b branches without a shortcut: their last layers are scaled by 1/√b in "auto".
 * - Attention: two layers whose outputs a Dot multiplies before a softmax are queries and keys, and in "auto" their
 *   scores get the variance 1. Layers of your own, whatever they compute, are left as they are.
 * - Recurrent layers, also Bidirectional and stacked cells: input kernels that keep the variance and orthogonal recurrent
 *   kernels, gate by gate; biases zero, but 1 for the forget gate of an LSTM unless unitForgetBias is false.
 * - Embeddings: normal numbers of variance 1. Normalizations: gamma 1, beta 0, moving mean 0 and variance 1.
 * - Other biases are zero (except in "lps"). Frozen layers, layers of your own and slopes of PReLU are left.
 *
 * The scale in "auto", for pre-activations z ~ N(0, q) and inputs of the model of second moment 1:
 * - q is such that E[σ(z)²] is the second moment of the layer's input, by quadrature with the predicted moments. For tanh
 *   and the like, q is at most the value at which gradients change by less than √2 through all layers of the model:
 *   tanh becomes the more linear, the deeper the model is.
 * - For activations with σ(z) − σ(−z) = c z (relu, leakyRelu, gelu, silu, softplus) layers are made of opposite units
 *   w and −w, which meet opposite weights, so that both layers together start as a linear isometry (for relu: Balduzzi
 *   et al. 2017). This is done only where independent orthogonal units would let norms drift beyond the factor 2: where
 *   Σ 3 / units along the model passes 0.12, or gradients grow by √2, as behind gelu.
 * - Zeros that pad a convolution take from its output, and kernels make up for it. In deep chains of paired convolutions on
 *   small maps weights are at the central tap alone (Xiao et al. 2018), because random filters would scatter norms.
 *
 * The formulation of "auto" is ours, as are the rules for what Fixup and ZerO do not speak of.
 *
 * @param model Sequential or Functional, compiled or not; all its layers are built
 * @param options.scheme default "auto"
 * @param options.seed integer from 0 to 2^53 − 1; without one every call gives other weights. Every layer has a seed of its
 *   own by its place among the layers with weights.
 * @param options.onProgress called after every layer with weights; the model is written when all are computed
 * @param options.signal ends the call after a layer; only onProgress can abort it, as the call is synchronous. Large models
 *   take seconds (a dense kernel of 4096 x 4096 about two): do not hold up a page, but run it in a worker.
 * @param options.weights of "lps": "gaussian" (default) or "orthogonal"
 * @returns an array with an entry for each layer with weights; `String(report)` is a table of layers, their weights, the
 *   reason, and the predicted mean squares before and after each layer
 * @throws ArgumentError for a bad model or option, or, with "lps", an activation for which no variance fulfils the mode;
 *   MemoryError. The model is then unchanged.
 * @throws the signal's reason if it is aborted, and what onProgress throws. The model is then unchanged.
 *
 * @example
 * const model = tf.sequential({ layers: [...] });
 * console.log(String(initialize(model, { seed: 1 })));
 */
export function initialize(model: LayersModel, options: InitializeOptions = {}): InitializeReport {
  const { scheme = "auto" } = known(options, [...COMMON, "weights", ...DESIGN]);
  checkOneOf("scheme", scheme, Object.keys(SCHEMES));
  if (scheme !== "lps") known(options, COMMON);
  const { seed, weights, onProgress, signal, scheme: _, ...design } = options;
  checkFunction("onProgress", onProgress);
  checkSignal("signal", signal);
  checkSeed(seed);
  checkKernel({ variance: 1, weights });
  checkAlive(engine(model));
  signal?.throwIfAborted();
  const { values, rows } = plan(model, { scheme, seed, weights, design }, (...progress) => {
    onProgress?.(...progress);
    signal?.throwIfAborted();
  });
  write(values);
  return report(rows);
}

/** Writes all new values, or, if one cannot be written, none. */
function write(values: Values): void {
  const made: Tensor[] = [];
  try {
    for (const [weight, data] of values) made.push(tensor(data, weight.shape as number[], "float32")); // prettier-ignore
    const weights = values.map(([weight]) => weight);
    orAsBefore(weights, () => weights.forEach((weight, i) => weight.write(made[i]!)));
  } finally {
    dispose(made);
  }
}
