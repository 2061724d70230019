import {
  checkVarianceScaling,
  rules,
  varianceScaling as values,
  type VarianceScalingOptions,
} from "../../init/variance.ts";
import { configured, Initializer } from "../initializer.ts";
import { registered } from "../registered.ts";

/** Options of the initializers whose scale, mode and distribution are fixed by their names. */
export type RuleConfig = Pick<VarianceScalingOptions, "layer" | "seed">;

class VarianceScaling extends Initializer<VarianceScalingOptions> {
  static readonly className = "TfjsInitializersVarianceScaling";

  constructor(options: VarianceScalingOptions = {}) {
    super(configured(options, ["distribution", "layer", "mode", "scale", "seed"]));
    checkVarianceScaling(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return values(shape, this.options);
  }
}

abstract class Ruled extends Initializer<RuleConfig> {
  constructor(options: RuleConfig = {}) {
    super(configured(options, ["layer", "seed"]));
    checkVarianceScaling(this.options);
  }

  protected abstract readonly rule: VarianceScalingOptions;

  protected values(shape: number[]): Float32Array {
    return values(shape, { ...this.rule, ...this.options });
  }
}

class GlorotNormal extends Ruled {
  static readonly className = "TfjsInitializersGlorotNormal";
  protected readonly rule = rules.glorotNormal;
}

class GlorotUniform extends Ruled {
  static readonly className = "TfjsInitializersGlorotUniform";
  protected readonly rule = rules.glorotUniform;
}

class HeNormal extends Ruled {
  static readonly className = "TfjsInitializersHeNormal";
  protected readonly rule = rules.heNormal;
}

class HeUniform extends Ruled {
  static readonly className = "TfjsInitializersHeUniform";
  protected readonly rule = rules.heUniform;
}

class LeCunNormal extends Ruled {
  static readonly className = "TfjsInitializersLeCunNormal";
  protected readonly rule = rules.leCunNormal;
}

class LeCunUniform extends Ruled {
  static readonly className = "TfjsInitializersLeCunUniform";
  protected readonly rule = rules.leCunUniform;
}

/** The classes that a saved model may name. */
export const classes = /* @__PURE__ */ registered({
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LeCunNormal,
  LeCunUniform,
  VarianceScaling,
});

export type { Ruled, VarianceScaling };

/**
 * Initializer that gives weights the variance scale / fan. The fan is the number of inputs of a unit (`mode: "fanIn"`),
 * of units that an input feeds (`"fanOut"`), or their mean (`"fanAvg"`).
 *
 * An initializer is told only the shape of a kernel, from which it cannot tell a depthwise, transposed or embedding
 * kernel; the option `layer` says it. With r the product of the spatial axes:
 *
 *     layer          kernel                 fanIn    fanOut
 *     "dense"        […, in, out]           r · in   r · out          dense, recurrent and convolution kernels
 *     "transpose"    […, out, in]           r · in   r · out          transposed convolutions
 *     "depthwise"    […, in, multiplier]    r        r · multiplier
 *     "separable"    both kernels of a separableConv2d: with r > 1 as depthwise, with r = 1 as dense
 *     "embedding"    [vocabulary, units]    1        units
 *
 * Normal weights are cut at two standard deviations of the uncut distribution, and have the variance that was asked for,
 * as in Keras and in contrast to tf.initializers, whose weights have 0.774 of it. With a seed the weights have the same
 * bits in every browser and in Node; weight i of the kernel depends on the seed and i alone.
 *
 * @param config.scale positive, default 1; 2 suits relu
 * @param config.mode `"fanIn"` (default), `"fanOut"` or `"fanAvg"`
 * @param config.distribution `"truncatedNormal"` (default), `"untruncatedNormal"` or `"uniform"`
 * @param config.layer `"dense"` (default), `"depthwise"`, `"separable"`, `"transpose"` or `"embedding"`
 * @param config.seed integer from 0 to 2^53 − 1; without one every weight is drawn afresh
 * @returns the initializer, for `kernelInitializer` and the like; in saved models "TfjsInitializersVarianceScaling"
 * @throws ArgumentError for a bad or unknown option. `apply` throws ArgumentError for a bad shape or a dtype other than
 *   float32, and MemoryError for shapes beyond memory.
 *
 * @example
 * tf.layers.depthwiseConv2d({ kernelSize: 3, depthwiseInitializer: varianceScaling({ scale: 2, layer: "depthwise" }) })
 */
export function varianceScaling(config: VarianceScalingOptions = {}): VarianceScaling {
  return new classes.VarianceScaling(config);
}

/**
 * Initializer with truncated normal weights of variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010): a compromise
 * between the variances that keep signals and gradients. Options, fans and errors are those of `varianceScaling`.
 *
 * @param config.layer the kind of layer, which decides the fans; default `"dense"`
 * @param config.seed integer from 0 to 2^53 − 1
 */
export function glorotNormal(config: RuleConfig = {}): Ruled {
  return new classes.GlorotNormal(config);
}

/** As `glorotNormal`, with uniform weights within ±√(6 / (fanIn + fanOut)): the default of tf.layers. */
export function glorotUniform(config: RuleConfig = {}): Ruled {
  return new classes.GlorotUniform(config);
}

/**
 * Initializer with truncated normal weights of variance 2 / fanIn, which keeps the second moment of signals through
 * layers that end in relu (He et al. 2015). Options, fans and errors are those of `varianceScaling`.
 *
 * @param config.layer the kind of layer, which decides the fans; default `"dense"`
 * @param config.seed integer from 0 to 2^53 − 1
 */
export function heNormal(config: RuleConfig = {}): Ruled {
  return new classes.HeNormal(config);
}

/** As `heNormal`, with uniform weights within ±√(6 / fanIn). */
export function heUniform(config: RuleConfig = {}): Ruled {
  return new classes.HeUniform(config);
}

/**
 * Initializer with truncated normal weights of variance 1 / fanIn, which keeps the variance of signals through linear
 * layers and suits tanh and selu (LeCun et al. 1998; Klambauer et al. 2017). Options, fans and errors are those of
 * `varianceScaling`.
 *
 * @param config.layer the kind of layer, which decides the fans; default `"dense"`
 * @param config.seed integer from 0 to 2^53 − 1
 */
export function leCunNormal(config: RuleConfig = {}): Ruled {
  return new classes.LeCunNormal(config);
}

/** As `leCunNormal`, with uniform weights within ±√(3 / fanIn). */
export function leCunUniform(config: RuleConfig = {}): Ruled {
  return new classes.LeCunUniform(config);
}
