/**
 * rot: plane rotations of columns in panels, NR at a time, in the fast form of gesvj:
 *
 *   y_p := y_p - alpha y_q,   y_q := y_q + beta y_p
 *
 * with one alpha and beta a lane. A `round` holds the NR rotations of one pass as four panel rows: the
 * dot products y_p·y_q, alpha, beta, and masks of the lanes whose columns are exchanged first.
 */
import { LANES, REAL } from "../real";
import { ROW } from "./panel";

// @ts-ignore: decorator
@inline export const DOTS: usize = 0;
// @ts-ignore: decorator
@inline export const ALPHAS: usize = ROW;
// @ts-ignore: decorator
@inline export const BETAS: usize = 2 * ROW;
// @ts-ignore: decorator
@inline export const TURNED: usize = 3 * ROW;

/** Dot products of equal lanes of P and Q, m rows. */
export function dotLanes(m: i32, p: usize, q: usize, round: usize): void {
  let sl = v128.splat<real>(0), sh = sl;
  for (const end = p + ROW * m; p < end; p += ROW, q += ROW) {
    sl = v128.add<real>(sl, v128.mul<real>(v128.load(p), v128.load(q)));
    sh = v128.add<real>(sh, v128.mul<real>(v128.load(p, 16), v128.load(q, 16)));
  }
  v128.store(round + DOTS, sl);
  v128.store(round + DOTS, sh, 16);
}

/**
 * Rotates lane i of P and lane i of Q; then exchanges neighbouring lanes (`flip` = 0), pairs of lanes (1)
 * or halves (2) of Q, and takes the dots of the lanes that meet now. `turn`: some lanes are exchanged first.
 * Inlined for constant `flip` and `turn`; four loads and four stores a row are what it costs.
 */
// @ts-ignore: decorator
@inline
export function rotate(m: i32, p: usize, q: usize, flip: i32, turn: bool, round: usize): void {
  const tl = v128.load(round + TURNED), th = v128.load(round + TURNED, 16);
  const al = v128.load(round + ALPHAS), ah = v128.load(round + ALPHAS, 16);
  const bl = v128.load(round + BETAS), bh = v128.load(round + BETAS, 16);
  let sl = v128.splat<real>(0), sh = sl;
  for (const end = p + ROW * m; p < end; p += ROW, q += ROW) {
    let pl = v128.load(p), ph = v128.load(p, 16);
    let ql = v128.load(q), qh = v128.load(q, 16);
    if (turn) {
      const l = v128.and(tl, v128.xor(pl, ql)), h = v128.and(th, v128.xor(ph, qh));
      pl = v128.xor(pl, l);
      ql = v128.xor(ql, l);
      ph = v128.xor(ph, h);
      qh = v128.xor(qh, h);
    }
    pl = v128.sub<real>(pl, v128.mul<real>(al, ql));
    ph = v128.sub<real>(ph, v128.mul<real>(ah, qh));
    ql = v128.add<real>(ql, v128.mul<real>(bl, pl));
    qh = v128.add<real>(qh, v128.mul<real>(bh, ph));
    v128.store(p, pl);
    v128.store(p, ph, 16);
    if (flip == 2) {
      const swap = ql;
      ql = qh;
      qh = swap;
    } else if (LANES == 2) {
      ql = v128.shuffle<i64>(ql, ql, 1, 0);
      qh = v128.shuffle<i64>(qh, qh, 1, 0);
    } else if (flip == 1) {
      ql = v128.shuffle<i32>(ql, ql, 2, 3, 0, 1);
      qh = v128.shuffle<i32>(qh, qh, 2, 3, 0, 1);
    } else {
      ql = v128.shuffle<i32>(ql, ql, 1, 0, 3, 2);
      qh = v128.shuffle<i32>(qh, qh, 1, 0, 3, 2);
    }
    v128.store(q, ql);
    v128.store(q, qh, 16);
    sl = v128.add<real>(sl, v128.mul<real>(pl, ql));
    sh = v128.add<real>(sh, v128.mul<real>(ph, qh));
  }
  v128.store(round + DOTS, sl);
  v128.store(round + DOTS, sh, 16);
}

