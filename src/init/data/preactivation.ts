/** Statistics of the pre-activations w·x over the data, computed from the moments of the data alone. */
import { besides, columns } from "../../linalg/columns.ts";
import { matmul } from "../../linalg/matmul.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";
import type { Summary } from "./moments.ts";

export interface Preactivation {
  /** Variance over the data, mean over the units. */
  readonly variance: number;
  /** Variance over data and units together, the quantity that LSUV normalizes. */
  readonly spread: number;
}

/**
 * Computes the statistics of the pre-activations of a layer.
 *
 * @param weights k x d, with a row for each unit
 * @param moments of vectors whose first d entries are the input
 */
export function preactivation(
  weights: Matrix<Float64Array>,
  { count, mean, scatter }: Summary,
): Preactivation {
  const { rows: k, cols: d } = weights;
  const centre = matmul(weights, { rows: d, cols: 1, data: mean.subarray(0, d) }).data;
  const padded = besides(weights, zeros(k, scatter.rows - d));
  const product = columns(matmul(padded, scatter), 0, d).data;
  let variance = 0;
  for (let i = 0; i < product.length; i++) variance += product[i]! * weights.data[i]!;
  variance /= count * k;
  const average = centre.reduce((sum, m) => sum + m, 0) / k;
  const between = centre.reduce((sum, m) => sum + (m - average) * (m - average), 0) / k;
  return { variance, spread: variance + between };
}
