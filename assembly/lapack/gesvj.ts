/**
 * gesvj: one-sided Jacobi. Rotates the columns of X until they are orthogonal, X W = U diag(sigma):
 * on exit the columns of X are those of U diag(sigma), up to the scales below. W is not accumulated.
 *
 * Columns are kept as x_j = d_j y_j with y_j near unit length, and rotated by the fast rotation of Anda
 * and Park (SIAM J. Matrix Anal. Appl. 15, 1994), two products and two sums an element instead of four:
 *
 *   y_p := y_p - alpha y_q,   alpha = t d_q / d_p,         d_p := c d_p
 *   y_q := y_q + beta y_p,    beta = t c² d_p / d_q,       d_q := d_q / c
 *
 * with t = tan of the angle that annihilates x_p·x_q. So products of columns never under- or overflow,
 * however graded X is. Scalars are f64.
 *
 * Parallel order: a panel of NR columns meets another as a whole. In round s lane i of the one is paired
 * with lane i xor s of the other: NR rotations at once, lane by lane. The rounds go in Gray code order,
 * so that the second panel is permuted by one fixed exchange a round, in the same pass that rotates it and
 * takes the dot products for the next round.
 *
 * A pair is left alone when |cos| <= tol (Demmel and Veselic 1992: that, and not a bound relative to
 * ‖X‖, is what gives small singular values their digits). A sweep without rotation ends it.
 */
import { nrm2, reciprocalPower } from "../blas/nrm2";
import { NR, ROW, pad, panelStride } from "../blas/panel";
import { ALPHAS, BETAS, DOTS, TURNED, combine, dotLanes, rotate, rotateXor } from "../blas/rot";
import { sumsq } from "../blas/sumsq";
import { MR, tileTN } from "../blas/tile";
import { LANES, REAL, SINGLE } from "../real";
import { COS2, ROUND, TAN2, angles, exchange, fetch, keep } from "./angles";

/** Bytes of `work`: the record of a run, a matrix of dot products and a round. */
// @ts-ignore: decorator
@inline export const GESVJ_WORK: u64 = 64 + 32 * 8 + <u64>ROUND;

/** LAPACK's limit; 6 to 8 sweeps are usual for preconditioned matrices. */
// @ts-ignore: decorator
@inline const SWEEPS: i32 = 30;

/** Lengths of y are brought back to [1, 2) when their squares leave this range. */
// @ts-ignore: decorator
@inline const LONG: f64 = 1099511627776.0; // 2^40
// @ts-ignore: decorator
@inline const SHORT: f64 = 9.094947017729282e-13; // 2^-40

/** A sum of squares below this may have lost some to underflow (f64 only). */
// @ts-ignore: decorator
@inline const LOST: f64 = 1e-280;

/** One run of the iteration. */
@unmanaged
class Run {
  rows: i32;
  /** Did the last sweep rotate an eighth of the pairs? */
  dense: bool;
  /** tol² */
  limit: f64;
  /** d and ‖y‖² of every column, f64. */
  scales: usize;
  squares: usize;
  /** NR panel rows of dot products, and the round at work. */
  gram: usize;
  round: usize;
}

/**
 * X is m x n in panels; `d` and `y2` hold one f64 for every column of its panels, padding included.
 * Returns the number of sweeps, or 0 if 30 were not enough. On exit column j of X W is d_j times what
 * stands in the panels, and y2_j the square of the latter's length.
 */
