import { countOf, float64 } from "../../arrays.ts";
import { checkInteger } from "../../arguments.ts";
import { matmul, normal, svd, type Matrix } from "../../linalg/index.ts";
import { checkFinite, normalised } from "../units.ts";

type Real = Matrix<Float64Array>;

/** The two units that are most alike. */
export interface Pair {
  /** `kept` is the longer unit, `replaced` the other. */
  readonly kept: number;
  readonly replaced: number;
  /** Signed cosine of the two vectors (weights, bias): 1 for positive multiples. */
  readonly cosine: number;
  /** |w_replaced| / |w_kept| for the vectors (weights, bias): the factor for folding the outgoing weights together. */
  readonly ratio: number;
  /** Whether one unit is a positive multiple of the other, to float32 precision. */
  readonly multiple: boolean;
}

/** The rounding errors of float32 weights: √(n)·2⁻²⁴ relative, and a few more for a product, a load, a save. */
const ROUNDING = 2 ** -21;

/**
 * Finds the pair of units with the largest signed cosine between their vectors (weights, bias).
 *
 * @param weights m x n, a row per unit
 * @param bias m numbers; absent: none
 * @returns `undefined` if fewer than two units are not zero
 * @throws ArgumentError for a NaN or infinite entry
 */
export function mostRedundant(weights: Matrix, bias?: ArrayLike<number>): Pair | undefined {
  const whole = augmented(weights, bias);
  checkFinite("weights", whole.data);
  const { lengths, u } = normalised(whole);
  const [m, n] = [u.rows, u.cols];
  const { data: cosines } = matmul(u, u, { transposeB: true });
  let [i, j, cosine] = [-1, -1, -Infinity];
  for (let a = 0; a < m; a++) {
    for (let b = 0; b < a; b++) {
      if (lengths[a]! > 0 && lengths[b]! > 0 && cosines[a * m + b]! > cosine) {
        [i, j, cosine] = [a, b, cosines[a * m + b]!];
      }
    }
  }
  if (i < 0) return undefined;
  const [kept, replaced] = lengths[j]! >= lengths[i]! ? [j, i] : [i, j];
  // Multiples are recognized by the difference of the unit vectors: near 1 the cosine is too coarse, because 1 − cos is
  // half the square of the difference.
  let square = 0;
  for (let k = 0; k < n; k++) square += (u.data[kept * n + k]! - u.data[replaced * n + k]!) ** 2;
  const ratio = lengths[replaced]! / lengths[kept]!;
  const multiple = Math.sqrt(square) <= ROUNDING;
  return { kept, replaced, cosine: Math.min(1, cosine), ratio, multiple };
}

/**
 * Draws a new direction for unit j: random in the orthogonal complement of the other units or, where they span the
 * whole space, the direction in which the other units are smallest (the last right singular vector). It has the length
 * of the old weights.
 *
 * @param seed integer from 0 to 2^53 − 1; without one every call gives another direction
 */
export function redrawn(weights: Matrix, j: number, seed?: number): Float64Array {
  const { rows: m, cols: n } = weights;
  checkInteger("unit", j, 0, m - 1);
  const { lengths, u } = normalised(weights);
  const others = { rows: m - 1, cols: n, data: float64((m - 1) * n) };
  for (let i = 0, to = 0; i < m; i++) {
    if (i !== j) others.data.set(u.data.subarray(i * n, (i + 1) * n), n * to++);
  }
  const { s, v } = svd(others, { mode: "complete" });
  const rank = countOf(s, (x) => x > Math.max(m, n) * 2 ** -24 * s[0]!);
  const first = Math.min(rank, n - 1);
  // Random coordinates in the columns of v from the first column that the others do not span.
  const z = normal(1, n - first, { seed, dtype: "float64" }).data;
  const direction = float64(n);
  for (let i = 0; i < n; i++) {
    for (let k = first; k < n; k++) direction[i]! += v.data[i * n + k]! * z[k - first]!;
  }
  const unit = normalised({ rows: 1, cols: n, data: direction }).u.data;
  return float64(unit, (x) => x * lengths[j]!);
}

function augmented({ rows, cols, data }: Matrix, bias?: ArrayLike<number>): Real {
  const width = cols + (bias === undefined ? 0 : 1);
  const out = float64(rows * width);
  for (let i = 0; i < rows; i++) {
    out.set(data.subarray(i * cols, (i + 1) * cols), i * width);
    if (bias !== undefined) out[i * width + cols] = bias[i]!;
  }
  return { rows, cols: width, data: out };
}
