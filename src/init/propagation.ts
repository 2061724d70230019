/**
 * Signal propagation: the second moments of activations and gradients in layers with random weights, for pre-activations
 * z ~ N(0, q). From one layer to the next, activations of second moment s become E[σ(z)²], where the weights of variance
 * v / fan-in make q = v s; squared gradients are multiplied by v E[σ'(z)²] (Poole et al. 2016; Schoenholz et al. 2017).
 */
import { log } from "../elementary.ts";
import type { Activation } from "./lps/activations.ts";
import { bisect, expectation } from "./lps/quadrature.ts";

/** E[σ(z)²], or with "derivative" E[σ'(z)²]. */
export function secondMoment(
  { kinks, accuracy, ...sigma }: Activation,
  variance: number,
  part: "value" | "derivative" = "value",
): number {
  const square = (x: number) => sigma[part](x) * sigma[part](x);
  return expectation(square, 0, Math.sqrt(variance), kinks, accuracy?.[part]);
}

/** Powers of 2 between which a variance is looked for. */
const [LEAST, MOST] = [2 ** -20, 2 ** 20];

/** The variance q of pre-activations with E[σ(z)²] = moment; undefined if there is none. */
export function variancePreserving(sigma: Activation, moment: number): number | undefined {
  const excess = (variance: number) => secondMoment(sigma, variance) - moment;
  return excess(LEAST) < 0 && excess(MOST) > 0 ? bisect(excess, LEAST, MOST) : undefined;
}

/**
 * The largest variance q, at most `most`, at which `depth` layers whose weights keep q multiply squared gradients by at
 * most √2: (q E[σ'(z)²] / E[σ(z)²])^depth ≤ √2. An activation like tanh becomes linear for small q and then passes
 * gradients unchanged; the depth decides how close to linear it must be. The formulation is ours.
 */
export function gentleVariance(sigma: Activation, depth: number, most: number): number {
  const growth = (variance: number) => {
    const chi = (variance * secondMoment(sigma, variance, "derivative")) / secondMoment(sigma, variance); // prettier-ignore
    return depth * log(chi) - log(2) / 2;
  };
  return growth(most) <= 0 || growth(LEAST) > 0 ? most : bisect(growth, LEAST, most);
}

/**
 * The slope c of σ(x) − σ(−x) = c x, for activations where that difference is linear: c = 1 for relu, gelu, silu and
 * softplus, 1 + slope for leakyRelu, 2 for a linear activation; undefined for others.
 */
export function oddSlope({ value }: Activation): number | undefined {
  const slope = (x: number) => (value(x) - value(-x)) / x;
  const slopes = POINTS.map(slope);
  const same = slopes.every((one) => Math.abs(one - slopes[0]!) <= SAME);
  return same && slopes[0]! > 0 ? slopes[0] : undefined;
}

/** Where the difference is looked at: pre-activations of variance 2 rarely pass 6. */
const POINTS = /* @__PURE__ */ Array.from({ length: 24 }, (_, i) => (i + 1) / 4);
/** Some hundred roundings, as many as the distribution function in gelu may have. */
const SAME = 1e-12;
