/**
 * lahqr: real Schur form of a Hessenberg matrix by the double-shift QR iteration (Francis), H = Z T Zᵀ.
 *
 * Deflation after Ahues and Tisseur; the QR sweep may start below the top where two small subdiagonal entries
 * in a row allow it; every tenth iteration without a deflation exceptional shifts, half-way between them shifts
 * moved aside; 2 x 2 blocks are standardised (lanv2). H is row-major of order n; Z is kept transposed, so that it
 * takes rows; entries below the subdiagonal must be zero on entry. About 25 n³ flops, in vectors but for the
 * columns of H.
 *
 * `wantt`: all of T, otherwise only what eigenvalues need. z = 0: no Z. False if the limit of
 * 30 max(10, n) iterations was reached.
 */
import { at } from "../blas/panel";
import { reflectColumns, reflectRows } from "../blas/reflect";
import { turnColumns, turnRows } from "../blas/turn";
import { EPS } from "../real";
import { drowned, get, leave, negligible, next, reflector, smallest, start, tau, v0, v1, v2 } from "./bulge";
import { lanv2 } from "./lanv2";

/** Iterations without deflation before an exceptional shift. */
// @ts-ignore: decorator
@inline const STALL: i32 = 10;

/** A pair of shifts. */
export let sr: f64 = 0;
export let si: f64 = 0;
export let tr: f64 = 0;
export let ti: f64 = 0;

/** `turn`: room for one small rotation. */
export function lahqr(wantt: bool, n: i32, h: usize, ld: i32, z: usize, ldz: i32, turn: usize): bool {
  const floor = smallest(n);
  let stalled = 0;
  for (let i = n - 1, left = 30 * max(10, n); i >= 0; left--) {
    let l = i;
    for (; l > 0 && !negligible(h, ld, l, 0, n - 1, floor); l--) {
      if (stalled > STALL && drowned(h, ld, l, 0, n - 1)) break;
    }
    if (l > 0) store<real>(at(h, ld, l, l - 1), 0);
    if (l >= i - 1) {
      if (l == i - 1) {
        lanv2(h, ld, l, turn);
        if (wantt) turned(n, h, ld, l, 2, turn);
        if (z) turnRows(2, n, at(z, ldz, l, 0), ldz, turn);
      }
      i = l - 1;
      stalled = 0;
      continue;
    }
    if (left == 0) return false;
    stalled++;
    const foot = stalled % (2 * STALL) == 0, top = !foot && stalled % STALL == 0;
    if (foot || top) exceptional(h, ld, foot ? i : l, foot);
    else shifts(h, ld, i - 1);
    if (stalled > STALL && stalled % STALL == STALL / 2) aside(abs(get(h, ld, i - 1, i - 2)));
    sweep(h, ld, l, i, wantt ? 0 : l, wantt ? n : i + 1, n, z, ldz);
  }
  return true;
}

/** The rest of rows and columns k.. of T of order n, beside a diagonal block that has been transformed. */
export function turned(n: i32, h: usize, ld: i32, k: i32, order: i32, turn: usize): void {
  turnRows(order, n - k - order, at(h, ld, k, k + order), ld, turn);
  turnColumns(order, k, at(h, ld, 0, k), ld, turn);
}

/** Shifts: the eigenvalues of the block at k, k+1; of two real ones that nearer to H(k+1, k+1), twice. */
function shifts(h: usize, ld: i32, k: i32): void {
  pair(get(h, ld, k, k), get(h, ld, k, k + 1), get(h, ld, k + 1, k), get(h, ld, k + 1, k + 1));
}

/**
 * Moves the shifts by what couples the last pair to the one above. Where both are alike, as in a skew-symmetric
 * matrix, a sweep with the shifts of one only exchanges them, and exceptional shifts hardly tell them apart: these do.
 */
function aside(coupling: f64): void {
  if (si == 0) sr = tr = sr + coupling;
  else si += coupling, (ti = -si);
}

/** Exceptional shifts at one end of the active block. */
function exceptional(h: usize, ld: i32, k: i32, foot: bool): void {
  const s = foot
    ? abs(get(h, ld, k, k - 1)) + abs(get(h, ld, k - 1, k - 2))
    : abs(get(h, ld, k + 1, k)) + abs(get(h, ld, k + 2, k + 1));
  const a = 0.75 * s + get(h, ld, k, k);
  pair(a, -0.4375 * s, s, a);
}

function pair(a: f64, b: f64, c: f64, d: f64): void {
  const s = abs(a) + abs(b) + abs(c) + abs(d);
  sr = si = tr = ti = 0;
  if (s == 0) return;
  const mean = 0.5 * (a / s + d / s);
  const det = (a / s - mean) * (d / s - mean) - (b / s) * (c / s);
  const root = sqrt(abs(det));
  sr = tr = mean * s;
  if (det >= 0) {
    si = root * s;
    ti = -si;
  } else {
    const high = mean + root, low = mean - root;
    sr = tr = s * (abs(high - d / s) <= abs(low - d / s) ? high : low);
  }
}

/** One double-shift sweep through rows l..i; transforms rows from..to-1 of H only. */
function sweep(h: usize, ld: i32, l: i32, i: i32, from: i32, to: i32, n: i32, z: usize, ldz: i32): void {
  let m = i - 2;
  for (; ; m--) {
    start(h, ld, m, sr, si, tr, ti);
    if (m == l || skippable(h, ld, m)) break;
  }
  for (let k = m; k < i; k++) {
    const order = min(3, i - k + 1);
    if (k > m) {
      next(order, h, ld, k - 1);
      leave(order, h, ld, k - 1, reflector());
    } else {
      reflector();
      // Where the sweep starts below the top, the entry left of it only changes its sign, nearly.
      if (m > l) {
        const left = at(h, ld, k, k - 1);
        store<real>(left, <real>(<f64>load<real>(left) * (1 - tau)));
      }
    }
    if (tau == 0) continue;
    reflectRows(order, to - k, at(h, ld, k, k), ld, tau, v1, v2);
    reflectColumns(order, min(k + 4, i + 1) - from, at(h, ld, from, k), ld, tau, v1, v2);
    if (z) reflectRows(order, n, at(z, ldz, k, 0), ldz, tau, v1, v2);
  }
}

/** May a sweep that `start` has just begun at row m ignore H(m, m-1)? */
function skippable(h: usize, ld: i32, m: i32): bool {
  const around = abs(get(h, ld, m - 1, m - 1)) + abs(get(h, ld, m, m)) + abs(get(h, ld, m + 1, m + 1));
  return abs(get(h, ld, m, m - 1)) * (abs(v1) + abs(v2)) <= 2 * EPS * abs(v0) * around;
}
