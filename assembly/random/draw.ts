/**
 * draw: numbers of one distribution, shifted and scaled, for initial weights (f32 alone).
 *
 * Uniform and truncated numbers take one Philox word each, so that entry i depends on the seed and on i alone. Group g,
 * counted as in larnv, gives 32 of them. A word becomes p = (k + 1/2) 2^-23 with k its upper 24 bits as a signed
 * integer: exact, symmetric, never 0 or ±1.
 *
 * Truncated: the inverse of the distribution function of N(0, 1) cut at ±2, z = √2 erf⁻¹(p erf √2), as
 *
 *   z = p P(s) / Q(s),   s = (1 - p)(1 + p).
 *
 * P and Q, of degree 4, are the minimax approximation of z / p as a function of s on [0, 1] (Remez in 40 digits, our
 * own): relative error 6.8e-8, and 3.1e-7 with the roundings of f32. All coefficients are positive, so that no sum
 * cancels. |z| stays below 2.
 */
import { REAL } from "../real";
import { larnv } from "./larnv";
import { BLOCK, COUNTERS, count, philox } from "./philox";

/** What `kind` may be; src/linalg/draw.ts has the same numbers. */
// @ts-ignore: decorator
@inline const NORMAL: i32 = 0;
// @ts-ignore: decorator
@inline const UNIFORM: i32 = 1;

/**
 * n numbers `shift` + `scale` z to x, z being normal (0), uniform in (-1, 1) (1) or truncated (2), from group `first`
 * of the stream of a seed (two words). Results are held within [low, high], which roundings could leave by an ulp.
 * `work` holds one BLOCK, and x has room for whole vectors.
 */
export function draw(
  kind: i32, n: i32, seed0: u32, seed1: u32, first: u64,
  shift: real, scale: real, low: real, high: real, x: usize, work: usize,
): void {
  const end = x + REAL * <usize>n;
  const c = v128.splat<real>(shift), d = v128.splat<real>(scale);
  const least = v128.splat<real>(low), most = v128.splat<real>(high);
  if (kind == NORMAL) {
    larnv(n, seed0, seed1, first, x, work);
    for (let at = x; at < end; at += 16) v128.store(at, placed(v128.load(at), c, d, least, most));
    return;
  }
  for (let counter = COUNTERS * first; x < end; counter += COUNTERS, x += BLOCK) {
    count(work, counter);
    philox(work, seed0, seed1);
    const size = min(BLOCK, end - x);
    if (kind == UNIFORM) {
      for (let at: usize = 0; at < size; at += 16)
        v128.store(x + at, placed(signed(v128.load(work + at)), c, d, least, most));
    } else {
      for (let at: usize = 0; at < size; at += 16)
        v128.store(x + at, placed(truncated(signed(v128.load(work + at))), c, d, least, most));
    }
  }
}

/** c + d z, within its bounds. The instructions for finite numbers, a third of the cost of min and max. */
// @ts-ignore: decorator
@inline
function placed(z: v128, c: v128, d: v128, least: v128, most: v128): v128 {
  const w = f32x4.add(c, f32x4.mul(d, z));
  return f32x4.pmin(f32x4.pmax(w, least), most);
}

/** Words to numbers in (-1, 1). */
// @ts-ignore: decorator
@inline
function signed(words: v128): v128 {
  const k = f32x4.convert_i32x4_s(i32x4.shr_s(words, 8));
  return f32x4.mul(f32x4.add(k, f32x4.splat(0.5)), f32x4.splat(<f32>(1.0 / 8388608.0)));
}

/** Coefficients of P and Q in turn, from the highest degree on. */
// @ts-ignore: decorator
@lazy const PQ = memory.data<f32>([
  4.3845253624922223, 10.706038702504088,
  54.242301687183832, 55.253994149732261,
  74.491126020482764, 52.426007751319741,
  24.256407782667512, 13.838022605575739,
  1.9999998642955533, 1,
]);

/** P s + the coefficient at `at`: a load, because engines make constants of 16 bytes anew at every use. */
// @ts-ignore: decorator
@inline
function step(sum: v128, s: v128, at: usize): v128 {
  return f32x4.add(f32x4.mul(sum, s), v128.load32_splat(PQ + at));
}

// @ts-ignore: decorator
@inline
function truncated(p: v128): v128 {
  const one = f32x4.splat(1);
  const s = f32x4.mul(f32x4.sub(one, p), f32x4.add(one, p));
  const a = step(step(step(step(v128.load32_splat(PQ), s, 8), s, 16), s, 24), s, 32);
  const b = step(step(step(step(v128.load32_splat(PQ + 4), s, 12), s, 20), s, 28), s, 36);
  return f32x4.div(f32x4.mul(p, a), b);
}
