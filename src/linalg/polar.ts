import { float64 } from "../arrays.ts";
import type { Data } from "../wasm/memory.ts";
import { scaleColumns } from "./columns.ts";
import { matmul } from "./matmul.ts";
import type { Matrix } from "./matrix.ts";
import { svd } from "./svd.ts";

/**
 * Computes the polar decomposition a = u·p: u has orthonormal columns (orthonormal rows, if a has fewer rows than
 * columns), and p is symmetric positive semidefinite.
 *
 * @param a m x n; it is not changed
 * @returns u, m x n, and p, n x n, symmetric to the bit. p is unique; u is unique if the rank of a is min(m, n),
 *   otherwise it is one of several nearest matrices, always the same.
 *
 * @remarks
 * From a = U·diag(s)·Vᵀ: u = U·Vᵀ and p = V·diag(s)·Vᵀ = (aᵀa)^½. In every unitarily invariant norm u is the matrix
 * with orthonormal columns (rows) nearest to a: Fan and Hoffman, Proc. AMS 6 (1955). This is the right polar
 * decomposition for every shape (SciPy's default); the left one, a = p·u, is that of the transpose, with u transposed.
 *
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, or when s overflows; MemoryError
 */
export function polar<T extends Data>(a: Matrix<T>): { u: Matrix<T>; p: Matrix<T> } {
  const { u, s, v } = svd(a);
  // With √s in each factor p is w·wᵀ, which is symmetric because entries (i, j) and (j, i) sum the same products.
  const w = scaleColumns(v, float64(s, Math.sqrt));
  return { u: matmul(u, v, { transposeB: true }), p: matmul(w, w, { transposeB: true }) };
}
