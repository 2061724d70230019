import { float64 } from "../arrays.ts";
import { checkFlag, known } from "../arguments.ts";
import { ArgumentError } from "../errors.ts";
import type { Data, Dtype } from "../wasm/memory.ts";
import {
  decompose,
  divide,
  substitute,
  type Decomposition,
  type Scaled,
} from "./bartelsStewart.ts";
import { checkSymmetric } from "./eigh.ts";
import { matmul } from "./matmul.ts";
import { double, checkMatrix, checkSquare, type Matrix } from "./matrix.ts";
import { largest, magnitude, scaled } from "./powers.ts";
import { separation } from "./separation.ts";

/** What a solution tells about itself. */
export interface SylvesterInfo {
  /** By eigenvectors of both coefficients, or by Schur forms. */
  readonly path: "symmetric" | "general";
  /** Symmetric path: pairs of eigenvalues whose sum counts as zero, their part of x set to zero. */
  readonly singular: number;
  /** General path: pivots too small to divide by, and replaced. */
  readonly perturbed: number;
  /**
   * ‖c − a·x − x·b‖ / ((‖a‖ + ‖b‖)·‖x‖ + ‖c‖) in Frobenius norms, a few u for a good solution; a relative residual: the
   * strict backward error of this equation may be larger (Higham, BIT 33, 1993). Only on request, or where one of the
   * counts is not zero: a large one then says that the equation has no solution.
   */
  readonly backwardError?: number;
  /** On request: how far a and −b are from an eigenvalue in common. */
  readonly separation?: number;
}

export interface Solution<T extends Data> extends Matrix<T> {
  readonly info: SylvesterInfo;
}

export interface SylvesterOptions {
  symmetric?: boolean;
  backwardError?: boolean;
  separation?: boolean;
}

/**
 * The solution x of Sylvester's equation a·x + x·b = c, unique if a and −b have no eigenvalue in common.
 *
 * Symmetric path, for a and b both symmetric: with a = u·diag(α)·uᵀ and b = v·diag(β)·vᵀ,
 * x = u·[(uᵀ·c·v)_ij / (α_i + β_j)]·vᵀ. Where |α_i + β_j| ≤ max(m, n)·u·(max|α| + max|β|) the entry is zero instead:
 * of a singular equation, such as that of two positive semidefinite Gram matrices, the result is the
 * solution of minimum norm, and of an inconsistent one the least squares solution; `info.singular` counts.
 *
 * General path: Bartels and Stewart (CACM 15, 1972) on real Schur forms, with a blocked quasi-triangular solve
 * (blocking ours; scaling and pivots LAPACK's trsyl). An equation that is singular, or nearly, is not an error:
 * pivots below 2u·max(|t|, |s|), t and s the Schur forms, are replaced by that, as LAPACK does
 * with INFO = 1, so that x solves an equation with coefficients changed by about u, and may be large.
 * `info.perturbed` counts; an x with a count that is not zero is not to be used without looking. Nor does zero prove
 * the equation regular: eigenvalues carry errors of some n·u, with which a singular equation may pass, with a
 * huge x. `separation` tells.
 *
 * Both leave a residual of about u in `backwardError`; the error in x may be larger by
 * (‖a‖ + ‖b‖) / `separation`. Scaling a and b, or c, by a power of two scales x exactly.
 *
 * @param a, b, c m x m, n x n and m x n, of one precision, which is that of the work; they are not changed
 * @param options.symmetric default: the symmetric path if a and b are symmetric to the last bit. `true`: it is
 *   taken, and what is not symmetric up to rounding is refused; `false`: the general path is taken. (A symmetric
 *   coefficient beside another is decomposed by `eigh` in any case but the last.)
 * @param options.backwardError `true`: tell it; two products
 * @param options.separation `true`: tell it; exact, min |α_i + β_j|, on the symmetric path, else 1 / ‖L⁻¹‖₁ of the
 *   triangular equation as LAPACK's trsen estimates it, in about five triangular solves
 * @returns x, m x n, with `info` besides
 * @throws ArgumentError for a malformed matrix, sizes or precisions that do not match, a NaN or infinite
 *   entry, a declared symmetry that is not there, or an x that overflows; ConvergenceError; MemoryError
 */
