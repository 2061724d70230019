import {
  checkIdentity,
  identity as identityValues,
  idInit as idInitValues,
  zerO as zerOValues,
  type IdentityOptions,
  type PassingOptions,
} from "../../init/identity.ts";
import { configured, Initializer } from "../initializer.ts";
import { registered } from "../registered.ts";

class Identity extends Initializer<IdentityOptions> {
  static readonly className = "TfjsInitializersIdentity";

  constructor(options: IdentityOptions = {}) {
    super(configured(options, ["gain", "groups", "layer"]));
    checkIdentity(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return identityValues(shape, this.options);
  }
}

class ZerO extends Initializer<PassingOptions> {
  static readonly className: string = "TfjsInitializersZerO";

  constructor(options: PassingOptions = {}) {
    super(configured(options, ["gain", "layer"]));
    checkIdentity(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return zerOValues(shape, this.options);
  }
}

class IdInit extends ZerO {
  static override readonly className = "TfjsInitializersIdInit";

  protected override values(shape: number[]): Float32Array {
    return idInitValues(shape, this.options);
  }
}

/** The classes that a saved model may name. */
export const classes = /* @__PURE__ */ registered({ Identity, IdInit, ZerO });

export type { Identity, ZerO };

/**
 * Initializer of layers that hand on their inputs: unit i is gain times input i. Kernels need not be square: of more
 * units than inputs those that are left are zero, of more inputs than units those that are left are dropped.
 *
 * A convolution kernel of any rank has the identity at its spatial centre and zeros elsewhere (a Dirac kernel), so that
 * with stride 1 and padding "same" the layer hands on its input, for even sizes, too. The centre of n taps is
 * ⌊(n − 1)/2⌋, as TensorFlow.js pads.
 *
 * @param config.gain factor, finite in single precision; default 1
 * @param config.layer `"dense"` (default), `"transpose"` for transposed convolutions, `"depthwise"` (the first filter of
 *   each channel hands it on) or `"separable"` (both kernels)
 * @param config.groups number of groups of channels, for kernels […, in / groups, out]; default 1. Only with
 *   layer `"dense"`
 * @returns the initializer; in saved models "TfjsInitializersIdentity"
 * @throws ArgumentError for a bad or unknown option. `apply` throws ArgumentError for rank < 2 (depthwise, separable:
 *   < 3), a last axis that the groups do not divide, or a dtype other than float32, and MemoryError.
 *
 * @example
 * tf.layers.conv2d({ filters: 8, kernelSize: 3, padding: "same", kernelInitializer: identity() })
 */
export function identity(config: IdentityOptions = {}): Identity {
  return new classes.Identity(config);
}

/**
 * Initializer without random numbers for deep networks, residual ones above all: the identity where a layer has no more
 * units than inputs, and rows of a Hadamard matrix, orthogonal up to its cut, where it has more.
 *
 * The weights are 0, 1 and ±2^(−m/2), where 2^m ≥ units. A convolution has them at its spatial centre. Residual branches
 * should end in a layer of zeros (`kernelInitializer: "zeros"`), and so should the network: then every signal passes
 * unchanged at first, and training breaks the symmetry.
 *
 * Zhao, Schäfer and Anandkumar, TMLR 2022, algorithms 1 and 2, with the factor of the authors' code.
 *
 * @param config.gain factor, finite in single precision; default 1
 * @param config.layer as for `identity`
 * @returns the initializer; in saved models "TfjsInitializersZerO"
 * @throws ArgumentError and MemoryError as `identity` does
 */
export function zerO(config: PassingOptions = {}): ZerO {
  return new classes.ZerO(config);
}

/**
 * Initializer that hands on inputs through layers of any width: a padded identity, which repeats itself instead of ending
 * in zeros.
 *
 * A layer with more units than inputs repeats its inputs; in a convolution each repetition looks through another tap,
 * from the centre outwards. A layer with fewer units than inputs sums the k inputs that share a unit, with weights
 * gain / √k. For the last layer of a residual branch take `gain: 1e-6`, which passes almost nothing at first, and
 * still lets the branch learn.
 *
 * After the abstract of Pan et al., ICLR 2025 (arXiv 2503.04626): the padded identity and 1e-6 are the paper's, 1/√k and
 * the order of taps are ours.
 *
 * @param config.gain τ or ε of the paper, finite in single precision; default 1
 * @param config.layer as for `identity`
 * @returns the initializer; in saved models "TfjsInitializersIdInit"
 * @throws ArgumentError and MemoryError as `identity` does
 */
export function idInit(config: PassingOptions = {}): ZerO {
  return new classes.IdInit(config);
}
