import { Tensor } from "@tensorflow/tfjs-core";
import { allFinite, float64 } from "../../arrays.ts";
import { allPass, finiteNumbers } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import {
  checkDecorrelatedOptions,
  decorrelated as decorrelatedValues,
  type DecorrelatedOptions,
} from "../../init/diversity/decorrelated.ts";
import { matmul, type Matrix } from "../../linalg/index.ts";
import { configured, Initializer } from "../initializer.ts";
import { registered } from "../registered.ts";

/** Options of `decorrelated`; the covariance is an array of rows, which JSON can store. */
export interface DecorrelatedConfig extends Omit<DecorrelatedOptions, "covariance"> {
  covariance?: number[][];
}

class Decorrelated extends Initializer<DecorrelatedConfig> {
  static readonly className = "TfjsInitializersDecorrelated";

  constructor(config: DecorrelatedConfig = {}) {
    super(configured(config, ["base", "centred", "covariance", "depthwise", "method", "seed"]));
    checkDecorrelatedOptions(valuesOf(this.options));
  }

  protected values(shape: number[]): Float32Array {
    return decorrelatedValues(shape, valuesOf(this.options)).values;
  }
}

function valuesOf({ covariance, ...rest }: DecorrelatedConfig): DecorrelatedOptions {
  return covariance === undefined ? rest : { ...rest, covariance: matrixOf(covariance) };
}

function matrixOf(rows: number[][]): Matrix {
  const cols = Array.isArray(rows) ? rows[0]?.length : undefined;
  if (cols === undefined || !allPass(rows, (row) => Array.isArray(row) && row.length === cols)) {
    throw new ArgumentError("covariance", "rows of numbers, of equal length", show(rows));
  }
  const data = float64(rows.flatMap((row) => finiteNumbers("covariance", row)));
  return { rows: rows.length, cols, data };
}

export const classes = /* @__PURE__ */ registered({ Decorrelated });

/**
 * Initializer whose units are random but do not repeat each other. Use it as `kernelInitializer` of a dense or
 * convolution layer.
 *
 * A kernel […, in, out] is drawn by the rule `base`; then the directions of its units (a unit is an output channel
 * with all its incoming weights) are decorrelated, while their lengths stay as drawn. Up to as many units as inputs
 * come out orthogonal; for more units, mean cos² comes within 0.4 % of the least possible ("qr": within a few per
 * cent). The formulation is ours.
 *
 * With a seed the weights have the same bits everywhere. In saved models the class is
 * "TfjsInitializersDecorrelated".
 *
 * @param config.method `"zca"` (default: the nearest orthonormal rows), `"qr"` (Gram–Schmidt), `"cholesky"` (the result
 *   of "qr" by another algorithm; refuses more units than inputs), `"gradient"` (descent for Σ cos²) or `"data"`
 *   (decorrelates pre-activations, given the covariance of the inputs; the effect on training depends on the data, see
 *   examples/diversity.ts)
 * @param config.base rule of the first draw: glorotNormal, glorotUniform (default), heNormal, heUniform,
 *   leCunNormal or leCunUniform
 * @param config.centred `true` also subtracts from every unit its mean; default false
 * @param config.depthwise `true` for a depthwiseInitializer […, in, multiplier], which decorrelates the filters on
 *   each channel; default false
 * @param config.covariance for "data": n x n, as `inputCovariance` returns it
 * @param config.seed integer from 0 to 2^53 − 1; without one every weight is drawn afresh
 * @throws ArgumentError for a bad or unknown option; `apply` throws ArgumentError for a bad shape,
 *   ConvergenceError and MemoryError
 *
 * @example
 * tf.layers.dense({ units: 16, kernelInitializer: decorrelated({ base: "heNormal", seed: 1 }) })
 */
export function decorrelated(config: DecorrelatedConfig = {}): Decorrelated {
  return new classes.Decorrelated(config);
}

/**
 * Computes the covariance of the inputs of a dense layer, for `decorrelated({ method: "data", covariance })`.
 *
 * @param xs samples […, n], at least one; all axes but the last count samples
 * @returns n rows of n numbers: Σ (x − x̄)(x − x̄)ᵀ / N
 * @throws ArgumentError for a tensor of rank below 2 or without samples, and for entries that are not finite numbers
 */
export function inputCovariance(xs: Tensor): number[][] {
  if (!(xs instanceof Tensor) || xs.isDisposed) {
    throw new ArgumentError("xs", "a tensor that is not disposed", show(xs));
  }
  const n = xs.shape.at(-1) ?? 0;
  const rows = n === 0 ? 0 : xs.size / n;
  if (xs.rank < 2 || rows === 0) {
    throw new ArgumentError("xs", "samples […, n]", `shape [${xs.shape.join(", ")}]`);
  }
  const data = float64(xs.dataSync());
  if (!allFinite(data)) throw new ArgumentError("xs", "finite numbers", "a NaN or an infinity");
  for (let j = 0; j < n; j++) {
    let mean = 0;
    for (let at = j; at < data.length; at += n) mean += data[at]! / rows;
    for (let at = j; at < data.length; at += n) data[at]! -= mean;
  }
  const x = { rows, cols: n, data };
  const products = float64(matmul(x, x, { transposeA: true }).data, (sum) => sum / rows);
  return Array.from({ length: n }, (_, i) => Array.from(products.subarray(i * n, (i + 1) * n)));
}
