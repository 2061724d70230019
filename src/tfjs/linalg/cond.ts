import * as tf from "@tensorflow/tfjs-core";
import { cond as condOfMatrix } from "../../linalg/index.ts";
import { checkFullRank } from "./differentiable.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { timesDiagonal, timesTransposed } from "./products.ts";
import { svd } from "./svd.ts";

/**
 * Computes the condition number s₁/s_k, k = min(m, n), of every matrix in a […batch, m, n]. It is Infinity if
 * s_k = 0, and 0 for empty matrices: see `cond` of tfjs-initializers/linalg.
 *
 * The gradient is (u₁·v₁ᵀ − cond·u_k·v_kᵀ)/s_k. It exists where a has full rank; where s₁ or s_k is repeated, it is
 * one of many.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @returns the condition numbers […batch]
 * @throws ArgumentError for another kind of tensor, a NaN or infinite entry, or (from `tf.grad`) a matrix
 *   without full rank
 */
export function cond(a: tf.Tensor): tf.Tensor {
  return run(conditionNumber, { a }, {})[0];
}

const conditionNumber: Kernel<object> = {
  name: "TfjsInitializersCond",
  compute: /* @__PURE__ */ each(([a]) => [condOfMatrix(a)]),
  gradient: {
    inputsToSave: ["a"],
    outputsToSave: [true],
    gradFunc(dys, [a, c]) {
      const [dc] = [dys].flat();
      return { a: () => gradient(dc, a, c) };
    },
  },
};

function gradient(dc: tf.Tensor, a: tf.Tensor, c: tf.Tensor): tf.Tensor {
  if (a.size === 0) return tf.zerosLike(a);
  const { u, s, v } = svd(a);
  checkFullRank(s, Math.max(...a.shape.slice(-2)));
  const k = s.shape.at(-1)!;
  const [first, last] = [0, k - 1].map((at) =>
    tf.tensor1d(Array.from({ length: k }, (_, i) => Number(i === at))),
  );
  const smallest = tf.sum(tf.mul(s, last), -1);
  const ds = tf.mul(
    tf.expandDims(tf.div(dc, smallest), -1),
    tf.sub(first, tf.mul(tf.expandDims(c, -1), last)),
  );
  return timesTransposed(timesDiagonal(u, ds), v);
}