/** Rotates lane i of P and lane i xor s of Q, no more. */
export function rotateXor(m: i32, p: usize, q: usize, s: i32, round: usize): void {
  const al = v128.load(round + ALPHAS), ah = v128.load(round + ALPHAS, 16);
  const bl = v128.load(round + BETAS), bh = v128.load(round + BETAS, 16);
  const tl = v128.load(round + TURNED), th = v128.load(round + TURNED, 16);
  const lanes = xorLanes(s);
  const lo: usize = s & LANES ? 16 : 0, hi: usize = 16 - lo;
  for (const end = p + ROW * m; p < end; p += ROW, q += ROW) {
    let pl = v128.load(p), ph = v128.load(p, 16);
    let ql = i8x16.swizzle(v128.load(q + lo), lanes), qh = i8x16.swizzle(v128.load(q + hi), lanes);
    const l = v128.and(tl, v128.xor(pl, ql)), h = v128.and(th, v128.xor(ph, qh));
    pl = v128.xor(pl, l);
    ql = v128.xor(ql, l);
    ph = v128.xor(ph, h);
    qh = v128.xor(qh, h);
    pl = v128.sub<real>(pl, v128.mul<real>(al, ql));
    ph = v128.sub<real>(ph, v128.mul<real>(ah, qh));
    v128.store(p, pl);
    v128.store(p, ph, 16);
    ql = v128.add<real>(ql, v128.mul<real>(bl, pl));
    qh = v128.add<real>(qh, v128.mul<real>(bh, ph));
    v128.store(q + lo, i8x16.swizzle(ql, lanes));
    v128.store(q + hi, i8x16.swizzle(qh, lanes));
  }
}

/**
 * Replaces every column of P by a multiple of itself plus one of its partner, lanes paired by xor s; takes the
 * dots of lanes paired by xor `next`. `factors`: two panel rows, own and partner's.
 */
export function combine(m: i32, p: usize, s: i32, next: i32, factors: usize, round: usize): void {
  const al = v128.load(factors), ah = v128.load(factors, 16);
  const bl = v128.load(factors, ROW), bh = v128.load(factors, ROW + 16);
  const lanes = xorLanes(s), lanesNext = xorLanes(next);
  const lo: usize = s & LANES ? 16 : 0, hi: usize = 16 - lo;
  const loNext: usize = next & LANES ? 16 : 0, hiNext: usize = 16 - loNext;
  let sl = v128.splat<real>(0), sh = sl;
  for (const end = p + ROW * m; p < end; p += ROW) {
    const lp = i8x16.swizzle(v128.load(p + lo), lanes), hp = i8x16.swizzle(v128.load(p + hi), lanes);
    const l = v128.add<real>(v128.mul<real>(al, v128.load(p)), v128.mul<real>(bl, lp));
    const h = v128.add<real>(v128.mul<real>(ah, v128.load(p, 16)), v128.mul<real>(bh, hp));
    v128.store(p, l);
    v128.store(p, h, 16);
    sl = v128.add<real>(sl, v128.mul<real>(l, i8x16.swizzle(v128.load(p + loNext), lanesNext)));
    sh = v128.add<real>(sh, v128.mul<real>(h, i8x16.swizzle(v128.load(p + hiNext), lanesNext)));
  }
  v128.store(round + DOTS, sl);
  v128.store(round + DOTS, sh, 16);
}

/** Byte indices that send lane i of a vector to lane i xor s. */
// @ts-ignore: decorator
@inline
function xorLanes(s: i32): v128 {
  return v128.xor(
    i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    i8x16.splat(<i8>((s & (LANES - 1)) * <i32>REAL)),
  );
}
