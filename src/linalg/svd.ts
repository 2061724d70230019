import { checkFlag, checkOneOf, known } from "../arguments.ts";
import { allocate, check, frame, type Data } from "../wasm/memory.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

/** What an SVD tells about itself. */
export interface SvdInfo {
  /** Sweeps of the Jacobi iteration. */
  readonly sweeps: number;
  /** Order of what was iterated on: the rest is exactly zero. Not a numerical rank (see `rank`). */
  readonly rank: number;
}

export interface Svd<T extends Data> {
  readonly u: Matrix<T>;
  readonly s: T;
  readonly v: Matrix<T>;
  readonly info: SvdInfo;
}

/**
 * Singular value decomposition a = u·diag(s)·vᵀ: u and v have orthonormal columns, s is descending and
 * non-negative.
 *
 * One-sided Jacobi on a matrix preconditioned by two QR factorizations (Drmač and Veselić, SIAM J. Matrix
 * Anal. Appl. 29, 2008; blocking, storage and the way to v are ours). Scaling costs no accuracy, where bidiagonal
 * methods lose all digits of the small values: if d is diagonal and a = b·d, tall or square, or a = d·b, wide or
 * square, every singular value has a relative error of order n·u·cond(b), as long as it is above 2e-31 s₁ (single
 * precision) or 2e-292 s₁ (double). For a wide a = b·d or a tall a = d·b the same holds with the condition of
 * those columns or rows of b that d makes the largest, min(m, n) independent ones, in place of cond(b): there no more
 * is determined by a. Values down to 2e-55 s₁ or 1e-412 s₁ are found, smaller ones are 0.
 *
 * Shapes, with a of m x n and k = min(m, n): `"reduced"` (default): u is m x k, v is n x k;
 * `"complete"`: u is m x m, v is n x n. Columns that belong to zero singular values are orthonormal too.
 * Signs are fixed: in every column of u that has a partner in v, the component of largest magnitude (the
 * first of equals) is positive.
 *
 * @param a the matrix, Float32Array or Float64Array data; it is not changed
 * @param options.vectors `false`: only the singular values, at two thirds of the time; returns { s, info }
 * @param options.mode `"reduced"` or `"complete"`
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, an unknown option, or when s
 *   overflows; ConvergenceError if 30 sweeps were not enough (6 to 9 are usual); MemoryError
 */
export function svd<T extends Data>(
  a: Matrix<T>,
  options?: { vectors?: true; mode?: "reduced" | "complete" },
): Svd<T>;
export function svd<T extends Data>(
  a: Matrix<T>,
  options: { vectors: false; mode?: "reduced" | "complete" },
): Pick<Svd<T>, "s" | "info">;
export function svd<T extends Data>(
  a: Matrix<T>,
  options: { vectors?: boolean; mode?: "reduced" | "complete" } = {},
): Svd<T> | Pick<Svd<T>, "s" | "info"> {
  const { vectors = true, mode = "reduced" } = known(options, ["vectors", "mode"]);
  const dtype = checkMatrix("a", a);
  checkFlag("vectors", vectors);
  checkOneOf("mode", mode, ["reduced", "complete"]);
  // The kernel works on tall matrices; a wide one is the transpose of a tall one, with u and v exchanged.
  const wide = a.rows < a.cols;
  const [m, n] = wide ? [a.cols, a.rows] : [a.rows, a.cols];
  const cols = mode === "complete" ? m : n;
  return frame(dtype, (f) => {
    const input = f.put(a.data);
    const u = f.alloc(vectors ? m * cols : 0);
    const v = f.alloc(vectors ? n * n : 0);
    const s = f.alloc(n + 2);
    if (m * cols > 0) {
      // prettier-ignore
      check(f.kernels.gejsv(Number(wide), m, n, cols, Number(vectors), 0, input, u, s, v), "a");
    }
    const values = f.take(s, n, allocate(dtype, n) as T);
    const [sweeps, rank] = n > 0 ? f.take(s, n + 2, allocate(dtype, n + 2)).subarray(n) : [0, 0];
    const info = { sweeps: sweeps!, rank: rank! };
    if (!vectors) return { s: values, info };
    const tall = { rows: m, cols, data: f.take(u, m * cols, allocate(dtype, m * cols) as T) };
    const small = { rows: n, cols: n, data: f.take(v, n * n, allocate(dtype, n * n) as T) };
    return wide ? { u: small, s: values, v: tall, info } : { u: tall, s: values, v: small, info };
  });
}
