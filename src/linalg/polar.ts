import { float64 } from "../arrays.ts";
import type { Data } from "../wasm/memory.ts";
import { scaleColumns } from "./columns.ts";
import { matmul } from "./matmul.ts";
import type { Matrix } from "./matrix.ts";
import { svd } from "./svd.ts";

/**
 * Polar decomposition a = u·p, from a = U·diag(s)·Vᵀ: u = U·Vᵀ and p = V·diag(s)·Vᵀ = (aᵀa)^½.
 *
 * u is the nearest to a, in every unitarily invariant norm, of the matrices with orthonormal columns (of
 * those with orthonormal rows, if a has fewer rows than columns): Fan and Hoffman, Proc. AMS 6 (1955). p is
 * symmetric to the bit and positive semidefinite. It is the right polar decomposition for every
 * shape (SciPy's default); the left one, a = p·u, is that of the transpose, with u transposed.
 *
 * @param a m x n; it is not changed
 * @returns u, m x n, and p, n x n. p is unique; u is if the rank of a is min(m, n), else some
 *   nearest one, always the same.
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, or when s overflows; MemoryError
 */
export function polar<T extends Data>(a: Matrix<T>): { u: Matrix<T>; p: Matrix<T> } {
  const { u, s, v } = svd(a);
  // With a root of s in each factor p is w·wᵀ: symmetric, because (i, j) and (j, i) sum the same products.
  const w = scaleColumns(v, float64(s, Math.sqrt));
  return { u: matmul(u, v, { transposeB: true }), p: matmul(w, w, { transposeB: true }) };
}
