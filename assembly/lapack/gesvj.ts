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

/** Bytes of `work`: a matrix of dot products and a round. */
// @ts-ignore: decorator
@inline export const GESVJ_WORK: u64 = 32 * 8 + <u64>ROUND;

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

// The state of a run, shared by the functions of this file.
let rows: i32 = 0;
let scales: usize = 0; // d, f64
let squares: usize = 0; // ‖y‖², f64
let limit: f64 = 0; // tol²
let dense: bool = true; // did the last sweep rotate an eighth of the pairs?
let gram: usize = 0; // NR panel rows
let round: usize = 0;

/**
 * X is m x n in panels; `d` and `y2` hold one f64 for every column of its panels, padding included.
 * Returns the number of sweeps, or 0 if 30 were not enough. On exit column j of X W is d_j times what
 * stands in the panels, and y2_j the square of the latter's length.
 */
export function gesvj(m: i32, n: i32, tol: f64, x: usize, d: usize, y2: usize, work: usize): i32 {
  const stride = panelStride(m);
  const cols = pad(n, NR);
  rows = m;
  scales = d;
  squares = y2;
  gram = work;
  round = work + ROW * NR;
  limit = tol * tol;
  dense = true;
  for (let j = 0; j < cols; j++) store<f64>(d + 8 * j, 1);
  for (let sweep = 1; sweep <= SWEEPS; sweep++) {
    for (let j = 0, p = x; j < cols; j += NR, p += stride) normalise(p, j);
    let rotations = 0;
    store<f64>(round + COS2, 0);
    store<f64>(round + TAN2, 0);
    for (let j = 0, p = x; j < cols; j += NR, p += stride) {
      rotations += within(p, j);
      for (let l = j + NR, q = p + stride; l < cols; l += NR, q += stride) {
        rotations += between(p, j, q, l);
        if (strays(j)) normalise(p, j);
        if (strays(l)) normalise(q, l);
      }
    }
    // The second condition is LAPACK's: what these rotations left undone is below tol.
    if (rotations == 0) return sweep;
    const cos2 = load<f64>(round + COS2), tan2 = load<f64>(round + TAN2);
    if (!dense && cos2 < n * limit && <f64>n * n * cos2 * tan2 < limit) return sweep;
    dense = rotations > max(NR, (n * (n - 1)) / 16);
  }
  return 0;
}

/** All pairs of panel P, columns from j, and panel Q, columns from l; returns how many were rotated. */
function between(p: usize, j: i32, q: usize, l: i32): i32 {
  if (dense) {
    // The pairs of the first round are a cheap sample: usually some of them are to be rotated.
    dotLanes(rows, p, q, round);
    for (let i = 0; i < NR; i++) {
      if (isOblique(j + i, l + i, load<real>(round + DOTS + REAL * i))) return every(p, j, q, l);
    }
  }
  const wanted = obliqueRounds(p, j, q, l);
  if (popcnt(wanted) > NR / 2) {
    for (let i = 0; i < NR; i++) store<real>(round + DOTS + REAL * i, load<real>(gram + ROW * i + REAL * i));
    return every(p, j, q, l);
  }
  let rotations = 0;
  for (let s = 0; s < NR; s++) {
    if (!(wanted & (1 << s))) continue;
    for (let i = 0; i < NR; i++) {
      store<real>(round + DOTS + REAL * i, load<real>(gram + ROW * i + REAL * (i ^ s)));
      fetch(i, j + i, l + (i ^ s), scales, squares, round);
    }
    rotations += angles(NR, limit, !dense, round);
    for (let i = 0; i < NR; i++) keep(i, j + i, l + (i ^ s), scales, squares, round);
    rotateXor(rows, p, q, s, round);
  }
  return rotations;
}

/** All rounds of two panels, in the order of the Gray code; the dots of equal lanes are known. */
function every(p: usize, j: i32, q: usize, l: i32): i32 {
  let rotations = 0;
  for (let i = 0; i < NR; i++) fetch(i, j + i, l + i, scales, squares, round);
  for (let k = 0; k < NR; k++) {
    rotations += angles(NR, limit, !dense, round);
    const turn = v128.any_true(v128.or(v128.load(round + TURNED), v128.load(round + TURNED, 16)));
    // The bit in which the next code differs; the last round leads back to the first.
    const bit = ctz(k + 1 == NR ? NR / 2 : k + 1);
    if (bit == 0) turn ? rotate(rows, p, q, 0, true, round) : rotate(rows, p, q, 0, false, round);
    else if (bit == 1 && LANES == 4) turn ? rotate(rows, p, q, 1, true, round) : rotate(rows, p, q, 1, false, round);
    else turn ? rotate(rows, p, q, 2, true, round) : rotate(rows, p, q, 2, false, round);
    exchange(bit, round);
  }
  for (let i = 0; i < NR; i++) keep(i, j + i, l + i, scales, squares, round);
  return rotations;
}

