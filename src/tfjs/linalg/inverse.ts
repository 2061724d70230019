import * as tf from "@tensorflow/tfjs-core";
import { inverseBatch } from "../../linalg/batches.ts";
import { byBatch, run, type Kernel } from "./kernel.ts";
import { timesTransposed, transposedTimes } from "./products.ts";

/**
 * The inverse x of every square matrix in a […batch, n, n]: see `inverse` of tfjs-initializers/linalg. To solve a
 * system, `solve` is more accurate and does less.
 *
 * Gradient: −xᵀ·dx·xᵀ.
 *
 * @param a float32, rank ≥ 2, square matrices, n = 0 included
 * @throws SingularError if a pivot is exactly zero; ArgumentError for another kind of tensor, a matrix that is not
 *   square, a NaN or infinite entry, or an inverse that overflows; MemoryError
 */
export function inverse(a: tf.Tensor): tf.Tensor {
  return run(inversion, { a }, {})[0];
}

const inversion: Kernel<object> = {
  name: "TfjsInitializersInverse",
  compute: /* @__PURE__ */ byBatch(([a]) => [{ shape: [a.rows, a.cols], values: inverseBatch(a) }]),
  gradient: {
    // Not x: TensorFlow.js takes a saved output for a constant, and second derivatives would be wrong.
    inputsToSave: ["a"],
    gradFunc(dys, [a]) {
      const [dx] = [dys].flat();
      return {
        a() {
          if (a.size === 0) return tf.zerosLike(a);
          const x = inverse(a);
          return tf.neg(timesTransposed(transposedTimes(x, dx), x));
        },
      };
    },
  },
};
