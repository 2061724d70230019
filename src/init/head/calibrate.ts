/**
 * From the fit of one-hot targets to probabilities of classes under a prior. The score of class c,
 *
 *   z_c(x) = (ŷ_c(x) − p_c) / p_c = n (x̄_c − x̄)ᵀ (S + λ I)⁻¹ (x − x̄),   p_c = n_c / n,
 *
 * is that of a linear discriminant in the metric of S + λ I, where n_c only enters through the accuracy of the mean x̄_c.
 * Between classes c and k of equal prior the boundary is half way between the means, where z_c − θ_c = z_k − θ_k for
 *
 *   θ_c = ½ E(z_c | c),
 *
 * as E(z_c | k) = E(z_k | c) by symmetry. So a prior π is a correction of the bias,
 *
 *   logit_c = β (z_c − θ_c) + log π_c.
 *
 * Where samples are kept, E(z_c | c) and the slope β come from leave-one-out scores, which are as honest as those of new
 * samples, however many features there are; the slope is that of the least cross-entropy. Means of few samples are drawn
 * to the mean over the classes, by as much as their spread is that of chance (empirical Bayes; Efron and Morris, JASA 68,
 * 1973). Elsewhere both follow from the moments. The formulation is ours.
 */
import { float64 } from "../../arrays.ts";
import { exp } from "../../elementary.ts";
import { matmul } from "../../linalg/matmul.ts";
import { missed, type Modes } from "./crossValidation.ts";
import { STILL } from "./fromMoments.ts";
import type { Solved } from "./solution.ts";
import { FLATTEST, steepest } from "./slope.ts";
import type { Pooled } from "./sums.ts";
import { dot } from "./vectors.ts";

export interface Calibration {
  /** θ of every class. */
  readonly thresholds: Float64Array;
  /** β; 1 / β is the temperature of the softmax. */
  readonly slope: number;
}

/** Scores whose cross-entropy is made least are at most so many; of more samples, every second, third, … counts. */
const MOST = 2 ** 20;

/** Calibrates by leave-one-out scores. */
export function byLeaveOneOut(modes: Modes, lambda: number, prior: Float64Array): Calibration {
  const { count, targets, mean } = modes;
  const { width: k, values: labels } = targets;
  const counts = float64(mean, (share) => Math.round(share * count));
  const every = Math.ceil((count * k) / MOST);
  const own = float64(count);
  const seen: number[] = [];
  const rows = float64(Math.ceil(count / every) * k);
  const scores = float64(k);
  missed(modes, [lambda], (first, miss) => {
    for (let i = 0; i < miss.rows; i++) {
      const label = labels[first + i]!;
      // Without the last sample of a class there is no such class.
      if (counts[label] === 1) continue;
      for (let c = 0; c < k; c++) {
        const is = Number(c === label);
        const share = (counts[c]! - is) / (count - 1);
        scores[c] = (is - miss.data[i * k + c]!) / share - 1;
      }
      own[first + i] = scores[label]!;
      if ((first + i) % every === 0) rows.set(scores, k * (seen.push(label) - 1));
    }
  });
  // Features that are all equal leave rounding errors, which no slope may make large.
  if (rows.every((score) => Math.abs(score) <= STILL)) return { thresholds: float64(k), slope: 1 };
  const thresholds = float64(shrunk(labels, own, counts), (mean) => mean / 2);
  for (let at = 0; at < seen.length * k; at++) rows[at]! -= thresholds[at % k]!;
  return { thresholds, slope: steepest({ labels: seen, rows }, mean, prior) };
}

/**
 * Mean scores of the classes over their own samples, drawn to their common mean. The score of a sample is the mean of a
 * symmetric kernel with the other samples of its class, so that the mean over the n samples is a U-statistic of second
 * order. Its variance by the jackknife (Arvesen, Annals of Mathematical Statistics 40, 1969), with the variance s² of the
 * scores within classes, is
 *
 *   4 (n − 1)² / (n (n − 2)²) · s²,
 *
 * four times that of a mean of independent scores, or more. Two samples have one and the same score, which says nothing
 * of its chance: their class takes the common mean.
 */
