/**
 * Horner's rule for a complex polynomial and its derivative, plain and compensated.
 *
 * Both leave p(y), p'(y) and S = sum |b_k| |y|^k in `value`, `slope` and `size`. Errors, to first order in u:
 *
 *   plain         (√5 + 1) n u S <= 3.24 n u S: a complex product is good to √5 u (Brent, Percival and Zimmermann
 *                 2007), a sum to u.
 *   compensated   u |p| + 12 (n + 1)² u² S: Graillat and Ménissier-Morain, Inf. Comput. 216 (2012). Here: a
 *                 step leaves four exact errors, together at most u (2.5 |s_k+1| |y| + |s_k|), and |s_k| |y|^k <= S,
 *                 hence their polynomial is at most 3.6 (n + 1) u S; it is summed to 3.3 (n + 1) u of that. The slope
 *                 is compensated likewise: where roots are so close that u p' drowns, Newton needs it.
 *
 * On vectors (re, im), 11 and some 110 operations a coefficient: 13 cycles, all of them latency, and 33.
 */
import { modulus } from "./lens";

export let value: v128 = f64x2.splat(0);
export let slope: v128 = f64x2.splat(0);
export let size: f64 = 0;

/** x · (z, jz = i z) */
// @ts-ignore: decorator
@inline
function times(x: v128, z: v128, jz: v128): v128 {
  return v128.add<f64>(v128.mul<f64>(real(x), z), v128.mul<f64>(imag(x), jz));
}

// @ts-ignore: decorator
@inline
function real(x: v128): v128 {
  return v128.shuffle<f64>(x, x, 0, 0);
}

// @ts-ignore: decorator
@inline
function imag(x: v128): v128 {
  return v128.shuffle<f64>(x, x, 1, 1);
}

/**
 * Values at `count` complex points x, in their place; `moduli` has room for n + 1 f64. Splitting overflows from 2^996 on
 * (see high), where the value itself may not: what is then left of it is the plain one.
 */
export function polyval(n: i32, b: usize, moduli: usize, count: i32, x: usize): void {
  for (let k = 0; k <= n; k++) store<f64>(moduli + 8 * k, modulus(v128.load(b + 16 * k)));
  for (let i = 0; i < count; i++, x += 16) {
    value = f64x2.splat(0);
    if (n >= 0) compensated(n, b, moduli, load<f64>(x), load<f64>(x, 8));
    if (!v128.all_true<i64>(v128.eq<f64>(value, value))) horner(n, b, moduli, load<f64>(x), load<f64>(x, 8));
    v128.store(x, value);
  }
}

/** b: n + 1 coefficients, abs: their moduli. */
export function horner(n: i32, b: usize, abs: usize, re: f64, im: f64): void {
  const z = f64x2(re, im);
  const jz = f64x2(-im, re);
  const r = modulus(z);
  let p = v128.load(b + 16 * n);
  let d = f64x2.splat(0);
  let sum = load<f64>(abs + 8 * n);
  for (let k = n - 1; k >= 0; k--) {
    d = v128.add<f64>(times(d, z, jz), p);
    p = v128.add<f64>(times(p, z, jz), v128.load(b + 16 * k));
    sum = sum * r + load<f64>(abs + 8 * k);
  }
  value = p;
  slope = d;
  size = sum;
}

export function compensated(n: i32, b: usize, abs: usize, re: f64, im: f64): void {
  const z = f64x2(re, im);
  const jz = f64x2(-im, re);
  const z1 = high(z);
  const jz1 = high(jz);
  const r = modulus(z);
  let p = v128.load(b + 16 * n);
  let d = f64x2.splat(0);
  let e = f64x2.splat(0); // what p lacks, and what d does
  let f = f64x2.splat(0);
  let sum = load<f64>(abs + 8 * n);
  for (let k = n - 1; k >= 0; k--) {
    const c = v128.load(b + 16 * k);
    f = v128.add<f64>(v128.add<f64>(times(f, z, jz), e), slip(d, z, z1, jz, jz1, p));
    d = v128.add<f64>(times(d, z, jz), p);
    e = v128.add<f64>(times(e, z, jz), slip(p, z, z1, jz, jz1, c));
    p = v128.add<f64>(times(p, z, jz), c);
    sum = sum * r + load<f64>(abs + 8 * k);
  }
  value = v128.add<f64>(p, e);
  slope = v128.add<f64>(d, f);
  size = sum;
}

/** Leaves b1² - 4 b0 b2 in `value`, good to u and 12 u² (|b1|² + 4 |b0 b2|). */
export function discriminant(b: usize): void {
  const b1 = v128.load(b, 16), b2 = v128.load(b, 32);
  const c = v128.mul<f64>(v128.load(b), f64x2.splat(-4));
  const j1 = turned(b1), j2 = turned(b2);
  const product = times(c, b2, j2);
  const rest = v128.add<f64>(
    slip(c, b2, high(b2), j2, high(j2), f64x2.splat(0)),
    slip(b1, b1, high(b1), j1, high(j1), product),
  );
  value = v128.add<f64>(v128.add<f64>(times(b1, b1, j1), product), rest);
}

/** i z */
// @ts-ignore: decorator
@inline
function turned(z: v128): v128 {
  return f64x2(-v128.extract_lane<f64>(z, 1), v128.extract_lane<f64>(z, 0));
}

/** What rounding takes from p z + c: two products and two sums, each of whose errors is a number. */
// @ts-ignore: decorator
@inline
function slip(p: v128, z: v128, z1: v128, jz: v128, jz1: v128, c: v128): v128 {
  const p1 = high(p);
  const p0 = v128.sub<f64>(p, p1);
  const x = v128.mul<f64>(real(p), z);
  const y = v128.mul<f64>(imag(p), jz);
  const t = v128.add<f64>(x, y);
  const products = v128.add<f64>(
    lost(x, real(p1), real(p0), z1, v128.sub<f64>(z, z1)),
    lost(y, imag(p1), imag(p0), jz1, v128.sub<f64>(jz, jz1)),
  );
  return v128.add<f64>(products, v128.add<f64>(missed(t, x, y), missed(v128.add<f64>(t, c), t, c)));
}

/** The upper 26 bits (Veltkamp): 2^27 + 1. */
// @ts-ignore: decorator
@inline
function high(x: v128): v128 {
  const c = v128.mul<f64>(x, f64x2.splat(134217729.0));
  return v128.sub<f64>(c, v128.sub<f64>(c, x));
}

/** Product minus its rounding xy, from both factors' halves (Dekker). */
// @ts-ignore: decorator
@inline
function lost(xy: v128, x1: v128, x0: v128, y1: v128, y0: v128): v128 {
  const e1 = v128.sub<f64>(v128.mul<f64>(x1, y1), xy);
  const e2 = v128.add<f64>(e1, v128.mul<f64>(x1, y0));
  return v128.add<f64>(v128.add<f64>(e2, v128.mul<f64>(x0, y1)), v128.mul<f64>(x0, y0));
}

/** x + y minus its rounding s (Knuth). */
// @ts-ignore: decorator
@inline
function missed(s: v128, x: v128, y: v128): v128 {
  const y1 = v128.sub<f64>(s, x);
  return v128.add<f64>(v128.sub<f64>(x, v128.sub<f64>(s, y1)), v128.sub<f64>(y, y1));
}
