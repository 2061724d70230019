/** The slope of a softmax, by least cross-entropy: the minimum of a convex function of one number. */
import { float64 } from "../../arrays.ts";
import { exp, log } from "../../elementary.ts";

/** Scores of samples, a row each, and their classes. */
export interface Scores {
  readonly labels: readonly number[];
  readonly rows: Float64Array;
}

/** Scores that tell nothing keep their order by a slope above zero. */
export const FLATTEST = 2 ** -20;

/**
 * The slope β of least cross-entropy of softmax(β scores + log prior), where classes weigh as much as in the prior. One
 * more sample, of unknown class, keeps β finite where no score is on the wrong side: its target is the prior.
 *
 * @param shares of the classes in the samples
 */
export function steepest(
  { labels, rows }: Scores,
  shares: Float64Array,
  prior: Float64Array,
): number {
  const k = prior.length;
  const unknown = 1 / (labels.length + 1);
  const logs = float64(prior, (share) => (share > 0 ? log(share) : -Infinity));
  const weights = float64(prior, (share, c) => share / shares[c]!);
  // The targets' part of the derivative does not depend on β.
  let wanted = 0;
  labels.forEach((label, i) => {
    let mean = 0;
    for (let c = 0; c < k; c++) mean += prior[c]! * rows[i * k + c]!;
    wanted += weights[label]! * ((1 - unknown) * rows[i * k + label]! + unknown * mean);
  });
  const e = float64(k);
  const derivatives = (beta: number): [number, number] => {
    let [first, second] = [-wanted, 0];
    for (let i = 0; i < labels.length; i++) {
      const weight = weights[labels[i]!]!;
      const [mean, square] = moments(rows, i * k, beta, logs, e);
      first += weight * mean;
      second += weight * square;
    }
    return [first, second];
  };
  // Scores may be no better than none, or worse; their order is kept.
  return derivatives(FLATTEST)[0] >= 0 ? FLATTEST : minimum(derivatives);
}

/** Mean and variance of the scores from entry `from` on, by the weights softmax(β scores + logs), which go to `e`. */
function moments(
  rows: Float64Array,
  from: number,
  beta: number,
  logs: Float64Array,
  e: Float64Array,
): [number, number] {
  let top = -Infinity;
  for (let c = 0, at = from; c < e.length; c++, at++) {
    const logit = beta * rows[at]! + logs[c]!;
    e[c] = logit;
    if (logit > top) top = logit;
  }
  let sum = 0;
  let mean = 0;
  for (let c = 0, at = from; c < e.length; c++, at++) {
    const weight = exp(e[c]! - top);
    e[c] = weight;
    sum += weight;
    mean += weight * rows[at]!;
  }
  mean /= sum;
  let square = 0;
  for (let c = 0, at = from; c < e.length; c++, at++) square += e[c]! * (rows[at]! - mean) ** 2;
  return [mean, square / sum];
}

/** Newton's method from 1 between bounds, which bisection halves where a step would leave them. */
function minimum(derivatives: (beta: number) => [number, number]): number {
  let [low, high, beta] = [0, Infinity, 1];
  for (let step = 0; step < STEPS && beta > FLATTEST; step++) {
    const [first, second] = derivatives(beta);
    if (first > 0) high = beta;
    else low = beta;
    const last = beta;
    const next = beta - first / second;
    const inside = next > low && next < high;
    beta = inside ? Math.min(next, 4 * beta) : high === Infinity ? 2 * beta : (low + high) / 2;
    // Newton's method doubles the digits, so that the next step would change none.
    if (Math.abs(beta - last) <= 2 ** -26 * beta) break;
  }
  return Math.max(beta, FLATTEST);
}

/** Enough for bisection alone to find the digits of a float32. */
const STEPS = 60;
