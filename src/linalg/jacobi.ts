import { frame } from "../wasm/rooms/jacobi.ts";
import { SvdMethod } from "./singular.ts";

/**
 * The method of `svd` for small singular values, to be passed to `svd` and to what stands on it:
 *
 *   import { jacobi, rank, svd } from "tfjs-initializers/linalg";
 *   svd(a, { method: jacobi });
 *   rank(a, { tolerance: 1e-12, method: jacobi });
 *
 * It is a value, not a name, so that an app carries its kernels only if it says so.
 *
 * One-sided Jacobi on a matrix preconditioned by a pivoted QR factorization (Drmač and Veselić, SIAM J. Matrix Anal.
 * Appl. 29, 2008) and the eigenvectors of a Gram matrix or, where it is graded or small, a second QR (blocking, storage,
 * that choice and the way to v are ours). It takes about twice the time of divide and conquer.
 *
 * Scaling costs no accuracy, where bidiagonal methods lose all digits of the small values: if d is diagonal and a = b·d,
 * tall or square, or a = d·b, wide or square, every singular value has a relative error of order n·u·cond(b), as long as
 * it is above 2e-31 s₁ (single precision) or 2e-292 s₁ (double). For a wide a = b·d or a tall a = d·b the same holds with
 * the condition of those columns or rows of b that d makes the largest, min(m, n) independent ones, in place of cond(b):
 * there no more is determined by a. Values down to 2e-55 s₁ or 1e-412 s₁ are found, smaller ones are 0.
 */
export const jacobi: SvdMethod = /* @__PURE__ */ new SvdMethod("jacobi", (dtype, job) =>
  frame(dtype, (f) => job(f, f.kernels.gejsv)),
);
