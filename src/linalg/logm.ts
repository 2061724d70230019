import { float64 } from "../arrays.ts";
import { atan, log } from "../elementary.ts";
import type { Data } from "../wasm/memory.ts";
import { eigh } from "./eigh.ts";
import { checkFinite, isSymmetric, mapped, ofSymmetric, similar } from "./functions.ts"; // prettier-ignore
import { checkSquare, double, type Matrix } from "./matrix.ts";
import { modulus, largest, shifted } from "./powers.ts";
import { schur } from "./schur.ts";
import { solve } from "./solve.ts";
import { checkPrincipal, quasiRoot, refuse } from "./sqrtm.ts";

type Double = Matrix<Float64Array>;

/** Up to this ‖x‖₁ the Padé approximant of degree m to log(1 + x) is exact to 2⁻⁵³ (Higham 2008, table 11.1). */
const THETA = [0, 1.1e-5, 1.82e-3, 1.62e-2, 5.39e-2, 1.14e-1, 1.87e-1, 2.64e-1];
const PI = 3.141592653589793;

/**
 * The principal logarithm: the x with e^x = a whose eigenvalues have imaginary parts between −π and π. It exists, and is
 * real and unique, if a has no eigenvalue on the closed negative real axis; else the matrix is refused.
 *
 * Inverse scaling and squaring on the real Schur form: square roots until the argument is near 1, then a Padé approximant
 * by partial fractions (Higham, Functions of Matrices, 2008, algorithm 11.9). Near 1 digits would cancel; so the diagonal
 * blocks of t^(1/2^k) − 1 are computed as in Al-Mohy (Numer. Algorithms 59, 2012) and those of the logarithm in closed
 * form. A matrix that is symmetric to the last bit goes by `eigh` instead, where eigenvalues within n·2⁻⁵³·‖a‖ of zero count
 * as zero. In double precision, rounded once.
 *
 * @param a n x n, Float32Array or Float64Array data; it is not changed
 * @throws ArgumentError for a malformed or non-square matrix, a NaN or infinite entry, or an eigenvalue for which there is no
 *   principal logarithm; ConvergenceError; MemoryError
 */
export function logm<T extends Data>(a: Matrix<T>): Matrix<T> {
  checkSquare("a", a);
  checkFinite("a", a);
  const x = double(a);
  if (isSymmetric(x)) {
    const found = eigh(x);
    const zero = a.rows * 2 ** -53 * (found.values.at(-1) ?? 0);
    for (const w of found.values) if (!(w > zero)) refuse(w, "logarithm");
    return mapped(ofSymmetric(found, log), a);
  }
  const { t, z } = schur(x);
  checkPrincipal(t, "logarithm");
  return mapped(similar(z, quasiLog(t)), a);
}

function quasiLog(t: Double): Double {
  const n = t.rows;
  let root = t;
  let k = 0;
  let m = 0;
  // A second look at a degree that one more root would lower by two or more, and no third.
  for (let looks = 0; m === 0;) {
    const size = distanceToOne(root);
    const degree = THETA.findIndex((theta, i) => i > 2 && size <= theta);
    if (degree > 0) {
      const next = THETA.findIndex((theta, i) => i > 2 && size / 2 <= theta);
      if (degree - next <= 1 || ++looks === 2) m = degree;
    }
    if (m > 0) break;
    root = quasiRoot(root);
    k++;
  }
  const r = { ...root, data: float64(root.data) };
  for (let i = 0; i < n; i++) r.data[i * (n + 1)]! -= 1;
  blocks(t, (i, p, q, b, c) => {
    const [re, im] = rootMinusOne(p, q, k);
    if (q === 0) r.data[i * (n + 1)] = re;
    else setBlock(r, i, re, im, q, b, c);
  });
  const out = { rows: n, cols: n, data: float64(n * n) };
  const { nodes, weights } = gauss(m);
  nodes.forEach((x, j) => {
    const left = { ...r, data: float64(r.data, (value, at) => x * value + Number(at % (n + 1) === 0)) }; // prettier-ignore
    const term = solve(left, r).data;
    for (let at = 0; at < n * n; at++) out.data[at]! += weights[j]! * shifted(term[at]!, k);
  });
  blocks(t, (i, p, q, b, c) => {
    const re = log(q === 0 ? p : modulus(p, q));
    if (q === 0) out.data[i * (n + 1)] = re;
    else setBlock(out, i, re, angle(p, q), q, b, c);
  });
  return out;
}

