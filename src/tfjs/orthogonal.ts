import { serialization } from "@tensorflow/tfjs-core";
import {
  checkDeltaOptions,
  checkOptions,
  deltaOrthogonal as deltaOrthogonalValues,
  orthogonal as orthogonalValues,
  type DeltaOrthogonalOptions,
  type OrthogonalOptions,
} from "../init/orthogonal.ts";
import { configured, Initializer } from "./initializer.ts";

class Orthogonal extends Initializer<OrthogonalOptions> {
  static readonly className = "TfjsInitializersOrthogonal";

  constructor(options: OrthogonalOptions = {}) {
    super(configured(options, ["gain", "layer", "seed"]));
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

/** The classes that a saved model may name; `install` registers them with other copies of tfjs. */
export const classes = [Orthogonal, DeltaOrthogonal];
for (const cls of classes) serialization.registerClass(cls);

export type { Orthogonal };

/**
 * Initializer: orthogonal weights, uniform in the sense of Haar. The kernel, flattened to
 * rows x cols with cols its last axis, is gain · Q with QᵀQ = I (rows ≥ cols) or QQᵀ = I.
 *
 * Works wherever tf.layers takes an initializer, for shapes of rank 2 and more; in saved models it is
 * "TfjsInitializersOrthogonal", so import this package before loading them. With a seed the weights
 * have the same bits in every browser and in Node (they are not those of stock tfjs for that seed; see
 * `install`). Method: Stewart 1980 (see `haar`); its use for weights: Saxe et al. 2014, section 3.
 *
 * An initializer is told the shape of a kernel and nothing else, and a depthwise kernel […, in, multiplier] looks like
 * any other. Taken for one, its filters on C channels would be parts of one column, of squared norm 1/C, and
 * the signal would vanish; so a depthwiseInitializer says so: with layer `"depthwise"` every channel has an orthogonal
 * matrix of its own, taps x multiplier. For a separableConv2d (kernelSize > 1) it is `"separable"`, given as depthwiseInitializer,
 * which tf.layers 4.22 takes for both kernels.
 *
 * @param config.gain factor, finite in single precision; default 1
 * @param config.layer `"dense"` (default: dense, recurrent and convolution kernels), `"depthwise"` or `"separable"`
 * @param config.seed integer from 0 to 2^53 − 1; without one every weight is drawn afresh
 * @throws ArgumentError for a bad or unknown option; `apply` throws it for rank < 2 or a dtype other
 *   than float32, and MemoryError for shapes beyond memory
 *
 * @example
 * tf.layers.dense({ units: 256, kernelInitializer: orthogonal({ gain: Math.SQRT2, seed: 1 }) })
 */
export function orthogonal(config: OrthogonalOptions = {}): Orthogonal {
  return new Orthogonal(config);
}

/**
 * Initializer for convolution kernels […, in, out], in ≤ out: zero but for the spatial centre, where it
 * is gain · Q with orthonormal rows. A stack of such layers preserves norms exactly while linear
 * (Xiao et al. 2018, section 3).
 *
 * The kernel of a transposed convolution is […, out, in], which its shape does not tell: say so with layer `"transpose"`.
 * Then the columns are orthonormal, and norms are preserved for any stride (our addition). Without it a
 * conv2dTranspose with fewer output than input channels gets a kernel that does not preserve them.
 *
 * @param config.gain, config.seed as for `orthogonal`
 * @param config.layer `"dense"` (default: conv1d, conv2d, conv3d) or `"transpose"`
 * @throws ArgumentError as `orthogonal`; `apply` also for a rank other than 3, 4, 5 and when in > out
 *
 * @example
 * tf.layers.conv2dTranspose({ filters: 8, kernelSize: 3, strides: 2, kernelInitializer: deltaOrthogonal({ layer: "transpose" }) })
 */
export function deltaOrthogonal(config: DeltaOrthogonalOptions = {}): DeltaOrthogonal {
  return new DeltaOrthogonal(config);
}
