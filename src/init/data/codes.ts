/**
 * Latent codes of the data-driven initialization: the pre-activations that a layer's weights are to produce.
 *
 * Every code is linear in z = [x, t], the layer's input x followed by data t that the code streams along with it:
 * S = P (z − mean z). Therefore the moments of z are all that has to be kept of the data, whatever the code.
 *
 *   code               t                    P (k rows)
 *   pca                nothing              the leading principal components; before one-sided
 *                                           activations k/2 of them and their negatives
 *   randomProjection   nothing              Gaussian
 *   labels             the label vector     orthonormal columns (more units than labels) or rows
 *   random             k normal numbers     the identity
 *   a function's       its values           the identity
 */
import { besides } from "../../linalg/columns.ts";
import { haar } from "../../linalg/haar.ts";
import { matmul } from "../../linalg/matmul.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";
import { normal } from "../../linalg/normal.ts";
import type { Spectrum } from "./spectrum.ts";

/** A code, and the number k of units that it is for. */
export interface Code {
  /** Which P the code has; `"streamed"`: t is the code itself. */
  readonly kind: "pca" | "labels" | "randomProjection" | "streamed";
  readonly units: number;
  /** Whether the activation that follows lets mostly one sign through, as relu does. */
  readonly oneSided: boolean;
  readonly seed: number;
}

/**
 * Makes P, k x size. `filled` is the number of its rows that have no principal component, because there are too few.
 *
 * @param x principal axes of the input, which is the first part of z
 * @param size of z
 */
export function projection(
  code: Code,
  x: Spectrum,
  size: number,
): { matrix: Matrix<Float64Array>; filled: number } {
  const { kind, units, oneSided, seed } = code;
  const d = x.axes.rows;
  const dtype = "float64";
  switch (kind) {
    case "pca": {
      const wanted = oneSided ? Math.ceil(units / 2) : units;
      const rows = principal(x, wanted, seed);
      const matrix = oneSided ? withNegatives(rows, units) : rows;
      return { matrix, filled: Math.max(0, units - (oneSided ? 2 : 1) * x.rank) };
    }
    case "randomProjection":
      return { matrix: normal(units, d, { seed, dtype }), filled: 0 };
    case "labels":
      return {
        matrix: besides(zeros(units, d), haar(units, size - d, { seed, dtype })),
        filled: 0,
      };
    case "streamed":
      return { matrix: besides(zeros(units, d), identity(units)), filled: 0 };
  }
}

/**
 * The leading principal components as rows. Where there are fewer components than wanted, the rows are random
 * orthonormal combinations of all of them.
 */
function principal({ axes, rank }: Spectrum, wanted: number, seed: number): Matrix<Float64Array> {
  const { rows: d, cols: r } = axes;
  const leading = zeros(Math.min(wanted, rank), d);
  for (let i = 0; i < leading.rows; i++) {
    for (let j = 0; j < d; j++) leading.data[i * d + j] = axes.data[j * r + r - 1 - i]!;
  }
  if (wanted <= rank) return leading;
  return matmul(haar(wanted, rank, { seed, dtype: "float64" }), leading);
}

function identity(n: number): Matrix<Float64Array> {
  const out = zeros(n, n);
  for (let i = 0; i < n; i++) out.data[i * (n + 1)] = 1;
  return out;
}

/** The rows followed by their negatives, `units` rows in all. */
function withNegatives(rows: Matrix<Float64Array>, units: number): Matrix<Float64Array> {
  const out = zeros(units, rows.cols);
  out.data.set(rows.data);
  for (let at = rows.data.length; at < out.data.length; at++) {
    out.data[at] = -rows.data[at - rows.data.length]!;
  }
  return out;
}
