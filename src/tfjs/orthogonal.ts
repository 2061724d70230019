import {
  checkDeltaOptions,
  checkOptions,
  deltaOrthogonal as deltaOrthogonalValues,
  orthogonal as orthogonalValues,
  type DeltaOrthogonalOptions,
  type OrthogonalOptions,
} from "../init/orthogonal.ts";
import { configured, Initializer } from "./initializer.ts";
import { registered } from "./registered.ts";

class Orthogonal extends Initializer<OrthogonalOptions> {
  static readonly className = "TfjsInitializersOrthogonal";

  constructor(options: OrthogonalOptions = {}) {
    super(configured(options, ["gain", "gates", "layer", "seed"]));
    checkOptions(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return orthogonalValues(shape, this.options);
  }
}

class DeltaOrthogonal extends Initializer<DeltaOrthogonalOptions> {
  static readonly className = "TfjsInitializersDeltaOrthogonal";

  constructor(options: DeltaOrthogonalOptions = {}) {
    super(configured(options, ["gain", "layer", "seed"]));
    checkDeltaOptions(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return deltaOrthogonalValues(shape, this.options);
  }
}

/** The classes that a saved model may name. */
export const classes = /* @__PURE__ */ registered({ Orthogonal, DeltaOrthogonal });

export type { Orthogonal };

/**
 * Initializer that gives kernels orthogonal weights, drawn uniformly (from the Haar distribution).
 *
 * It works wherever tf.layers takes an initializer, for shapes of rank 2 and more. Saved models name it
 * "TfjsInitializersOrthogonal", so import this function, or `tfjs-initializers/register`, before loading them.
 *
 * Depthwise kernels need the option `layer`, because an initializer is told only the shape of a kernel, and a depthwise
 * kernel […, in, multiplier] looks like any other. Without the option, the filters of C channels would be parts of one
 * column, each of squared norm 1/C, and the signal would vanish.
 * - depthwiseConv2d: give `orthogonal({ layer: "depthwise" })` as depthwiseInitializer. Every channel gets an
 *   orthogonal matrix of its own, taps x multiplier.
 * - separableConv2d (kernelSize > 1): give `orthogonal({ layer: "separable" })` as depthwiseInitializer, which
 *   tf.layers 4.22 uses for both kernels.
 *
 * Recurrent kernels hold the matrices of all gates side by side. By default they are parts of one Q, as in Keras and
 * tf.layers; then a gate shortens the state. Give `gates: 4` to an LSTM, `gates: 3` to a GRU (a SimpleRNN has one) for
 * an orthogonal matrix in every gate; the same goes for their kernels of inputs.
 *
 * Mathematics: the kernel, flattened to rows x cols with cols its last axis, is gain · Q with QᵀQ = I (rows ≥ cols) or
 * QQᵀ = I (rows < cols). Method: Stewart 1980 (see `haar`). Its use for weights: Saxe et al. 2014, section 3.
 *
 * With a seed, the weights have the same bits in every browser and in Node. They are not the weights of stock tfjs for
 * that seed; `install` gives those.
 *
 * @param config.gain factor, finite in single precision; default 1
 * @param config.layer `"dense"` (default: dense, recurrent and convolution kernels), `"depthwise"` or `"separable"`
 * @param config.gates number of gates with a matrix of their own; default 1
 * @param config.seed integer from 0 to 2^53 − 1; without one every weight is drawn afresh
 * @returns the initializer, for `kernelInitializer` and the like
 * @throws ArgumentError for a bad or unknown option. `apply` throws ArgumentError for rank < 2 or a dtype other than
 *   float32, and MemoryError for shapes beyond memory.
 *
 * @example
 * tf.layers.dense({ units: 256, kernelInitializer: orthogonal({ gain: Math.SQRT2, seed: 1 }) })
 */
export function orthogonal(config: OrthogonalOptions = {}): Orthogonal {
  return new classes.Orthogonal(config);
}

/**
 * Initializer that gives convolution kernels an orthogonal matrix at their spatial centre and zeros elsewhere, so that
 * deep stacks of linear convolutions preserve norms exactly.
 *
 * Kernels have the shape […, in, out] with in ≤ out. The kernel of a transposed convolution is […, out, in], which an
 * initializer cannot tell from the shape: use the option layer `"transpose"` there. Without this option, a
 * conv2dTranspose with fewer output than input channels gets a kernel that does not preserve norms.
 *
 * Mathematics: the centre of the kernel is gain · Q, where Q has orthonormal rows (Xiao et al. 2018, section 3). With
 * layer `"transpose"` the columns are orthonormal, and norms are preserved for any stride (our addition).
 *
 * @param config.gain as for `orthogonal`
 * @param config.seed as for `orthogonal`
 * @param config.layer `"dense"` (default: conv1d, conv2d, conv3d) or `"transpose"`
 * @returns the initializer, for `kernelInitializer`
 * @throws ArgumentError as for `orthogonal`; `apply` throws it also for a rank other than 3, 4, 5 and when in > out
 *
 * @example
 * const kernelInitializer = deltaOrthogonal({ layer: "transpose" });
 * tf.layers.conv2dTranspose({ filters: 8, kernelSize: 3, strides: 2, kernelInitializer })
 */
export function deltaOrthogonal(config: DeltaOrthogonalOptions = {}): DeltaOrthogonal {
  return new classes.DeltaOrthogonal(config);
}
