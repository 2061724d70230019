import {
  checkMimetic,
  mimetic as values,
  projections,
  type MimeticOptions,
  type Projection,
} from "../../init/mimetic.ts";
import { configured, Initializer } from "../initializer.ts";
import { registered } from "../registered.ts";

const keys = ["heads", "queryKey", "seed", "valueOutput"] as const;

interface MimeticConfig extends MimeticOptions {
  projection?: Projection;
}

class Mimetic extends Initializer<MimeticConfig> {
  static readonly className = "TfjsInitializersMimetic";

  constructor(config: MimeticConfig = {}) {
    super(configured(config, [...keys, "projection"]));
    const { projection = "query", ...options } = this.options;
    checkMimetic(projection, options);
  }

  protected values(shape: number[]): Float32Array {
    const { projection = "query", ...options } = this.options;
    return values(shape, projection, options);
  }
}

/** The classes that a saved model may name. */
export const classes = /* @__PURE__ */ registered({ Mimetic });

export type { Mimetic };

/**
 * Initializers for the four projections of a self-attention layer, which resemble those of trained transformers: each
 * position attends to positions like itself, and what attention adds takes a part of the signal back.
 *
 * Mathematics: with kernels W applied as x·W, d the width of the model, and Z, Z′ d x d with entries from N(0, 1/d),
 *
 *     W_q W_kᵀ ≈ α Z + β I for each head,   W_v W_o ≈ α′ Z′ + β′ I.
 *
 * The factors come from an SVD, cut to the width of a head, so that the approximation is the best one of that rank
 * (Trockman and Kolter, "Mimetic Initialization of Self-Attention Layers", ICML 2023, section 3, with its constants for
 * vision; for language models the paper suggests to try other signs).
 *
 * @param options.heads number of heads, which divides the columns of W_q and W_k; default 1
 * @param options.queryKey { alpha, beta } of W_q W_kᵀ; default { alpha: 0.7, beta: 0.7 }
 * @param options.valueOutput { alpha, beta } of W_v W_o; default { alpha: 0.4, beta: −0.4 }
 * @param options.seed integer from 0 to 2^53 − 1, one for each attention layer; without one it is drawn now, once for
 *   the four
 * @returns initializers for kernels [d, width]: `query`, `key`, `value`, and for [width, d]: `output`; the width may not
 *   exceed d (of queries and keys: for each head). In saved models they are "TfjsInitializersMimetic".
 * @throws ArgumentError for a bad or unknown option; `apply` throws it for a shape that does not suit, and MemoryError
 *
 * @example
 * const { query, key, value, output } = mimetic({ heads: 4, seed: 1 });
 * const q = tf.layers.dense({ units: 64, useBias: false, kernelInitializer: query });
 */
export function mimetic(options: MimeticOptions = {}): Record<Projection, Mimetic> {
  const { seed, ...rest } = configured(options, keys);
  const shared = seed ?? Math.floor(Math.random() * 2 ** 53);
  const make = (projection: Projection) => new classes.Mimetic({ ...rest, projection, seed: shared }); // prettier-ignore
  return Object.fromEntries(projections.map((one) => [one, make(one)])) as Record<Projection, Mimetic>; // prettier-ignore
}
