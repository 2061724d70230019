/**
 * LAPACK's test ratios: an error divided by the error that rounding alone may cause, of order 1 for a backward stable
 * routine (TESTING/LIN/sqrt01.f). They are computed by plain loops in f64, from data scaled by a power of two, so that
 * the measurement itself neither over- nor underflows.
 */
import * as assert from "uvu/assert";
import type { Matrix } from "../../src/linalg/index.ts";
import { precisionOf } from "./precisions.ts";

/** The largest ratio that LAPACK accepts (stest.in, dtest.in). */
export const HARD = 30;
/** The largest ratio that our tests accept: a few times the worst measured, so that a loss of accuracy shows early. */
export const GATE = 8;

/** Holds all ratios of one family below one threshold and remembers the worst. */
export class Family {
  worst = 0;
  #case = "none";

  constructor(
    readonly name: string,
    readonly gate = GATE,
  ) {}

  check(ratio: number, what: string): void {
    assert.ok(ratio <= this.gate, `${this.name}: ${ratio.toFixed(2)} > ${this.gate}, ${what}`);
    if (ratio > this.worst) [this.worst, this.#case] = [ratio, what];
  }

  /** Prints the worst ratio as a line that test/run.ts repeats. */
  note(): void {
    console.log(
      `\nnote: ${this.name}: worst ${this.worst.toPrecision(2)} of ${this.gate} (${this.#case})`,
    );
  }
}

/** ‖I − QᵀQ‖₁ / (m u) for orthonormal columns, ‖I − QQᵀ‖₁ / (n u) for the rows of a wide Q. */
export function orthogonality(q: Matrix): number {
  const { rows: count, cols: length, data } = q.rows > q.cols ? transpose(q) : q;
  const sums = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let error = i === j ? -1 : 0;
      for (let k = 0, x = i * length, y = j * length; k < length; k++)
        error += data[x++] * data[y++];
      sums[j] += Math.abs(error);
      if (i !== j) sums[i] += Math.abs(error);
    }
  }
  return largest(sums) / (Math.max(length, 1) * precisionOf(q.data).u);
}

/**
 * The larger of ‖R − QᵀA‖₁ and ‖A − QR‖₁ over m ‖A‖₁ u. The first is LAPACK's and sees all columns of a complete Q;
 * the second notices a reduced Q that spans the wrong space.
 *
 * No result can be closer than the spacing of subnormal numbers, so ‖A‖₁ u counts as at least that.
 */
export function residual(a: Matrix, q: Matrix, r: Matrix): number {
  const { u, tiny } = precisionOf(a.data);
  const scale = scaleOf(a.data);
  const [x, y] = [scaled(a, scale), scaled(r, scale)];
  const error = Math.max(
    largest(columnSums(difference(y, transpose(q), x))),
    largest(columnSums(difference(x, q, y))),
  );
  if (error === 0) return 0;
  const norm = Math.max(largest(columnSums(x)) * u, tiny * scale[0] * scale[1]);
  return error / (a.rows * norm);
}

/** max over j of ‖a_j − Q r_j‖₁ / (m ‖a_j‖₁ u): every column against its own size. */
export function columnwiseResidual(a: Matrix, q: Matrix, r: Matrix): number {
  const sizes = columnSums(a);
  const errors = columnSums(difference(a, q, r));
  return (
    largest(errors.map((e, j) => (e === 0 ? 0 : e / sizes[j]))) / (a.rows * precisionOf(a.data).u)
  );
}

/** max |x − y| */
export function distance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return largest(Float64Array.from(x, (value, i) => value - y[i]));
}

export function transpose<M extends Matrix>({ rows, cols, data }: M): M {
  const out = data.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) out[j * rows + i] = data[i * cols + j];
  }
  return { rows: cols, cols: rows, data: out } as Matrix as M;
}

/** max |x|; a NaN wins. */
export function largest(values: Float64Array): number {
  return values.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
}

/** C − AB in f64 */
export function difference(c: Matrix, a: Matrix, b: Matrix): Matrix<Float64Array> {
  const [n, inner] = [c.cols, a.cols];
  const [left, right, out] = [a, b, c].map(({ data }) => Float64Array.from(data));
  for (let i = 0; i < c.rows; i++) {
    for (let k = 0; k < inner; k++) {
      const x = left[i * inner + k];
      for (let j = 0, at = i * n, from = k * n; j < n; j++) out[at++] -= x * right[from++];
    }
  }
  return { rows: c.rows, cols: n, data: out };
}

export function columnSums({ cols, data }: Matrix): Float64Array {
  const sums = new Float64Array(cols);
  data.forEach((x: number, at: number) => (sums[at % cols] += Math.abs(x)));
  return sums;
}

/** Two powers of two whose product takes the largest magnitude to [1, 2); one alone may overflow. */
export function scaleOf(data: ArrayLike<number>): [number, number] {
  const top = largest(Float64Array.from(data));
  if (top === 0) return [1, 1];
  const exponent = -Math.floor(Math.log2(top));
  const half = Math.trunc(exponent / 2);
  return [2 ** half, 2 ** (exponent - half)];
}

export function scaled(
  { rows, cols, data }: Matrix,
  [s, t]: [number, number],
): Matrix<Float64Array> {
  return { rows, cols, data: Float64Array.from(data, (x) => x * s * t) };
}
