/**
 * The last layer from the moments of its input and of its targets: ridge regression with an intercept. With x and y
 * about their means,
 *
 *   W = Y Xᵀ (X Xᵀ + λ I)⁻¹,   ŷ = ȳ + W (x − x̄),
 *
 * so that targets keep their own mean and scale, whatever these are. λ is chosen by generalized cross-validation
 * (Golub, Heath and Wahba, Technometrics 21, 1979): with H the map from y to ŷ,
 *
 *   ‖(I − H) Y‖² / tr(I − H)²   is least,
 *
 * which the eigenvalues of X Xᵀ, and Y Xᵀ in their axes, give for every λ at once, without another pass over the data.
 *
 * Behind a squashing function f the pre-activation z is not ŷ but one Newton step for the loss of f (cross-entropy, for
 * tanh least squares) from the best constant, z₀ = f⁻¹(ȳ):
 *
 *   z = z₀ + f′(z₀)⁻¹ (ŷ − ȳ);   softmax: f′ = diag p − p pᵀ, z_c = log p_c + (ŷ_c − ȳ_c) / p_c,
 *
 * less ½ f″/f′(z₀) var z (softmax: ½ var z_c). To second order this term makes the mean of the predictions equal to the
 * mean of the targets, which for classes is their frequencies. Without the term rare classes would be predicted too
 * often.
 */
import { float64 } from "../../arrays.ts";
import { columns } from "../../linalg/columns.ts";
import { matmul } from "../../linalg/matmul.ts";
import { trace, type Matrix } from "../../linalg/matrix.ts";
import { backwardError } from "../../linalg/sylvester.ts";
import { log } from "../../elementary.ts";
import { isStill, turned, validated, weightsAt, type Turned } from "../head/fromMoments.ts";
import type { Encoding } from "./encode.ts";
import type { Summary } from "./moments.ts";
import { preactivation } from "./preactivation.ts";
import { spectrum } from "./spectrum.ts";

/** The function between a unit and its target; `"identity"` is none. Softmax applies to groups of `classes` units. */
export type Link =
  | { readonly kind: "identity" | "sigmoid" | "tanh" }
  | { readonly kind: "softmax"; readonly classes: number };

/** Targets y, which follow x in z. In the last layer they take the place of a code. */
export interface Targets {
  readonly kind: "targets";
  readonly link: Link;
  /** Whether there is a bias; without one the regression goes through the origin. */
  readonly intercept: boolean;
  readonly seed: number;
}

/**
 * Solves for the last layer by ridge regression.
 *
 * @param moments of z = [x, y]
 * @param inputs number of entries of x
 * @param ridge λ divided by the mean eigenvalue of X Xᵀ, or "auto": by generalized cross-validation
 */
export function regress(
  moments: Summary,
  inputs: number,
  { link, intercept, seed }: Targets,
  ridge: number | "auto",
): Encoding {
  const { count, mean, scatter } = moments;
  const size = scatter.rows;
  const k = size - inputs;
  const part = (first: number, end: number): Matrix<Float64Array> => {
    const data = scatter.data.subarray(first * size, end * size);
    return columns({ rows: end - first, cols: size, data }, 0, inputs);
  };
  const [xx, zx] = [part(0, inputs), part(inputs, size)];
  const energy = (j: number) => scatter.data[(inputs + j) * (size + 1)]!;
  // z is affine in y, so its moments follow from those of y.
  const { centre, slope, bend } = linked(mean.subarray(inputs), count, link);
  const energies = float64(slope, (factor, j) => factor * factor * energy(j));
  zx.data.forEach((value, at) => (zx.data[at] = value * slope[Math.floor(at / inputs)]!));
  if (!intercept) {
    const about = mean.subarray(0, inputs);
    addOuter(xx, about, about, count);
    addOuter(zx, centre, about, count);
    energies.forEach((value, j) => (energies[j] = value + count * centre[j]! ** 2));
  }

  const x = spectrum(xx, seed);
  const inAxes = turned(x, zx);
  const lambdas =
    ridge === "auto"
      ? steadied(
          inAxes,
          validatedEach(inAxes, energies, slope, count - Number(intercept), link),
          link,
        )
      : float64(energies, () => (ridge * trace(xx)) / inputs);
  const w = weightsAt(inAxes, lambdas);
  const variances = float64(k);
  inAxes.cross.data.forEach((value, at) => {
    const [j, i] = [Math.floor(at / inAxes.cross.cols), at % inAxes.cross.cols];
    const own = value / (inAxes.values[i]! + lambdas[j]!);
    variances[j]! += (own * own * inAxes.values[i]!) / count;
  });
  const penalty = { rows: k, cols: k, data: float64(k * k) };
  lambdas.forEach((lambda, j) => (penalty.data[j * (k + 1)] = lambda));
  const means = matmul(w, { rows: inputs, cols: 1, data: mean.subarray(0, inputs) }).data;
  const { axes } = x;
  return {
    weights: w,
    bias: float64(centre, (value, j) => value - (bend[j]! * variances[j]!) / 2 - means[j]!),
    variance: preactivation(w, moments).variance,
    residual: backwardError({ a: penalty, b: xx, c: zx, transposeB: false }, { x: w, exponent: 0 }),
    singular: 0,
    filled: 0,
    still: slope.reduce((n, _, j) => n + Number(isStill(energy(j), mean[inputs + j]!, count)), 0),
    ...(axes.cols < inputs && { reduced: { axes: axes.cols, share: x.share } }),
  };
}

