/**
 * Products of batches of matrices, for the formulas of gradients.
 *
 * Transposes are computed before products, instead of by the flags of tf.matMul: with these flags the wasm backend
 * does not use XNNPACK but a plain loop, which is ten times slower at n = 256.
 */
import * as tf from "@tensorflow/tfjs-core";
import { float32 } from "../../arrays.ts";

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

/** (x + xᵀ) / 2 */
export function symmetrized(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(x, transposed(x)), 0.5);
}

/** The lower triangle, its diagonal times a factor; zero above. */
export function triangle(x: tf.Tensor, diagonal: number): tf.Tensor {
  const n = x.shape.at(-1)!;
  const mask = float32(n * n);
  for (let i = 0; i < n; i++) {
    mask.fill(1, i * n, i * n + i);
    mask[i * n + i] = diagonal;
  }
  return tf.mul(x, tf.tensor2d(mask, [n, n]));
}
