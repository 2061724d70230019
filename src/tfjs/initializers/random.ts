import {
  checkNormal,
  checkUniform,
  randomNormal as normalValues,
  randomUniform as uniformValues,
  truncatedNormal as truncatedValues,
  type NormalOptions,
  type UniformOptions,
} from "../../init/variance.ts";
import { configured, Initializer } from "../initializer.ts";
import { registered } from "../registered.ts";

class RandomNormal extends Initializer<NormalOptions> {
  static readonly className: string = "TfjsInitializersRandomNormal";

  constructor(options: NormalOptions = {}) {
    super(configured(options, ["mean", "seed", "stddev"]));
    checkNormal(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return normalValues(shape, this.options);
  }
}

class TruncatedNormal extends RandomNormal {
  static override readonly className = "TfjsInitializersTruncatedNormal";

  protected override values(shape: number[]): Float32Array {
    return truncatedValues(shape, this.options);
  }
}

class RandomUniform extends Initializer<UniformOptions> {
  static readonly className = "TfjsInitializersRandomUniform";

  constructor(options: UniformOptions = {}) {
    super(configured(options, ["maxval", "minval", "seed"]));
    checkUniform(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return uniformValues(shape, this.options);
  }
}

/** The classes that a saved model may name. */
export const classes = /* @__PURE__ */ registered({ RandomNormal, RandomUniform, TruncatedNormal });

export type { RandomNormal, RandomUniform };

/**
 * Initializer with independent normal weights N(mean, stddev²), for weights of any shape.
 *
 * With a seed the weights have the same bits in every browser and in Node: those of the function `normal` of
 * `tfjs-initializers/linalg`, times stddev plus mean.
 *
 * @param config.mean default 0
 * @param config.stddev standard deviation, ≥ 0, default 0.05
 * @param config.seed integer from 0 to 2^53 − 1; without one every weight is drawn afresh
 * @returns the initializer; in saved models "TfjsInitializersRandomNormal"
 * @throws ArgumentError for a bad or unknown option, or where weights would overflow single precision. `apply` throws
 *   ArgumentError for a bad shape or a dtype other than float32, and MemoryError for shapes beyond memory.
 */
export function randomNormal(config: NormalOptions = {}): RandomNormal {
  return new classes.RandomNormal(config);
}

/**
 * Initializer with independent normal weights without tails: N(0, 1) cut at ±2, divided by its own standard deviation
 * 0.8796, times stddev plus mean.
 *
 * So `stddev` is the standard deviation of the weights, which lie within mean ± 2.274 stddev. In Keras, PyTorch and
 * tf.initializers it is that of the distribution before it is cut: `stddev: 0.02` there is `stddev: 0.0176` here.
 *
 * @param config.mean default 0
 * @param config.stddev standard deviation of the weights, ≥ 0, default 0.05
 * @param config.seed integer from 0 to 2^53 − 1; without one every weight is drawn afresh
 * @returns the initializer; in saved models "TfjsInitializersTruncatedNormal"
 * @throws ArgumentError and MemoryError as `randomNormal` does
 */
export function truncatedNormal(config: NormalOptions = {}): RandomNormal {
  return new classes.TruncatedNormal(config);
}

/**
 * Initializer with independent weights that are uniform between minval and maxval, for weights of any shape.
 *
 * @param config.minval default −0.05
 * @param config.maxval at least minval, default 0.05
 * @param config.seed integer from 0 to 2^53 − 1; without one every weight is drawn afresh
 * @returns the initializer; in saved models "TfjsInitializersRandomUniform"
 * @throws ArgumentError and MemoryError as `randomNormal` does
 */
export function randomUniform(config: UniformOptions = {}): RandomUniform {
  return new classes.RandomUniform(config);
}
