import * as tf from "@tensorflow/tfjs-core";
import { float32, float64 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";
import { sylvester as solve, type Matrix } from "../../linalg/index.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { timesTransposed, transposed, transposedTimes } from "./products.ts";

/**
 * Solves Sylvester's equation a·x + x·b = c for every a […batch, m, m], b […batch, n, n] and c […batch, m, n].
 *
 * The solution is computed in double precision and rounded once. A singular equation is not reported, but treated as
 * by `sylvester` of tfjs-initializers/linalg: x has minimum norm if a and b are symmetric, otherwise it solves a
 * nearby equation.
 *
 * Gradients: dc is the solution w of aᵀ·w + w·bᵀ = dx; da = −w·xᵀ and db = −xᵀ·w. They exist where a and −b have
 * no eigenvalue in common.
 *
 * @param a, b, c float32, rank ≥ 2, of equal leading dimensions; any sizes, zero included
 * @returns x […batch, m, n]
 * @throws ArgumentError for other kinds of tensors, shapes that do not match, a NaN or infinite entry, an
 *   overflow, or (from `tf.grad`) a singular equation
 * @throws ConvergenceError, MemoryError
 */
export function sylvester(a: tf.Tensor, b: tf.Tensor, c: tf.Tensor): tf.Tensor {
  const [x, singular] = run(equation, { a, b, c }, {});
  singular.dispose();
  return x;
}

const equation: Kernel<object> = {
  name: "TfjsInitializersSylvester",
  /** Returns x, and a count that is above 0 if the equation was singular. */
  compute: /* @__PURE__ */ each(([a, b, c]) => {
    const { rows, cols, data, info } = solve(double(a), double(b), double(c));
    const x = float32(data);
    if (!x.every(Number.isFinite)) {
      throw new ArgumentError("c", "entries whose result can be represented", "an overflow");
    }
    return [{ rows, cols, data: x }, info.singular + info.perturbed];
  }),
  gradient: {
    // x is not saved: TensorFlow.js takes a saved output for a constant, and second derivatives would be wrong.
    inputsToSave: ["a", "b", "c"],
    gradFunc(dys, [a, b, c]) {
      const [dx] = dys as tf.Tensor[];
      if (c.size === 0) {
        return { a: () => tf.zerosLike(a), b: () => tf.zerosLike(b), c: () => tf.zerosLike(c) };
      }
      const [w, singular] = run(equation, { a: transposed(a), b: transposed(b), c: dx }, {});
      if (singular.dataSync().some((count) => count > 0)) {
        const expected = "no eigenvalue in common with −b (else there is no gradient)";
        throw new ArgumentError("a", expected, "a singular equation");
      }
      const x = sylvester(a, b, c);
      return {
        a: () => tf.neg(timesTransposed(w, x)),
        b: () => tf.neg(transposedTimes(x, w)),
        c: () => w,
      };
    },
  },
};

const double = ({ rows, cols, data }: Matrix): Matrix<Float64Array> => ({
  rows,
  cols,
  data: float64(data),
});
