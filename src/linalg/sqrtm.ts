import { float64 } from "../arrays.ts";
import { ArgumentError } from "../errors.ts";
import type { Data } from "../wasm/memory.ts";
import { trsyl } from "./bartelsStewart.ts";
import { eigh } from "./eigh.ts";
import { checkFinite, isSymmetric, mapped, ofSymmetric, similar } from "./functions.ts"; // prettier-ignore
import { checkSquare, double, type Matrix } from "./matrix.ts";
import { modulus, magnitude, scaled } from "./powers.ts";
import { schur } from "./schur.ts";

type Double = Matrix<Float64Array>;

/**
 * The principal square root: the x with x·x = a whose eigenvalues have positive real parts. It exists, and is real and
 * unique, if a has no eigenvalue on the closed negative real axis; else the matrix is refused.
 *
 * By the real Schur form a = z·t·zᵀ (Higham, Linear Algebra Appl. 88/89, 1987), whose root is computed recursively by
 * halves, the corner by a Sylvester equation (Deadman, Higham and Ralha, PARA 2012). A matrix that is symmetric
 * to the last bit goes by `eigh` instead, and may be positive semidefinite: eigenvalues within n·u·‖a‖ of zero count as
 * zero. In double precision, rounded once.
 *
 * @param a n x n, Float32Array or Float64Array data; it is not changed
 * @throws ArgumentError for a malformed or non-square matrix, a NaN or infinite entry, or an eigenvalue for which there is no
 *   principal root; ConvergenceError; MemoryError
 */
export function sqrtm<T extends Data>(a: Matrix<T>): Matrix<T> {
  checkSquare("a", a);
  // By a power of four, whose root is a power of two.
  const e = 2 * Math.trunc(magnitude(checkFinite("a", a)) / 2);
  const x = scaled(double(a), -e);
  const root = isSymmetric(x) ? ofDefinite(x, a) : ofSchurForm(x);
  return mapped(scaled(root, e / 2), a);
}

function ofDefinite(a: Double, given: Matrix): Double {
  const found = eigh(a);
  const u = given.data.BYTES_PER_ELEMENT === 4 ? 2 ** -24 : 2 ** -53;
  const zero = a.rows * u * (found.values.at(-1) ?? 0);
  for (const w of found.values) if (w < Math.min(-zero, 0)) refuse(w, "square root");
  return ofSymmetric(found, (w) => (w > zero ? Math.sqrt(w) : 0));
}

function ofSchurForm(a: Double): Double {
  const { t, z } = schur(a);
  checkPrincipal(t, "square root");
  return similar(z, quasiRoot(t));
}

/** No real eigenvalue of a Schur form may be zero or negative. */
export function checkPrincipal({ rows: n, data: t }: Double, what: string): void {
  for (let i = 0; i < n; i++) {
    const single = !(i > 0 && t[i * n + i - 1]) && !(i + 1 < n && t[(i + 1) * n + i]);
    if (single && !(t[i * (n + 1)]! > 0)) refuse(t[i * (n + 1)]!, what);
  }
}

export function refuse(eigenvalue: number, what: string): never {
  const expected = `no eigenvalue on the closed negative real axis (else it has no principal ${what})`;
  throw new ArgumentError("a", expected, `${eigenvalue}`);
}

/** The principal root of a quasi-triangular matrix with standardised 2 x 2 blocks, which has such blocks itself. */
export function quasiRoot(t: Double): Double {
  const { rows: n, data } = t;
  const out = { rows: n, cols: n, data: float64(n * n) };
  if (n === 0) return out;
  if (n === 1) {
    out.data[0] = Math.sqrt(data[0]!);
    return out;
  }
  let k = n >> 1;
  if (data[k * n + k - 1] !== 0) k++;
  if (k === n) {
    // p + i·q, q² = −b·c: its root has the real part r, and the block's is r + (t − p) / 2r.
    const [p, b, c] = [data[0]!, data[1]!, data[2]!];
    const q = Math.sqrt(Math.abs(b)) * Math.sqrt(Math.abs(c));
    const size = modulus(p, q);
    const r = p >= 0 ? Math.sqrt((p + size) / 2) : q / Math.sqrt(2 * (size - p));
    out.data.set([r, b / (2 * r), c / (2 * r), r]);
    return out;
  }
  const [first, second] = [quasiRoot(part(t, 0, k, 0, k)), quasiRoot(part(t, k, n, k, n))];
  const { x, exponent } = trsyl(first, second, part(t, 0, k, k, n), {});
  put(first, out, 0, 0);
  put(second, out, k, k);
  put(scaled(x, Math.min(exponent, 2044)), out, 0, k);
  return out;
}

/** Rows i to iEnd − 1, columns j to jEnd − 1. */
function part({ cols, data }: Double, i: number, iEnd: number, j: number, jEnd: number): Double {
  const out = float64((iEnd - i) * (jEnd - j));
  for (let row = i; row < iEnd; row++) {
    out.set(data.subarray(row * cols + j, row * cols + jEnd), (row - i) * (jEnd - j));
  }
  return { rows: iEnd - i, cols: jEnd - j, data: out };
}

function put(x: Double, into: Double, i: number, j: number): void {
  for (let row = 0; row < x.rows; row++) {
    into.data.set(x.data.subarray(row * x.cols, (row + 1) * x.cols), (i + row) * into.cols + j);
  }
}
