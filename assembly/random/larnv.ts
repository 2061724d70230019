/**
 * larnv: standard normal numbers by Box and Muller, z = sqrt(-2 ln u) (cos φ, sin φ).
 *
 * The stream is cut into groups of eight Philox counters, 8 g .. 8 g + 7, that is 128 bytes of result:
 * 32 f32 (one word each) or 16 f64 (two words each). Group g of a seed is the same wherever and
 * whenever it is made. Within a group values lie as the SIMD lanes do: each half belongs to four
 * counters, and lane l of a vector to one of them.
 *
 * u has 31 random bits in f32, 52 in f64, is centred in its cell and never 0, so |z| reaches 6.66 and
 * 8.57. φ = q π/2 + f with f in [-π/4, π/4): two bits of the word choose the quadrant by swapping the
 * two components and negating the large one (the small one has its sign from f).
 */
import { REAL, SINGLE } from "../real";
import { cos, log, sin } from "./elementary";
import { BLOCK, COUNTERS, count, philox } from "./philox";

/** Groups that n numbers take. */
// @ts-ignore: decorator
@inline
export function groups(n: i32): i32 {
  const size = <i32>(BLOCK / REAL);
  return (n + size - 1) / size;
}

/** n normals to x, from group `first` of the stream of a seed (two words). `work` holds one BLOCK. */
export function larnv(n: i32, seed0: u32, seed1: u32, first: u64, x: usize, work: usize): void {
  const end = x + REAL * <usize>n;
  for (let counter = COUNTERS * first; x < end; counter += COUNTERS, x += BLOCK) {
    count(work, counter);
    philox(work, seed0, seed1);
    const to = x + BLOCK <= end ? x : work;
    normals(work, to);
    normals(work + 64, to + 64);
    if (to == work) memory.copy(x, work, end - x);
  }
}

/** The words of four counters to 64 bytes of normals; `to` may be `words`. */
function normals(words: usize, to: usize): void {
  const w0 = v128.load(words), w1 = v128.load(words, 16);
  const w2 = v128.load(words, 32), w3 = v128.load(words, 48);
  if (SINGLE) {
    pair(w0, w1, to);
    pair(w2, w3, to + 32);
  } else {
    pair(v128.shuffle<i32>(w0, w1, 0, 4, 1, 5), v128.shuffle<i32>(w2, w3, 0, 4, 1, 5), to);
    pair(v128.shuffle<i32>(w0, w1, 2, 6, 3, 7), v128.shuffle<i32>(w2, w3, 2, 6, 3, 7), to + 32);
  }
}

/** Box-Muller on vectors of random bits, 32 or 64 a lane: a vector of each component. */
// @ts-ignore: decorator
@inline
function pair(a: v128, b: v128, to: usize): void {
  let u: v128, f: v128, sign: v128, swap: v128;
  if (SINGLE) {
    // Signed conversions, a single instruction; the bits shifted out are those that f does not use.
    u = f32x4.convert_i32x4_s(i32x4.shr_u(a, 1));
    u = f32x4.add(f32x4.mul(u, f32x4.splat(<f32>(1.0 / 2147483648.0))), f32x4.splat(<f32>(0.5 / 2147483648.0)));
    f = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shl(b, 2)), f32x4.splat(<f32>(0.7853981633974483 / 2147483648.0)));
    sign = v128.and(b, i32x4.splat(0x80000000));
    swap = i32x4.shr_s(i32x4.shl(b, 1), 31);
  } else {
    // 52 bits behind the exponent of 1 or of 2 are a number in [1, 2) or [2, 4).
    u = v128.or(i64x2.shr_u(a, 12), f64x2.splat(1));
    u = f64x2.sub(u, f64x2.splat(1 - 1.1102230246251565e-16)); // 1 - 2^-53
    f = v128.or(i64x2.shr_u(i64x2.shl(b, 2), 12), f64x2.splat(2));
    f = f64x2.mul(f64x2.sub(f, f64x2.splat(3)), f64x2.splat(0.7853981633974483));
    sign = v128.and(b, i64x2.splat(<i64>1 << 63));
    swap = i64x2.shr_s(i64x2.shl(b, 1), 63);
  }
  const radius = v128.sqrt<real>(v128.mul<real>(v128.splat<real>(-2), log(u)));
  const large = v128.mul<real>(radius, v128.xor(cos(f), sign));
  const small = v128.mul<real>(radius, sin(f));
  v128.store(to, v128.bitselect(small, large, swap));
  v128.store(to, v128.bitselect(large, small, swap), 16);
}
