/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (SC'11, section 3.2): ten rounds of two 32 x 32 -> 64 bit products on
 * a counter of four words under a key of two. Any block of the stream can be had without the others.
 *
 * Eight counters at once, in two sets of four SIMD lanes: the rounds are one chain of dependent
 * products, and two chains overlap (a third faster, measured). Word w of set s lies at x + 64 s + 16 w.
 */

// @ts-ignore: decorator
@inline const ROUNDS: i32 = 10;

/** Counters made together, and the bytes they take. */
// @ts-ignore: decorator
@inline export const COUNTERS: i32 = 8;
// @ts-ignore: decorator
@inline export const BLOCK: usize = 128;

/** Eight counters from `counter` on, to x. */
// @ts-ignore: decorator
@inline
export function count(x: usize, counter: u64): void {
  for (let s = 0; s < 2; s++) {
    const set = x + 64 * s;
    v128.store(set, i32x4.add(i32x4.splat(<i32>counter + 4 * s), i32x4(0, 1, 2, 3)));
    v128.store(set, i32x4.splat(<i32>(counter >> 32)), 16);
    v128.store(set, i32x4.splat(0), 32);
    v128.store(set, i32x4.splat(0), 48);
  }
}

/** Low words of the four 64-bit products x · m. */
// @ts-ignore: decorator
@inline
function low(x: v128, m: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(x, m), i64x2.extmul_high_i32x4_u(x, m), 0, 2, 4, 6);
}

/** High words of the four 64-bit products x · m. */
// @ts-ignore: decorator
@inline
function high(x: v128, m: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(x, m), i64x2.extmul_high_i32x4_u(x, m), 1, 3, 5, 7);
}

/**
 * The two multipliers, and the Weyl increments: the golden ratio and sqrt(3) - 1, in 32 bits. In memory, because engines
 * make constants of 16 bytes anew at every use.
 */
// @ts-ignore: decorator
@lazy const CONSTANTS = memory.data<u32>([0xd2511f53, 0xcd9e8d57, 0x9e3779b9, 0xbb67ae85]);

/** Replaces the counters at x (one block) by their random words. */
export function philox(x: usize, key0: u32, key1: u32): void {
  const m0 = v128.load32_splat(CONSTANTS), m1 = v128.load32_splat(CONSTANTS, 4);
  const w0 = v128.load32_splat(CONSTANTS, 8), w1 = v128.load32_splat(CONSTANTS, 12);
  let k0 = i32x4.splat(key0), k1 = i32x4.splat(key1);
  let x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48);
  let y0 = v128.load(x, 64), y1 = v128.load(x, 80), y2 = v128.load(x, 96), y3 = v128.load(x, 112);
  for (let round = 0; round < ROUNDS; round++) {
    const x02 = v128.xor(v128.xor(high(x0, m0), x3), k1);
    const y02 = v128.xor(v128.xor(high(y0, m0), y3), k1);
    x3 = low(x0, m0);
    y3 = low(y0, m0);
    x0 = v128.xor(v128.xor(high(x2, m1), x1), k0);
    y0 = v128.xor(v128.xor(high(y2, m1), y1), k0);
    x1 = low(x2, m1);
    y1 = low(y2, m1);
    x2 = x02;
    y2 = y02;
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  v128.store(x, x0);
  v128.store(x, x1, 16);
  v128.store(x, x2, 32);
  v128.store(x, x3, 48);
  v128.store(x, y0, 64);
  v128.store(x, y1, 80);
  v128.store(x, y2, 96);
  v128.store(x, y3, 112);
}
