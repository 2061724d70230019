import { serialization } from "@tensorflow/tfjs-core";
import {
  checkOptions,
  deltaOrthogonal as deltaOrthogonalValues,
  orthogonal as orthogonalValues,
  type OrthogonalOptions,
} from "../init/orthogonal.ts";
import { configured, Initializer } from "./initializer.ts";

class Orthogonal extends Initializer<OrthogonalOptions> {
  static readonly className: string = "TfjsInitializersOrthogonal";

  constructor(options: OrthogonalOptions = {}) {
    super(configured(options, ["gain", "seed"]));
    checkOptions(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return orthogonalValues(shape, this.options);
  }
}

class DeltaOrthogonal extends Orthogonal {
  static override readonly className = "TfjsInitializersDeltaOrthogonal";

  protected override values(shape: number[]): Float32Array {
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
 * @param config.gain factor, finite; default 1
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
 * (Xiao et al. 2018, section 3). Options, seed and errors as for `orthogonal`; `apply` also throws an
 * ArgumentError for a rank other than 3, 4, 5 and when in > out.
 */
export function deltaOrthogonal(config: OrthogonalOptions = {}): DeltaOrthogonal {
  return new DeltaOrthogonal(config);
}