export function sylvester<T extends Data>(
  a: Matrix<T>,
  b: Matrix<T>,
  c: Matrix<T>,
  options: SylvesterOptions = {},
): Solution<T> {
  const dtype = checkSquare("a", a);
  const dtypeB = checkSquare("b", b);
  if (dtypeB !== dtype) throw new ArgumentError("b", `${dtype} data as in a`, dtypeB);
  checkRight("c", c, dtype, a.rows, b.rows);
  const shift = magnitude(Math.max(checkFinite("a", a), checkFinite("b", b)));
  const size = magnitude(checkFinite("c", c));
  const [symmetricA, symmetricB] = symmetries({ a, b }, options);
  const [small, smallB] = [scaled(a, -shift), scaled(b, -shift)];
  const left = decompose(small, symmetricA!);
  const right = decompose(smallB, symmetricB!);
  const rhs = scaled(c, -size);
  return solve(
    { a: small, b: smallB, c: rhs, left, right, transposeB: false, shift, size },
    options,
  );
}

/**
 * The solution x of Lyapunov's equation a·x + x·aᵀ = q, unique if no two eigenvalues of a add up to zero: as
 * `sylvester(a, aᵀ, q)` in result, options, info and errors, but with one decomposition instead of two. (SciPy's
 * solve_continuous_lyapunov has the same sign of q; MATLAB's lyap the opposite one.) If q is symmetric
 * to the last bit, so is x.
 *
 * @param a, q n x n, of one precision; they are not changed
 */
export function lyapunov<T extends Data>(
  a: Matrix<T>,
  q: Matrix<T>,
  options: SylvesterOptions = {},
): Solution<T> {
  const dtype = checkSquare("a", a);
  checkRight("q", q, dtype, a.rows, a.rows);
  const shift = magnitude(checkFinite("a", a));
  const size = magnitude(checkFinite("q", q));
  const [symmetric] = symmetries({ a }, options);
  const small = scaled(a, -shift);
  const form = decompose(small, symmetric!);
  const rhs = scaled(q, -size);
  const twice = { a: small, b: small, left: form, right: form, transposeB: true };
  return solve({ ...twice, c: rhs, shift, size }, options);
}

/** 2^shift·(a·x + x·b) = 2^size·c, with decompositions of a and b; `transposeB`: bᵀ in the place of b. */
interface Equation<T extends Data> {
  readonly a: Matrix<T>;
  readonly b: Matrix<T>;
  readonly c: Matrix<T>;
  readonly left: Decomposition<T>;
  readonly right: Decomposition<T>;
  readonly transposeB: boolean;
  readonly shift: number;
  readonly size: number;
}

function solve<T extends Data>(equation: Equation<T>, options: SylvesterOptions): Solution<T> {
  const { c, left, right, transposeB, shift, size } = equation;
  const symmetric = isDiagonal(left) && isDiagonal(right);
  const found = symmetric
    ? { ...divide(left, right, c), perturbed: 0 }
    : { ...substitute(left, right, c, transposeB), singular: 0 };
  if (transposeB && isSymmetric(c)) symmetrize(found.x);
  const info: { -readonly [K in keyof SylvesterInfo]: SylvesterInfo[K] } = {
    path: symmetric ? "symmetric" : "general",
    singular: found.singular,
    perturbed: found.perturbed,
  };
  if (options.backwardError || found.singular + found.perturbed > 0) {
    info.backwardError = backwardError(equation, found);
  }
  if (options.separation) {
    const apart = symmetric ? gap(left.values, right.values) : separation(left, right, transposeB);
    info.separation = apart * 2 ** shift;
  }
  const x = scaled(found.x, Math.min(Math.max(found.exponent + size - shift, -2044), 2044));
  if (!Number.isFinite(largest(x.data))) {
    throw new ArgumentError(
      transposeB ? "q" : "c",
      "entries whose result can be represented",
      "an overflow",
    );
  }
  return { ...x, info };
}

