/**
 * Mean and scatter matrix Σ (z − m)(z − m)ᵀ of a stream of vectors, in f64 and in memory that does not grow with the
 * stream.
 *
 * Rows gather in a buffer. A full buffer is centred about its own mean, and its scatter is added by the pairwise rule
 * of Chan, Golub and LeVeque (1983): with n vectors so far, b new ones, and δ the difference of the means,
 *
 *   scatter += scatter_b + δ δᵀ n b / (n + b),   mean += δ b / (n + b),
 *
 * which never subtracts large numbers, however far from zero the data lies.
 */
import { float64 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";
import { gram } from "../../linalg/gram.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";

/** Rows of the buffer: enough for GEMM to run at its full rate, and for the addition of sums to be rare. */
export const HEIGHT = 1024;

export interface Summary {
  /** Number of vectors. */
  readonly count: number;
  /** Their mean; zero if there are no vectors. */
  readonly mean: Float64Array;
  /** Σ (z − mean)(z − mean)ᵀ, exactly symmetric. */
  readonly scatter: Matrix<Float64Array>;
}

export class Moments {
  private absorbed = 0;
  private readonly centre: Float64Array;
  private readonly sums: Matrix<Float64Array>;
  private readonly buffer: Float64Array;
  private waiting = 0;

  /**
   * @param size length of a vector
   * @param name the argument that the vectors come from, for errors
   * @throws MemoryError
   */
  constructor(
    readonly size: number,
    private readonly name: string,
  ) {
    this.centre = float64(size);
    this.sums = zeros(size, size);
    this.buffer = zeros(HEIGHT, size).data;
  }

  /** Adds the rows of x, each followed by the same row of t. */
  add(x: Matrix, t?: Matrix): void {
    for (let i = 0; i < x.rows; i++) {
      let at = this.waiting * this.size;
      for (let j = 0; j < x.cols; j++) this.buffer[at++] = x.data[i * x.cols + j]!;
      for (let j = 0; t && j < t.cols; j++) this.buffer[at++] = t.data[i * t.cols + j]!;
      if (++this.waiting === HEIGHT) this.flush();
    }
  }

  /** The moments of all vectors added so far. The arrays are not copied: vectors added later change them. */
  summary(): Summary {
    this.flush();
    return { count: this.absorbed, mean: this.centre, scatter: this.sums };
  }

  private flush(): void {
    const [n, b, d] = [this.absorbed, this.waiting, this.size];
    if (b === 0) return;
    const rows = { rows: b, cols: d, data: this.buffer.subarray(0, b * d) };
    const mean = centreRows(rows);
    if (!mean.every(Number.isFinite)) {
      throw new ArgumentError(this.name, "finite values", "a NaN or an infinity");
    }
    const product = gram(rows).data;
    const delta = float64(mean, (m, i) => m - this.centre[i]!);
    const weight = Math.sqrt((n * b) / (n + b));
    const step = float64(delta, (x) => x * weight);
    addScatter(this.sums.data, product, step);
    for (let i = 0; i < d; i++) this.centre[i]! += (delta[i]! * b) / (n + b);
    this.absorbed = n + b;
    this.waiting = 0;
  }
}

/** sums += product + step stepᵀ */
export function addScatter(sums: Float64Array, product: Float64Array, step: Float64Array): void {
  const d = step.length;
  for (let i = 0, at = 0; i < d; i++) {
    const own = step[i]!;
    for (let j = 0; j < d; j++, at++) sums[at]! += product[at]! + own * step[j]!;
  }
}

/** Subtracts the mean of the rows from each row; returns the mean. */
export function centreRows({ rows, cols, data }: Matrix): Float64Array {
  const mean = float64(cols);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) mean[j]! += data[at++]!;
  }
  for (let j = 0; j < cols; j++) mean[j]! /= rows;
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[at++]! -= mean[j]!;
  }
  return mean;
}
