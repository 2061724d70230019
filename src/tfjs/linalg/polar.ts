import * as tf from "@tensorflow/tfjs-core";
import { polar as polarOfMatrix } from "../../linalg/index.ts";
import { checkFullRank } from "./differentiable.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { beyond, timesDiagonal, timesTransposed, transposed, transposedTimes } from "./products.ts";
import { svd } from "./svd.ts";

/**
 * Computes the polar decomposition a = u·p of every matrix in a […batch, m, n]: u is the nearest matrix with
 * orthonormal columns (rows, if m < n), p is symmetric and positive semidefinite. See `polar` of
 * tfjs-initializers/linalg.
 *
 * Gradients exist where a has full rank; singular values may be repeated.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @returns u […batch, m, n] and p […batch, n, n]
 * @throws ArgumentError for another kind of tensor, a NaN or infinite entry, or (from `tf.grad`) a matrix
 *   without full rank
 */
export function polar(a: tf.Tensor): { u: tf.Tensor; p: tf.Tensor } {
  const [u, p] = run(factors, { a }, {});
  return { u, p };
}

const factors: Kernel<object> = {
  name: "TfjsInitializersPolar",
  compute: /* @__PURE__ */ each(([a]) => {
    const { u, p } = polarOfMatrix(a);
    return [u, p];
  }),
  gradient: {
    inputsToSave: ["a"],
    gradFunc: (dys, [a]) => ({ a: () => gradient(dys as tf.Tensor[], a) }),
  },
};

/**
 * With a = w·diag(s)·vᵀ, X = wᵀ·du·v and Y = vᵀ·(dp + dpᵀ)·v:
 *
 *   da = w·e·vᵀ + (I − w·wᵀ)·du·v·S⁻¹·vᵀ + w·(S⁻¹·wᵀ·du + vᵀ·(dp + dpᵀ))·(I − v·vᵀ),
 *   e_ij = (x_ij − x_ji + s_i y_ij) / (s_i + s_j),
 *
 * because the change of u is antisymmetric in these bases and that of p symmetric.
 */
function gradient([du, dp]: tf.Tensor[], a: tf.Tensor): tf.Tensor {
  if (a.size === 0) return tf.zerosLike(a);
  const { u: w, s, v } = svd(a);
  checkFullRank(s, Math.max(...a.shape.slice(-2)));
  const [si, sj] = [tf.expandDims(s, -1), tf.expandDims(s, -2)];
  const inverse = tf.reciprocal(s);
  const image = tf.matMul(du, v);
  const x = transposedTimes(w, image);
  const both = tf.matMul(tf.add(dp, transposed(dp)), v);
  const y = transposedTimes(v, both);
  const e = tf.div(tf.add(tf.sub(x, transposed(x)), tf.mul(si, y)), tf.add(si, sj));
  const left = tf.add(tf.matMul(w, e), timesDiagonal(beyond(w, image), inverse));
  const right = tf.add(timesDiagonal(transposedTimes(du, w), inverse), both);
  return tf.add(timesTransposed(left, v), timesTransposed(w, beyond(v, right)));
}
