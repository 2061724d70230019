import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { ArgumentError } from "../../errors.ts";
import { qr as qrOfMatrix } from "../../linalg/index.ts";
import { checkIndependent } from "./differentiable.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { timesTransposed, transposed, transposedTimes, triangle } from "./products.ts";
import { triangularSolve } from "./triangularSolve.ts";

type Options = { mode: "reduced" | "complete"; positive: boolean };

/**
 * Computes the QR factorization a = q·r of every matrix in a […batch, m, n]: q has orthonormal columns, r is upper
 * triangular. The method is blocked Householder reflections: see `qr` of tfjs-initializers/linalg.
 *
 * Shapes, with k = min(m, n):
 * - `"reduced"`: q […batch, m, k], r […batch, k, n]
 * - `"complete"`: q […batch, m, m], r […batch, m, n]
 *
 * Gradients (S. F. Walter and L. Lehmann 2012; H.-J. Liao et al., Phys. Rev. X 9, 031041, 2019) exist where the
 * first k columns of a are linearly independent; in complete mode only for m ≤ n, because otherwise the last
 * columns of q are arbitrary. In Node, @tensorflow/tfjs-core alone has no gradients at all: load
 * @tensorflow/tfjs-layers or the union package.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @param options.mode `"reduced"` (default) or `"complete"`
 * @param options.positive `true` makes the diagonal of r non-negative; default false
 * @returns q and r
 * @throws ArgumentError for another kind of tensor, a NaN or infinite entry, an unknown option, or (from
 *   `tf.grad`) where the gradient does not exist
 * @throws MemoryError
 */
export function qr(a: tf.Tensor, options: Partial<Options> = {}): { q: tf.Tensor; r: tf.Tensor } {
  const { mode = "reduced", positive = false } = known(options, ["mode", "positive"]);
  const [q, r] = run(factorization, { a }, { mode, positive });
  return { q, r };
}

const factorization: Kernel<Options> = {
  name: "TfjsInitializersQr",
  compute: /* @__PURE__ */ each(([a], options) => {
    const { q, r } = qrOfMatrix(a, options);
    return [q, r];
  }),
  gradient: {
    inputsToSave: ["a"],
    outputsToSave: [true, true],
    gradFunc: (dys, saved) => ({ a: () => gradient(dys as tf.Tensor[], saved) }),
  },
};

/** The gradient with respect to a. For a wide a = [x, y], q·r₁ = x and r₂ = qᵀy. */
function gradient([dq, dr]: tf.Tensor[], [a, q, r]: tf.Tensor[]): tf.Tensor {
  if (a.size === 0) return tf.zerosLike(a);
  const [m, n] = a.shape.slice(-2);
  if (q.shape.at(-1)! > n) {
    throw new ArgumentError("mode", '"reduced" for gradients of a tall matrix', '"complete"');
  }
  checkIndependent(r);
  if (m >= n) return tallGradient(dq, dr, q, r);
  const [, y] = tf.split(a, [m, n - m], -1);
  const [r1] = tf.split(r, [m, n - m], -1);
  const [dr1, dr2] = tf.split(dr, [m, n - m], -1);
  const dx = tallGradient(tf.add(dq, timesTransposed(y, dr2)), dr1, q, r1);
  return tf.concat([dx, tf.matMul(q, dr2)], -1);
}

/** da = (dq + q·copyltu(r·drᵀ − dqᵀ·q))·r⁻ᵀ, where copyltu copies the lower triangle to the upper. */
function tallGradient(dq: tf.Tensor, dr: tf.Tensor, q: tf.Tensor, r: tf.Tensor): tf.Tensor {
  const m = triangle(tf.sub(timesTransposed(r, dr), transposedTimes(dq, q)), 0.5);
  const symmetric = tf.add(tf.matMul(q, m), timesTransposed(q, m));
  return transposed(triangularSolve(r, transposed(tf.add(dq, symmetric)), { lower: false }));
}
