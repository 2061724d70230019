/**
 * Follows a zero of H(v, t) = (1 − t) γ G(v) + t F(v) from t = 0 to t = 1, in homogeneous coordinates v = (h u, h) on a
 * random patch c · v = 1. In these coordinates a path to infinity is followed like any other, with h → 0.
 */
import { ConvergenceError } from "../../../errors.ts";
import { abs, add, complex, dot, multiply, norm, scale, solve, type Complex } from "./complex.ts";
import { gradientOf, type Neuron } from "./neuron.ts";
import { evaluate, type ProductSystem } from "./productSystem.ts";

export interface Homotopy {
  readonly start: ProductSystem;
  readonly neuron: Neuron;
  readonly gamma: Complex;
  readonly patch: readonly Complex[];
}

const FIRST_STEP = 0.05;
const [SHORTEST, LONGEST] = [1e-12, 0.1];
/** Limit of steps; ordinary paths take some tens. */
const MOST_STEPS = 10_000;
/** The most corrections of a step, and the number of successful steps after which the step is doubled. */
const [CORRECTIONS, STREAK] = [3, 3];
/**
 * Values of |h| / |v| below which a point is at infinity. The first is for a multiple zero, which stops the tracker
 * before it is reached; the second for a simple zero, which Newton's method finds to rounding as it finds one far out.
 */
const [INFINITE, EXACTLY] = [1e-3, 1e-10];
/** The tolerance that a few corrections reach from any tolerance of the tracker, if the zero is simple. */
const SIMPLE = 1e-12;
/** Limit of corrections at the end, where each doubles the digits or, at a multiple zero, halves the error. */
const LAST_CORRECTIONS = 40;
const ROUNDOFF = 4 * 2 ** -53;

/**
 * Follows the path from u to its end; returns undefined where the path goes to infinity. Fourth-order Runge–Kutta
 * predicts, Newton's method corrects; a step is halved when Newton's method does not reach the tolerance (relative to
 * 1 + |v|).
 *
 * @throws ConvergenceError when no step is short enough, or too many are needed
 */
export function track(
  homotopy: Homotopy,
  u: readonly Complex[],
  tolerance: number,
): Complex[] | undefined {
  let v = normalized([...u, complex(1)], homotopy.patch);
  let [t, step, streak] = [0, FIRST_STEP, 0];
  for (let count = 0; t < 1 && count < MOST_STEPS; count++) {
    const next = Math.min(1, t + step);
    const predicted = rungeKutta(homotopy, v, t, next - t);
    const corrected = newton(homotopy, predicted, next, CORRECTIONS, tolerance);
    if (corrected !== undefined) {
      [v, t] = [corrected, next];
      if (++streak % STREAK === 0) step = Math.min(2 * step, LONGEST);
    } else {
      [step, streak] = [step / 2, 0];
      if (step < SHORTEST) break;
    }
  }
  const simple = t < 1 ? undefined : newton(homotopy, v, 1, CORRECTIONS, SIMPLE);
  v = simple ?? v;
  if (abs(v.at(-1)!) <= (simple ? EXACTLY : INFINITE) * norm(v)) return undefined;
  if (t < 1) throw new ConvergenceError(`solveLPS: a path was lost at t = ${t}`);
  // The end is refined in affine coordinates, h = 1.
  const patch = v.map((_, j) => complex(j === u.length ? 1 : 0));
  const end = normalized(v, patch);
  return (newton({ ...homotopy, patch }, end, 1, LAST_CORRECTIONS, ROUNDOFF) ?? end).slice(0, -1);
}

/** The multiple of v on the patch. */
function normalized(v: readonly Complex[], patch: readonly Complex[]): Complex[] {
  const product = dot(patch, v);
  const inverse = scale(complex(product.re, -product.im), 1 / (abs(product) * abs(product)));
  return v.map((z) => multiply(z, inverse));
}

/** Values of H and of the patch's equation, with derivatives by v and by t. */
function differentials(
  { start, neuron, gamma, patch }: Homotopy,
  v: readonly Complex[],
  t: number,
) {
  const g = evaluate(start, v);
  const f = gradientOf(neuron, v);
  const begin = scale(gamma, 1 - t);
  const blend = (a: Complex, b: Complex) => add(multiply(begin, a), scale(b, t));
  const value = g.value.map((z, i) => blend(z, f.value[i]!));
  const jacobian = g.jacobian.map((row, i) => row.map((z, j) => blend(z, f.jacobian[i]![j]!)));
  const rate = g.value.map((z, i) => add(f.value[i]!, scale(multiply(gamma, z), -1)));
  return {
    value: [...value, add(dot(patch, v), complex(-1))],
    jacobian: [...jacobian, patch],
    rate: [...rate, complex(0)],
  };
}

const moved = (v: readonly Complex[], by: readonly Complex[], factor: number): Complex[] =>
  v.map((z, j) => add(z, scale(by[j]!, factor)));

/** One step along dv/dt = −H_v⁻¹ H_t. */
function rungeKutta(homotopy: Homotopy, v: Complex[], t: number, h: number): Complex[] {
  const velocity = (at: Complex[], time: number) => {
    const { jacobian, rate } = differentials(homotopy, at, time);
    return solve(jacobian, rate).map((z) => scale(z, -1));
  };
  const k1 = velocity(v, t);
  const k2 = velocity(moved(v, k1, h / 2), t + h / 2);
  const k3 = velocity(moved(v, k2, h / 2), t + h / 2);
  const k4 = velocity(moved(v, k3, h), t + h);
  return moved(moved(moved(moved(v, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6);
}

/** The zero near v at a fixed t, or undefined if too many corrections are needed. */
function newton(
  homotopy: Homotopy,
  v: Complex[],
  t: number,
  corrections: number,
  tolerance: number,
): Complex[] | undefined {
  for (let count = 0; count < corrections; count++) {
    const { value, jacobian } = differentials(homotopy, v, t);
    const correction = solve(jacobian, value);
    v = moved(v, correction, -1);
    if (norm(correction) <= tolerance * (1 + norm(v))) return v;
  }
  return undefined;
}
