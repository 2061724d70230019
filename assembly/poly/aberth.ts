/**
 * Aberth–Ehrlich: Newton's method for p divided by the other roots, as they are known by now,
 *
 *   z_j -= p / (p' - p A),   A = sum over i != j of 1 / (z_j - z_i),
 *
 * one root after the other (Gauss–Seidel): cubic at simple roots.
 */
import { EPS } from "../real";
import { compensated, horner, size, slope, value } from "./horner";
import { approach, modulus, place, Lens } from "./lens";

/**
 * Sweeps to convergence: 10 are usual, 30 for clusters of many roots, and some hundred where the last of a cluster must
 * find its way between others that already pass. The limit is that of LAPACK's QR iteration, 30 max(10, n), at n = 10.
 */
// @ts-ignore: decorator
@inline const SWEEPS: i32 = 300;
/** From LATE on every tenth sweep goes half its steps, or one root may go to and fro between two points for ever. */
// @ts-ignore: decorator
@inline const LATE: i32 = 30;
/** Polishing takes two or three rounds for well separated roots; clusters gain a factor a round. */
// @ts-ignore: decorator
@inline const ROUNDS: i32 = 30;

/**
 * Until every |p(z_j)| <= 4.5 n u S as computed. The nearest numbers to a root do pass: they are off by n u S
 * at most for being rounded, and by 3.24 n u S for the evaluation (horner.ts). What passes has a backward
 * error of at most 8 n u. `done` has n bytes.
 */
export function aberth(w: Lens, done: usize): bool {
  const n = w.n;
  const threshold = 4.5 * EPS * <f64>n;
  memory.fill(done, 0, n);
  let left = n;
  for (let sweep = 0; sweep < SWEEPS && left; sweep++) {
    const part = sweep > LATE && sweep % 10 == 0 ? 0.5 : 1;
    for (let j = 0; j < n; j++) {
      if (load<u8>(done + j)) continue;
      approach(w, j);
      horner(n, w.b, w.abs, load<f64>(w.re + 8 * j), load<f64>(w.im + 8 * j));
      if (modulus(value) <= threshold * size) {
        store<u8>(done + j, 1);
        left--;
      } else {
        step(w, j, part);
      }
    }
  }
  return left == 0;
}

/**
 * The same with p from the compensated scheme, as if in twice the precision. A root is done when its step is
 * below its rounding, or its residual below what the scheme can tell from zero.
 */
export function polish(w: Lens, done: usize): void {
  const n = w.n;
  const noise = EPS * EPS * <f64>n;
  memory.fill(done, 0, n);
  let left = n;
  for (let round = 0; round < ROUNDS && left; round++) {
    for (let j = 0; j < n; j++) {
      if (load<u8>(done + j)) continue;
      approach(w, j);
      compensated(n, w.b, w.abs, load<f64>(w.re + 8 * j), load<f64>(w.im + 8 * j));
      if (modulus(value) <= noise * size || step(w, j, 1) <= 2 * EPS) {
        store<u8>(done + j, 1);
        left--;
      }
    }
  }
}

/** `part` of a step of root j from the value and slope just computed; returns its size relative to the root. */
function step(w: Lens, j: i32, part: f64): f64 {
  const re = load<f64>(w.re + 8 * j);
  const im = load<f64>(w.im + 8 * j);
  const sum = repulsion(w, re, im);
  const sumRe = v128.extract_lane<f64>(sum, 0);
  const sumIm = v128.extract_lane<f64>(sum, 1);
  const pr = v128.extract_lane<f64>(value, 0);
  const pi = v128.extract_lane<f64>(value, 1);
  const qr = v128.extract_lane<f64>(slope, 0) - (pr * sumRe - pi * sumIm);
  const qi = v128.extract_lane<f64>(slope, 1) - (pr * sumIm + pi * sumRe);
  const square = qr * qr + qi * qi;
  // Where the corrected slope vanishes any other point is better.
  const dr = part * (square > 0 ? (pr * qr + pi * qi) / square : 0.25 * re);
  const di = part * (square > 0 ? (pi * qr - pr * qi) / square : 0.25 * im);
  place(w, j, re - dr, im - di);
  return sqrt((dr * dr + di * di) / (re * re + im * im));
}

/** sum of 1 / (y - y_i), two roots at a time; a root at y itself is left out. */
function repulsion(w: Lens, re: f64, im: f64): v128 {
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const zr = f64x2.splat(re);
  const zi = f64x2.splat(im);
  let sr = zero;
  let si = zero;
  const end = w.re + 8 * ((w.n + 1) & ~1);
  const over = w.im - w.re;
  for (let at = w.re; at < end; at += 16) {
    const dr = v128.sub<f64>(zr, v128.load(at));
    const di = v128.sub<f64>(zi, v128.load(at + over));
    const square = v128.add<f64>(v128.mul<f64>(dr, dr), v128.mul<f64>(di, di));
    const inverse = v128.and(v128.div<f64>(one, square), v128.gt<f64>(square, zero));
    sr = v128.add<f64>(sr, v128.mul<f64>(dr, inverse));
    si = v128.sub<f64>(si, v128.mul<f64>(di, inverse));
  }
  return f64x2(
    v128.extract_lane<f64>(sr, 0) + v128.extract_lane<f64>(sr, 1),
    v128.extract_lane<f64>(si, 0) + v128.extract_lane<f64>(si, 1),
  );
}
