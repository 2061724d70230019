/** Tests of distributions. Seeds are fixed, so each test passes always or never. */
import { errorFunction } from "simple-statistics";

type Numbers = ArrayLike<number>;

/** P(Z ≤ z) for a standard normal Z; absolute error 1e-7. */
export const normalCdf = (z: number) => (1 + errorFunction(z / Math.SQRT2)) / 2;

/** P(Z > t) = P(Z < −t). */
export const normalTail = (t: number) => normalCdf(-t);

/** √N times the largest distance of the empirical distribution from `cdf` (Kolmogorov–Smirnov). */
export function kolmogorov(sample: Numbers, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  const gaps = sorted.map((x) => cdf(x)).map((p, i) => Math.max(p - i / n, (i + 1) / n - p));
  return Math.sqrt(n) * gaps.reduce((a, b) => Math.max(a, b));
}

/** Bound that √N D, the value of `kolmogorov`, exceeds with probability 2 exp(−2 · 1.95²) = 0.001. */
export const KOLMOGOROV = 1.95;

export const mean = (x: Numbers) => sum(x.length, (i) => x[i]) / x.length;

/** E xᵖ. */
export const moment = (x: Numbers, p: number) => sum(x.length, (i) => x[i] ** p) / x.length;

export function variance(x: Numbers): number {
  const center = mean(x);
  return sum(x.length, (i) => (x[i] - center) ** 2) / x.length;
}

/** The numbers shifted and scaled to mean 0 and variance 1. */
export function standardize(x: Numbers): Float64Array {
  const [center, deviation] = [mean(x), Math.sqrt(variance(x))];
  return Float64Array.from(x, (value) => (value - center) / deviation);
}

/** The correlation of standardized numbers. */
export const correlation = (x: Float64Array, y: Float64Array) =>
  sum(x.length, (i) => x[i] * y[i]) / x.length;

/**
 * The distribution of one entry of a Haar orthogonal n x n matrix: a coordinate of a uniform point on
 * the sphere, q = sin θ with density ∝ cosⁿ⁻² θ, by the midpoint rule.
 */
export function sphereCdf(n: number): (q: number) => number {
  const steps = 4096;
  const width = Math.PI / steps;
  const table = new Float64Array(steps + 1);
  for (let i = 0; i < steps; i++)
    table[i + 1] = table[i] + Math.cos((i + 0.5) * width - Math.PI / 2) ** (n - 2);
  return (q) => {
    const at = (Math.asin(Math.max(-1, Math.min(1, q))) + Math.PI / 2) / width;
    const i = Math.min(Math.floor(at), steps - 1);
    return (table[i] + (at - i) * (table[i + 1] - table[i])) / table[steps];
  };
}

function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}