/** All pairs within panel P: in round s lane i meets lane i xor s of the same panel. */
function within(p: usize, j: i32): i32 {
  if (!obliqueRounds(p, j, p, j)) return 0;
  for (let i = 0; i < NR; i++) store<real>(round + DOTS + REAL * i, load<real>(gram + ROW * i + REAL * (i ^ 1)));
  let rotations = 0;
  for (let s = 1; s < NR; s++) {
    // Pairs (i, i xor s), i the smaller: they take the first NR / 2 places of a round.
    for (let i = 0, k = 0; i < NR; i++) {
      if ((i ^ s) < i) continue;
      store<real>(round + DOTS + REAL * k, load<real>(round + DOTS + REAL * i));
      fetch(k++, j + i, j + (i ^ s), scales, squares, round);
    }
    rotations += angles(NR / 2, limit, !dense, round);
    // From the last place to the first, lane by lane: own and partner's factor, from what was there
    // before: y_p - alpha y_q and y_q + beta (y_p - alpha y_q).
    for (let i = NR - 1, k = NR / 2 - 1; i >= 0; i--) {
      const l = i ^ s;
      if (l < i) continue;
      keep(k, j + i, j + l, scales, squares, round);
      const alpha = load<real>(round + ALPHAS + REAL * k), beta = load<real>(round + BETAS + REAL * k);
      const swap = load<i32>(round + TURNED + REAL * k) != 0;
      k--;
      factors(i, swap ? -alpha : 1, swap ? 1 : -alpha);
      factors(l, swap ? beta : 1 - alpha * beta, swap ? 1 - alpha * beta : beta);
    }
    combine(rows, p, s, s + 1, gram, round);
  }
  return rotations;
}

// @ts-ignore: decorator
@inline
function factors(i: i32, own: real, partner: real): void {
  store<real>(gram + REAL * i, own);
  store<real>(gram + ROW + REAL * i, partner);
}

// @ts-ignore: decorator
@inline
function isOblique(i: i32, j: i32, dot: f64): bool {
  return dot * dot > limit * load<f64>(squares + 8 * i) * load<f64>(squares + 8 * j);
}

/** The rounds in which a pair of panels P and Q (or of P alone) is to be rotated, a bit each. Leaves PᵀQ in `gram`. */
function obliqueRounds(p: usize, j: i32, q: usize, l: i32): i32 {
  for (let i = 0; i < NR; i += MR) tileTN(rows, 1, p + REAL * i, q, 0, gram + ROW * i, ROW);
  let found = 0;
  for (let i = 0; i < NR; i++) {
    for (let k = p == q ? i + 1 : 0; k < NR; k++) {
      if (isOblique(j + i, l + k, load<real>(gram + ROW * i + REAL * k))) found |= 1 << (i ^ k);
    }
  }
  return found;
}

/** Has a column of the panel from j grown or shrunk towards the limits of `real`? */
function strays(j: i32): bool {
  for (let i = j; i < j + NR; i++) {
    const y2 = load<f64>(squares + 8 * i);
    if (y2 > LONG || (y2 < SHORT && y2 > 0)) return true;
  }
  return false;
}

/** Measures the columns of a panel afresh and scales them by powers of two to lengths in [1, 2). */
function normalise(p: usize, j: i32): void {
  sumsq(rows, p, squares + 8 * j);
  for (let i = j; i < j + NR; i++, p += REAL) {
    const y2 = load<f64>(squares + 8 * i);
    if (y2 >= 1 && y2 < 4) continue;
    const length = SINGLE || y2 > LOST ? sqrt(y2) : nrm2(rows, p, ROW);
    if (length == 0) continue;
    const scale = reciprocalPower(length);
    store<f64>(squares + 8 * i, length * scale * (length * scale));
    store<f64>(scales + 8 * i, load<f64>(scales + 8 * i) / scale);
    for (let r = p, end = p + ROW * rows; r < end; r += ROW) store<real>(r, <real>(scale * <f64>load<real>(r)));
  }
}
