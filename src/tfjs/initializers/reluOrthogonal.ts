import { checkDraw, type DrawOptions } from "../../init/orthogonal.ts";
import { reluOrthogonal as values } from "../../init/reluOrthogonal.ts";
import { configured, Initializer } from "../initializer.ts";
import { registered } from "../registered.ts";

class ReluOrthogonal extends Initializer<DrawOptions> {
  static readonly className = "TfjsInitializersReluOrthogonal";

  constructor(options: DrawOptions = {}) {
    super(configured(options, ["gain", "seed"]));
    checkDraw(this.options);
  }

  protected values(shape: number[]): Float32Array {
    return values(shape, this.options);
  }
}

/** The classes that a saved model may name. */
export const classes = /* @__PURE__ */ registered({ ReluOrthogonal });

export type { ReluOrthogonal };

/**
 * Initializer that gives kernels orthogonal weights for deep stacks of relu layers: those of `orthogonal` which hand
 * positive means on, so that no unit is dead at first.
 *
 * Signals behind a relu have a positive mean. Here every unit gets the same positive multiple of it, and the rest of the
 * kernel is Haar distributed. So signals do not vanish with depth, even with gain 1; what varies between samples decays
 * slowly. Inputs of the first layer should be non-negative, as pixels are, or centred, where it is like `orthogonal`.
 *
 * Mathematics: the kernel, flattened to rows x cols, is gain · Q with orthonormal columns (rows) and
 * Qᵀ1 = √(rows/cols) 1. After the abstract of Lee, Kim and Choi, arXiv 2509.00362; the formulation is ours.
 *
 * @param config.gain as for `orthogonal`
 * @param config.seed as for `orthogonal`
 * @returns the initializer, for `kernelInitializer`; in saved models "TfjsInitializersReluOrthogonal"
 * @throws ArgumentError and MemoryError as `orthogonal` does
 *
 * @example
 * tf.layers.dense({ units: 64, activation: "relu", kernelInitializer: reluOrthogonal({ seed: 1 }) })
 */
export function reluOrthogonal(config: DrawOptions = {}): ReluOrthogonal {
  return new classes.ReluOrthogonal(config);
}