function shrunk(labels: Float64Array, own: Float64Array, counts: Float64Array): Float64Array {
  const means = float64(counts.length);
  labels.forEach((label, i) => (means[label]! += own[i]! / counts[label]!));
  const several = [...counts.keys()].filter((c) => counts[c]! > 2);
  if (several.length === 0) return means.fill(0);
  const average = (value: (c: number) => number) =>
    several.reduce((sum, c) => sum + value(c), 0) / several.length;
  let [within, freedom] = [0, 0];
  labels.forEach((label, i) => (within += counts[label]! > 2 ? (own[i]! - means[label]!) ** 2 : 0));
  several.forEach((c) => (freedom += counts[c]! - 1));
  const chance = (c: number) => {
    const n = counts[c]!;
    return ((4 * (n - 1) ** 2) / (n * (n - 2) ** 2)) * (within / freedom);
  };
  const centre = average((c) => means[c]!);
  const spread = average((c) => (means[c]! - centre) ** 2 - chance(c));
  return float64(means, (mean, c) => {
    const weight = counts[c]! > 2 && spread > 0 ? spread / (spread + chance(c)) : 0;
    return centre + weight * (mean - centre);
  });
}

/**
 * Calibrates by moments, as in the model of normal classes of one covariance. A mean of n_c samples is farther away by
 * tr(A Σ) / n_c in the metric A = n (S + λ I)⁻¹ than the mean of the class, Σ the covariance within classes; and
 * β = E(z_c | c) / var(z_c), which is 1 where A is the inverse of Σ. For β both are taken of predictions without the own
 * sample, whose residuals are 1/s times as large, s = tr(I − H)/n, as generalized cross-validation has them: where there
 * are hardly more samples than features, the fit follows its own samples closely, and would seem far too sure.
 */
export function byMoments(pooled: Pooled, solved: Solved, prior: Float64Array): Calibration {
  const { count, centre: shares, cross } = pooled;
  const { weights, lambda, freedom } = solved;
  const [k, d] = [weights.rows, weights.cols];
  const among = matmul(weights, cross, { transposeB: true }).data;
  const raw = float64(shares, (share, c) => among[c * (k + 1)]! / (share * share * count));
  const within = count / Math.max(1, count - k);
  const s = 1 - (1 + freedom) / count;
  const excess = within * Math.max(0, freedom - dot(shares, 0, raw));
  const means = float64(raw, (mean, c) => mean - excess / (shares[c]! * count));
  const variances = float64(shares, (share, c) => {
    const row = weights.data.subarray(c * d, (c + 1) * d);
    let energy = among[c * (k + 1)]! - lambda * dot(row, 0, row);
    for (let j = 0; j < k; j++) energy -= among[c * k + j]! ** 2 / (shares[j]! * count);
    const sure = energy > ROUNDED * among[c * (k + 1)]!;
    return sure ? energy / (share * share * Math.max(1, count - k) * s * s) : NaN;
  });
  const alone = float64(raw, (mean, c) => (1 - (1 - (mean + 1) * shares[c]!) / s) / shares[c]! - 1);
  const slope = dot(prior, 0, alone) / dot(prior, 0, variances);
  const usable = slope > FLATTEST && Number.isFinite(slope);
  return { thresholds: float64(means, (mean) => mean / 2), slope: usable ? slope : 1 };
}

/** A share of energies that is rounding errors. */
const ROUNDED = 2 ** -40;

/** e^z_c / Σ e^z, with the bits the same everywhere. */
export function softmax(z: Float64Array): Float64Array {
  const top = z.reduce((most, value) => Math.max(most, value), -Infinity);
  const e = float64(z, (value) => exp(value - top));
  const sum = e.reduce((total, value) => total + value, 0);
  return float64(e, (value) => value / sum);
}
