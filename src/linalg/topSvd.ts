import { float64 } from "../arrays.ts";
import { checkInteger, checkSeed, known } from "../arguments.ts";
import { allocate, type Data } from "../wasm/memory.ts";
import { besides, columns, scaleColumns } from "./columns.ts";
import { matmul } from "./matmul.ts";
import { checkMatrix, double, seedWords, type Matrix } from "./matrix.ts";
import { normal } from "./normal.ts";
import { qr } from "./qr.ts";
import { checkTolerance } from "./rank.ts";
import { multiply } from "./strips.ts";
import { svd } from "./svd.ts";

export interface TopSvd<T extends Data> {
  /** m x k */
  readonly u: Matrix<T>;
  readonly s: T;
  /** n x k */
  readonly v: Matrix<T>;
  /** The largest ‖aᵀu_i − s_i v_i‖₂ or ‖a v_i − s_i u_i‖₂ over i, as computed, in units of a. */
  readonly residual: number;
  /** How the triplets were found: `"krylov"` by iteration, `"full"` from the whole SVD. */
  readonly method: "krylov" | "full";
}

/**
 * Computes the k largest singular values of a matrix with their vectors: a ≈ u·diag(s)·vᵀ, s descending.
 *
 * @param a m x n; it is not changed
 * @param k from 0 (nothing) to min(m, n)
 * @param options.seed integer from 0 to 2^53 − 1; default 0: the same result every time
 * @param options.tolerance bound on the residual relative to s₁; default 1e-5 in either precision, which is some ten
 *   times what rounding leaves in single precision and, being squared, gives ten digits of a separated s in double
 *   precision. The full SVD returns the residual it reaches, whatever the tolerance.
 * @returns u, s, v, `residual` and `method`; signs as in `svd`: the largest component of every column of u is positive
 *
 * @remarks
 * Randomized block Krylov iteration: the singular triplets of a restricted to the span of X, (aᵀa)X, …, (aᵀa)^q X, for
 * an X with k + 8 columns in the row space of a (for wide a, of aᵀ): C. Musco and C. Musco, NIPS 2015, algorithm 2,
 * whose rate needs no gap between singular values. Where the authors form aᵀa and a small eigenproblem, here every
 * factor is orthonormalized (qr) and the SVD of a·Q is taken: nothing is squared. One step of refinement in f64
 * follows. q starts at 3 and doubles until the residual is at most tolerance·s₁.
 *
 * The full SVD is cheaper, and is taken instead, once the block outgrows min(m, n)/2, and from the start if
 * min(m, n) ≤ 64 or 5(k + 8) > min(m, n)/2; `method` says so. A flat spectrum ends there, at up to 1.5 times its cost.
 *
 * Every s_i is within the residual of a singular value, and within residual²/gap if a gap separates it from those that
 * are not found; its vectors are within residual/gap. That the s_i are the k largest holds with overwhelming
 * probability over the random start, which the seed determines.
 *
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, k, seed or tolerance out of range, or when s
 *   overflows; MemoryError
 */
export function topSvd<T extends Data>(
  a: Matrix<T>,
  k: number,
  options: { seed?: number; tolerance?: number } = {},
): TopSvd<T> {
  const { seed = 0, tolerance = 1e-5 } = known(options, ["seed", "tolerance"]);
  checkMatrix("a", a);
  checkSeed(seed);
  const least = Math.min(a.rows, a.cols);
  checkInteger("k", k, 0, least);
  checkTolerance(tolerance);
  seedWords(seed); // refuses a bad seed whichever method is taken
  const block = k + OVERSAMPLING;
  if (k > 0 && least > SMALL && 5 * block <= least / 2) {
    const spaces = krylov(a, block, seed);
    // Three steps and the refinement suffice for spectra like 1/i and, as measured, take a third less time than four.
    for (let q = 3; (q + 1) * block <= least / 2; q *= 2) {
      const found = restricted(a, spaces(q + 1), k);
      if (found.residual <= tolerance * found.s[0]!) return found;
    }
  }
  return whole(a, top(svd(a), k));
}

/** Columns beyond k, with which a random start misses no direction that matters (Halko et al. 2011, §4.2). */
const OVERSAMPLING = 8;

/** The full SVD takes no longer for matrices up to this order. */
const SMALL = 64;

type Triplets<T extends Data> = Pick<TopSvd<T>, "u" | "s" | "v">;

