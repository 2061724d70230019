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
import { NR, ROW, panelStride } from "../blas/panel";
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

let rows: i32 = 0, cols: i32 = 0;
let at: usize = 0, as: usize = 0, ad: usize = 0;
let b: usize = 0, bs: usize = 0, bd: usize = 0;
let x: usize = 0, xs: usize = 0;
let xt: usize = 0, ts: usize = 0;
let smin: f64 = 0;
let exponent: i32 = 0;

/**
 * m and n count places; AT and B as offDiagonal leaves them, dA and dB as diagonal; X holds C on entry; XT is room for
 * its transpose. Pivots of `pivot` or less are replaced by it and counted in `work` (lasy2). Returns log2 of s.
 */
export function trsy2(
  m: i32, n: i32, aT: usize, dA: usize, b0: usize, dB: usize, pivot: f64, c: usize, xT: usize, work: usize,
): i32 {
  rows = m;
  cols = n;
  at = aT;
  ad = dA;
  b = b0;
  bd = dB;
  x = c;
  xt = xT;
  as = xs = panelStride(m);
  bs = ts = panelStride(n);
  smin = pivot;
  exponent = 0;
  store<i32>(work + REPLACED, 0);
  for (let s = 0; s < n; s += STRIPE) {
    for (let i = m - MR; i >= 0; i -= MR) {
      for (let j = s; j < min(s + STRIPE, n); j += NR) tile(i, j, work);
    }
  }
  return exponent;
}

/** Solves for one tile and writes it to the transposed copy. */
function tile(i: i32, j: i32, work: usize): void {
  const strip = REAL * (i & (NR - 1));
  const below = ROW * (i + MR);
  const c = x + xs * (j / NR) + ROW * i;
  const copy = xt + ts * (i / NR) + strip;
  tileTN(rows - i - MR, -1, at + as * (i / NR) + strip + below, c + ROW * MR, 1, c, ROW);
  tileTN(j, -1, copy, b + bs * (j / NR), 1, c, ROW);
  for (let r = MR - 1; r >= 0; r--) {
    const pair = r > 0 && load<f64>(ad + PLACE * (i + r - 1), 16) != 0;
    const p = pair ? 2 : 1;
    if (pair) r--;
    for (let k = r + p; k < MR; k++) {
      const factors = at + as * (i / NR) + strip + ROW * (i + k) + REAL * r;
      for (let l = 0; l < p; l++) subtract(load<real>(factors + REAL * l), c + ROW * k, c + ROW * (r + l));
    }
    for (let s = 0, q = 1; s < NR; s += q) {
      q = load<f64>(bd + PLACE * (j + s), 16) != 0 ? 2 : 1;
      block(i, r, p, j, s, q, c, work);
      // One by one: a vector load would wait for the single entries just stored.
      for (let l = s; l < s + q; l++) {
        const row = b + bs * (j / NR) + ROW * (j + l);
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
function block(i: i32, r: i32, p: i32, j: i32, s: i32, q: i32, c: usize, work: usize): void {
  if (p * q == 1) {
    const at = c + ROW * r + REAL * s;
    const rhs = <f64>load<real>(at);
    const d = load<f64>(ad + PLACE * (i + r)) + load<f64>(bd + PLACE * (j + s));
    if (abs(d) > smin && 8 * abs(rhs) <= BIG * abs(d)) {
      store<real>(at, <real>(rhs / d));
      return;
    }
  }
  for (let e = 0; e < p * q; e++) {
    store<f64>(work + LASY2_ROW * e + RHS, <f64>load<real>(c + ROW * (r + e / q) + REAL * (s + e % q)));
  }
  const scale = lasy2(p, q, ad + PLACE * (i + r), bd + PLACE * (j + s), smin, BIG, work);
  if (scale != 1) {
    exponent += exponentOf(scale);
    scal(scale, x, xs * (cols / NR));
    scal(scale, xt, ts * ((rows + NR - 1) / NR));
  }
  for (let e = 0; e < p * q; e++) {
    store<real>(c + ROW * (r + e / q) + REAL * (s + e % q), <real>load<f64>(work + SOLUTION + 8 * e));
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
