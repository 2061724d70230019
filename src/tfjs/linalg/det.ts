import * as tf from "@tensorflow/tfjs-core";
import { float32 } from "../../arrays.ts";
import { determinants } from "../../linalg/batches.ts";
import { SingularError } from "../../linalg/index.ts";
import { inverse } from "./inverse.ts";
import { byBatch, run, type Kernel } from "./kernel.ts";
import { timesDiagonal, timesTransposed, transposed } from "./products.ts";
import { svd } from "./svd.ts";

/**
 * The determinant of every square matrix in a […batch, n, n]; shape […batch]. See `det` of tfjs-initializers/linalg; beyond
 * 3.4·10³⁸ it is infinite in float32, where `slogdet` is not.
 *
 * Gradient: the cofactors, det(a)·a⁻ᵀ, of a singular matrix too.
 *
 * @param a float32, rank ≥ 2, square matrices, n = 0 included (determinant 1)
 * @throws ArgumentError for another kind of tensor, a matrix that is not square, or a NaN or infinite entry; MemoryError
 */
export function det(a: tf.Tensor): tf.Tensor {
  return run(determinant, { a }, {})[0];
}

/**
 * Sign (−1, 0 or 1) and logarithm of the determinant of every square matrix in a […batch, n, n]; both of shape […batch].
 * See `slogdet` of tfjs-initializers/linalg.
 *
 * Gradient: that of logdet is a⁻ᵀ; the sign has none.
 *
 * @param a float32, rank ≥ 2, square matrices, n = 0 included
 * @throws as `det`; from `tf.grad` SingularError for a singular matrix
 */
export function slogdet(a: tf.Tensor): { sign: tf.Tensor; logdet: tf.Tensor } {
  const [sign, logdet] = run(logarithm, { a }, {});
  return { sign, logdet };
}

const determinant: Kernel<object> = {
  name: "TfjsInitializersDet",
  compute: /* @__PURE__ */ byBatch(([a]) => [{ shape: [], values: float32(determinants(a).det) }]),
  gradient: {
    inputsToSave: ["a"],
    gradFunc(dys, [a]) {
      const [dd] = [dys].flat();
      return { a: () => (a.size === 0 ? tf.zerosLike(a) : perMatrix(dd, cofactors(a))) };
    },
  },
};

const logarithm: Kernel<object> = {
  name: "TfjsInitializersSlogdet",
  compute: /* @__PURE__ */ byBatch(([a]) => {
    const { sign, logdet } = determinants(a);
    return [sign, logdet].map((values) => ({ shape: [], values: float32(values) }));
  }),
  gradient: {
    inputsToSave: ["a"],
    gradFunc(dys, [a]) {
      const [, dlogdet] = dys as tf.Tensor[];
      return {
        a: () => (a.size === 0 ? tf.zerosLike(a) : perMatrix(dlogdet, transposed(inverse(a)))),
      };
    },
  },
};

/** A factor for each matrix. */
function perMatrix(factors: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.reshape(factors, [...factors.shape, 1, 1]), x);
}

function cofactors(a: tf.Tensor): tf.Tensor {
  try {
    return perMatrix(det(a), transposed(inverse(a)));
  } catch (error) {
    if (!(error instanceof SingularError)) throw error;
    return cofactorsOfSingular(a);
  }
}

/** det(u)·det(v)·u·diag(Π_{j≠i} s_j)·vᵀ of a = u·diag(s)·vᵀ. */
function cofactorsOfSingular(a: tf.Tensor): tf.Tensor {
  const { u, s, v } = svd(a);
  const n = s.shape.at(-1)!;
  const others = tf.add(tf.mul(tf.expandDims(s, -2), tf.sub(1, tf.eye(n))), tf.eye(n));
  const products = tf.prod(others, -1);
  const sign = tf.mul(det(u), det(v));
  return perMatrix(sign, timesTransposed(timesDiagonal(u, products), v));
}
