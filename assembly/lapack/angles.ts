/**
 * angles: the angles of the NR rotations of a round of gesvj, two at a time in f64.
 *
 * A round is what rot.ts says of it, and after its four panel rows the state of its pairs, 8 f64 each:
 * ‖y_p‖², ‖y_q‖², d_p and d_q; then two tallies.
 */
import { NR, ROW } from "../blas/panel";
import { ALPHAS, BETAS, DOTS, TURNED } from "../blas/rot";
import { REAL, SINGLE } from "../real";

// @ts-ignore: decorator
@inline const P2: usize = 4 * ROW;
// @ts-ignore: decorator
@inline const Q2: usize = P2 + 64;
// @ts-ignore: decorator
@inline const DP: usize = Q2 + 64;
// @ts-ignore: decorator
@inline const DQ: usize = DP + 64;
// @ts-ignore: decorator
@inline export const COS2: usize = DQ + 64;
// @ts-ignore: decorator
@inline export const TAN2: usize = COS2 + 8;
/** Bytes of a round. */
// @ts-ignore: decorator
@inline export const ROUND: usize = TAN2 + 8;

/**
 * The rotations of a round: for its first n places, from the dots and the state of the pairs, alpha and
 * beta and the state after it. The longer of two columns is to become p (de Rijk 1989: a third fewer
 * rotations); where it is q, the two are exchanged first, and TURNED is set. Orthogonal pairs stay:
 * alpha = beta = 0. `tally`: raise COS2 and TAN2 to the largest cos² of a pair and tan² of a rotation. Returns
 * how many were rotated.
 */
export function angles(n: i32, limit: f64, tally: bool, round: usize): i32 {
  const zero = f64x2.splat(0), half = f64x2.splat(0.5), one = f64x2.splat(1);
  let rotations = 0;
  for (let k = 0; k < n; k += 2) {
    const dot = SINGLE
      ? f64x2.promote_low_f32x4(v128.load64_zero(round + DOTS + REAL * k))
      : v128.load(round + DOTS + REAL * k);
    let a = v128.load(round + P2 + 8 * k), b = v128.load(round + Q2 + 8 * k);
    const dp = v128.load(round + DP + 8 * k), dq = v128.load(round + DQ + 8 * k);
    let di = dp, dj = dq;
    if (!SINGLE) {
      // Only their ratio counts: the larger goes to [1, 2), so that the squares do. Where even so one is lost, the
      // columns are as good as orthogonal: a preconditioned matrix has cosines no larger than the ratio.
      const exponent = v128.and(f64x2.max(dp, dq), i64x2.splat(0x7ff0000000000000));
      const unit = i64x2.sub(i64x2.splat(0x7fe0000000000000), exponent);
      di = f64x2.mul(dp, unit);
      dj = f64x2.mul(dq, unit);
    }
    const oblique = f64x2.gt(f64x2.mul(dot, dot), f64x2.mul(f64x2.splat(limit), f64x2.mul(a, b)));
    const di2 = f64x2.mul(di, di), dj2 = f64x2.mul(dj, dj), dij = f64x2.mul(di, dj);
    let pp = f64x2.mul(a, di2), qq = f64x2.mul(b, dj2);
    const swap = v128.and(oblique, f64x2.gt(qq, pp));
    let x = f64x2.div(one, dij);
    let ratio = f64x2.mul(v128.bitselect(di2, dj2, swap), x); // d_q / d_p
    let inverse = f64x2.mul(v128.bitselect(dj2, di2, swap), x);
    x = a;
    a = v128.bitselect(b, a, swap);
    b = v128.bitselect(x, b, swap);
    // cot 2θ = (‖x_q‖² - ‖x_p‖²) / (2 x_p·x_q); beyond 2^27 the 1 under the root is lost, and the square may overflow.
    const minus = f64x2.neg(f64x2.abs(f64x2.sub(pp, qq)));
    const zeta = f64x2.div(f64x2.mul(half, minus), f64x2.mul(dot, dij));
    const size = f64x2.abs(zeta);
    const root = v128.bitselect(
      size,
      f64x2.sqrt(f64x2.add(one, f64x2.mul(size, size))),
      f64x2.gt(size, f64x2.splat(134217728.0)),
    );
    const t = v128.or(f64x2.div(one, f64x2.add(size, root)), v128.and(zeta, f64x2.splat(-0.0)));
    const s2 = f64x2.add(one, f64x2.mul(t, t)); // 1 / c²
    const c2 = f64x2.div(one, s2);
    const c = f64x2.sqrt(c2);
    const alpha = v128.and(oblique, f64x2.mul(t, ratio));
    const tail = f64x2.mul(t, inverse);
    const beta = v128.and(oblique, f64x2.mul(tail, c2));
    const a1 = f64x2.max(zero, f64x2.mul(f64x2.sub(a, f64x2.mul(alpha, dot)), s2));
    const b1 = f64x2.max(zero, f64x2.mul(f64x2.add(b, f64x2.mul(tail, dot)), c2));
    v128.store(round + P2 + 8 * k, v128.bitselect(a1, a, oblique));
    v128.store(round + Q2 + 8 * k, v128.bitselect(b1, b, oblique));
    const first = v128.bitselect(dq, dp, swap), second = v128.bitselect(dp, dq, swap);
    v128.store(round + DP + 8 * k, v128.bitselect(f64x2.mul(first, c), first, oblique));
    v128.store(round + DQ + 8 * k, v128.bitselect(f64x2.mul(second, f64x2.mul(s2, c)), second, oblique));
    if (SINGLE) {
      v128.store64_lane(round + ALPHAS + REAL * k, f32x4.demote_f64x2_zero(alpha), 0);
      v128.store64_lane(round + BETAS + REAL * k, f32x4.demote_f64x2_zero(beta), 0);
      v128.store64_lane(round + TURNED + REAL * k, v128.shuffle<i32>(swap, swap, 0, 2, 0, 2), 0);
    } else {
      v128.store(round + ALPHAS + REAL * k, alpha);
      v128.store(round + BETAS + REAL * k, beta);
      v128.store(round + TURNED + REAL * k, swap);
    }
    const found = popcnt(i64x2.bitmask(oblique));
    rotations += found;
    if (found && tally) {
      raise(round + COS2, v128.and(oblique, f64x2.div(f64x2.mul(dot, dot), f64x2.mul(a, b))));
      raise(round + TAN2, v128.and(oblique, f64x2.mul(t, t)));
    }
  }
  return rotations;
}