const isDiagonal = <T extends Data>(d: Decomposition<T>): d is Required<Decomposition<T>> =>
  d.values !== undefined;

/** min |α_i + β_j|, by a walk along both ascending lists. */
function gap(a: Data, b: Data): number {
  let least = Infinity;
  for (let i = 0, j = b.length - 1; i < a.length && j >= 0;) {
    const sum = a[i]! + b[j]!;
    least = Math.min(least, Math.abs(sum));
    if (sum < 0) i++;
    else j--;
  }
  return least;
}

/**
 * ‖c − a·x − x·b‖ / ((‖a‖ + ‖b‖)·‖x‖ + ‖c‖) of x·2^exponent, in f64; of x and c one is scaled down to the
 * other, never up.
 */
export function backwardError<T extends Data>(
  { a, b, c, transposeB }: Pick<Equation<T>, "a" | "b" | "c" | "transposeB">,
  { x, exponent }: Scaled<T>,
): number {
  const [left, right] = [double(a), double(b)];
  const y = scaled(double(x), Math.max(Math.min(exponent, 0), -2044));
  const target = scaled(double(c), -Math.min(Math.max(exponent, 0), 2044));
  const [ax, xb] = [matmul(left, y), matmul(y, right, { transposeB })];
  const rest = float64(target.data, (value, at) => value - ax.data[at]! - xb.data[at]!);
  const size = (norm(left) + norm(right)) * norm(y) + norm(target);
  return size > 0 ? norm({ ...target, data: rest }) / size : 0;
}

/** Frobenius, of entries whose squares may underflow. */
function norm(a: Matrix<Float64Array>): number {
  const e = magnitude(largest(a.data));
  const sum = scaled(a, -e).data.reduce((total, x) => total + x * x, 0);
  return Math.sqrt(sum) * 2 ** e;
}

function checkRight(name: string, c: Matrix, dtype: Dtype, rows: number, cols: number): void {
  const own = checkMatrix(name, c);
  if (own !== dtype) throw new ArgumentError(name, `${dtype} data as in a`, own);
  if (c.rows !== rows || c.cols !== cols) {
    throw new ArgumentError(name, `a ${rows} x ${cols} matrix`, `${c.rows} x ${c.cols}`);
  }
}

/** Returns the largest magnitude. */
function checkFinite(name: string, { data }: Matrix): number {
  const top = largest(data);
  if (!Number.isFinite(top)) {
    throw new ArgumentError(name, "finite entries", "a NaN or an infinity");
  }
  return top;
}

/** Which coefficients are to be taken for symmetric; also checks the options. */
function symmetries(coefficients: Record<string, Matrix>, options: SylvesterOptions): boolean[] {
  const {
    symmetric,
    backwardError = false,
    separation = false,
  } = known(options, ["symmetric", "backwardError", "separation"]);
  if (symmetric !== undefined) checkFlag("symmetric", symmetric);
  checkFlag("backwardError", backwardError);
  checkFlag("separation", separation);
  return Object.entries(coefficients).map(([name, a]) => {
    if (symmetric) checkSymmetric(name, a);
    return symmetric ?? isSymmetric(a);
  });
}

/** To the last bit. */
function isSymmetric({ rows: n, data }: Matrix): boolean {
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) if (data[i * n + j] !== data[j * n + i]) return false;
  }
  return true;
}

/** x := (x + xᵀ) / 2 */
function symmetrize({ rows: n, data }: Matrix): void {
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const mean = data[i * n + j]! / 2 + data[j * n + i]! / 2;
      data[i * n + j] = mean;
      data[j * n + i] = mean;
    }
  }
}
