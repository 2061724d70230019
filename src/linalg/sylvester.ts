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
import { checkFinite, isSymmetric } from "./functions.ts";
import { matmul } from "./matmul.ts";
import { double, checkMatrix, checkSquare, type Matrix } from "./matrix.ts";
import { largest, magnitude, scaled } from "./powers.ts";
import { separation } from "./separation.ts";

/** Diagnostics of a solution of Sylvester's or Lyapunov's equation. */
export interface SylvesterInfo {
  /**
   * How the equation was solved: `"symmetric"` by the eigenvectors of both coefficients, `"general"` by Schur forms.
   */
  readonly path: "symmetric" | "general";
  /** Symmetric path: number of eigenvalue pairs whose sum counts as zero; their components of x are set to zero. */
  readonly singular: number;
  /** General path: number of pivots that were too small to divide by and were replaced. */
  readonly perturbed: number;
  /**
   * The relative residual ‖c − a·x − x·b‖ / ((‖a‖ + ‖b‖)·‖x‖ + ‖c‖) in Frobenius norms: a few u for a good solution.
   * The strict backward error of this equation may be larger (Higham, BIT 33, 1993). Present on request, and whenever
   * `singular` or `perturbed` is not zero: a large value then says that the equation has no solution.
   */
  readonly backwardError?: number;
  /** On request: the distance of a and −b from having an eigenvalue in common. */
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
 * Solves Sylvester's equation a·x + x·b = c for x. The solution is unique if a and −b have no eigenvalue in common; for
 * a singular equation look at `info`.
 *
 * @param a, b, c m x m, n x n and m x n, of one precision, which is that of the work; they are not changed
 * @param options.symmetric by default the symmetric path is taken if a and b are symmetric to the last bit. `true`
 *   takes the symmetric path and refuses a coefficient that is not symmetric up to rounding; `false` takes the general
 *   path. (Unless it is `false`, a symmetric coefficient beside an unsymmetric one is still decomposed by `eigh`.)
 * @param options.backwardError `true`: report `info.backwardError`, at the cost of two products
 * @param options.separation `true`: report `info.separation`: on the symmetric path the exact min |α_i + β_j|, on the
 *   general path 1 / ‖L⁻¹‖₁ of the triangular equation as LAPACK's trsen estimates it, in about five triangular solves
 * @returns x, m x n, with the diagnostics in `info`
 *
 * @remarks
 * Symmetric path: with a = u·diag(α)·uᵀ and b = v·diag(β)·vᵀ, x = u·[(uᵀ·c·v)_ij / (α_i + β_j)]·vᵀ. Where
 * |α_i + β_j| ≤ max(m, n)·u·(max|α| + max|β|) the entry is zero instead, and `info.singular` counts it. A singular
 * equation, such as that of two positive semidefinite Gram matrices, therefore gets the solution of minimum norm, and
 * an inconsistent one the least squares solution.
 *
 * General path: Bartels and Stewart (CACM 15, 1972) on real Schur forms t and s, with a blocked quasi-triangular solve
 * (blocking ours; scaling and pivots as in LAPACK's trsyl). A singular or nearly singular equation is not an error:
 * pivots below 2u·max(|t|, |s|) are replaced by that bound, as LAPACK does with INFO = 1, and `info.perturbed` counts
 * them. Then x solves an equation whose coefficients are changed by about u; it may be large, and should be examined
 * before use. A count of zero does not prove the equation regular: eigenvalues carry errors of some n·u, so a singular
 * equation may pass with a huge x. `info.separation` tells the two apart.
 *
 * Both paths leave a `backwardError` of about u; the error of x may be larger by (‖a‖ + ‖b‖) / `separation`. Scaling a
 * and b, or c, by a power of two scales x exactly.
 *
 * @throws ArgumentError for a malformed matrix, sizes or precisions that do not match, a NaN or infinite entry, a
 *   declared symmetry that is not there, or an x that overflows; ConvergenceError; MemoryError
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
 * Solves Lyapunov's equation a·x + x·aᵀ = q for x. The solution is unique if no two eigenvalues of a add up to zero.
 *
 * Results, options, `info` and errors are those of `sylvester(a, aᵀ, q)`, but one decomposition suffices instead of
 * two. If q is symmetric to the last bit, so is x. SciPy's solve_continuous_lyapunov has the same sign of q, MATLAB's
 * lyap the opposite one.
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

/** The equation 2^shift·(a·x + x·b) = 2^size·c, with a and b decomposed; `transposeB`: bᵀ takes the place of b. */
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

/** min |α_i + β_j|, found by walking along both ascending lists. */
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
 * ‖c − a·x − x·b‖ / ((‖a‖ + ‖b‖)·‖x‖ + ‖c‖) for the solution x·2^exponent, in f64. To bring x and c to one scale, one
 * of them is scaled down, neither ever up.
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

/** The Frobenius norm, for entries whose squares may underflow. */
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

/** Decides which coefficients are treated as symmetric; also checks the options. */
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