/** The f64 at `at` becomes the largest of itself and both lanes of x. */
// @ts-ignore: decorator
@inline
function raise(at: usize, x: v128): void {
  store<f64>(at, max(load<f64>(at), max(f64x2.extract_lane(x, 0), f64x2.extract_lane(x, 1))));
}

/** Puts the state of columns i and j, from the arrays d and y2, in place k of a round. */
// @ts-ignore: decorator
@inline
export function fetch(k: i32, i: i32, j: i32, d: usize, y2: usize, round: usize): void {
  store<f64>(round + P2 + 8 * k, load<f64>(y2 + 8 * i));
  store<f64>(round + Q2 + 8 * k, load<f64>(y2 + 8 * j));
  store<f64>(round + DP + 8 * k, load<f64>(d + 8 * i));
  store<f64>(round + DQ + 8 * k, load<f64>(d + 8 * j));
}

/** Takes it back. */
// @ts-ignore: decorator
@inline
export function keep(k: i32, i: i32, j: i32, d: usize, y2: usize, round: usize): void {
  store<f64>(y2 + 8 * i, load<f64>(round + P2 + 8 * k));
  store<f64>(y2 + 8 * j, load<f64>(round + Q2 + 8 * k));
  store<f64>(d + 8 * i, load<f64>(round + DP + 8 * k));
  store<f64>(d + 8 * j, load<f64>(round + DQ + 8 * k));
}

/** Permutes the q side of a round as `rotate` does the lanes of Q: by flipping one bit of the index. */
export function exchange(bit: i32, round: usize): void {
  flip(round + Q2, bit);
  flip(round + DQ, bit);
}

function flip(x: usize, bit: i32): void {
  const distance = 1 << bit;
  for (let k = 0; k < NR; k += 2) {
    const at = x + 8 * k;
    if (bit == 0) {
      const v = v128.load(at);
      v128.store(at, v128.shuffle<i64>(v, v, 1, 0));
    } else if (!(k & distance)) {
      const v = v128.load(at);
      v128.store(at, v128.load(at + 8 * distance));
      v128.store(at + 8 * distance, v);
    }
  }
}
