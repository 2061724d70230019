import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { pinv as pinvOfMatrix, type SvdMethod } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { beyond, timesDiagonal, timesTransposed, transposed, transposedTimes } from "./products.ts";
import { svd } from "./svd.ts";

type Options = { tolerance?: number; method?: SvdMethod };

/**
 * Computes the Moore–Penrose inverse of every matrix in a […batch, m, n]. See `pinv` of tfjs-initializers/linalg. To
 * solve a system, use `lstsq`, which is more accurate and computes less.
 *
 * The gradient is exact for the sum over the singular values above the tolerance; the others contribute zero, not a
 * limit. For a matrix without full rank it is the gradient with respect to changes that keep its rank.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @param options.tolerance singular values up to tolerance·s₁ count as zero; default max(m, n)·2⁻²³; a smaller one needs
 *   `method: jacobi`
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @returns the inverses […batch, n, m]
 * @throws ArgumentError for another kind of tensor, a NaN or infinite entry, or a negative tolerance
 */
export function pinv(a: tf.Tensor, options: Options = {}): tf.Tensor {
  const { tolerance, method } = known(options, ["tolerance", "method"]);
  return run(pseudoinverse, { a }, { tolerance, method })[0];
}

const pseudoinverse: Kernel<Options> = {
  name: "TfjsInitializersPinv",
  compute: /* @__PURE__ */ each(([a], options) => [pinvOfMatrix(a, options)]),
  gradient: {
    inputsToSave: ["a"],
    gradFunc(dys, [a], attrs) {
      const [dp] = [dys].flat();
      return { a: () => pinvGradient(dp, a, attrs as Options) };
    },
  },
};

/**
 * The gradient of `pinv`, which is also needed for that of `lstsq`.
 *
 * With a = u·diag(s)·vᵀ, g_i = 1/s_i above the tolerance and 0 below, and x = uᵀ·dpᵀ·v:
 *
 *   da = u·e·vᵀ + (I − u·uᵀ)·dpᵀ·v·diag(g²)·vᵀ + u·diag(g²)·uᵀ·dpᵀ·(I − v·vᵀ),
 *   e_ij = ½ (g_i − g_j)/(s_i − s_j) (x_ij + x_ji) + ½ (g_i + g_j)/(s_i + s_j) (x_ij − x_ji):
 *
 * where the quotients are the divided differences of g as an odd function. They are ∓g_i g_j where both singular
 * values are above the tolerance.
 */
export function pinvGradient(
  dp: tf.Tensor,
  a: tf.Tensor,
  { tolerance, method }: Options,
): tf.Tensor {
  if (a.size === 0) return tf.zerosLike(a);
  const [m, n] = a.shape.slice(-2);
  const least = tolerance ?? Math.max(m, n) * 2 ** -23;
  const { u, s, v } = svd(a, { method });
  const largest = tf.max(s, -1, true);
  const above = tf.greater(s, tf.mul(largest, least));
  const g = tf.where(above, tf.reciprocal(s), tf.zerosLike(s));
  const [gi, gj] = [tf.expandDims(g, -1), tf.expandDims(g, -2)];
  const [si, sj] = [tf.expandDims(s, -1), tf.expandDims(s, -2)];
  const one = tf.logicalXor(tf.expandDims(above, -1), tf.expandDims(above, -2));
  const both = tf.mul(gi, gj);
  const minus = tf.where(one, tf.div(tf.sub(gi, gj), tf.sub(si, sj)), tf.neg(both));
  const plus = tf.where(one, tf.div(tf.add(gi, gj), tf.add(si, sj)), both);

  const image = transposedTimes(dp, v);
  const x = transposedTimes(u, image);
  const e = tf.add(tf.mul(minus, tf.add(x, transposed(x))), tf.mul(plus, tf.sub(x, transposed(x))));
  const squares = tf.square(g);
  const left = tf.add(tf.matMul(u, tf.mul(e, 0.5)), timesDiagonal(beyond(u, image), squares));
  const right = timesDiagonal(beyond(v, tf.matMul(dp, u)), squares);
  return tf.add(timesTransposed(left, v), timesTransposed(u, right));
}
