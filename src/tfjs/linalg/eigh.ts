import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { eigh as eighOfMatrix } from "../../linalg/index.ts";
import { checkSimple, isZero } from "./differentiable.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { timesDiagonal, timesTransposed, transposedTimes } from "./products.ts";

/**
 * Computes eigenvalues w and eigenvectors v of every symmetric matrix in a […batch, n, n]: a = v·diag(w)·vᵀ, w
 * ascending, v orthogonal. The method is divide and conquer: see `eigh` of tfjs-initializers/linalg for accuracy,
 * signs and the meaning of "symmetric".
 *
 * Gradients are symmetric like a. The gradient of the values is v·diag(dw)·vᵀ, also where they are repeated. The
 * gradient of the vectors exists only where the values are distinct. In Node, @tensorflow/tfjs-core alone has no
 * gradients at all: load @tensorflow/tfjs-layers or the union package.
 *
 * @param a float32, rank ≥ 2, square and symmetric matrices, n = 0 included
 * @param options.vectors `false` computes and returns only { values }, in half the time; default true
 * @returns values w […batch, n] and vectors v […batch, n, n]
 * @throws ArgumentError for another kind of tensor, a matrix that is not square or not symmetric, a NaN or infinite
 *   entry, a `vectors` that is not a boolean, or (from `tf.grad`) where the gradient does not exist
 * @throws ConvergenceError, MemoryError
 */
export function eigh(
  a: tf.Tensor,
  options?: { vectors?: true },
): { values: tf.Tensor; vectors: tf.Tensor };
export function eigh(a: tf.Tensor, options: { vectors: false }): { values: tf.Tensor };
export function eigh(
  a: tf.Tensor,
  options: { vectors?: boolean } = {},
): { values: tf.Tensor; vectors?: tf.Tensor } {
  const { vectors = true } = known(options, ["vectors"]);
  // Anything but a boolean goes on to the kernel, which refuses it.
  if (vectors === false) {
    const [values] = run(eigenvalues, { a }, {});
    return { values };
  }
  const [values, v] = run(decomposition, { a }, { vectors });
  return { values, vectors: v };
}

const decomposition: Kernel<{ vectors: true }> = {
  name: "TfjsInitializersEigh",
  compute: /* @__PURE__ */ each(([a], options) => {
    const { values, vectors } = eighOfMatrix(a, options);
    return [values, vectors];
  }),
  gradient: {
    outputsToSave: [true, true],
    gradFunc: (dys, saved) => ({ a: () => gradient(dys as tf.Tensor[], saved) }),
  },
};

/** The gradient needs the vectors: they are computed only when a gradient is asked for. */
const eigenvalues: Kernel<object> = {
  name: "TfjsInitializersEigenvalues",
  compute: /* @__PURE__ */ each(([a]) => [eighOfMatrix(a, { vectors: false }).values]),
  gradient: {
    inputsToSave: ["a"],
    gradFunc(dys, [a]) {
      const [dw] = [dys].flat();
      return {
        a() {
          const { vectors } = eigh(a);
          return a.size === 0
            ? tf.zerosLike(a)
            : timesTransposed(timesDiagonal(vectors, dw), vectors);
        },
      };
    },
  },
};

/**
 * With X = vᵀdv − dvᵀv and F_ij = 1 / (w_j − w_i), F_ii = 0 (M. Giles, An extended collection of matrix
 * derivative results, 2008, symmetric a):
 *
 *   da = v·(diag(dw) + F∘X / 2)·vᵀ
 */
function gradient([dw, dv]: tf.Tensor[], [w, v]: tf.Tensor[]): tf.Tensor {
  if (v.size === 0) return tf.zerosLike(v);
  const values = timesDiagonal(v, dw);
  if (isZero(dv)) return timesTransposed(values, v);
  const n = v.shape.at(-1)!;
  checkSimple(w, n);
  const gaps = tf.add(tf.sub(tf.expandDims(w, -2), tf.expandDims(w, -1)), tf.eye(n));
  // x is antisymmetric, and its diagonal is exactly zero.
  const x = tf.sub(transposedTimes(v, dv), transposedTimes(dv, v));
  const core = tf.div(x, tf.mul(2, gaps));
  return timesTransposed(tf.add(tf.matMul(v, core), values), v);
}
