import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { ArgumentError } from "../../errors.ts";
import { topSvd as topSvdOfMatrix } from "../../linalg/index.ts";
import { isZero } from "./differentiable.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { timesDiagonal, timesTransposed } from "./products.ts";

type Options = { seed?: number; tolerance?: number };

/**
 * Computes the k largest singular values, and their vectors, of every matrix in a […batch, m, n]. The method is
 * block Krylov iteration, or the full SVD where that is cheaper: see `topSvd` of tfjs-initializers/linalg.
 *
 * The gradient of s is u·diag(ds)·vᵀ. Gradients of u and v need all singular values: use `svd` for them. The
 * residual has no gradient.
 *
 * @param a float32, rank ≥ 2
 * @param k number of singular values, from 0 to min(m, n)
 * @param options.seed integer from 0 to 2^53 − 1; default 0
 * @param options.tolerance of the residual, relative to s₁; default 1e-5
 * @returns u […batch, m, k], s […batch, k], v […batch, n, k] and the residual […batch], in units of a
 * @throws ArgumentError for another kind of tensor, a NaN or infinite entry, options out of range, or (from
 *   `tf.grad`) where u or v would need a gradient
 * @throws MemoryError
 */
export function topSvd(
  a: tf.Tensor,
  k: number,
  options: Options = {},
): { u: tf.Tensor; s: tf.Tensor; v: tf.Tensor; residual: tf.Tensor } {
  const { seed, tolerance } = known(options, ["seed", "tolerance"]);
  const [u, s, v, residual] = run(leading, { a }, { k, seed, tolerance });
  return { u, s, v, residual };
}

const leading: Kernel<Options & { k: number }> = {
  name: "TfjsInitializersTopSvd",
  compute: /* @__PURE__ */ each(([a], { k, ...options }) => {
    const { u, s, v, residual } = topSvdOfMatrix(a, k, options);
    return [u, s, v, residual];
  }),
  gradient: {
    inputsToSave: ["a"],
    outputsToSave: [true, false, true],
    gradFunc(dys, [a, u, v]) {
      const [du, ds, dv] = dys as tf.Tensor[];
      return {
        a() {
          if (a.size === 0 || ds.size === 0) return tf.zerosLike(a);
          if (isZero(du) && isZero(dv)) return timesTransposed(timesDiagonal(u, ds), v);
          throw new ArgumentError(
            "a",
            "a gradient of s alone (svd has those of u and v)",
            "one of u or v",
          );
        },
      };
    },
  },
};
