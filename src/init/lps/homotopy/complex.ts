/** Complex numbers, and linear systems of a few of them. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const complex = (re: number, im = 0): Complex => ({ re, im });
export const add = (a: Complex, b: Complex): Complex => complex(a.re + b.re, a.im + b.im);
export const scale = (a: Complex, s: number): Complex => complex(a.re * s, a.im * s);
export const multiply = (a: Complex, b: Complex): Complex =>
  complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
export const abs = (a: Complex): number => Math.sqrt(a.re * a.re + a.im * a.im);

function divide(a: Complex, b: Complex): Complex {
  return scale(multiply(a, complex(b.re, -b.im)), 1 / (b.re * b.re + b.im * b.im));
}

/** The sum Σ a_j b_j, without conjugation. */
export function dot(a: readonly Complex[], b: readonly Complex[]): Complex {
  let [re, im] = [0, 0];
  for (let j = 0; j < a.length; j++) {
    re += a[j]!.re * b[j]!.re - a[j]!.im * b[j]!.im;
    im += a[j]!.re * b[j]!.im + a[j]!.im * b[j]!.re;
  }
  return complex(re, im);
}

/** The largest modulus. */
export function norm(a: readonly Complex[]): number {
  return a.reduce((most, z) => Math.max(most, abs(z)), 0);
}

/** Solves a x = b by elimination with row pivoting; x is not finite where a is singular. */
export function solve(a: readonly (readonly Complex[])[], b: readonly Complex[]): Complex[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  const n = b.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (abs(rows[i]![k]!) > abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = scale(divide(rows[i]![k]!, rows[k]![k]!), -1);
      for (let j = k; j <= n; j++) rows[i]![j] = add(rows[i]![j]!, multiply(factor, rows[k]![j]!));
    }
  }
  const x: Complex[] = [];
  for (let k = n - 1; k >= 0; k--) {
    const rest = dot(rows[k]!.slice(k + 1, n), x);
    x.unshift(divide(add(rows[k]![n]!, scale(rest, -1)), rows[k]![k]!));
  }
  return x;
}
