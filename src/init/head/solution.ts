/**
 * A solved head, and its update by one more sample at the same λ. With x and y about their means,
 *
 *   W = P (S + λ I)⁻¹,   S = Σ x xᵀ,  P = Σ y xᵀ,   ŷ = ȳ + W (x − x̄).
 *
 * One more sample changes the means, and adds z zᵀ to S and t zᵀ to P, where
 *
 *   z = √(n/(n+1)) (x − x̄),   t = √(n/(n+1)) (y − ȳ)
 *
 * (Welford, Technometrics 4, 1962), so that by the formula of Sherman and Morrison, with g = (S + λ I)⁻¹ z,
 *
 *   W += (t − W z) gᵀ / (1 + zᵀ g),   (S + λ I)⁻¹ −= g gᵀ / (1 + zᵀ g).
 *
 * The second change is not carried out: the vectors g are kept, and applied one after the other.
 */
import { float64 } from "../../arrays.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { accumulate, dot } from "./vectors.ts";

/** (S + λ I)⁻¹ as a map. */
export type Inverse = (x: Float64Array) => Float64Array;

/** λ below this share of the largest eigenvalue leaves the inverse, where S is singular, fewer than 10 digits. */
export const SAFE = 2 ** -20;

export interface Solved {
  readonly count: number;
  readonly lambda: number;
  /** x̄ */
  readonly mean: Float64Array;
  /** ȳ */
  readonly centre: Float64Array;
  /** W, a row for each target. */
  readonly weights: Matrix<Float64Array>;
  /** Degrees of freedom of the fit without the intercept, tr S (S + λ I)⁻¹. */
  readonly freedom: number;
  /** Absent where λ is so small that an update would lose digits. */
  readonly inverse?: Inverse;
}

export class Solution implements Solved {
  count: number;
  readonly lambda: number;
  readonly mean: Float64Array;
  readonly centre: Float64Array;
  readonly weights: Matrix<Float64Array>;
  readonly freedom: number;
  readonly inverse?: Inverse;
  private readonly steps: { g: Float64Array; rho: number }[] = [];

  constructor({ count, lambda, mean, centre, weights, freedom, inverse }: Solved) {
    this.count = count;
    this.lambda = lambda;
    this.mean = mean;
    this.centre = centre;
    this.weights = weights;
    this.freedom = freedom;
    if (inverse) this.inverse = inverse;
  }

  get updatable(): boolean {
    return this.inverse !== undefined;
  }

  /** Adds a sample; y is a class index, if `oneHot`, or else the row of its targets. */
  add(x: ArrayLike<number>, y: ArrayLike<number>, oneHot: boolean): void {
    const { rows: k, cols: d, data } = this.weights;
    const n = this.count;
    const share = Math.sqrt(n / (n + 1));
    const z = float64(this.mean, (m, j) => share * (x[j]! - m));
    const g = this.inverse!(z);
    for (const { g: old, rho } of this.steps) accumulate(g, old, -dot(old, 0, z) / rho);
    const rho = 1 + dot(g, 0, z);
    for (let c = 0; c < k; c++) {
      const target = (oneHot ? Number(y[0] === c) : y[c]!) - this.centre[c]!;
      const step = (share * target - dot(data, c * d, z)) / rho;
      accumulate(data.subarray(c * d, (c + 1) * d), g, step);
      this.centre[c]! += target / (n + 1);
    }
    for (let j = 0; j < d; j++) this.mean[j]! += (x[j]! - this.mean[j]!) / (n + 1);
    this.steps.push({ g, rho });
    this.count++;
  }
}
