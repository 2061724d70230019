/** The loss Σ (P(t_i) − y_i)² of a polynomial neuron, t_i = u · x_i, and its derivatives for complex u. */
import { add, complex, multiply, scale, type Complex } from "./complex.ts";

export interface Neuron {
  /** Coefficients of P, ascending. */
  readonly p: readonly number[];
  /** Each with a 1 at its end, which belongs to the bias. */
  readonly samples: readonly (readonly number[])[];
  readonly targets: readonly number[];
}

export function lossOf(neuron: Neuron, u: readonly Complex[]): number {
  return neuron.samples.reduce((loss, x, i) => {
    const t = u.reduce((sum, z, j) => add(sum, scale(z, x[j]!)), complex(0));
    const [p] = derivatives(neuron.p, t);
    return loss + (p.re - neuron.targets[i]!) * (p.re - neuron.targets[i]!);
  }, 0);
}

/** Half the gradient, Σ (P − y) P' x, and half the Hessian, Σ (P'² + (P − y) P'') x xᵀ. */
export function slopes(
  { p, samples, targets }: Neuron,
  u: readonly Complex[],
): { gradient: Complex[]; hessian: Complex[][] } {
  const zero = complex(0);
  const gradient = u.map(() => zero);
  const hessian = u.map(() => u.map(() => zero));
  samples.forEach((x, i) => {
    const t = u.reduce((sum, z, j) => add(sum, scale(z, x[j]!)), zero);
    const [value, first, second] = derivatives(p, t);
    const off = add(value, complex(-targets[i]!));
    const slope = multiply(off, first);
    const curvature = add(multiply(first, first), multiply(off, second));
    x.forEach((a, j) => {
      gradient[j] = add(gradient[j]!, scale(slope, a));
      x.forEach((b, k) => (hessian[j]![k] = add(hessian[j]![k]!, scale(curvature, a * b))));
    });
  });
  return { gradient, hessian };
}

/** P, P' and P'' at t, by Horner's rule. */
function derivatives(p: readonly number[], t: Complex): [Complex, Complex, Complex] {
  let [value, first, half] = [complex(0), complex(0), complex(0)];
  for (let k = p.length - 1; k >= 0; k--) {
    half = add(multiply(half, t), first);
    first = add(multiply(first, t), value);
    value = add(multiply(value, t), complex(p[k]!));
  }
  return [value, first, scale(half, 2)];
}
