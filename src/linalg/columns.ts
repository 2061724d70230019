/** Operations on the columns of matrices: selecting, scaling, placing side by side; scaling rows. */
import { allocate, type Data } from "../wasm/memory.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/** Columns `first` to `end` − 1. */
export function columns<T extends Data>(a: Matrix<T>, first: number, end = a.cols): Matrix<T> {
  if (first === 0 && end === a.cols) return a;
  const out = empty(a, end - first);
  copy(a, first, out, 0, out.cols);
  return out;
}

/** a·diag(factors), each product in f64 and rounded once. */
export function scaleColumns<T extends Data>(a: Matrix<T>, factors: ArrayLike<number>): Matrix<T> {
  const out = empty(a, a.cols);
  const { data } = out;
  // The loop runs over entries, because an empty matrix may have any number of rows.
  for (let at = 0, j = 0; at < data.length; at++) {
    data[at] = a.data[at]! * factors[j]!;
    if (++j === a.cols) j = 0;
  }
  return out;
}

/** diag(factors)·a, likewise. */
export function scaleRows<T extends Data>(a: Matrix<T>, factors: ArrayLike<number>): Matrix<T> {
  const out = empty(a, a.cols);
  for (let at = 0; at < out.data.length; at++) {
    out.data[at] = a.data[at]! * factors[Math.floor(at / a.cols)]!;
  }
  return out;
}

/** The matrix [a, b]: the columns of b to the right of those of a. */
export function besides<T extends Data>(a: Matrix<T>, b: Matrix<T>): Matrix<T> {
  const out = empty(a, a.cols + b.cols);
  place(a, out, 0);
  place(b, out, a.cols);
  return out;
}

/** Writes a matrix into a wider one, starting at column `at`. */
export function place(a: Matrix, into: Matrix, at: number): void {
  copy(a, 0, into, at, a.cols);
}

/**
 * A plain loop: making a view of every short row would cost more than copying its numbers. A matrix without columns may
 * have any number of rows, so the loop is skipped.
 */
function copy(from: Matrix, source: number, to: Matrix, target: number, cols: number): void {
  if (cols === 0) return;
  const [x, y] = [from.data, to.data];
  for (let i = 0; i < from.rows; i++) {
    for (let j = 0, at = i * from.cols + source, into = i * to.cols + target; j < cols; j++) {
      y[into++] = x[at++]!;
    }
  }
}

function empty<T extends Data>(a: Matrix<T>, cols: number): Matrix<T> {
  return { rows: a.rows, cols, data: allocate(checkMatrix("a", a), a.rows * cols) as T };
}
