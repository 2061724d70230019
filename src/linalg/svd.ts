import { known } from "../arguments.ts";
import type { Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/symmetric.ts";
import type { Matrix } from "./matrix.ts";
import { decompose, SvdMethod, type Svd } from "./singular.ts";

interface Options {
  mode?: "reduced" | "complete";
  method?: SvdMethod;
}

const divideAndConquer = /* @__PURE__ */ new SvdMethod("divide-and-conquer", (dtype, job) =>
  frame(dtype, (f) => job(f, f.kernels.gesdd)),
);

/**
 * Singular value decomposition a = u·diag(s)·vᵀ: u and v have orthonormal columns, s is descending and
 * non-negative.
 *
 * Both methods are normwise backward stable: the factors are those of a matrix within order n·u·s₁ of a, and u and v
 * are orthonormal to order n·u (u is the unit roundoff, 2⁻²⁴ or 2⁻⁵³).
 *
 * The default is divide and conquer, what LAPACK's gesdd and most array libraries do: bidiagonal form, then Gu and
 * Eisenstat, SIAM J. Matrix Anal. Appl. 16, 1995 (one pass over the matrix a column after Howell et al., ACM TOMS 34,
 * 2008; storage and the use of squared poles are ours). Every singular value has an error of order n·u·s₁: those
 * below that are noise, as in the results of NumPy or SciPy. `method: jacobi`, a value to import, gives their digits, at
 * about twice the time: see `jacobi`.
 *
 * Shapes, with a of m x n and k = min(m, n): `"reduced"` (default): u is m x k, v is n x k;
 * `"complete"`: u is m x m, v is n x n. Columns that belong to zero singular values are orthonormal too.
 * Signs are fixed: in every column of u that has a partner in v, the component of largest magnitude (the
 * first of equals) is positive.
 *
 * @param a the matrix, Float32Array or Float64Array data; it is not changed
 * @param options.vectors `false`: only the singular values, at half of the time and less; returns { s, info }
 * @param options.mode `"reduced"` or `"complete"`
 * @param options.method `jacobi`; without it divide and conquer
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
): Pick<Svd<T>, "s" | "info"> & Partial<Svd<T>> {
  const {
    vectors,
    mode,
    method = divideAndConquer,
  } = known(options, ["vectors", "mode", "method"]);
  return decompose(a, method, vectors, mode);
}
