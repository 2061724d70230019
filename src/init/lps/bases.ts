/** Orthogonal polynomials on [−1, 1] by their recurrences p_{k+1} = a_k u p_k − b_k p_{k−1}, p_0 = 1. */
import { float64 } from "../../arrays.ts";

/** The coefficients [a_k, b_k] of the recurrence for k. */
export type Basis = (k: number) => readonly [number, number];

export const LEGENDRE: Basis = (k) => [(2 * k + 1) / (k + 1), k / (k + 1)];
export const CHEBYSHEV: Basis = (k) => [k === 0 ? 1 : 2, 1];

/** The values p_0 … p_n at u. */
export function values(basis: Basis, n: number, u: number): number[] {
  const p = [1];
  for (let k = 0; k < n; k++) {
    const [a, b] = basis(k);
    p.push(a * u * p[k]! - b * (p[k - 1] ?? 0));
  }
  return p;
}

/** The coefficients of Σ c_k p_k in ascending powers of u. */
export function monomials(basis: Basis, c: Float64Array): Float64Array {
  const sum = float64(c.length);
  let [before, now] = [float64(c.length), float64(c, (_, power) => (power === 0 ? 1 : 0))];
  for (let k = 0; k < c.length; k++) {
    now.forEach((x, power) => (sum[power]! += c[k]! * x));
    const [a, b] = basis(k);
    const next = float64(now, (_, power) => a * (now[power - 1] ?? 0) - b * before[power]!);
    [before, now] = [now, next];
  }
  return sum;
}
