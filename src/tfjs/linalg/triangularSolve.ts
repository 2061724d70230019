import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { triangularSolve as solveOfMatrices } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { timesTransposed, transposed, triangle } from "./products.ts";

type Options = { lower: boolean; transpose: boolean; unit: boolean };

/**
 * The solution x […batch, n, p] of op(a)·x = b for every triangular a […batch, n, n] and b […batch, n, p], op the
 * identity or the transpose: see `triangularSolve` of tfjs-initializers/linalg.
 *
 * Gradients: db is the solution w of op(a)ᵀ·w = dx; d op(a) = −w·xᵀ, of which a has what is read of it.
 *
 * @param a, b float32, rank ≥ 2, of equal leading dimensions; any sizes, zero included
 * @param options.lower the lower triangle (default), or the upper
 * @param options.transpose solve aᵀ·x = b; default false
 * @param options.unit the diagonal counts as ones; default false
 * @throws SingularError if an entry of the diagonal is zero; ArgumentError for other kinds of tensors, shapes that do not
 *   match, a NaN or infinite entry, or an x that overflows; MemoryError
 */
export function triangularSolve(
  a: tf.Tensor,
  b: tf.Tensor,
  options: Partial<Options> = {},
): tf.Tensor {
  const {
    lower = true,
    transpose = false,
    unit = false,
  } = known(options, ["lower", "transpose", "unit"]);
  return run(substitution, { a, b }, { lower, transpose, unit })[0];
}

const substitution: Kernel<Options> = {
  name: "TfjsInitializersTriangularSolve",
  compute: /* @__PURE__ */ each(([a, b], options) => [solveOfMatrices(a, b, options)]),
  gradient: {
    inputsToSave: ["a", "b"],
    gradFunc(dys, [a, b], attrs) {
      const options = attrs as Options;
      const { lower, transpose, unit } = options;
      const [dx] = [dys].flat();
      const w = triangularSolve(a, dx, { ...options, transpose: !transpose });
      return {
        a() {
          if (a.size === 0 || b.size === 0) return tf.zerosLike(a);
          const x = triangularSolve(a, b, options);
          const da = tf.neg(transpose ? timesTransposed(x, w) : timesTransposed(w, x));
          const diagonal = unit ? 0 : 1;
          return lower ? triangle(da, diagonal) : transposed(triangle(transposed(da), diagonal));
        },
        b: () => w,
      };
    },
  },
};
