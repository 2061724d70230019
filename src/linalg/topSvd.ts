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
  /** max over i of ‖aᵀu_i − s_i v_i‖₂ and ‖a v_i − s_i u_i‖₂, as computed; in units of a. */
  readonly residual: number;
  /** How it was found: `"krylov"`, or `"full"`, by the whole SVD. */
  readonly method: "krylov" | "full";
}

/**
 * The k largest singular values with their vectors: a ≈ u·diag(s)·vᵀ, s descending.
 *
 * Randomized block Krylov iteration: the singular triplets of a restricted to the span of X, (aᵀa)X, …,
 * (aᵀa)^q X, for X with k + 8 columns in the row space of a (for wide a, of aᵀ): C. Musco and C. Musco, NIPS
 * 2015, algorithm 2, whose rate needs no gap between singular values. Where they form aᵀa and a small
 * eigenproblem, here every factor is orthonormal (qr) and a·Q has its svd: nothing is squared. One step of
 * refinement in f64 follows. q goes from 3 by doubling until the residual is at most tolerance·s₁. Once the
 * block outgrows min(m, n)/2, and from the start if min(m, n) ≤ 64 or 5(k + 8) > min(m, n)/2, the full SVD
 * is cheaper and is taken instead: `method` says so. A flat spectrum ends there, at up to 1.5 of its cost.
 *
 * Every s_i is within the residual of a singular value, and within residual²/gap if gap separates it from
 * those that are not found; its vectors are within residual/gap. That they are the k largest holds
 * with overwhelming probability over the start, which the seed determines.
 *
 * @param a m x n; it is not changed
 * @param k from 0 (nothing) to min(m, n)
 * @param options.seed integer from 0 to 2^53 − 1; default 0: the same result every time
 * @param options.tolerance relative to s₁; default 1e-5 in either precision. It is some ten
 *   times what rounding leaves in single precision, and by its square good for ten digits of a separated s
 *   in double. The full SVD returns the residual that it has, tolerance or not.
 * @returns signs as in `svd`: in every column of u the component of largest magnitude is positive
 * @throws ArgumentError for a malformed matrix, a NaN or infinite entry, k, seed or tolerance out of range, or
 *   when s overflows; MemoryError
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
  seedWords(seed); // checked whichever way is taken
  const block = k + OVERSAMPLING;
  if (k > 0 && least > SMALL && 5 * block <= least / 2) {
    const spaces = krylov(a, block, seed);
    // Three steps and the refinement are enough for spectra like 1/i: measured, a third less than four.
    for (let q = 3; (q + 1) * block <= least / 2; q *= 2) {
      const found = restricted(a, spaces(q + 1), k);
      if (found.residual <= tolerance * found.s[0]!) return found;
    }
  }
  return whole(a, top(svd(a), k));
}

/** Columns beyond k: with them a random start misses no direction that counts (Halko et al. 2011, §4.2). */
const OVERSAMPLING = 8;

/** Up to this order the full SVD takes no longer. */
const SMALL = 64;

type Triplets<T extends Data> = Pick<TopSvd<T>, "u" | "s" | "v">;

/** An orthonormal basis on the shorter side of a, and its image: a·basis, for a wide one aᵀ·basis. */
interface Space<T extends Data> {
  readonly basis: Matrix<T>;
  readonly image: Matrix<T>;
}

/**
 * Krylov spaces of so many blocks, each call with more than the last: in the row space of a tall a, in the
 * column space of a wide one. Every factor is orthonormalised, so no power of a grows or vanishes.
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
      // Orthogonal to the basis also when a has no more to give. The basis itself keeps its signs.
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
  // x on the longer side has gone through a, which damps what the basis has of rounding errors. From here
  // on all but the products with a is done in f64: over thousands of rows f32 sums would fail the tolerance.
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

/** Rounded to the precision of a. */
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

/** The largest component of every column of u made positive, v following. */
function signed<T extends Data>({ u, s, v }: Triplets<T>): Triplets<T> {
  const largest = float64(u.cols);
  u.data.forEach((x, at) => {
    if (Math.abs(x) > Math.abs(largest[at % u.cols]!)) largest[at % u.cols] = x;
  });
  const signs = float64(largest, (x) => (x < 0 ? -1 : 1));
  return { u: scaleColumns(u, signs), s, v: scaleColumns(v, signs) };
}

/** With the residual, from products in the precision of the data. */
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