/**
 * How far a head amplifies at most: where all its inputs move by a hundredth of their deviation, its output moves by a third of
 * the output's own. Inputs move so far within a few steps of training, and the best weights for smooth features, some of whose
 * directions have a millionth of the deviation of others, would not survive that.
 */
const STEADY = 100 / 3;

/** The least λ, from the given ones up by powers of 2, with ‖w‖² v̄ ≤ STEADY² ‖w X‖², v̄ the mean eigenvalue of X Xᵀ. */
function steadied(inAxes: Turned, lambdas: Float64Array, link: Link): Float64Array {
  const { values, cross } = inAxes;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const top = values.at(-1) ?? 0;
  const steady = (rows: readonly number[], lambda: number) => {
    let [own, moved] = [0, 0];
    for (const j of rows) {
      values.forEach((value, i) => {
        const weight = (cross.data[j * cross.cols + i]! / (value + lambda)) ** 2;
        own += weight * value;
        moved += weight * mean;
      });
    }
    return moved <= STEADY ** 2 * own;
  };
  const raised = (lambda: number, rows: readonly number[]) => {
    while (lambda > 0 && lambda < top && !steady(rows, lambda)) lambda *= 2;
    return lambda;
  };
  if (link.kind !== "softmax") return float64(lambdas, (lambda, j) => raised(lambda, [j]));
  // Classes have one λ for all of them.
  return float64(lambdas.length).fill(raised(lambdas[0]!, [...lambdas.keys()]));
}

/**
 * The λ of every target: its own or, for classes, one for all of them, whose errors weigh as in the cross-entropy.
 *
 * @param freedom number of samples, less one for an intercept
 */
function validatedEach(
  inAxes: Turned,
  energies: Float64Array,
  slope: Float64Array,
  freedom: number,
  link: Link,
): Float64Array {
  const weights = float64(slope, (factor) => 1 / factor);
  if (link.kind === "softmax") {
    return float64(slope.length).fill(validated(inAxes, energies, weights, freedom));
  }
  return float64(slope, (_, j) => {
    const own = float64(slope.length);
    own[j] = 1;
    return validated(inAxes, energies, own, freedom);
  });
}

/**
 * z₀, 1 / f′(z₀) and f″/f′(z₀) of every unit. Frequencies p count half a sample more of each kind than there are
 * (Jeffreys' prior), so that no p is 0.
 */
function linked(
  means: Float64Array,
  count: number,
  link: Link,
): Record<"centre" | "slope" | "bend", Float64Array> {
  if (link.kind === "identity") {
    return { centre: means, slope: float64(means, () => 1), bend: float64(means, () => 0) };
  }
  if (link.kind === "softmax") {
    const { classes } = link;
    const positive = float64(means, (m) => Math.max(0, m));
    const totals = float64(means, (_, j) => {
      const start = j - (j % classes);
      return positive.subarray(start, start + classes).reduce((sum, m) => sum + m, 0);
    });
    const p = float64(positive, (m, j) => (count * m + 0.5) / (count * totals[j]! + classes / 2));
    const slope = float64(p, (p, j) => 1 / (p * (totals[j]! || 1)));
    return { centre: float64(p, log), slope, bend: float64(p, () => 1) };
  }
  const p = float64(means, (m) => {
    const share = Math.min(1, Math.max(0, link.kind === "tanh" ? (m + 1) / 2 : m));
    return (count * share + 0.5) / (count + 1);
  });
  const centre = float64(p, (p) => log(p) - log(1 - p));
  const slope = float64(p, (p) => 1 / (p * (1 - p)));
  const bend = float64(p, (p) => 1 - 2 * p);
  if (link.kind === "sigmoid") return { centre, slope, bend };
  // tanh z = 2 sigmoid(2 z) − 1
  return {
    centre: float64(centre, (z) => z / 2),
    slope: float64(slope, (s) => s / 4),
    bend: float64(bend, (b) => 2 * b),
  };
}

/** a += count·x·yᵀ */
function addOuter(a: Matrix, x: Float64Array, y: Float64Array, count: number): void {
  for (let i = 0, at = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) a.data[at++]! += count * x[i]! * y[j]!;
  }
}
