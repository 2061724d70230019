import * as tf from "@tensorflow/tfjs-core";
import { ridge as ridgeOfMatrices } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { leastSquaresGradient } from "./lstsq.ts";
import { timesTransposed } from "./products.ts";
import { qr } from "./qr.ts";
import { triangularSolve } from "./triangularSolve.ts";

type Options = { lambda: number };

/**
 * Ridge regression: the x […batch, n, p] that minimises ‖b − a·x‖² + λ·‖x‖² column by column, for a […batch, m, n]
 * and b […batch, m, p]. Computed in double precision, rounded once: see `ridge` of tfjs-initializers/linalg.
 *
 * Gradients: with w = (aᵀa + λ)⁻¹·dx, db = a·w and da = (b − a·x)·wᵀ − a·w·xᵀ; for λ = 0 those of `lstsq`.
 *
 * @param a, b float32, rank ≥ 2, of equal leading dimensions; any sizes, zero included
 * @param lambda λ ≥ 0, in units of a²
 * @throws ArgumentError for other kinds of tensors, shapes that do not match, a NaN or infinite entry, a negative λ, or an
 *   x that overflows; ConvergenceError; MemoryError
 */
export function ridge(a: tf.Tensor, b: tf.Tensor, lambda: number): tf.Tensor {
  return run(regression, { a, b }, { lambda })[0];
}

const regression: Kernel<Options> = {
  name: "TfjsInitializersRidge",
  compute: /* @__PURE__ */ each(([a, b], { lambda }) => [ridgeOfMatrices(a, b, lambda)]),
  gradient: {
    inputsToSave: ["a", "b"],
    gradFunc(dys, [a, b], attrs) {
      const { lambda } = attrs as Options;
      const [dx] = [dys].flat();
      if ([a, b].some(({ size }) => size === 0)) {
        return { a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) };
      }
      if (lambda === 0) return leastSquaresGradient(dx, a, b, {});
      const w = normalSolve(a, dx, lambda);
      const aw = tf.matMul(a, w);
      return {
        a() {
          const x = ridge(a, b, lambda);
          const r = tf.sub(b, tf.matMul(a, x));
          return tf.sub(timesTransposed(r, w), timesTransposed(aw, x));
        },
        b: () => aw,
      };
    },
  },
};

/** (aᵀa + λ)⁻¹·g by the QR factorization of a over √λ: the product aᵀa, which would square the condition, is never formed. */
function normalSolve(a: tf.Tensor, g: tf.Tensor, lambda: number): tf.Tensor {
  const n = a.shape.at(-1)!;
  const root = tf.mul(tf.eye(n), Math.sqrt(lambda));
  const below = tf.add(tf.zeros([...a.shape.slice(0, -2), n, n]), root);
  const { r } = qr(tf.concat([a, below], -2));
  const y = triangularSolve(r, g, { lower: false, transpose: true });
  return triangularSolve(r, y, { lower: false });
}
