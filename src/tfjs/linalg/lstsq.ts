import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { lstsq as lstsqOfMatrices } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { pinv, pinvGradient } from "./pinv.ts";
import { timesTransposed, transposedTimes } from "./products.ts";

type Options = { tolerance?: number };

/**
 * Solves least-squares problems: the x of minimum norm that minimises ‖b − a·x‖ column by column, for every
 * a […batch, m, n] and b […batch, m, p]. See `lstsq` of tfjs-initializers/linalg.
 *
 * The gradient is that of x = a⁺·b: see `pinv`.
 *
 * @param a, b float32, rank ≥ 2, of equal leading dimensions; any sizes, zero included
 * @param options.tolerance singular values up to tolerance·s₁ count as zero; default max(m, n)·2⁻²³
 * @returns x […batch, n, p]
 * @throws ArgumentError for other kinds of tensors, shapes that do not match, a NaN or infinite entry, or a
 *   negative tolerance
 */
export function lstsq(a: tf.Tensor, b: tf.Tensor, options: Options = {}): { x: tf.Tensor } {
  const { tolerance } = known(options, ["tolerance"]);
  return { x: run(leastSquares, { a, b }, { tolerance })[0] };
}

const leastSquares: Kernel<Options> = {
  name: "TfjsInitializersLstsq",
  compute: each(([a, b], options) => [lstsqOfMatrices(a, b, options).x]),
  gradient: {
    inputsToSave: ["a", "b"],
    gradFunc(dys, [a, b], attrs) {
      const [dx] = [dys].flat();
      const options = attrs as Options;
      if ([a, b].some(({ size }) => size === 0)) {
        return { a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) };
      }
      return {
        a: () => pinvGradient(timesTransposed(dx, b), a, options),
        b: () => transposedTimes(pinv(a, options), dx),
      };
    },
  },
};
