/**
 * Products of batches of matrices, for the formulas of gradients.
 *
 * Transposes are computed before products, instead of by the flags of tf.matMul: with these flags the wasm backend
 * does not use XNNPACK but a plain loop, which is ten times slower at n = 256.
 */
import * as tf from "@tensorflow/tfjs-core";

/** xᵀ */
export function transposed(x: tf.Tensor): tf.Tensor {
  const last = x.rank - 1;
  return tf.transpose(x, [...x.shape.keys()].slice(0, -2).concat(last, last - 1));
}

/** x·yᵀ */
export function timesTransposed(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return tf.matMul(x, transposed(y));
}

/** xᵀ·y */
export function transposedTimes(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return tf.matMul(transposed(x), y);
}

/** x·diag(d) */
export function timesDiagonal(x: tf.Tensor, d: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.expandDims(d, -2));
}

/** (I − q·qᵀ)·x: the part of x that is orthogonal to the orthonormal columns of q. */
export function beyond(q: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return tf.sub(x, tf.matMul(q, transposedTimes(q, x)));
}
