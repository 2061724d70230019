/**
 * Coordinates in which the problem of a neuron has size 1. Scaling inputs, targets or the polynomial only moves the
 * stationary points; but the thresholds by which a tracker takes points for infinite, equal or real depend on units.
 *
 *   s = t / τ, τ = 2^e     the zeros of P(t) − y_i, for every y_i, have |s| ≤ 4 (Fujiwara's bound)
 *   P(τ s) − p_0 and y_i − p_0, both over κ = 2^k: the leading coefficient becomes 1 to 2
 *   [x, 1] diag(c)⁻¹ = Q R, samples √m·Q, u = diag(c)⁻¹ R⁻¹ z·τ√m: columns have unit mean square, and are orthogonal
 *
 * τ, κ and c are powers of two, so only Q and R round.
 */
import { float64 } from "../../../arrays.ts";
import { ArgumentError } from "../../../errors.ts";
import type { Matrix } from "../../../linalg/matrix.ts";
import { exponent, shifted } from "../../../linalg/powers.ts";
import { qr } from "../../../linalg/qr.ts";
import { rank } from "../../../linalg/rank.ts";
import { complex, type Complex } from "./complex.ts";
import type { Neuron } from "./neuron.ts";

export interface Coordinates {
  readonly neuron: Neuron;
  /** Maps coordinates back to the point (w, b) of the neuron as given. */
  back(z: readonly Complex[]): Complex[];
}

/**
 * Transforms a problem into these coordinates.
 *
 * @param p coefficients, the last one not zero
 * @throws ArgumentError when columns depend linearly on each other or on a column of ones
 */
export function coordinates(p: readonly number[], x: Matrix, y: readonly number[]): Coordinates {
  const n = p.length - 1;
  const lead = exponent(p[n]!);
  const offsets = y.map((value) => value - p[0]!);
  const furthest = offsets.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const e = [furthest, ...p.slice(1, n)].reduce(
    (most, c, k) => (c === 0 ? most : Math.max(most, Math.ceil((exponent(c) - lead) / (n - k)))),
    -Infinity,
  );
  const tau = e === -Infinity ? 0 : e;
  const scale = (value: number, k: number) => shifted(value, (k - n) * tau - lead);

  const shift = columnExponents(x);
  const [m, cols] = [x.rows, x.cols + 1];
  const data = float64(m * cols);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < x.cols; j++)
      data[i * cols + j] = shifted(x.data[i * x.cols + j]!, -shift[j]!);
    data[i * cols + x.cols] = 1;
  }
  const a = { rows: m, cols, data };
  if (rank(a) < cols) {
    throw new ArgumentError("x", "columns independent of each other and of ones", "dependent ones");
  }
  const { q, r } = qr(a);
  const root = Math.sqrt(m);
  return {
    neuron: {
      p: p.map((c, k) => (k === 0 ? 0 : scale(c, k))),
      samples: Array.from({ length: m }, (_, i) =>
        Array.from(q.data.subarray(i * cols, (i + 1) * cols), (value) => root * value),
      ),
      targets: offsets.map((value) => scale(value, 0)),
    },
    back(z) {
      const parts = (["re", "im"] as const).map((part) => {
        const u = float64(z, (one) => root * one[part]);
        for (let j = cols - 1; j >= 0; j--) {
          for (let k = j + 1; k < cols; k++) u[j]! -= r.data[j * cols + k]! * u[k]!;
          u[j]! /= r.data[j * (cols + 1)]!;
        }
        return float64(u, (value, j) => shifted(value, tau - (shift[j] ?? 0)));
      });
      return z.map((_, j) => complex(parts[0]![j]!, parts[1]![j]!));
    },
  };
}

/** The exponents of the columns' largest magnitudes. */
function columnExponents({ cols, data }: Matrix): number[] {
  const largest = float64(cols);
  data.forEach(
    (value, at) => (largest[at % cols] = Math.max(largest[at % cols]!, Math.abs(value))),
  );
  return Array.from(largest, (value) => (value === 0 ? 0 : exponent(value)));
}
