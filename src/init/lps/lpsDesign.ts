/**
 * Weights from the linear product structure of a layer, after L. Chen, W. Hao and J. He, "A weight initialization based
 * on the linear product structure for neural networks", arXiv 2109.00125. Only the abstract is followed; roots, biases
 * and variances below are our formulation.
 *
 * A neuron σ(w·x + b), with σ replaced by a polynomial P, is P(w·x + b) − y = a Π_k (w·x + b − ρ_k): a product of
 * linear forms in (w, b). Unit i starts as one of these forms, w_i·x − ρ_k, with w_i random and ρ_k a real root of
 * P − σ(0) in the interval: its bias is −ρ_k. Approximations of relu have negative roots only, hence positive biases,
 * and a unit is off for a given input with a probability below 1/2.
 */
import { float64 } from "../../arrays.ts";
import { checkOneOf, checkSingle, isSingle, known } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { roots, type Roots } from "../../linalg/roots.ts";
import {
  activationNamed,
  type Activation,
  type ActivationFunction,
  type ActivationName,
} from "./activations.ts";
import { fit, type ApproximationOptions } from "./approximate.ts";
import { bisect, expectation } from "./quadrature.ts";

export interface LpsDesignOptions extends ApproximationOptions {
  /** The activation σ: a name of TensorFlow.js, a function of a number, or { value, derivative?, kinks? }. */
  activation: ActivationName | ActivationFunction;
  /** Slope, alpha, theta or maximum of a named activation that has such a parameter; default as in TensorFlow.js. */
  parameter?: number;
  /** Factor s of the biases −s ρ; default 1. Smaller ones suit wide and very deep networks; 0 makes all biases zero. */
  biasScale?: number;
  /** How the weights are scaled, see `lpsDesign`; default `"forward"`. */
  variance?: "forward" | "he" | "backward";
  /** E[x²] of a layer's inputs, positive; default 1, or 1/4 for an activation bounded by 1. */
  moment?: number;
}

export const DESIGN_OPTIONS = ["activation", "parameter", "degree", "interval", "norm", "biasScale", "variance", "moment"] as const; // prettier-ignore

export interface LpsDesign {
  /** The roots ρ of P − σ(0) from which units are made, ascending. */
  readonly roots: number[];
  /** The biases −s ρ, in the order of the roots. */
  readonly biases: number[];
  /** Variance of a weight times the fan-in. */
  readonly variance: number;
  /** Growth of squared gradients per layer, variance · mean_k E[σ'(z)²]. */
  readonly chi: number;
  /** E[x²] for which `variance` and `chi` were computed. */
  readonly moment: number;
}

/** Powers of 2 between these bounds are tried as variances before bisection; weights beyond them are of no use. */
const [LEAST, MOST] = [2 ** -20, 2 ** 20];

/**
 * Computes roots, biases and variance for an activation, the design from which `lpsKernel` and `lpsBias` draw.
 *
 * P is the polynomial of `approximate`; ρ_k are the real roots of P − σ(0) in [−R, R] or, if there are none, the real
 * part of the root nearest to the interval. With q = `moment`, z ~ N(b_k, variance · q), and means over the roots, the
 * variance is chosen by `options.variance`:
 *
 *   `"forward"`   E[σ(z)²] = q: the second moment stays the same from layer to layer
 *   `"backward"`  χ = variance · E[σ'(z)²] = 1: squared gradients stay the same
 *   `"he"`        2, for wide and very deep networks
 *
 * For example relu, degree 2, R = 1: ρ = −0.82393, −0.24274, variance 0.79156, χ = 0.56609.
 *
 * The last 64 designs for named activations are kept: asking for one again takes no time.
 *
 * @throws ArgumentError for a bad option, an activation that is constant or not finite on the interval, or for
 *   "forward" and "backward" where there is no such variance (sigmoid has none for "forward"); ConvergenceError for an
 *   activation that has no integral, such as noise
 */
export function lpsDesign(options: LpsDesignOptions): LpsDesign {
  const key = keyOf(known(options, DESIGN_OPTIONS));
  const design = (key && designs.get(key)) || designed(options);
  if (key) {
    // A Map keeps the order of insertion, so its first entry is the design that was least recently asked for.
    designs.delete(key);
    designs.set(key, design);
    if (designs.size > MOST_DESIGNS) designs.delete(designs.keys().next().value!);
  }
  return { ...design, roots: [...design.roots], biases: [...design.biases] };
}