export function gesvj(m: i32, n: i32, tol: f64, x: usize, d: usize, y2: usize, work: usize): i32 {
  const stride = panelStride(m);
  const cols = pad(n, NR);
  const run = changetype<Run>(work);
  run.rows = m;
  run.scales = d;
  run.squares = y2;
  run.gram = work + 64;
  run.round = run.gram + ROW * NR;
  run.limit = tol * tol;
  run.dense = true;
  for (let j = 0; j < cols; j++) store<f64>(d + 8 * j, 1);
  for (let sweep = 1; sweep <= SWEEPS; sweep++) {
    for (let j = 0, p = x; j < cols; j += NR, p += stride) normalise(run, p, j);
    let rotations = 0;
    store<f64>(run.round + COS2, 0);
    store<f64>(run.round + TAN2, 0);
    for (let j = 0, p = x; j < cols; j += NR, p += stride) {
      rotations += within(run, p, j);
      for (let l = j + NR, q = p + stride; l < cols; l += NR, q += stride) {
        rotations += between(run, p, j, q, l);
        if (strays(run, j)) normalise(run, p, j);
        if (strays(run, l)) normalise(run, q, l);
      }
    }
    // The second condition is LAPACK's: what these rotations left undone is below tol.
    if (rotations == 0) return sweep;
    const cos2 = load<f64>(run.round + COS2), tan2 = load<f64>(run.round + TAN2);
    if (!run.dense && cos2 < n * run.limit && <f64>n * n * cos2 * tan2 < run.limit) return sweep;
    run.dense = rotations > max(NR, (n * (n - 1)) / 16);
  }
  return 0;
}

/** All pairs of panel P, columns from j, and panel Q, columns from l; returns how many were rotated. */
function between(run: Run, p: usize, j: i32, q: usize, l: i32): i32 {
  if (run.dense) {
    // The pairs of the first round are a cheap sample: usually some of them are to be rotated.
    dotLanes(run.rows, p, q, run.round);
    for (let i = 0; i < NR; i++) {
      if (isOblique(run, j + i, l + i, load<real>(run.round + DOTS + REAL * i))) return every(run, p, j, q, l);
    }
  }
  const wanted = obliqueRounds(run, p, j, q, l);
  if (popcnt(wanted) > NR / 2) {
    for (let i = 0; i < NR; i++) store<real>(run.round + DOTS + REAL * i, load<real>(run.gram + ROW * i + REAL * i));
    return every(run, p, j, q, l);
  }
  let rotations = 0;
  for (let s = 0; s < NR; s++) {
    if (!(wanted & (1 << s))) continue;
    for (let i = 0; i < NR; i++) {
      store<real>(run.round + DOTS + REAL * i, load<real>(run.gram + ROW * i + REAL * (i ^ s)));
      fetch(i, j + i, l + (i ^ s), run.scales, run.squares, run.round);
    }
    rotations += angles(NR, run.limit, !run.dense, run.round);
    for (let i = 0; i < NR; i++) keep(i, j + i, l + (i ^ s), run.scales, run.squares, run.round);
    rotateXor(run.rows, p, q, s, run.round);
  }
  return rotations;
}

/** All rounds of two panels, in the order of the Gray code; the dots of equal lanes are known. */
function every(run: Run, p: usize, j: i32, q: usize, l: i32): i32 {
  let rotations = 0;
  for (let i = 0; i < NR; i++) fetch(i, j + i, l + i, run.scales, run.squares, run.round);
  for (let k = 0; k < NR; k++) {
    rotations += angles(NR, run.limit, !run.dense, run.round);
    const turn = v128.any_true(v128.or(v128.load(run.round + TURNED), v128.load(run.round + TURNED, 16)));
    // The bit in which the next code differs; the last round leads back to the first.
    const bit = ctz(k + 1 == NR ? NR / 2 : k + 1);
    if (bit == 0) turn ? rotate(run.rows, p, q, 0, true, run.round) : rotate(run.rows, p, q, 0, false, run.round);
    else if (bit == 1 && LANES == 4) turn ? rotate(run.rows, p, q, 1, true, run.round) : rotate(run.rows, p, q, 1, false, run.round);
    else turn ? rotate(run.rows, p, q, 2, true, run.round) : rotate(run.rows, p, q, 2, false, run.round);
    exchange(bit, run.round);
  }
  for (let i = 0; i < NR; i++) keep(i, j + i, l + i, run.scales, run.squares, run.round);
  return rotations;
}

