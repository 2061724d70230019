import { checkNumber, known } from "../arguments.ts";
import type { Data } from "../wasm/memory.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";
import { lifted } from "./powers.ts";
import { svd } from "./svd.ts";

/**
 * Computes the numerical rank of a matrix: the number of singular values s_i > tolerance·s₁.
 *
 * @param a m x n; it is not changed
 * @param options.tolerance relative to the largest singular value; default max(m, n)·eps, with eps = 2⁻²³ for
 *   Float32Array and 2⁻⁵² for Float64Array data: the convention (and the `rtol`) of NumPy's matrix_rank. With 0, every
 *   singular value that is not exactly zero counts.
 * @returns an integer from 0 to min(m, n); 0 for an empty or a zero matrix
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, or a negative tolerance; MemoryError
 */
export function rank(a: Matrix, options: { tolerance?: number } = {}): number {
  const { tolerance } = known(options, ["tolerance"]);
  checkMatrix("a", a);
  checkTolerance(tolerance);
  return significant(svd(lifted(a).matrix, { vectors: false }).s, a, tolerance);
}

/** The number of singular values s of a, descending, that are above the tolerance. */
export function significant(s: Data, a: Matrix, tolerance = defaultTolerance(a)): number {
  let count = 0;
  while (count < s.length && s[count]! > tolerance * s[0]!) count++;
  return count;
}

export function checkTolerance(tolerance: number | undefined): void {
  if (tolerance !== undefined) checkNumber("tolerance", tolerance, "non-negative");
}

function defaultTolerance({ rows, cols, data }: Matrix): number {
  return Math.max(rows, cols) * (data.BYTES_PER_ELEMENT === 4 ? 2 ** -23 : 2 ** -52);
}
