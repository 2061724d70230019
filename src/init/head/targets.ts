/** What samples are to be mapped to: a class each, by its index, or `width` numbers each. */
import { float64 } from "../../arrays.ts";
import { matmul } from "../../linalg/matmul.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";

/**
 * The targets y of samples, a row of `width` numbers for each. For classes `values` holds one index a sample, which stands
 * for a one-hot row; these rows are never made, so that a thousand classes cost no more than ten.
 */
export interface Targets {
  readonly kind: "classes" | "values";
  readonly width: number;
  readonly values: Float64Array;
}

/** Number of entries of `values` that a sample has. */
export const stride = ({ kind, width }: Pick<Targets, "kind" | "width">): number =>
  kind === "classes" ? 1 : width;

/** The targets of the samples `first` to `end` − 1. */
export function part(y: Targets, first: number, end: number): Targets {
  const each = stride(y);
  return { ...y, values: y.values.subarray(first * each, end * each) };
}

/** Mean of y. */
export function meanOf(y: Targets, count: number): Float64Array {
  const mean = float64(y.width);
  const { kind, width, values } = y;
  if (kind === "classes") values.forEach((label) => mean[label]!++);
  else values.forEach((value, at) => (mean[at % width]! += value));
  return float64(mean, (sum) => sum / count);
}

/** Σ (y − mean)² of every entry, where `mean` is that of these samples. */
export function energyOf(y: Targets, count: number, mean: Float64Array): Float64Array {
  if (y.kind === "classes") return float64(mean, (share) => count * share * (1 - share));
  const energy = float64(y.width);
  y.values.forEach((value, at) => (energy[at % y.width]! += (value - mean[at % y.width]!) ** 2));
  return energy;
}

/** (Y − mean)ᵀ F, width x f.cols, for a matrix F whose columns have the sum zero. */
export function crossed(
  y: Targets,
  mean: Float64Array,
  f: Matrix<Float64Array>,
): Matrix<Float64Array> {
  if (y.kind === "values") {
    return matmul({ rows: f.rows, cols: y.width, data: centred(y, mean) }, f, { transposeA: true });
  }
  // The mean of one-hot rows falls out: it meets columns with the sum zero.
  const out = zeros(y.width, f.cols);
  for (let i = 0, at = 0; i < f.rows; i++) {
    for (let j = 0, to = y.values[i]! * f.cols; j < f.cols; j++) out.data[to++]! += f.data[at++]!;
  }
  return out;
}

/** Y − mean as rows. */
export function centred(y: Targets, mean: Float64Array): Float64Array {
  const { kind, width, values } = y;
  if (kind === "values") return float64(values, (value, at) => value - mean[at % width]!);
  const out = float64(values.length * width);
  values.forEach((label, i) => {
    for (let c = 0; c < width; c++) out[i * width + c] = Number(c === label) - mean[c]!;
  });
  return out;
}
