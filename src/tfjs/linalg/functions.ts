import * as tf from "@tensorflow/tfjs-core";
import {
  expm as expmOfMatrix,
  logm as logmOfMatrix,
  sqrtm as sqrtmOfMatrix,
  type Matrix,
} from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { transposed } from "./products.ts";
import { sylvester } from "./sylvester.ts";

/**
 * The matrix exponential of every square matrix in a […batch, n, n]: see `expm` of tfjs-initializers/linalg.
 *
 * Gradient: the Fréchet derivative of the exponential at aᵀ, in the direction that comes; it is a block of the exponential
 * of a matrix of order 2n (Mathias, SIAM J. Matrix Anal. Appl. 17, 1996).
 *
 * @param a float32, rank ≥ 2, square matrices, n = 0 included
 * @throws ArgumentError for another kind of tensor, a matrix that is not square, a NaN or infinite entry, or when e^a
 *   overflows; MemoryError
 */
export function expm(a: tf.Tensor): tf.Tensor {
  return run(exponential, { a }, {})[0];
}

/**
 * The principal logarithm of every square matrix in a […batch, n, n]: see `logm` of tfjs-initializers/linalg.
 *
 * Gradient: as that of `expm`, by a logarithm of order 2n.
 *
 * @param a float32, rank ≥ 2, square matrices, n = 0 included
 * @throws ArgumentError for another kind of tensor, a matrix that is not square, a NaN or infinite entry, or an eigenvalue
 *   on the closed negative real axis; ConvergenceError; MemoryError
 */
export function logm(a: tf.Tensor): tf.Tensor {
  return run(logarithm, { a }, {})[0];
}

/**
 * The principal square root x of every square matrix in a […batch, n, n]: see `sqrtm` of tfjs-initializers/linalg.
 *
 * Gradient: the solution w of xᵀ·w + w·xᵀ = dx; of a semidefinite matrix there is none.
 *
 * @param a float32, rank ≥ 2, square matrices, n = 0 included
 * @throws ArgumentError for another kind of tensor, a matrix that is not square, a NaN or infinite entry, an eigenvalue for
 *   which there is no principal root, or (from `tf.grad`) a singular matrix; ConvergenceError; MemoryError
 */
export function sqrtm(a: tf.Tensor): tf.Tensor {
  return run(squareRoot, { a }, {})[0];
}

const exponential = /* @__PURE__ */ byBlocks("TfjsInitializersExpm", expmOfMatrix, expm);
const logarithm = /* @__PURE__ */ byBlocks("TfjsInitializersLogm", logmOfMatrix, logm);

const squareRoot: Kernel<object> = {
  name: "TfjsInitializersSqrtm",
  compute: /* @__PURE__ */ each(([a]) => [sqrtmOfMatrix(a)]),
  gradient: {
    inputsToSave: ["a"],
    gradFunc(dys, [a]) {
      const [dx] = [dys].flat();
      return {
        a() {
          if (a.size === 0) return tf.zerosLike(a);
          const x = transposed(sqrtm(a));
          return sylvester(x, x, dx);
        },
      };
    },
  },
};

/** A function of matrices, whose derivative f'(a; g) is the upper right block of f([[a, g], [0, a]]). */
function byBlocks(
  name: string,
  compute: (a: Matrix<Float32Array>) => Matrix<Float32Array>,
  f: (a: tf.Tensor) => tf.Tensor,
): Kernel<object> {
  return {
    name,
    compute: /* @__PURE__ */ each(([a]) => [compute(a)]),
    gradient: {
      inputsToSave: ["a"],
      gradFunc(dys, [a]) {
        const [g] = [dys].flat();
        return {
          a() {
            if (a.size === 0) return tf.zerosLike(a);
            const n = a.shape.at(-1)!;
            const at = transposed(a);
            const below = tf.concat([tf.zerosLike(a), at], -1);
            const [upper] = tf.split(f(tf.concat([tf.concat([at, g], -1), below], -2)), 2, -2);
            return tf.split(upper, [n, n], -1)[1];
          },
        };
      },
    },
  };
}