/** Designs by the options they depend on. Computing one takes some 10 ms, and the layers of a model share a few. */
const designs = new Map<string, LpsDesign>();
const MOST_DESIGNS = 64;

/** The options that a design depends on, as text; `undefined` for a function, which may depend on anything. */
function keyOf(options: LpsDesignOptions): string | undefined {
  const values = DESIGN_OPTIONS.map((name) => options[name]);
  const plain = values.every((value) => ["string", "number", "undefined"].includes(typeof value));
  return plain
    ? values.map((value) => (Object.is(value, -0) ? "-0" : show(value))).join()
    : undefined;
}

function designed(options: LpsDesignOptions): LpsDesign {
  const { parameter, biasScale = 1, variance: mode = "forward" } = options;
  const activation = activationNamed(options.activation, parameter);
  const { moment = activation.bounded ? 0.25 : 1 } = options;
  checkSingle("biasScale", biasScale);
  checkSingle("moment", moment, "positive");
  const found = rootsOf(activation, options);
  const biases = found.map((root) => (root === 0 ? 0 : -biasScale * root));
  if (!biases.every(isSingle)) {
    throw new ArgumentError(
      "biasScale",
      "biases that are finite in single precision",
      show(biases),
    );
  }

  /** The mean over the roots of E σ(z)² or E σ'(z)², for a given variance. */
  const mean = (part: "value" | "derivative", variance: number) => {
    const square = (x: number) => activation[part](x) * activation[part](x);
    const deviation = Math.sqrt(variance * moment);
    const { kinks, accuracy } = activation;
    const each = biases.map((b) => expectation(square, b, deviation, kinks, accuracy?.[part]));
    return each.reduce((sum, x) => sum + x, 0) / each.length;
  };
  const chi = (variance: number) => variance * mean("derivative", variance);
  const solutions = {
    forward: () => crossing((variance) => mean("value", variance) - moment),
    he: () => 2,
    backward: () => crossing((variance) => chi(variance) - 1),
  };
  checkOneOf("variance", mode, Object.keys(solutions));
  const variance = solutions[mode]();
  if (variance === undefined) {
    const working = Object.entries(solutions).filter(([, solve]) => solve() !== undefined);
    throw new ArgumentError(
      "variance",
      `${working.map(([name]) => show(name)).join(" or ")} for this activation and moment ${moment}`,
      `${show(mode)}, which no variance fulfils`,
    );
  }
  return { roots: found, biases, variance, chi: chi(variance), moment };
}

/** The zero polynomial is given no roots. */
const NONE: Roots = {
  re: /* @__PURE__ */ float64(0),
  im: /* @__PURE__ */ float64(0),
  radius: /* @__PURE__ */ float64(0),
};

/** The distinct real roots in the interval, ascending; if there are none, the real part of the root nearest to it. */
function rootsOf(activation: Activation, options: ApproximationOptions): number[] {
  const { coefficients, interval } = fit(activation, options);
  const { re, im, radius } = coefficients.some((c) => c !== 0) ? roots(coefficients) : NONE;
  if (re.length === 0) {
    throw new ArgumentError("activation", "a polynomial that is not constant", "a constant one");
  }
  const all = Array.from(re, (x, i) => {
    const beyond = Math.max(Math.abs(x) - 1, 0);
    // A double root may be computed as two close roots, also complex ones; their discs tell.
    const inside = Math.max(beyond, Math.abs(im[i]!)) <= radius[i]!;
    return { x, inside, distance: beyond * beyond + im[i]! * im[i]! };
  });
  const inside = all.filter((root) => root.inside);
  const nearest = all.reduce((best, root) => (root.distance < best.distance ? root : best));
  const kept = inside.length > 0 ? inside : [nearest];
  return [...new Set(kept.map(({ x }) => interval * x))].sort((a, b) => a - b);
}

/** The least variance at which f changes from negative to positive, if there is one. */
function crossing(f: (variance: number) => number): number | undefined {
  if (f(LEAST) > 0) return undefined;
  for (let variance = LEAST; variance < MOST; variance *= 2) {
    if (f(2 * variance) > 0) return bisect(f, variance, 2 * variance);
  }
  return undefined;
}
