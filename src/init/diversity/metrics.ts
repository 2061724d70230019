import { countOf, float64 } from "../../arrays.ts";
import { checkFlag } from "../../arguments.ts";
import { eigh, matmul, type Matrix } from "../../linalg/index.ts";
import { checkMatrix } from "../../linalg/matrix.ts";
import { checkFinite, largest, normalised } from "../units.ts";

/** Measures of how different m units are: means and extremes over pairs of different units. */
export interface Diversity {
  /** Mean |cos|, mean cos² and largest |cos| (mutual coherence) of the angles between units; each is 0 to 1. */
  readonly meanAbsCos: number;
  readonly meanCos2: number;
  readonly coherence: number;
  /** The same for Pearson's correlation: the cosine after the mean of each unit is subtracted. */
  readonly meanAbsPearson: number;
  readonly meanPearson2: number;
  readonly maxAbsPearson: number;
  /** Smallest angle between two units, in radians; π for a single unit. */
  readonly minAngle: number;
  /**
   * Hyperspherical energy: mean of |uᵢ − uⱼ|⁻² over pairs of unit vectors; Infinity, or a number of about 1e15, when
   * two units are the same.
   */
  readonly energy: number;
  /** exp of the entropy of σᵢ²/Σσ², with σ the singular values of the units: 1 to min(m, n). */
  readonly effectiveRank: number;
  /** log det of the matrix of cosines: 0 for orthogonal units, −Infinity for linearly dependent ones. */
  readonly logDet: number;
  /** Fraction of units whose entries are all zero; such a unit has cosine 0 with every other. */
  readonly deadFraction: number;
}

/**
 * Measures the diversity of the rows of an m x n matrix: weights (a row per unit) or activations (a row per unit, a
 * column per sample). With fewer than two units there are no pairs, and every mean over pairs is 0.
 *
 * @param options.spectrum `false` leaves effectiveRank and logDet NaN and saves two eigenproblems of order min(m, n)
 *   and m; default true
 * @param options.name the name of the matrix in errors; default "units"
 * @throws ArgumentError for a malformed matrix or a NaN or infinite entry; MemoryError
 */
export function diversityOf(
  units: Matrix,
  options: { spectrum?: boolean; name?: string } = {},
): Diversity {
  const { spectrum = true, name = "units" } = options;
  checkMatrix(name, units);
  checkFlag("spectrum", spectrum);
  checkFinite(name, units.data);
  const { lengths, u } = normalised(units);
  const cosines = gram(u);
  const { meanAbs, meanSquare, top, largest, energy } = overPairs(cosines, lengths);
  const pearson = overPairs(gram(normalised(centred(u)).u), lengths);
  return {
    meanAbsCos: meanAbs,
    meanCos2: meanSquare,
    coherence: top,
    meanAbsPearson: pearson.meanAbs,
    meanPearson2: pearson.meanSquare,
    maxAbsPearson: pearson.top,
    minAngle: Math.acos(largest),
    energy,
    effectiveRank: spectrum ? effectiveRank(units) : NaN,
    logDet: spectrum ? logDet(cosines, u.cols) : NaN,
    deadFraction: units.rows === 0 ? 0 : countOf(lengths, (x) => x === 0) / units.rows,
  };
}

/** Only the mean |cos| and mean cos² over pairs of units; 0 where there are no pairs. */
export function likenessOf(units: Matrix, name: string): { meanAbsCos: number; meanCos2: number } {
  checkMatrix(name, units);
  checkFinite(name, units.data);
  if (units.rows < 2) return { meanAbsCos: 0, meanCos2: 0 };
  const { lengths, u } = normalised(units);
  const { meanAbs, meanSquare } = overPairs(gram(u), lengths);
  return { meanAbsCos: meanAbs, meanCos2: meanSquare };
}

/** The least possible mean cos² of m vectors in n dimensions, that of a unit-norm tight frame. */
export function leastMeanCos2(m: number, n: number): number {
  return m > n ? (m - n) / (n * (m - 1)) : 0;
}

function gram(u: Matrix<Float64Array>): Matrix<Float64Array> {
  return matmul(u, u, { transposeB: true });
}

/** Subtracts from every row its mean. The rounding errors that remain of a constant row of unit length become zero. */
function centred({ rows, cols, data }: Matrix<Float64Array>): Matrix<Float64Array> {
  const out = float64(data);
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * cols, (i + 1) * cols);
    const mean = row.reduce((sum, x) => sum + x, 0) / cols;
    row.forEach((x, k) => (row[k] = x - mean));
    if (row.every((x) => Math.abs(x) <= cols * 2 ** -52)) row.fill(0);
  }
  return { rows, cols, data: out };
}

function overPairs({ rows: m, data }: Matrix<Float64Array>, lengths: Float64Array) {
  let [abs, square, inverse, top, largest] = [0, 0, 0, 0, -1];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) {
      const cos = Math.min(1, Math.max(-1, data[i * m + j]!));
      abs += Math.abs(cos);
      square += cos ** 2;
      top = Math.max(top, Math.abs(cos));
      if (lengths[i] === 0 || lengths[j] === 0) continue;
      inverse += 1 / (2 - 2 * cos);
      largest = Math.max(largest, cos);
    }
  }
  const pairs = Math.max(1, (m * (m - 1)) / 2);
  return {
    meanAbs: abs / pairs,
    meanSquare: square / pairs,
    energy: inverse / pairs,
    top,
    largest,
  };
}

/** exp of the entropy of σ²/Σσ². The eigenvalues of the Gram matrix on the shorter side are the σ². */
export function effectiveRank({ rows, cols, data }: Matrix): number {
  const top = largest(data);
  if (top === 0) return 0;
  const a = { rows, cols, data: float64(data, (x) => x / top) };
  const small = rows < cols ? gram(a) : matmul(a, a, { transposeA: true });
  const { values: s } = eigh(small, { vectors: false });
  const total = s.reduce((sum, x) => sum + x, 0);
  return Math.exp(-s.reduce((sum, x) => sum + (x > 0 ? (x / total) * Math.log(x / total) : 0), 0));
}

/** The log of the determinant. Eigenvalues that rounding alone could have made count as zero, and all beyond n. */
function logDet(cosines: Matrix<Float64Array>, n: number): number {
  const m = cosines.rows;
  if (m > n) return -Infinity;
  const { values: s } = eigh(cosines, { vectors: false });
  return s.reduce((sum, x) => sum + (x > m * 2 ** -52 * s[m - 1]! ? Math.log(x) : -Infinity), 0);
}
