/**
 * The gradient of the loss Σ (P(t_i) − y_i)² of a polynomial neuron, t_i = u · x_i, without the factor 2, as a complex
 * function in homogeneous coordinates: at v = (h u, h) it is multiplied by h^(2n − 1), and h = 0 is infinity.
 */
import { add, complex, multiply, scale, type Complex } from "./complex.ts";

export interface Neuron {
  /** Coefficients of P, ascending. */
  readonly p: readonly number[];
  /** Each sample ends with a 1, which belongs to the bias. */
  readonly samples: readonly (readonly number[])[];
  readonly targets: readonly number[];
}

export function lossOf({ p, samples, targets }: Neuron, u: readonly number[]): number {
  return samples.reduce((loss, x, i) => {
    const t = x.reduce((sum, value, j) => sum + value * u[j]!, 0);
    const off = p.reduceRight((value, c) => value * t + c, 0) - targets[i]!;
    return loss + off * off;
  }, 0);
}

/**
 * With P(t, h) = Σ p_k t^k h^(n−k), and ' for ∂/∂t: `value` holds the N sums Σ (P − y hⁿ) P' x, and `jacobian` their
 * N x (N + 1) derivatives: by u, Σ (P'² + (P − y hⁿ) P'') x xᵀ, and in the last column by h,
 * Σ ((P − y hⁿ)_h P' + (P − y hⁿ) P'_h) x.
 */
export function gradientOf(
  { p, samples, targets }: Neuron,
  v: readonly Complex[],
): { value: Complex[]; jacobian: Complex[][] } {
  const zero = complex(0);
  const [n, unknowns] = [p.length - 1, v.length - 1];
  const powersOfH = powers(v[unknowns]!, n);
  const value = Array.from({ length: unknowns }, () => zero);
  const jacobian = value.map(() => v.map(() => zero));
  samples.forEach((x, i) => {
    const powersOfT = powers(
      x.reduce((sum, a, j) => add(sum, scale(v[j]!, a)), zero),
      n,
    );
    /** Σ weight_k t^(k − a) h^(n − k − b). */
    const sum = (a: number, b: number, weight: (k: number) => number) => {
      let total = zero;
      for (let k = a; k <= n - b; k++) {
        const term = multiply(powersOfT[k - a]!, powersOfH[n - k - b]!);
        total = add(total, scale(term, p[k]! * weight(k)));
      }
      return total;
    };
    const y = targets[i]!;
    const off = add(sum(0, 0, () => 1), scale(powersOfH[n]!, -y)); // prettier-ignore
    const offByH = add(sum(0, 1, (k) => n - k), scale(powersOfH[n - 1]!, -n * y)); // prettier-ignore
    const first = sum(1, 0, (k) => k);
    const firstByH = sum(1, 1, (k) => k * (n - k));
    const second = sum(2, 0, (k) => k * (k - 1));
    const slope = multiply(off, first);
    const curvature = add(multiply(first, first), multiply(off, second));
    const slopeByH = add(multiply(offByH, first), multiply(off, firstByH));
    x.forEach((a, j) => {
      value[j] = add(value[j]!, scale(slope, a));
      const row = jacobian[j]!;
      x.forEach((b, k) => (row[k] = add(row[k]!, scale(curvature, a * b))));
      row[unknowns] = add(row[unknowns]!, scale(slopeByH, a));
    });
  });
  return { value, jacobian };
}

/** The powers 1, z, … zⁿ. */
function powers(z: Complex, n: number): Complex[] {
  const all = [complex(1)];
  for (let k = 0; k < n; k++) all.push(multiply(all[k]!, z));
  return all;
}
