import {
  checkBias,
  checkKernel,
  lpsBias,
  lpsKernel,
  type LpsBiasOptions,
  type LpsKernelOptions,
  type LpsLayer,
} from "../../init/lps/lps.ts";
import { DESIGN_OPTIONS, lpsDesign, type LpsDesignOptions } from "../../init/lps/lpsDesign.ts";
import { seedsOf } from "../../init/draws.ts";
import { configured, Initializer } from "../initializer.ts";
import { registered } from "../registered.ts";

/** The saved options are the numbers that a design yields, so that a loaded model does not depend on the design. */
class LpsKernel extends Initializer<LpsKernelOptions> {
  static readonly className = "TfjsInitializersLpsKernel";

  constructor(options: LpsKernelOptions) {
    super(configured(options, ["variance", "weights", "layer", "strides", "seed"]));
    checkKernel(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return lpsKernel(shape, this.options);
  }
}

class LpsBias extends Initializer<LpsBiasOptions> {
  static readonly className = "TfjsInitializersLpsBias";

  constructor(options: LpsBiasOptions) {
    super(configured(options, ["biases", "seed"]));
    checkBias(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return lpsBias(shape, this.options);
  }
}

/** The classes that a saved model may name. */
export const classes = /* @__PURE__ */ registered({ LpsKernel, LpsBias });

export type { LpsBias, LpsKernel };

export interface LpsOptions extends LpsDesignOptions, Omit<LpsKernelOptions, "variance"> {}

interface ForKernel {
  kernelInitializer: LpsKernel;
  biasInitializer: LpsBias;
}
interface ForDepthwise {
  depthwiseInitializer: LpsKernel;
  biasInitializer: LpsBias;
}
interface ForSeparable extends ForDepthwise {
  pointwiseInitializer: LpsKernel;
}

/**
 * Initializers for the kernel and bias of one layer, which lower the probability that a narrow, deep relu network is
 * dead from the start.
 *
 * Spread the result into the layer's configuration. Its keys are those that the layer takes:
 * - dense, conv1d, conv2d, conv3d: by default;
 * - conv2dTranspose, conv3dTranspose: with layer `"transpose"` and the layer's strides;
 * - depthwiseConv2d: with layer `"depthwise"`;
 * - separableConv2d (kernelSize > 1): with layer `"separable"`.
 *
 * Layers that share a seed and a shape get the same weights. Give each layer a seed of its own, or use `initialize`
 * with the scheme "lps", which also initializes the last layer suitably.
 *
 * Mathematics: every unit (of a convolution: every output channel) has the bias −s ρ, where ρ is one of the real roots
 * of a polynomial that approximates σ − σ(0), σ being the activation. Each root is used for an equal share of the
 * units. Weights are random, of variance v / fan-in. See `lpsDesign` for the roots and v. This follows the abstract of
 * arXiv 2109.00125; the formulation is ours.
 *
 * Where it helps: relu networks of dense layers (width 4, depth 20: 6 % are dead instead of 65 % with He's weights) and
 * of convolutions with one or two channels on maps of a few pixels. On larger maps (8 x 8, one channel) networks with
 * He's weights die less often, and at widths from 16 a trial on x sin 5x showed no benefit. For activations unlike relu
 * the biases are close to 0.
 *
 * @param options.activation σ of the layer: a name of TensorFlow.js, a function, or { value, derivative?, kinks? }
 * @param options.parameter slope, alpha, theta or maximum of a named activation that has one
 * @param options.degree degree of the polynomial, 1 to 20; default 2
 * @param options.interval R: the polynomial approximates on [−R, R]; default 1
 * @param options.norm norm of the approximation: `"legendre"` (default), `"chebyshev"` or `"minimax"`
 * @param options.biasScale factor s of the biases; default 1
 * @param options.variance `"forward"` (default, for narrow networks), `"backward"`, `"he"` (for wide and very deep
 *   networks)
 * @param options.moment E[x²] of the inputs; default 1, or 1/4 for an activation bounded by 1
 * @param options.weights independent `"gaussian"` weights (default), or `"orthogonal"` ones of the same mean square
 * @param options.layer the kind of layer, see above; default `"dense"`
 * @param options.strides strides of a transposed convolution; default 1
 * @param options.seed integer from 0 to 2^53 − 1; without one every weight is drawn afresh
 * @returns the initializers, by the layer's own keys
 * @throws ArgumentError for a bad option, or an activation that is constant or not finite on the interval or has no
 *   variance that fulfils the mode
 * @throws ConvergenceError for an activation without an integral
 *
 * @example
 * tf.layers.dense({ units: 4, activation: "relu", ...lps({ activation: "relu", seed: 1 }) })
 */
export function lps(options: LpsOptions & { layer: "depthwise" }): ForDepthwise;
export function lps(options: LpsOptions & { layer: "separable" }): ForSeparable;
export function lps(options: LpsOptions & { layer?: "dense" | "transpose" }): ForKernel;
export function lps(options: LpsOptions): ForKernel | ForDepthwise | ForSeparable {
  const { weights, layer, strides, seed, ...rest } = configured(options, OPTIONS);
  const { variance, biases } = lpsDesign(rest);
  const [first, second] = seedsOf(seed, 2);
  const kernel = new classes.LpsKernel({ variance, weights, layer, strides, seed: first });
  const biasInitializer = new classes.LpsBias({ biases, seed: second });
  switch (layer satisfies LpsLayer | undefined) {
    case "depthwise":
      return { depthwiseInitializer: kernel, biasInitializer };
    case "separable":
      // tf.layers 4.22 uses the depthwise initializer for both kernels.
      return { depthwiseInitializer: kernel, pointwiseInitializer: kernel, biasInitializer };
    default:
      return { kernelInitializer: kernel, biasInitializer };
  }
}

const OPTIONS = [...DESIGN_OPTIONS, "weights", "layer", "strides", "seed"] as const;
