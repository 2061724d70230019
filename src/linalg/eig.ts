import { allocate, check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/nonsymmetric.ts";
import { checkSquare, type Matrix } from "./matrix.ts";

export interface Eig<T extends Data> {
  /** n each; complex conjugates stand together, that with the positive imaginary part first. */
  readonly values: { readonly re: T; readonly im: T };
  /** n x n each; column j belongs to value j. */
  readonly vectors: { readonly re: Matrix<T>; readonly im: Matrix<T> };
}

/**
 * Eigenvalues and right eigenvectors of a square matrix, a·v_j = λ_j·v_j. From the real Schur form a = z·t·zᵀ (see
 * `schur`) by back substitution, v = z·x with t·x_j = λ_j·x_j (LAPACK's trevc3; blocking ours), with numbers scaled so
 * that nothing overflows. For symmetric matrices there is `eigh`, which is faster and has orthogonal vectors.
 *
 * Every vector has length 1, and of its components the one of largest magnitude, the first of equals, is real and
 * positive. Each pair λ_j, v_j is exact for a matrix that differs from a by some n·u·‖a‖. The vectors of a matrix that
 * is nearly defective are nearly dependent: of a Jordan block all columns are equal up to rounding, and that is no error.
 *
 * Unlike `eigenvalues`, it does not balance the matrix first.
 *
 * @param a the matrix, Float32Array or Float64Array data; it is not changed
 * @throws ArgumentError for a malformed or non-square matrix, a NaN or infinite entry, or when a value overflows;
 *   ConvergenceError if 30·max(10, n) iterations were not enough; MemoryError
 */
export function eig<T extends Data>(a: Matrix<T>): Eig<T> {
  const dtype = checkSquare("a", a);
  const n = a.rows;
  return frame(dtype, (f) => {
    const [t, z, w, v] = [f.put(a.data), f.alloc(n * n), f.alloc(2 * n), f.alloc(n * n)];
    check(f.kernels.gees(1, 0, n, 0, 0, 0, 0, t, z, w), "a");
    check(f.kernels.trevc(n, t, z, v), "a");
    const re = f.copy(w, n) as T;
    const im = f.copy(w + n * a.data.BYTES_PER_ELEMENT, n) as T;
    const vectors = { re: f.copy(v, n * n) as T, im: allocate(dtype, n * n) as T };
    for (let j = 0; j < n; j++) {
      if (im[j] === 0) continue;
      conjugates(n, j, vectors);
      j++;
    }
    const matrix = (data: T) => ({ rows: n, cols: n, data });
    return { values: { re, im }, vectors: { re: matrix(vectors.re), im: matrix(vectors.im) } };
  });
}

/** Columns j and j + 1 hold the real and the imaginary part of one vector, and become it and its conjugate. */
function conjugates(n: number, j: number, { re, im }: { re: Data; im: Data }): void {
  for (let at = j; at < n * n; at += n) {
    const y = re[at + 1]!;
    re[at + 1] = re[at]!;
    im[at] = y;
    im[at + 1] = 0 - y;
  }
}
