import { checkFlag, checkOneOf, known } from "../arguments.ts";
import { countOf } from "../arrays.ts";
import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/symmetric.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/** How an SVD is computed: see `svd`. */
export type SvdMethod = "divide-and-conquer" | "jacobi";

/** What an SVD tells about itself. */
export interface SvdInfo {
  readonly method: SvdMethod;
  /** Sweeps of the Jacobi iteration; 0 with divide and conquer, which has none. */
  readonly sweeps: number;
  /** How many singular values are not exactly zero. Not a numerical rank (see `rank`). */
  readonly rank: number;
}

export interface Svd<T extends Data> {
  readonly u: Matrix<T>;
  readonly s: T;
  readonly v: Matrix<T>;
  readonly info: SvdInfo;
}

interface Options {
  mode?: "reduced" | "complete";
  method?: SvdMethod;
}

/**
 * Singular value decomposition a = u·diag(s)·vᵀ: u and v have orthonormal columns, s is descending and
 * non-negative.
 *
 * Two methods, both normwise backward stable: the factors are those of a matrix within order n·u·s₁ of a, and u and v
 * are orthonormal to order n·u (u is the unit roundoff, 2⁻²⁴ or 2⁻⁵³).
 *
 * `"divide-and-conquer"` (default), what LAPACK's gesdd and most array libraries do: bidiagonal form, then Gu and
 * Eisenstat, SIAM J. Matrix Anal. Appl. 16, 1995 (one pass over the matrix a column after Howell et al., ACM TOMS 34,
 * 2008; storage and the use of squared poles are ours). Every singular value has an error of order n·u·s₁: those
 * below that are noise, as in the results of NumPy or SciPy.
 *
 * `"jacobi"`, at about twice the time: one-sided Jacobi on a matrix preconditioned by a pivoted QR factorization (Drmač
 * and Veselić, SIAM J. Matrix Anal. Appl. 29, 2008) and the eigenvectors of a Gram matrix or, where it is graded or
 * small, a second QR (blocking, storage, that choice and the way to v are ours). Scaling costs no accuracy, where bidiagonal methods lose all digits of the small values: if d is diagonal and a = b·d, tall or square, or a =
 * d·b, wide or square, every singular value has a relative error of order n·u·cond(b), as long as it is above 2e-31 s₁
 * (single precision) or 2e-292 s₁ (double). For a wide a = b·d or a tall a = d·b the same holds with the condition of
 * those columns or rows of b that d makes the largest, min(m, n) independent ones, in place of cond(b): there no more
 * is determined by a. Values down to 2e-55 s₁ or 1e-412 s₁ are found, smaller ones are 0.
 *
 * Shapes, with a of m x n and k = min(m, n): `"reduced"` (default): u is m x k, v is n x k;
 * `"complete"`: u is m x m, v is n x n. Columns that belong to zero singular values are orthonormal too.
 * Signs are fixed: in every column of u that has a partner in v, the component of largest magnitude (the
 * first of equals) is positive.
 *
 * @param a the matrix, Float32Array or Float64Array data; it is not changed
 * @param options.vectors `false`: only the singular values, at half of the time and less; returns { s, info }
 * @param options.mode `"reduced"` or `"complete"`
 * @param options.method `"divide-and-conquer"` or `"jacobi"`
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, an unknown option, or when s
 *   overflows; ConvergenceError if 30 sweeps were not enough (2 to 9 are usual) or, with divide and conquer, as many steps
 *   for a value; MemoryError
 */
export function svd<T extends Data>(a: Matrix<T>, options?: Options & { vectors?: true }): Svd<T>;
export function svd<T extends Data>(
  a: Matrix<T>,
  options: Options & { vectors: false },
): Pick<Svd<T>, "s" | "info">;
export function svd<T extends Data>(
  a: Matrix<T>,
  options: Options & { vectors?: boolean } = {},
): Svd<T> | Pick<Svd<T>, "s" | "info"> {
  const {
    vectors = true,
    mode = "reduced",
    method = "divide-and-conquer",
  } = known(options, ["vectors", "mode", "method"]);
  const dtype = checkMatrix("a", a);
  checkFlag("vectors", vectors);
  checkOneOf("mode", mode, ["reduced", "complete"]);
  checkOneOf("method", method, ["divide-and-conquer", "jacobi"]);
  // The kernel works on tall matrices; a wide one is the transpose of a tall one, with u and v exchanged.
  const wide = a.rows < a.cols;
  const [m, n] = wide ? [a.cols, a.rows] : [a.rows, a.cols];
  const cols = mode === "complete" ? m : n;
  return frame(dtype, (f) => {
    const input = f.put(a.data);
    // The kernels have used up the input before they write u.
    const u = cols === n ? input : f.alloc(vectors ? m * cols : 0);
    const v = f.alloc(vectors ? n * n : 0);
    const s = f.alloc(n + 2);
    if (m * cols > 0) {
      const { gejsv, gesdd } = f.kernels;
      const kernel = method === "jacobi" ? gejsv : gesdd;
      check(kernel(Number(wide), m, n, cols, Number(vectors), 0, input, u, s, v), "a");
    }
    const values = f.copy(s, n) as T;
    const info = { method, sweeps: 0, rank: countOf(values, (x) => x > 0) };
    if (method === "jacobi" && n > 0) {
      info.sweeps = f.copy(s, n + 1)[n]!;
    }
    if (!vectors) return { s: values, info };
    const tall = { rows: m, cols, data: f.copy(u, m * cols) as T };
    const small = { rows: n, cols: n, data: f.copy(v, n * n) as T };
    return wide ? { u: small, s: values, v: tall, info } : { u: tall, s: values, v: small, info };
  });
}