/** Calls for every diagonal block, of eigenvalues p ± q·i with entries b and c beside its diagonal. */
function blocks(
  { rows: n, data: t }: Double,
  visit: (i: number, p: number, q: number, b: number, c: number) => void,
): void {
  for (let i = 0; i < n; i++) {
    const at = i * (n + 1);
    const c = i + 1 < n ? t[at + n]! : 0;
    if (c === 0) visit(i, t[at]!, 0, 0, 0);
    else {
      visit(i, t[at]!, Math.sqrt(Math.abs(t[at + 1]!)) * Math.sqrt(Math.abs(c)), t[at + 1]!, c);
      i++;
    }
  }
}

/** The block with eigenvalues re ± im·i that is a polynomial of one with imaginary part q: re + (block − p)·im/q. */
function setBlock(x: Double, i: number, re: number, im: number, q: number, b: number, c: number) {
  const n = x.rows;
  const at = i * (n + 1);
  x.data[at] = re;
  x.data[at + n + 1] = re;
  x.data[at + 1] = (b / q) * im;
  x.data[at + n] = (c / q) * im;
}

/** (p + q·i)^(1/2^k) − 1 without cancellation: z − 1 over the product of all 1 + z^(1/2^j), j = 1 … k. */
function rootMinusOne(p: number, q: number, k: number): [number, number] {
  let [re, im] = [p, q];
  let left = k;
  if (left > 0 && re <= 0) {
    [re, im] = root(re, im);
    left--;
  }
  const [zr, zi] = [re - 1, im];
  let [dr, di] = [1, 0];
  for (; left > 0; left--) {
    [re, im] = root(re, im);
    [dr, di] = [dr * (1 + re) - di * im, dr * im + di * (1 + re)];
  }
  const square = dr * dr + di * di;
  return [(zr * dr + zi * di) / square, (zi * dr - zr * di) / square];
}

function root(re: number, im: number): [number, number] {
  const size = modulus(re, im);
  const r = re >= 0 ? Math.sqrt((re + size) / 2) : im / Math.sqrt(2 * (size - re));
  return [r, im / (2 * r)];
}

/** The argument of p + q·i, q > 0. */
function angle(p: number, q: number): number {
  if (Math.abs(p) >= q) return p > 0 ? atan(q / p) : PI + atan(q / p);
  return PI / 2 - atan(p / q);
}

/** ‖x − 1‖₁ */
function distanceToOne({ rows: n, data }: Double): number {
  const sums = float64(n);
  data.forEach((x, at) => (sums[at % n]! += Math.abs(at % (n + 1) === 0 ? x - 1 : x)));
  return largest(sums);
}

/** Gauss and Legendre's nodes and weights on [0, 1], by eigenvalues (Golub and Welsch, Math. Comp. 23, 1969). */
function gauss(m: number): { nodes: Float64Array; weights: Float64Array } {
  const data = float64(m * m);
  for (let i = 1; i < m; i++) {
    const beside = i / Math.sqrt(4 * i * i - 1);
    data[i * m + i - 1] = beside;
    data[(i - 1) * m + i] = beside;
  }
  const { values, vectors } = eigh({ rows: m, cols: m, data });
  return {
    nodes: float64(values, (x) => (1 + x) / 2),
    weights: float64(values, (_, j) => vectors.data[j]! ** 2),
  };
}
