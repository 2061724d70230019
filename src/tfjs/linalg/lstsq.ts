import * as tf from "@tensorflow/tfjs-core";
import { finiteNumbers, known } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { lstsq as lstsqOfMatrices, type SvdMethod } from "../../linalg/index.ts";
import { checkInputs, each, run, type Kernel } from "./kernel.ts";
import { pinv, pinvGradient } from "./pinv.ts";
import { timesTransposed, transposedTimes } from "./products.ts";

type Options = { tolerance?: number; method?: SvdMethod };

/**
 * Solves least-squares problems: the x of minimum norm that minimises ‖b − a·x‖ column by column, for every
 * a […batch, m, n] and b […batch, m, p]. See `lstsq` of tfjs-initializers/linalg.
 *
 * The gradient is that of x = a⁺·b: see `pinv`. Weights that are a tensor have gradients where they are not zero.
 *
 * @param a, b float32, rank ≥ 2, of equal leading dimensions; any sizes, zero included
 * @param options.tolerance singular values up to tolerance·s₁ count as zero; default max(m, n)·2⁻²³; a smaller one needs
 *   `method: jacobi`
 * @param options.method `jacobi`; without it divide and conquer, as in `svd`
 * @param options.weights the sum Σ w_i·(b_i − a_i·x)² over the rows is minimised: m numbers, or a tensor […batch, m];
 *   none negative; default 1
 * @returns x […batch, n, p]
 * @throws ArgumentError for other kinds of tensors, shapes that do not match, a NaN or infinite entry, or a
 *   negative tolerance or weight
 */
export function lstsq(
  a: tf.Tensor,
  b: tf.Tensor,
  options: Options & { weights?: tf.Tensor | ArrayLike<number> } = {},
): { x: tf.Tensor } {
  const { tolerance, method, weights } = known(options, ["tolerance", "method", "weights"]);
  if (weights === undefined) return { x: run(leastSquares, { a, b }, { tolerance, method })[0] };
  checkInputs({ a, b });
  const [m, rows] = [a, b].map(({ shape }) => shape.at(-2)!);
  if (m !== rows) throw new ArgumentError("b", `${m} rows as in a`, `${rows} rows`);
  const x = tf.tidy(() => {
    const roots = tf.expandDims(tf.sqrt(weightsOf(weights, a)), -1);
    return run(
      leastSquares,
      { a: tf.mul(a, roots), b: tf.mul(b, roots) },
      { tolerance, method },
    )[0];
  });
  return { x };
}

/** Checked: a number, not negative, for every row of every matrix or of each alike. */
function weightsOf(weights: tf.Tensor | ArrayLike<number>, a: tf.Tensor): tf.Tensor {
  const rows = a.shape.slice(0, -1);
  const expected = `finite numbers, none negative, of shape [${rows.slice(-1)}] or [${rows}]`;
  const given = weights instanceof tf.Tensor;
  if (given && weights.isDisposed)
    throw new ArgumentError("weights", expected, "a disposed tensor");
  const values = finiteNumbers("weights", given ? weights.dataSync() : weights, expected);
  const w = given ? tf.cast(weights, "float32") : tf.tensor1d(values);
  if (values.some((x) => x < 0) || ![`${rows.slice(-1)}`, `${rows}`].includes(`${w.shape}`)) {
    throw new ArgumentError("weights", expected, show(given ? weights : values));
  }
  return w;
}

const leastSquares: Kernel<Options> = {
  name: "TfjsInitializersLstsq",
  compute: /* @__PURE__ */ each(([a, b], options) => [lstsqOfMatrices(a, b, options).x]),
  gradient: {
    inputsToSave: ["a", "b"],
    gradFunc(dys, [a, b], attrs) {
      const [dx] = [dys].flat();
      return leastSquaresGradient(dx, a, b, attrs as Options);
    },
  },
};

/** Of x = a⁺·b. */
export function leastSquaresGradient(dx: tf.Tensor, a: tf.Tensor, b: tf.Tensor, options: Options) {
  if ([a, b].some(({ size }) => size === 0)) {
    return { a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) };
  }
  return {
    a: () => pinvGradient(timesTransposed(dx, b), a, options),
    b: () => transposedTimes(pinv(a, options), dx),
  };
}
