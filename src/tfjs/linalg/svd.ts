import * as tf from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { ArgumentError } from "../../errors.ts";
import { svdBatch, svd as svdOfMatrix, type SvdMethod } from "../../linalg/index.ts";
import { checkDistinct, isZero } from "./differentiable.ts";
import { each, run, type Kernel } from "./kernel.ts";
import { beyond, timesDiagonal, timesTransposed, transposedTimes } from "./products.ts";

type Mode = "reduced" | "complete";

interface Options {
  mode?: Mode;
  method?: SvdMethod;
}

/**
 * Computes the singular value decomposition a = u·diag(s)·vᵀ of every matrix in a […batch, m, n]: u and v have
 * orthonormal columns, s is descending and non-negative. The default method is divide and conquer, with
 * errors of order n·u·s₁; `jacobi` gives small values to high relative accuracy: see `svd` of tfjs-initializers/linalg
 * for both and for signs.
 *
 * Shapes, with k = min(m, n): s is […batch, k];
 * - `"reduced"`: u […batch, m, k], v […batch, n, k]
 * - `"complete"`: u […batch, m, m], v […batch, n, n]
 *
 * Gradients (J. Townsend, Differentiating the Singular Value Decomposition, 2016): the gradient of s is
 * u·diag(ds)·vᵀ, also where singular values are repeated. The gradients of u and v exist only where singular
 * values are distinct and not zero, and in complete mode only for square matrices. In Node, @tensorflow/tfjs-core alone
 * has no gradients at all: load @tensorflow/tfjs-layers or the union package.
 *
 * @param a float32, rank ≥ 2, any sizes, zero included
 * @param options.vectors `false` computes and returns only { s }, in half of the time or less; default true
 * @param options.mode `"reduced"` (default) or `"complete"`
 * @param options.method `jacobi`, which is exported beside this; without it divide and conquer
 * @returns u, s and v
 * @throws ArgumentError for another kind of tensor, a NaN or infinite entry, an unknown option, or (from
 *   `tf.grad`) where the gradient does not exist
 * @throws ConvergenceError, MemoryError
 */
export function svd(
  a: tf.Tensor,
  options?: Options & { vectors?: true },
): { u: tf.Tensor; s: tf.Tensor; v: tf.Tensor };
export function svd(a: tf.Tensor, options: Options & { vectors: false }): { s: tf.Tensor };
export function svd(
  a: tf.Tensor,
  options: Options & { vectors?: boolean } = {},
): { u?: tf.Tensor; s: tf.Tensor; v?: tf.Tensor } {
  const {
    vectors = true,
    mode = "reduced",
    method,
  } = known(options, ["vectors", "mode", "method"]);
  // Anything but a boolean goes on to the kernel, which refuses it.
  if (vectors === false) {
    const [s] = run(singularValues, { a }, { mode, method });
    return { s };
  }
  const [u, s, v] = run(decomposition, { a }, { vectors, mode, method });
  return { u, s, v };
}

const oneByOne = /* @__PURE__ */ each(([a], options: Options & { vectors: true }) => {
  const { u, s, v } = svdOfMatrix(a, options);
  return [u, s, v];
});

const valuesOneByOne = /* @__PURE__ */ each(([a], options: Options) => [
  svdOfMatrix(a, { ...options, vectors: false }).s,
]);

const decomposition: Kernel<Options & { vectors: true }> = {
  name: "TfjsInitializersSvd",
  compute(batches, options) {
    if (options.vectors !== true || options.mode !== "reduced") return oneByOne(batches, options);
    const [a] = batches;
    const k = Math.min(a.rows, a.cols);
    const { u, s, v } = svdBatch(a, { method: options.method });
    return [
      { shape: [a.rows, k], values: u },
      { shape: [k], values: s },
      { shape: [a.cols, k], values: v },
    ];
  },
  gradient: {
    outputsToSave: [true, true, true],
    gradFunc: (dys, saved) => ({ a: () => gradient(dys as tf.Tensor[], saved) }),
  },
};

/** The gradient needs the vectors: they are computed only when a gradient is asked for. */
const singularValues: Kernel<Options> = {
  name: "TfjsInitializersSingularValues",
  compute(batches, options) {
    if (options.mode !== "reduced") return valuesOneByOne(batches, options);
    const [a] = batches;
    const { s } = svdBatch(a, { vectors: false, method: options.method });
    return [{ shape: [Math.min(a.rows, a.cols)], values: s }];
  },
  gradient: {
    inputsToSave: ["a"],
    gradFunc(dys, [a], attrs) {
      const [ds] = [dys].flat();
      return {
        a() {
          const { u, v } = svd(a, { method: (attrs as Options).method });
          return a.size === 0 ? tf.zerosLike(a) : timesTransposed(timesDiagonal(u, ds), v);
        },
      };
    },
  },
};

/**
 * With X = uᵀdu − duᵀu, Y = vᵀdv − dvᵀv and F_ij = 1 / (s_j² − s_i²), F_ii = 0:
 *
 *   da = u·(F∘X·S + S·F∘Y + diag(ds))·vᵀ + (I − uuᵀ)·du·S⁻¹·vᵀ + u·S⁻¹·dvᵀ·(I − vvᵀ)
 *
 * F is never formed, because s_j F_ij = p_ij / (s_j − s_i) with p_ij = s_j / (s_i + s_j) neither over- nor underflows.
 */
function gradient([du, ds, dv]: tf.Tensor[], [u, s, v]: tf.Tensor[]): tf.Tensor {
  const [m, n] = [u.shape.at(-2)!, v.shape.at(-2)!];
  const k = Math.min(m, n);
  const shape = [...u.shape.slice(0, -2), m, n];
  if (tf.util.sizeFromShape(shape) === 0) return tf.zeros(shape);
  if (isZero(du) && isZero(dv)) {
    return timesTransposed(timesDiagonal(columns(u, k), ds), columns(v, k));
  }
  if (u.shape.at(-1) !== v.shape.at(-1)) {
    throw new ArgumentError("mode", '"reduced" for gradients of u and v', '"complete"');
  }
  checkDistinct(s, Math.max(m, n));

  const [si, sj] = [tf.expandDims(s, -1), tf.expandDims(s, -2)];
  const p = tf.div(sj, tf.add(si, sj));
  const gaps = tf.add(tf.sub(sj, si), tf.eye(k));
  // x and y are antisymmetric, and their diagonals are exactly zero.
  const x = tf.sub(transposedTimes(u, du), transposedTimes(du, u));
  const y = tf.sub(transposedTimes(v, dv), transposedTimes(dv, v));
  const core = tf.div(tf.add(tf.mul(p, x), tf.mul(tf.sub(1, p), y)), gaps);
  const inside = tf.add(tf.matMul(u, core), timesDiagonal(u, ds));

  const inverse = tf.reciprocal(s);
  const left = tf.add(inside, timesDiagonal(beyond(u, du), inverse));
  const right = timesDiagonal(beyond(v, dv), inverse);
  return tf.add(timesTransposed(left, v), timesTransposed(u, right));
}

/** The first k columns. */
function columns(x: tf.Tensor, k: number): tf.Tensor {
  const begin = x.shape.map(() => 0);
  return tf.slice(x, begin, [...x.shape.slice(0, -1), k]);
}
