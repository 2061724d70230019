import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { solveBatch } from "../../linalg/batches.ts";
import { byBatch, run, type Kernel } from "./kernel.ts";
import { symmetrized, timesTransposed, transposed } from "./products.ts";

type Options = { assume: "general" | "posdef" };

/**
 * The solution x […batch, n, p] of a·x = b for every square a […batch, n, n] and b […batch, n, p]: by LU with partial
 * pivoting, or by Cholesky's factorization. See `solve` of tfjs-initializers/linalg, which also estimates the condition.
 *
 * Gradients: db is the solution w of aᵀ·w = dx, da = −w·xᵀ; for `"posdef"` its symmetric part.
 *
 * @param a, b float32, rank ≥ 2, of equal leading dimensions; any sizes, zero included
 * @param options.assume `"general"` (default), or `"posdef"`: symmetric positive definite, of which the lower triangle
 *   is read
 * @throws SingularError if a pivot is exactly zero; ArgumentError for other kinds of tensors, shapes that do not match, a
 *   NaN or infinite entry, an a that is not positive definite where that is assumed, or an x that overflows; MemoryError
 */
export function solve(a: tf.Tensor, b: tf.Tensor, options: Partial<Options> = {}): tf.Tensor {
  const { assume = "general" } = known(options, ["assume"]);
  return run(solution, { a, b }, { assume })[0];
}

const solution: Kernel<Options> = {
  name: "TfjsInitializersSolve",
  compute: /* @__PURE__ */ byBatch(([a, b], options) => [
    { shape: [b.rows, b.cols], values: solveBatch(a, b, options) },
  ]),
  gradient: {
    inputsToSave: ["a", "b"],
    gradFunc(dys, [a, b], attrs) {
      const { assume } = attrs as Options;
      const [dx] = [dys].flat();
      const posdef = assume === "posdef";
      const w = solve(posdef ? a : transposed(a), dx, { assume });
      return {
        a() {
          if (a.size === 0 || b.size === 0) return tf.zerosLike(a);
          const da = tf.neg(timesTransposed(w, solve(a, b, { assume })));
          return posdef ? symmetrized(da) : da;
        },
        b: () => w,
      };
    },
  },
};