/** An orthonormal basis on the shorter side of a, and its image: a·basis, or aᵀ·basis for a wide a. */
interface Space<T extends Data> {
  readonly basis: Matrix<T>;
  readonly image: Matrix<T>;
}

/**
 * Yields growing Krylov spaces, each call extending the last to the given number of blocks: in the row space of a tall
 * a, in the column space of a wide one. Every factor is orthonormalized, so no power of a grows or vanishes.
 */
function krylov<T extends Data>(
  a: Matrix<T>,
  block: number,
  seed: number,
): (blocks: number) => Space<T> {
  const [wide, dtype] = [a.rows < a.cols, checkMatrix("a", a)];
  const start = normal(Math.max(a.rows, a.cols), block, { seed, dtype }) as Matrix<T>;
  let basis = qr(multiply(a, qr(start).q, !wide)).q;
  let last = multiply(a, basis, wide);
  let image = last;
  return (blocks) => {
    while (basis.cols < blocks * block) {
      const { q } = qr(besides(basis, multiply(a, qr(last).q, !wide)));
      // The new columns are orthogonal to the basis even when the range of a is exhausted. The basis keeps its signs.
      const next = columns(q, basis.cols);
      basis = besides(basis, next);
      last = multiply(a, next, wide);
      image = besides(image, last);
    }
    return { basis, image };
  };
}

/** The k leading triplets of a restricted to the span of the basis, with one step of refinement. */
function restricted<T extends Data>(a: Matrix<T>, space: Space<T>, k: number): TopSvd<T> {
  const wide = a.rows < a.cols;
  // The product with a has damped the rounding errors of the basis in x, which is on the longer side. Everything from
  // here on except products with a is done in f64: f32 sums over thousands of rows would fail the tolerance.
  const x = qr(double(columns(svd(space.image).u, 0, k))).q;
  const product = double(multiply(a, like(a, x), !wide));
  const { u: y, s, v: z } = svd(product);
  const [long, short] = [like(a, matmul(x, z)), like(a, y)];
  const [u, v] = wide ? [short, long] : [long, short];
  const found = signed({ u, s: like(a, { rows: 1, cols: k, data: s }).data, v });
  const there = distances(matmul(product, z), scaleColumns(y, s));
  const back = distances(
    multiply(a, wide ? found.u : found.v, wide),
    scaleColumns(wide ? found.v : found.u, found.s),
  );
  return { ...found, residual: Math.max(...there, ...back), method: "krylov" };
}

/** The matrix rounded to the precision of a. */
function like<T extends Data>(a: Matrix<T>, { rows, cols, data }: Matrix): Matrix<T> {
  const out = allocate(checkMatrix("a", a), data.length) as T;
  out.set(data);
  return { rows, cols, data: out };
}

function top<T extends Data>({ u, s, v }: Triplets<T>, k: number): Triplets<T> {
  const values = allocate(checkMatrix("u", u), k) as T;
  values.set(s.subarray(0, k));
  return { u: columns(u, 0, k), s: values, v: columns(v, 0, k) };
}

/** Makes the largest component of every column of u positive, and changes the signs of v accordingly. */
function signed<T extends Data>({ u, s, v }: Triplets<T>): Triplets<T> {
  const largest = float64(u.cols);
  u.data.forEach((x, at) => {
    if (Math.abs(x) > Math.abs(largest[at % u.cols]!)) largest[at % u.cols] = x;
  });
  const signs = float64(largest, (x) => (x < 0 ? -1 : 1));
  return { u: scaleColumns(u, signs), s, v: scaleColumns(v, signs) };
}

/** Adds the residual, from products in the precision of the data. */
function whole<T extends Data>(a: Matrix<T>, { u, s, v }: Triplets<T>): TopSvd<T> {
  const left = distances(multiply(a, v, false), scaleColumns(u, s));
  const right = distances(multiply(a, u, true), scaleColumns(v, s));
  return { u, s, v, residual: Math.max(0, ...left, ...right), method: "full" };
}

/** ‖x_j − y_j‖₂ for every column, by f64 sums scaled so that they neither over- nor underflow. */
function distances({ rows, cols, data: x }: Matrix, { data: y }: Matrix): Float64Array {
  const sums = float64(cols);
  let scale = 0;
  for (let at = 0; at < x.length; at++) scale = Math.max(scale, Math.abs(x[at]! - y[at]!));
  if (scale === 0) return sums;
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) sums[j]! += ((x[at]! - y[at]!) / scale) ** 2;
  }
  return float64(sums, (sum) => scale * Math.sqrt(sum));
}
