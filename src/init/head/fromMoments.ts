/** The head from the moments of the samples: in the axes of S = V diag(v) Vᵀ, W = P V diag(1/(v + λ)) Vᵀ. */
import { float64 } from "../../arrays.ts";
import { columns, scaleColumns } from "../../linalg/columns.ts";
import { eigh } from "../../linalg/eigh.ts";
import { matmul } from "../../linalg/matmul.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { significant } from "../data/spectrum.ts";
import { generalized } from "./crossValidation.ts";
import { SAFE, accumulate, dot, type Inverse, type Solved } from "./solution.ts";
import type { Pooled } from "./sums.ts";

type Double = Matrix<Float64Array>;

/** What both ways to a head lead to: its weights, and the means for an update, at any λ. */
export interface Form {
  solve(lambda: number): Pick<Solved, "weights" | "inverse">;
}

interface AxisForm extends Form {
  /** Eigenvalues of S above rounding errors, ascending. */
  readonly values: Float64Array;
  /** Their axes, as columns. */
  readonly axes: Double;
  /** P in these axes. */
  readonly turned: Double;
}

/**
 * Solves for the head, from moments alone.
 *
 * @param lambda λ, or "auto": by generalized cross-validation
 */
export function fromMoments(pooled: Pooled, lambda: number | "auto"): Solved {
  const { count, mean, centre, scatter, cross, energy } = pooled;
  const { solve, values, turned } = inAxes(scatter, cross);
  const weights = relative(energy, centre, count);
  const explained = float64(values.length);
  turned.data.forEach((value, at) => {
    const [c, i] = [Math.floor(at / turned.cols), at % turned.cols];
    explained[i]! += (weights[c]! * value * value) / values[i]!;
  });
  const total = energy.reduce((sum, own, c) => sum + weights[c]! * own, 0);
  const chosen =
    lambda === "auto"
      ? total > 0 ? generalized(values, explained, total, count - 1) : 0
      : lambda; // prettier-ignore
  const freedom = values.reduce((sum, value) => sum + value / (value + chosen), 0);
  return { count, lambda: chosen, mean: float64(mean), centre: float64(centre), freedom, ...solve(chosen) }; // prettier-ignore
}

/** Turns S and P into the axes of S. */
export function inAxes(scatter: Double, cross: Double): AxisForm {
  const { values: all, vectors } = eigh(scatter);
  const first = all.length - significant(all, scatter.rows);
  const [values, axes] = [all.subarray(first), columns(vectors, first)];
  const turned = matmul(cross, axes);
  const solve = (lambda: number) => {
    const factors = float64(values, (value) => 1 / (value + lambda));
    const weights = matmul(scaleColumns(turned, factors), axes, { transposeB: true });
    const safe = values.length > 0 && lambda >= SAFE * values.at(-1)!;
    const inverses = float64(all, (value) => 1 / (Math.max(0, value) + lambda));
    return { weights, ...(safe && { inverse: primalInverse(vectors, inverses) }) };
  };
  return { values, axes, turned, solve };
}

/** (S + λ)⁻¹ z = V diag(1/(v + λ)) Vᵀ z */
function primalInverse({ rows: d, cols, data }: Double, factors: Float64Array): Inverse {
  return (z) => {
    const c = float64(cols);
    for (let i = 0; i < d; i++) accumulate(c, data, z[i]!, i * cols);
    const own = float64(c, (value, at) => value * factors[at]!);
    return float64(z, (_, i) => dot(data, i * cols, own));
  };
}

/**
 * Weights for the squared errors of the targets: each in units of its own scale. A target that is constant up to
 * rounding has the weight zero.
 */
export function relative(energies: Float64Array, means: Float64Array, count: number): Float64Array {
  return float64(energies, (energy, j) =>
    energy > count * (STILL * means[j]!) ** 2 ? 1 / energy : 0,
  );
}

/** A deviation relative to the mean that counts as rounding: far above the rounding errors of float64 sums. */
const STILL = 2 ** -40;
