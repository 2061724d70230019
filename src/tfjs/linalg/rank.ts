import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { rank as rankOfMatrix, type SvdMethod } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";

type Options = { tolerance?: number; method?: SvdMethod };

/**
 * Computes the numerical rank of every matrix in a […batch, m, n]: the number of singular values above
 * tolerance·s₁. It has no gradient.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @param options.tolerance default max(m, n)·2⁻²³, the convention of NumPy's matrix_rank; a smaller one needs
 *   `method: jacobi`
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @returns the ranks […batch], int32
 * @throws ArgumentError for another kind of tensor, a NaN or infinite entry, or a negative tolerance
 */
export function rank(a: tf.Tensor, options: Options = {}): tf.Tensor {
  const { tolerance, method } = known(options, ["tolerance", "method"]);
  return tf.tidy(() => tf.cast(run(numericalRank, { a }, { tolerance, method })[0], "int32"));
}

const numericalRank: Kernel<Options> = {
  name: "TfjsInitializersRank",
  compute: /* @__PURE__ */ each(([a], options) => [rankOfMatrix(a, options)]),
};
