/**
 * A polynomial and approximations of its roots, seen through a lens.
 *
 * Every coefficient and every root is kept as a mantissa and an exponent of its own, so that neither the
 * 600 decades of f64 nor a power z^200 is a limit. To compute near |z| = 2^s we look through the lens s:
 * z = 2^s y, and b_k = a_k 2^(s k - m), where m makes the largest component of all b_k lie in [1, 2). All of
 * this is exact but for b_k below 2^-1022, which become zero.
 *
 * The lens serves roots whose exponent is within 150 / n of s, that is 2^-150 <= |y|^n <= 2^450 for n up to
 * 200. Then S = sum |b_k| |y|^k is at least 2^-150, what was dropped is below 2^-570, and no term, product or
 * square over- or underflows. That is also why large |y| needs no reversed polynomial.
 */
import { exponent, scale } from "../blas/exponent";

/** Largest n |e - s| for a root of exponent e that the lens serves. */
// @ts-ignore: decorator
@inline const REACH: i32 = 150;
/** Exponent, relative to s, beyond which roots are shown nearer than they are: 1 / y^2 must not underflow. */
// @ts-ignore: decorator
@inline const FAR: i32 = 400;
/** The exponent of a coefficient that is zero: with any s k added it stays below all others. */
// @ts-ignore: decorator
@inline export const NOTHING: i32 = -(1 << 28);

/** Places in the arena. Complex numbers are one v128, real part first. */
@unmanaged
export class Lens {
  /** Degree. */
  n: i32;
  /** Exponent s of the lens, and the m that goes with it. */
  s: i32;
  m: i32;
  /** n + 1 coefficients: mantissas with their larger component in [1, 2), and exponents. */
  a: usize;
  ea: usize;
  /** n roots, likewise. */
  z: usize;
  ez: usize;
  /** In the lens: b_k, |b_k|, and the real and imaginary parts of the roots, n rounded up to even. */
  b: usize;
  abs: usize;
  re: usize;
  im: usize;
}

/** 2^e for e <= 1023; zero below 2^-1022. */
// @ts-ignore: decorator
@inline
export function power(e: i32): f64 {
  return e < -1022 ? 0 : reinterpret<f64>(<u64>(e + 1023) << 52);
}

/** Splits a complex number into mantissa (stored at `z`) and exponent (returned): 0 and `zero` for 0. */
export function split(re: f64, im: f64, z: usize, zero: i32): i32 {
  const top = max(abs(re), abs(im));
  const e = top > 0 ? exponent(top) : zero;
  store<f64>(z, scale(re, -e));
  store<f64>(z, scale(im, -e), 8);
  return e;
}

/** Sets the lens to s. */
export function focus(w: Lens, s: i32): void {
  const n = w.n;
  let m = i32.MIN_VALUE;
  for (let k = 0; k <= n; k++) m = max(m, load<i32>(w.ea + 4 * k) + s * k);
  w.s = s;
  w.m = m;
  for (let k = 0; k <= n; k++) {
    const factor = power(load<i32>(w.ea + 4 * k) + s * k - m);
    const b = v128.mul<f64>(v128.load(w.a + 16 * k), f64x2.splat(factor));
    v128.store(w.b + 16 * k, b);
    store<f64>(w.abs + 8 * k, modulus(b));
  }
  for (let j = 0; j < n; j++) see(w, j);
}

/** Root j as it is in the lens. Farther out than 2^401 it is shown there: see `excess`. */
export function see(w: Lens, j: i32): void {
  const factor = power(min(load<i32>(w.ez + 4 * j) - w.s, FAR));
  store<f64>(w.re + 8 * j, load<f64>(w.z + 16 * j) * factor);
  store<f64>(w.im + 8 * j, load<f64>(w.z + 16 * j, 8) * factor);
}

/** By how many binary orders root j is farther out than shown. */
// @ts-ignore: decorator
@inline
export function excess(w: Lens, j: i32): i32 {
  return max(load<i32>(w.ez + 4 * j) - w.s - FAR, 0);
}

/** Moves the lens to root j unless it serves already. */
// @ts-ignore: decorator
@inline
export function approach(w: Lens, j: i32): void {
  const e = load<i32>(w.ez + 4 * j);
  if (abs(e - w.s) * w.n > REACH) focus(w, e);
}

/** Puts root j to y. */
export function place(w: Lens, j: i32, re: f64, im: f64): void {
  store<i32>(w.ez + 4 * j, w.s + split(re, im, w.z + 16 * j, 0));
  store<f64>(w.re + 8 * j, re);
  store<f64>(w.im + 8 * j, im);
}

// @ts-ignore: decorator
@inline
export function modulus(x: v128): f64 {
  const square = v128.mul<f64>(x, x);
  return sqrt(v128.extract_lane<f64>(square, 0) + v128.extract_lane<f64>(square, 1));
}
