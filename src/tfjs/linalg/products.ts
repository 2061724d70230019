/**
 * Products of batches of matrices, as the formulas of gradients have them.
 *
 * Transposes are taken apart from products: with the flags of tf.matMul the wasm backend leaves XNNPACK
 * for a plain loop, ten times slower at n = 256.
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

/** (I − q·qᵀ)·x: what lies beyond the span of the orthonormal columns of q. */
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
