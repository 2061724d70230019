/** Follows a zero of H(u, t) = (1 − t) γ G(u) + t F(u) from t = 0 to t = 1. */
import { ConvergenceError } from "../../errors.ts";
import { add, multiply, norm, scale, solve, type Complex } from "./complex.ts";
import { slopes, type Neuron } from "./neuron.ts";
import { evaluate, type ProductSystem } from "./productSystem.ts";

export interface Homotopy {
  readonly start: ProductSystem;
  readonly neuron: Neuron;
  readonly gamma: Complex;
}

const FIRST_STEP = 0.05;
const [SHORTEST, LONGEST] = [1e-12, 0.1];
/** Corrections a step may take, and successes after which the step is doubled. */
const [CORRECTIONS, STREAK] = [3, 3];
/** Beyond it a path is taken to go to infinity. */
const INFINITE = 1e7;
/** At the end Newton doubles digits, or halves the error of a multiple zero. */
const LAST_CORRECTIONS = 40;
const ROUNDOFF = 4 * 2 ** -53;

/**
 * The end of the path from u, or undefined where it goes to infinity. Fourth-order Runge–Kutta predicts,
 * Newton corrects; a step is halved when Newton does not reach the tolerance (relative to 1 + |u|).
 *
 * @throws ConvergenceError when no step is short enough
 */
export function track(homotopy: Homotopy, u: Complex[], tolerance: number): Complex[] | undefined {
  let [t, step, streak] = [0, FIRST_STEP, 0];
  while (t < 1) {
    const next = Math.min(1, t + step);
    const predicted = rungeKutta(homotopy, u, t, next - t);
    const corrected = newton(homotopy, predicted, next, CORRECTIONS, tolerance);
    if (corrected !== undefined) {
      [u, t] = [corrected, next];
      if (norm(u) > INFINITE) return undefined;
      if (++streak % STREAK === 0) step = Math.min(2 * step, LONGEST);
    } else {
      [step, streak] = [step / 2, 0];
      if (step < SHORTEST) {
        if (norm(u) > Math.sqrt(INFINITE)) return undefined;
        throw new ConvergenceError(`solveLPS: a path was lost at t = ${t}`);
      }
    }
  }
  return newton(homotopy, u, 1, LAST_CORRECTIONS, ROUNDOFF) ?? u;
}

/** H_u and H_t. */
function differentials({ start, neuron, gamma }: Homotopy, u: readonly Complex[], t: number) {
  const g = evaluate(start, u);
  const { gradient, hessian } = slopes(neuron, u);
  const begin = scale(gamma, 1 - t);
  const value = g.value.map((z, i) => add(multiply(begin, z), scale(gradient[i]!, t)));
  const jacobian = g.jacobian.map((row, i) =>
    row.map((z, j) => add(multiply(begin, z), scale(hessian[i]![j]!, t))),
  );
  const rate = g.value.map((z, i) => add(gradient[i]!, scale(multiply(gamma, z), -1)));
  return { value, jacobian, rate };
}

const moved = (u: readonly Complex[], by: readonly Complex[], factor: number): Complex[] =>
  u.map((z, j) => add(z, scale(by[j]!, factor)));

/** One step along du/dt = −H_u⁻¹ H_t. */
function rungeKutta(homotopy: Homotopy, u: Complex[], t: number, h: number): Complex[] {
  const velocity = (at: Complex[], time: number) => {
    const { jacobian, rate } = differentials(homotopy, at, time);
    return solve(jacobian, rate).map((z) => scale(z, -1));
  };
  const k1 = velocity(u, t);
  const k2 = velocity(moved(u, k1, h / 2), t + h / 2);
  const k3 = velocity(moved(u, k2, h / 2), t + h / 2);
  const k4 = velocity(moved(u, k3, h), t + h);
  return moved(moved(moved(moved(u, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6);
}

/** The zero near u at a fixed t, unless it takes too many corrections. */
function newton(
  homotopy: Homotopy,
  u: Complex[],
  t: number,
  corrections: number,
  tolerance: number,
): Complex[] | undefined {
  for (let count = 0; count < corrections; count++) {
    const { value, jacobian } = differentials(homotopy, u, t);
    const correction = solve(jacobian, value);
    u = moved(u, correction, -1);
    if (norm(correction) <= tolerance * (1 + norm(u))) return u;
  }
  return undefined;
}
