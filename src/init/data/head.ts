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
import { generalized } from "../head/crossValidation.ts";
import type { Encoding } from "./encode.ts";
import type { Summary } from "./moments.ts";
import { preactivation } from "./preactivation.ts";
import { spectrum, type Spectrum } from "./spectrum.ts";

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
  const c = matmul(zx, x.axes);
  const weights = link.kind === "softmax" ? float64(slope, (factor) => 1 / factor) : undefined;
  const lambdas =
    ridge === "auto"
      ? validated(c, x, energies, count - Number(intercept), weights)
      : float64(energies, () => (ridge * trace(xx)) / inputs);
  const first = x.values.length - x.rank;
  const variances = float64(k);
  c.data.forEach((value, at) => {
    const [j, i] = [Math.floor(at / c.cols), at % c.cols];
    const own = i < first ? 0 : value / (x.values[i]! + lambdas[j]!);
    variances[j]! += (own * own * x.values[i]!) / count;
    c.data[at] = own;
  });
  const w = matmul(c, x.axes, { transposeB: true });
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
    still: Array.from(
      slope,
      (_, j) => energy(j) <= count * (STILL * mean[inputs + j]!) ** 2,
    ).filter(Boolean).length,
    ...(axes.cols < inputs && { reduced: { axes: axes.cols, share: x.share } }),
  };
}

/**
 * A deviation relative to the mean that counts as rounding: far above the rounding errors of float64 sums, far below
 * the smallest variation of float32 data.
 */
const STILL = 2 ** -40;

/**
 * The λ of every row of c, which holds the moments of targets with the axes of x: the best λ for that row or, if there
 * are weights for the rows, one λ that is best for all rows together.
 *
 * @param freedom number of samples, less one for an intercept
 */
function validated(
  c: Matrix<Float64Array>,
  { values, rank }: Spectrum,
  energies: Float64Array,
  freedom: number,
  weights?: Float64Array,
): Float64Array {
  const first = values.length - rank;
  const kept = values.subarray(first);
  const row = (j: number) =>
    float64(kept, (value, i) => c.data[j * c.cols + first + i]! ** 2 / value);
  if (weights === undefined) {
    return float64(energies, (energy, j) => generalized(kept, row(j), energy, freedom));
  }
  const explained = float64(rank);
  let total = 0;
  energies.forEach((energy, j) => {
    row(j).forEach((value, i) => (explained[i]! += weights[j]! * value));
    total += weights[j]! * energy;
  });
  return float64(c.rows).fill(generalized(kept, explained, total, freedom));
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
