/** The head from the moments of the samples: in the axes of S = V diag(v) Vᵀ, W = P V diag(1/(v + λ)) Vᵀ. */
import { float64 } from "../../arrays.ts";
import { columns } from "../../linalg/columns.ts";
import { matmul } from "../../linalg/matmul.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { full, type Spectrum } from "../data/spectrum.ts";
import { generalized } from "./crossValidation.ts";
import { SAFE, type Inverse, type Solved } from "./solution.ts";
import type { Pooled } from "./sums.ts";
import { times, transposedTimes } from "./vectors.ts";

type Double = Matrix<Float64Array>;

/** Targets in the axes of S, those with eigenvalues above rounding errors. */
export interface Turned {
  /** The eigenvalues, ascending. */
  readonly values: Float64Array;
  /** The axes, as columns. */
  readonly axes: Double;
  /** P V, a row for each target. */
  readonly cross: Double;
}

/**
 * Solves for the head, from moments alone.
 *
 * @param lambda λ, or "auto": by generalized cross-validation
 */
export function fromMoments(pooled: Pooled, lambda: number | "auto"): Solved {
  const { count, mean, centre, scatter, cross, energy } = pooled;
  const spectrum = full(scatter);
  const inAxes = turned(spectrum, cross);
  const weights = relative(energy, centre, count);
  const chosen = lambda === "auto" ? validated(inAxes, energy, weights, count - 1) : lambda;
  return {
    count,
    lambda: chosen,
    mean: float64(mean),
    centre: float64(centre),
    ...solvedAt(spectrum, inAxes, chosen),
  };
}

/** Turns P into the axes of S. */
export function turned({ values: all, axes: vectors, rank }: Spectrum, cross: Double): Turned {
  const first = all.length - rank;
  const axes = columns(vectors, first);
  return { values: all.subarray(first), axes, cross: matmul(cross, axes) };
}

/** W and what goes with it, at one λ for all targets. */
export function solvedAt(
  spectrum: Spectrum,
  inAxes: Turned,
  lambda: number,
): Pick<Solved, "weights" | "inverse" | "freedom"> {
  const { values, cross } = inAxes;
  const weights = weightsAt(inAxes, float64(cross.rows).fill(lambda));
  const freedom = values.reduce((sum, value) => sum + value / (value + lambda), 0);
  const safe = values.length > 0 && lambda >= SAFE * values.at(-1)!;
  return { weights, freedom, ...(safe && { inverse: inverse(spectrum, lambda) }) };
}

/** W with a λ for each target. */
export function weightsAt({ values, axes, cross }: Turned, lambdas: Float64Array): Double {
  const { rows, cols, data } = cross;
  const shrunk = float64(data, (value, at) => {
    const [j, i] = [Math.floor(at / cols), at % cols];
    return value / (values[i]! + lambdas[j]!);
  });
  return matmul({ rows, cols, data: shrunk }, axes, { transposeB: true });
}

/**
 * The λ of least generalized cross-validation, the squared errors of each target weighed by `weights`; 0 where there is
 * nothing to explain.
 *
 * @param energies Σ (y − ȳ)² of each target
 * @param freedom number of samples, less one for an intercept
 */
export function validated(
  { values, cross }: Turned,
  energies: Float64Array,
  weights: Float64Array,
  freedom: number,
): number {
  const explained = float64(values.length);
  let total = 0;
  weights.forEach((weight, j) => {
    if (weight === 0) return;
    total += weight * energies[j]!;
    for (let i = 0, at = j * cross.cols; i < cross.cols; i++, at++) {
      explained[i]! += (weight * cross.data[at]! ** 2) / values[i]!;
    }
  });
  return total > 0 ? generalized(values, explained, total, freedom) : 0;
}

/** (S + λ)⁻¹ z = V diag(1/(v + λ)) Vᵀ z, in all axes. */
function inverse({ values, axes }: Spectrum, lambda: number): Inverse {
  const factors = float64(values, (value) => 1 / (Math.max(0, value) + lambda));
  return (z) => {
    const c = transposedTimes(axes, z);
    return times(
      axes,
      float64(c, (value, at) => value * factors[at]!),
    );
  };
}

/** Weights for the squared errors of the targets: each in units of its own scale, and none for those that are still. */
export function relative(energies: Float64Array, means: Float64Array, count: number): Float64Array {
  return float64(energies, (energy, j) => (isStill(energy, means[j]!, count) ? 0 : 1 / energy));
}

/** Whether a target of this energy, Σ (y − ȳ)², has the same value in all samples, up to rounding. */
export function isStill(energy: number, mean: number, count: number): boolean {
  return energy <= count * (STILL * mean) ** 2;
}

/**
 * A deviation relative to the mean that counts as rounding: far above the rounding errors of float64 sums, far below
 * the smallest variation of float32 data.
 */
export const STILL = 2 ** -40;
