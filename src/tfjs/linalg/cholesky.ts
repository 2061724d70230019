import * as tf from "@tensorflow/tfjs-core";
import { choleskyBatch } from "../../linalg/batches.ts";
import { byBatch, run, type Kernel } from "./kernel.ts";
import { symmetrized, transposed, transposedTimes, triangle } from "./products.ts";
import { triangularSolve } from "./triangularSolve.ts";

/**
 * Cholesky's factorization a = l·lᵀ of every symmetric positive definite matrix in a […batch, n, n], l lower triangular:
 * see `cholesky` of tfjs-initializers/linalg. Only lower triangles are read.
 *
 * Gradient, symmetric like a: the symmetric part of l⁻ᵀ·Φ(lᵀ·dl)·l⁻¹, Φ the lower triangle with half the diagonal
 * (I. Murray, Differentiation of the Cholesky decomposition, 2016). (In Node, @tensorflow/tfjs-core alone has no
 * gradients at all: load @tensorflow/tfjs-layers or the union package.)
 *
 * @param a float32, rank ≥ 2, square matrices, n = 0 included
 * @throws ArgumentError for another kind of tensor, a matrix that is not square or not positive definite, or a NaN or
 *   infinite entry; MemoryError
 */
export function cholesky(a: tf.Tensor): tf.Tensor {
  return run(factorization, { a }, {})[0];
}

const factorization: Kernel<object> = {
  name: "TfjsInitializersCholesky",
  compute: /* @__PURE__ */ byBatch(([a]) => [
    { shape: [a.rows, a.cols], values: choleskyBatch(a) },
  ]),
  gradient: {
    // Not l: TensorFlow.js takes a saved output for a constant, and second derivatives would be wrong.
    inputsToSave: ["a"],
    gradFunc: (dys, [a]) => ({ a: () => gradient([dys].flat()[0], a) }),
  },
};

function gradient(dl: tf.Tensor, a: tf.Tensor): tf.Tensor {
  if (a.size === 0) return tf.zerosLike(a);
  const l = cholesky(a);
  const middle = triangle(transposedTimes(l, dl), 0.5);
  const left = triangularSolve(l, middle, { transpose: true });
  return symmetrized(triangularSolve(l, transposed(left), { transpose: true }));
}
