/**
 * Polynomials that approximate an activation on [−R, R]. All work is done in u = t / R on [−1, 1] and in an orthogonal
 * basis, where a coefficient as small as roundoff is one that vanishes, whatever R is.
 */
import { float64 } from "../../arrays.ts";
import { checkInteger, checkOneOf, known } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import {
  activationNamed,
  type Activation,
  type ActivationFunction,
  type ActivationName,
} from "./activations.ts";
import { CHEBYSHEV, LEGENDRE, monomials, values, type Basis } from "./bases.ts";
import { minimax } from "./minimax.ts";
import { integrate, ROUNDOFF, split } from "./quadrature.ts";

export type Norm = "legendre" | "chebyshev" | "minimax";

export interface ApproximationOptions {
  /** Degree of the polynomial, 1 to 20; default 2. */
  degree?: number;
  /** Half the width R of the interval [−R, R], from 1e-12 to 1e12; default 1. */
  interval?: number;
  /**
   * The error that is smallest: `"legendre"` (default) ∫ (σ − P)² dt, `"chebyshev"` ∫ (σ − P)² / √(R² − t²) dt,
   * `"minimax"` max |σ − P|.
   */
  norm?: Norm;
}

/** Beyond this degree powers of t are too ill-conditioned a basis: (1 + √2)^20 u is 5e-9. */
const MOST_DEGREE = 20;
/** The powers of this width up to the largest degree are normal numbers. */
const WIDEST = 1e12;
/** Fraction of the largest coefficient that counts as zero: some 100 times the roundoff of integrals and exchanges. */
const VANISHING = 1e-12;
/** Points at which the size of an activation is measured. */
const SAMPLES = Array.from({ length: 33 }, (_, i) => i / 16 - 1);

type Real = (u: number) => number;
/** Computes coefficients in an orthogonal basis, for a function on [−1, 1] with kinks and some noise. */
type Fit = (f: Real, degree: number, kinks: readonly number[], noise: number) => number[];

/**
 * Computes the polynomial P of a given degree that is nearest to an activation σ on [−R, R].
 *
 * @param activation a name of TensorFlow.js (see `activations`), a function of a number, or { value, derivative?,
 *   kinks? } with the points where it is not smooth
 * @param options see `ApproximationOptions`
 * @returns degree + 1 coefficients in ascending powers of t, exact zeros where they vanish by symmetry
 *
 * @remarks
 * `"legendre"`: c_k = (2k + 1)/2 ∫ σ(Ru) L_k(u) du, P = Σ c_k L_k(t/R); `"chebyshev"`: the truncated Chebyshev series;
 * `"minimax"`: Remez. Relu on [−1, 1], degree 2: 3/32 + t/2 + 15/32 t².
 *
 * @throws ArgumentError for an unknown activation or norm, a degree or interval out of range, or an activation that is
 *   not finite on the interval; ConvergenceError for an activation that has no integral or best polynomial
 */
export function approximate(
  activation: ActivationName | ActivationFunction,
  options: ApproximationOptions & { parameter?: number } = {},
): Float64Array {
  const { parameter, ...rest } = known(options, ["degree", "interval", "norm", "parameter"]);
  const sigma = activationNamed(activation, parameter);
  const { coefficients, interval } = fit(sigma, rest);
  coefficients[0]! += sigma.value(0);
  return float64(coefficients, (c, k) => c / power(interval, k));
}

/** P(Ru) − σ(0) in ascending powers of u, the polynomial whose roots are used. */
export function fit(
  { value, kinks, accuracy }: Activation,
  { degree = 2, interval = 1, norm = "legendre" }: ApproximationOptions,
): { coefficients: Float64Array; interval: number } {
  checkInteger("degree", degree, 1, MOST_DEGREE);
  if (!(Number.isFinite(interval) && interval >= 1 / WIDEST && interval <= WIDEST)) {
    throw new ArgumentError("interval", `from ${1 / WIDEST} to ${WIDEST}`, show(interval));
  }
  checkOneOf("norm", norm, Object.keys(norms));
  const finite = (t: number) => {
    const y = value(t);
    if (Number.isFinite(y)) return y;
    throw new ArgumentError("activation", `finite on [-${interval}, ${interval}]`, show(y));
  };
  const level = finite(0);
  const f = (u: number) => finite(interval * u) - level;
  const scaled = kinks.map((kink) => kink / interval);
  const { fit, basis } = norms[norm];
  const size = SAMPLES.reduce((most, u) => Math.max(most, Math.abs(finite(interval * u))), 0);
  const noise = size * (accuracy?.value ?? ROUNDOFF);
  const orthogonal = float64(fit(f, degree, scaled, noise));
  return { coefficients: trimmed(monomials(basis, trimmed(orthogonal))), interval };
}

/** Sets coefficients to zero that vanish up to roundoff. */
function trimmed(c: Float64Array): Float64Array {
  const largest = c.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return float64(c, (x) => (Math.abs(x) <= VANISHING * largest ? 0 : x));
}

const legendreProjection: Fit = (f, degree, kinks, noise) => {
  const points = split([-1, 0, 1], kinks);
  return Array.from(
    { length: degree + 1 },
    (_, k) => (k + 0.5) * integrate((u) => f(u) * values(LEGENDRE, k, u)[k]!, points, noise),
  );
};

/**
 * c_k = 2/π ∫ f(cos θ) cos kθ dθ over [0, π] (half for k = 0). With u = cos θ = (1 − s²) / (1 + s²) for the half with
 * u ≥ 0, and −u for the other: dθ = 2 ds / (1 + s²), s from 0 to 1, and no cosine.
 */
const chebyshevProjection: Fit = (f, degree, kinks, noise) => {
  const places = kinks.map(Math.abs).map((u) => (u < 1 ? Math.sqrt((1 - u) / (1 + u)) : 0));
  const points = split([0, 1], places);
  return Array.from({ length: degree + 1 }, (_, k) => {
    const integrand = (s: number) => {
      const u = (1 - s * s) / (1 + s * s);
      const [right, left] = [f(u), f(-u) * (k % 2 === 0 ? 1 : -1)];
      return ((right + left) * values(CHEBYSHEV, k, u)[k]! * 2) / (1 + s * s);
    };
    return ((k === 0 ? 1 : 2) / Math.PI) * integrate(integrand, points, noise);
  });
};

const norms: Record<Norm, { fit: Fit; basis: Basis }> = {
  legendre: { fit: legendreProjection, basis: LEGENDRE },
  chebyshev: { fit: chebyshevProjection, basis: CHEBYSHEV },
  minimax: { fit: minimax, basis: CHEBYSHEV },
};

function power(x: number, k: number): number {
  return k === 0 ? 1 : x * power(x, k - 1);
}
