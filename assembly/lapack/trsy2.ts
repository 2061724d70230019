/**
 * trsy2: A X + X B = s C for upper quasi-triangular A and B with entries below 2, laid out by quasi.ts.
 *
 * For a tile of X (MR rows, one panel), from the last row up and from the first column on:
 *
 *   C_ij := C_ij - Σ_{k>i} A_ik X_kj - Σ_{l<j} X_il B_lj,      then   A_ii X_ij + X_ij B_jj = C_ij
 *
 * Both sums are products of the tile kernel, so that all but O(mn) of the mn(m + n) flops run in it: X is kept
 * twice, as it is and transposed, and A transposed, and every operand is one straight run of memory. There is no
 * larger block to choose: the tile is the leaf. Panels of X go in stripes, so that rows of A serve several
 * panels while they are in the cache.
 *
 * Growth is watched block by block (lasy2): where an entry of X would pass BIG, all of X and C is scaled down.
 */
import { exponentOf } from "../blas/exponent";
import { NR, ROW, columnOf, entryOf, panelBytes, panelStride } from "../blas/panel";
import { MR, tileTN } from "../blas/tile";
import { REAL, SINGLE } from "../real";
import { LASY2_ROW, REPLACED, RHS, SOLUTION, lasy2 } from "./lasy2";
import { PLACE } from "./quasi";

/** 2^100, 2^1000: sums of m + n < 2^20 products of such an entry with entries below 2 do not overflow. */
// @ts-ignore: decorator
@inline const BIG: f64 = SINGLE ? 1.2676506002282294e30 : 1.0715086071862673e301;
/** Columns of a stripe. */
// @ts-ignore: decorator
@inline const STRIPE: i32 = 32;

/** One run: the factors, the solution as it grows, and what the blocks must know. */
@unmanaged
export class Equation {
  /** Places of A and of B (quasi.ts). */
  rows: i32;
  cols: i32;
  /** Aᵀ and B off their diagonal blocks, in panels, and the blocks. */
  at: usize;
  da: usize;
  b: usize;
  db: usize;
  /** C on entry, X on exit, and room for Xᵀ. */
  x: usize;
  xt: usize;
  /** Pivots of this size or less are replaced by it, and counted in the workspace of lasy2. */
  smin: f64;
  /** log2 of s. */
  exponent: i32;
  work: usize;
}

/** Solves the equation: X and the exponent are the result. */
export function trsy2(e: Equation): void {
  e.exponent = 0;
  store<i32>(e.work + REPLACED, 0);
  const m = e.rows, n = e.cols;
  for (let s = 0; s < n; s += STRIPE) {
    for (let i = m - MR; i >= 0; i -= MR) {
      for (let j = s; j < min(s + STRIPE, n); j += NR) tile(e, i, j);
    }
  }
}

/** Solves for one tile and writes it to the transposed copy. */
function tile(e: Equation, i: i32, j: i32): void {
  const m = e.rows, ms = panelStride(m), ns = panelStride(e.cols);
  const ai = columnOf(e.at, ms, i);
  const bj = columnOf(e.b, ns, j);
  const c = entryOf(e.x, ms, i, j);
  const copy = columnOf(e.xt, ns, i);
  tileTN(m - i - MR, -1, ai + ROW * (i + MR), c + ROW * MR, 1, c, ROW);
  tileTN(j, -1, copy, bj, 1, c, ROW);
  for (let r = MR - 1; r >= 0; r--) {
    const pair = r > 0 && load<f64>(e.da + PLACE * (i + r - 1), 16) != 0;
    const p = pair ? 2 : 1;
    if (pair) r--;
    for (let k = r + p; k < MR; k++) {
      const factors = ai + ROW * (i + k) + REAL * r;
      for (let l = 0; l < p; l++) subtract(load<real>(factors + REAL * l), c + ROW * k, c + ROW * (r + l));
    }
    for (let s = 0, q = 1; s < NR; s += q) {
      q = load<f64>(e.db + PLACE * (j + s), 16) != 0 ? 2 : 1;
      block(e, i, r, p, j, s, q, c);
      // One by one: a vector load would wait for the single entries just stored.
      for (let l = s; l < s + q; l++) {
        const row = bj + ROW * (j + l);
        for (let k = c + ROW * r, end = k + ROW * p; k < end; k += ROW) {
          const x = load<real>(k + REAL * l);
          for (let t = s + q; t < NR; t++) {
            store<real>(k + REAL * t, load<real>(k + REAL * t) - x * load<real>(row + REAL * t));
          }
        }
      }
    }
  }
  for (let l = 0; l < NR; l++) {
    for (let k = 0; k < MR; k++) {
      store<real>(copy + ROW * (j + l) + REAL * k, load<real>(c + ROW * k + REAL * l));
    }
  }
}

/** One block of X, rows r.. and columns s.. of the tile at `c`; scales everything if it must. */
// @ts-ignore: decorator
@inline
function block(e: Equation, i: i32, r: i32, p: i32, j: i32, s: i32, q: i32, c: usize): void {
  if (p * q == 1) {
    const at = c + ROW * r + REAL * s;
    const rhs = <f64>load<real>(at);
    const d = load<f64>(e.da + PLACE * (i + r)) + load<f64>(e.db + PLACE * (j + s));
    if (abs(d) > e.smin && 8 * abs(rhs) <= BIG * abs(d)) {
      store<real>(at, <real>(rhs / d));
      return;
    }
  }
  const work = e.work;
  for (let k = 0; k < p * q; k++) {
    store<f64>(work + LASY2_ROW * k + RHS, <f64>load<real>(c + ROW * (r + k / q) + REAL * (s + k % q)));
  }
  const scale = lasy2(p, q, e.da + PLACE * (i + r), e.db + PLACE * (j + s), e.smin, BIG, work);
  if (scale != 1) {
    e.exponent += exponentOf(scale);
    scal(scale, e.x, <usize>panelBytes(e.rows, e.cols));
    scal(scale, e.xt, <usize>panelBytes(e.cols, e.rows));
  }
  for (let k = 0; k < p * q; k++) {
    store<real>(c + ROW * (r + k / q) + REAL * (s + k % q), <real>load<f64>(work + SOLUTION + 8 * k));
  }
}

/** y := y - factor x, one row of a panel. */
// @ts-ignore: decorator
@inline
function subtract(factor: real, from: usize, y: usize): void {
  const f = v128.splat<real>(factor);
  v128.store(y, v128.sub<real>(v128.load(y), v128.mul<real>(f, v128.load(from))));
  v128.store(y, v128.sub<real>(v128.load(y, 16), v128.mul<real>(f, v128.load(from, 16))), 16);
}

function scal(scale: f64, p: usize, bytes: usize): void {
  for (const end = p + bytes; p < end; p += REAL) store<real>(p, <real>(scale * <f64>load<real>(p)));
}
