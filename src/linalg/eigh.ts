import { checkFlag, known } from "../arguments.ts";
import { ArgumentError } from "../errors.ts";
import { check, type Data } from "../wasm/memory.ts";
import { frame } from "../wasm/rooms/symmetric.ts";
import { checkMatrix, type Matrix } from "./matrix.ts";

export interface Eigh<T extends Data> {
  /** The eigenvalues, ascending. */
  readonly values: T;
  /** n x n; column j is the eigenvector of values[j]. */
  readonly vectors: Matrix<T>;
}

/**
 * Computes the eigenvalues and eigenvectors of a symmetric matrix: a = v·diag(w)·vᵀ, w ascending, v orthogonal.
 *
 * @param a n x n, Float32Array or Float64Array data; it is not changed. It must be symmetric up to rounding: the lower
 *   triangle is decomposed, and the upper may differ from it by n·u·max|a|, the error of the method itself
 * @param options.vectors `false`: only the values, the same to the bit, at half the time
 * @returns `values` and `vectors`. Signs are fixed: in every column of the vectors the component of largest magnitude
 *   (the first of equals) is positive. Where eigenvalues are equal or nearly equal, the vectors are any orthonormal
 *   basis of their space.
 *
 * @remarks
 * Householder tridiagonalisation and divide and conquer with deflation (LAPACK's syevd; Gu and Eisenstat, SIAM J.
 * Matrix Anal. Appl. 16, 1995; blocking and storage are ours). Backward stable: every value has an absolute error of
 * about n·u·‖a‖₂; vectors are orthogonal to working precision however close the values are. For small singular values
 * of a factor x of a = xᵀx, `svd` of x keeps the digits that forming a loses.
 *
 * @throws ArgumentError for a malformed, not square or not symmetric matrix, a NaN or infinite entry, or when a value
 *   overflows; ConvergenceError if an iteration reaches its limit (no matrix is known for which one does); MemoryError
 *   when the work space (about 6 n² numbers) is not available
 */
export function eigh<T extends Data>(a: Matrix<T>, options?: { vectors?: true }): Eigh<T>;
export function eigh<T extends Data>(
  a: Matrix<T>,
  options: { vectors: false },
): Pick<Eigh<T>, "values">;
export function eigh<T extends Data>(
  a: Matrix<T>,
  options: { vectors?: boolean } = {},
): Eigh<T> | Pick<Eigh<T>, "values"> {
  const { vectors = true } = known(options, ["vectors"]);
  const dtype = checkMatrix("a", a);
  checkFlag("vectors", vectors);
  checkSymmetric("a", a);
  const n = a.rows;
  return frame(dtype, (f) => {
    const input = f.put(a.data);
    const w = f.alloc(n);
    // The kernel has packed the input before it writes vectors in its place.
    check(f.kernels.syevd(n, Number(vectors), 0, input, w, input), "a");
    const values = f.copy(w, n) as T;
    if (!vectors) return { values };
    const data = f.copy(input, n * n) as T;
    return { values, vectors: { rows: n, cols: n, data } };
  });
}

/** Requires a square matrix, symmetric up to rounding. Entries that are not finite are left to the kernel to refuse. */
export function checkSymmetric(name: string, { rows: n, cols, data }: Matrix): void {
  if (n !== cols) throw new ArgumentError(name, "a square matrix", `${n} x ${cols}`);
  let tolerance: number | undefined;
  for (let top = 0; top < n; top += BLOCK) {
    for (let left = 0; left <= top; left += BLOCK) {
      if (apart(data, n, top, left, 0) === undefined) continue;
      tolerance ??= n * (data.BYTES_PER_ELEMENT === 4 ? 2 ** -24 : 2 ** -53) * largest(data);
      const pair = apart(data, n, top, left, tolerance);
      if (pair === undefined) continue;
      const [i, j] = pair;
      const actual = `${data[i * n + j]} at (${i}, ${j}) and ${data[j * n + i]} at (${j}, ${i})`;
      throw new ArgumentError(name, "a symmetric matrix", actual);
    }
  }
}

/** Rows and columns that are compared together: what is read down a column comes from lines that are in the cache. */
const BLOCK = 32;

/** The first entry of a block below the diagonal that differs by more than `tolerance` from the one above. */
function apart(
  data: Data,
  n: number,
  top: number,
  left: number,
  tolerance: number,
): [number, number] | undefined {
  for (let i = top; i < Math.min(top + BLOCK, n); i++) {
    for (let j = left; j < Math.min(left + BLOCK, i); j++) {
      const [below, above] = [data[i * n + j]!, data[j * n + i]!];
      if (below !== above && Math.abs(below - above) > tolerance) return [i, j];
    }
  }
  return undefined;
}

/** The largest magnitude, or NaN if there is a NaN. */
function largest(data: Data): number {
  let top = 0;
  for (let i = 0; i < data.length; i++) top = Math.max(top, Math.abs(data[i]!));
  return top;
}