/** All pairs within panel P: in round s lane i meets lane i xor s of the same panel. */
function within(run: Run, p: usize, j: i32): i32 {
  if (!obliqueRounds(run, p, j, p, j)) return 0;
  for (let i = 0; i < NR; i++) store<real>(run.round + DOTS + REAL * i, load<real>(run.gram + ROW * i + REAL * (i ^ 1)));
  let rotations = 0;
  for (let s = 1; s < NR; s++) {
    // Pairs (i, i xor s), i the smaller: they take the first NR / 2 places of a round.
    for (let i = 0, k = 0; i < NR; i++) {
      if ((i ^ s) < i) continue;
      store<real>(run.round + DOTS + REAL * k, load<real>(run.round + DOTS + REAL * i));
      fetch(k++, j + i, j + (i ^ s), run.scales, run.squares, run.round);
    }
    rotations += angles(NR / 2, run.limit, !run.dense, run.round);
    // From the last place to the first, lane by lane: own and partner's factor, from what was there
    // before: y_p - alpha y_q and y_q + beta (y_p - alpha y_q).
    for (let i = NR - 1, k = NR / 2 - 1; i >= 0; i--) {
      const l = i ^ s;
      if (l < i) continue;
      keep(k, j + i, j + l, run.scales, run.squares, run.round);
      const alpha = load<real>(run.round + ALPHAS + REAL * k), beta = load<real>(run.round + BETAS + REAL * k);
      const swap = load<i32>(run.round + TURNED + REAL * k) != 0;
      k--;
      factors(run, i, swap ? -alpha : 1, swap ? 1 : -alpha);
      factors(run, l, swap ? beta : 1 - alpha * beta, swap ? 1 - alpha * beta : beta);
    }
    combine(run.rows, p, s, s + 1, run.gram, run.round);
  }
  return rotations;
}

// @ts-ignore: decorator
@inline
function factors(run: Run, i: i32, own: real, partner: real): void {
  store<real>(run.gram + REAL * i, own);
  store<real>(run.gram + ROW + REAL * i, partner);
}

// @ts-ignore: decorator
@inline
function isOblique(run: Run, i: i32, j: i32, dot: f64): bool {
  return dot * dot > run.limit * load<f64>(run.squares + 8 * i) * load<f64>(run.squares + 8 * j);
}

/** The rounds in which a pair of panels P and Q (or of P alone) is to be rotated, a bit each. Leaves PᵀQ in `gram`. */
function obliqueRounds(run: Run, p: usize, j: i32, q: usize, l: i32): i32 {
  for (let i = 0; i < NR; i += MR) tileTN(run.rows, 1, p + REAL * i, q, 0, run.gram + ROW * i, ROW);
  let found = 0;
  for (let i = 0; i < NR; i++) {
    for (let k = p == q ? i + 1 : 0; k < NR; k++) {
      if (isOblique(run, j + i, l + k, load<real>(run.gram + ROW * i + REAL * k))) found |= 1 << (i ^ k);
    }
  }
  return found;
}

/** Has a column of the panel from j grown or shrunk towards the limits of `real`? */
function strays(run: Run, j: i32): bool {
  for (let i = j; i < j + NR; i++) {
    const y2 = load<f64>(run.squares + 8 * i);
    if (y2 > LONG || (y2 < SHORT && y2 > 0)) return true;
  }
  return false;
}

/** Measures the columns of a panel afresh and scales them by powers of two to lengths in [1, 2). */
function normalise(run: Run, p: usize, j: i32): void {
  sumsq(run.rows, p, run.squares + 8 * j);
  for (let i = j; i < j + NR; i++, p += REAL) {
    const y2 = load<f64>(run.squares + 8 * i);
    if (y2 >= 1 && y2 < 4) continue;
    const length = SINGLE || y2 > LOST ? sqrt(y2) : nrm2(run.rows, p, ROW);
    if (length == 0) continue;
    const scale = reciprocalPower(length);
    store<f64>(run.squares + 8 * i, length * scale * (length * scale));
    store<f64>(run.scales + 8 * i, load<f64>(run.scales + 8 * i) / scale);
    for (let r = p, end = p + ROW * run.rows; r < end; r += ROW) store<real>(r, <real>(scale * <f64>load<real>(r)));
  }
}
