/**
 * The two micro-kernels under everything: an MR x NR tile of C, from operands in panel storage.
 *
 *   tileTN   C := beta C + alpha Aᵀ B     A: k rows of a panel, MR of its columns
 *   tileNN   C := beta C + alpha A B      A: MR rows, k columns across panels
 *
 * Eight accumulators of one v128, two loads of B and four splatted values of A a step. A 4 x 8 tile
 * was measured fastest (12 accumulators spill: 16 registers, and a product needs one of its own).
 * All offsets in the loops are immediates.
 *
 * Assumptions: B and A are 16-byte aligned and contiguous by rows of 32 bytes. C is a tile whose
 * rows lie `cs` bytes apart: 32 in a panel, REAL · ldc in a row-major matrix. With beta = 0, C is not
 * read. tileNN takes k as a multiple of MR, tileTN any k >= 0.
 */
import { REAL } from "../real";
import { NR, ROW } from "./panel";

/** Rows of a tile. */
// @ts-ignore: decorator
@inline export const MR: i32 = 4;
/**
 * Rows that one sum of a block reflector runs over, 4 KB of a panel. Where all terms are alike, as in a matrix of ones, so
 * are their rounding errors: sums of all rows would be off by a multiple of their number, and Q with them.
 */
// @ts-ignore: decorator
@inline export const CHUNK: i32 = 128;

// @ts-ignore: decorator
@inline
function store2(alpha: real, beta: real, c: usize, lo: v128, hi: v128): void {
  const s = v128.splat<real>(alpha);
  lo = v128.mul<real>(s, lo);
  hi = v128.mul<real>(s, hi);
  if (beta != 0) {
    const t = v128.splat<real>(beta);
    lo = v128.add<real>(v128.mul<real>(t, v128.load(c)), lo);
    hi = v128.add<real>(v128.mul<real>(t, v128.load(c, 16)), hi);
  }
  v128.store(c, lo);
  v128.store(c, hi, 16);
}

/**
 * C := beta C + alpha Aᵀ B.
 *
 * @param k rows of A and B, any number >= 0
 * @param a first row of MR columns of a panel
 * @param b first row of a panel
 * @param c first entry of the tile; with beta = 0 it is not read
 * @param cs bytes from one row of C to the next
 */
export function tileTN(k: i32, alpha: real, a: usize, b: usize, beta: real, c: usize, cs: usize): void {
  let l0 = v128.splat<real>(0), h0 = l0;
  let l1 = l0, h1 = l0, l2 = l0, h2 = l0, l3 = l0, h3 = l0;
  for (const end = a + ROW * k; a < end; a += ROW, b += ROW) {
    const bl = v128.load(b), bh = v128.load(b, 16);
    let s = v128.load_splat<real>(a);
    l0 = v128.add<real>(l0, v128.mul<real>(s, bl));
    h0 = v128.add<real>(h0, v128.mul<real>(s, bh));
    s = v128.load_splat<real>(a, 1 * REAL);
    l1 = v128.add<real>(l1, v128.mul<real>(s, bl));
    h1 = v128.add<real>(h1, v128.mul<real>(s, bh));
    s = v128.load_splat<real>(a, 2 * REAL);
    l2 = v128.add<real>(l2, v128.mul<real>(s, bl));
    h2 = v128.add<real>(h2, v128.mul<real>(s, bh));
    s = v128.load_splat<real>(a, 3 * REAL);
    l3 = v128.add<real>(l3, v128.mul<real>(s, bl));
    h3 = v128.add<real>(h3, v128.mul<real>(s, bh));
  }
  store2(alpha, beta, c, l0, h0);
  store2(alpha, beta, c + cs, l1, h1);
  store2(alpha, beta, c + 2 * cs, l2, h2);
  store2(alpha, beta, c + 3 * cs, l3, h3);
}

/**
 * C := beta C + alpha A B.
 *
 * @param k columns of A and rows of B, a multiple of MR
 * @param a first of MR rows in the first panel of A
 * @param as bytes from one panel of A to the next
 * @param b first row of a panel
 * @param c first entry of the tile; with beta = 0 it is not read
 * @param cs bytes from one row of C to the next
 */
export function tileNN(k: i32, alpha: real, a: usize, as: usize, b: usize, beta: real, c: usize, cs: usize): void {
  let l0 = v128.splat<real>(0), h0 = l0;
  let l1 = l0, h1 = l0, l2 = l0, h2 = l0, l3 = l0, h3 = l0;
  for (let j = 0; j < k; j += NR, a += as) {
    for (let q = a, end = q + REAL * min(NR, k - j); q < end; q += REAL, b += ROW) {
      const bl = v128.load(b), bh = v128.load(b, 16);
      let s = v128.load_splat<real>(q);
      l0 = v128.add<real>(l0, v128.mul<real>(s, bl));
      h0 = v128.add<real>(h0, v128.mul<real>(s, bh));
      s = v128.load_splat<real>(q, 1 * ROW);
      l1 = v128.add<real>(l1, v128.mul<real>(s, bl));
      h1 = v128.add<real>(h1, v128.mul<real>(s, bh));
      s = v128.load_splat<real>(q, 2 * ROW);
      l2 = v128.add<real>(l2, v128.mul<real>(s, bl));
      h2 = v128.add<real>(h2, v128.mul<real>(s, bh));
      s = v128.load_splat<real>(q, 3 * ROW);
      l3 = v128.add<real>(l3, v128.mul<real>(s, bl));
      h3 = v128.add<real>(h3, v128.mul<real>(s, bh));
    }
  }
  store2(alpha, beta, c, l0, h0);
  store2(alpha, beta, c + cs, l1, h1);
  store2(alpha, beta, c + 2 * cs, l2, h2);
  store2(alpha, beta, c + 3 * cs, l3, h3);
}
