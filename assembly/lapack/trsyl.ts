/**
 * trsyl: op(A) X ± X op(B) = s C, A and B upper quasi-triangular (a real Schur form), op the identity or the
 * transpose, 0 < s <= 1 a power of two that keeps X representable.
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
 * Numbers first: op(A) and ±op(B) are scaled by one power of two to entries below 2, C by another, and a
 * transpose is turned around (quasi.ts), so that there is one case to solve. Growth is watched block by
 * block (lasy2), and where an entry of X would pass BIG, all of X and C is scaled down. A pivot below
 * SMIN = eps max(|A|, |B|) is replaced and counted, as LAPACK does: the answer is that of a nearby equation.
 *
 * After Bartels and Stewart, CACM 15 (1972); numbers as in LAPACK's trsyl and lasy2.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { reciprocalPower } from "../blas/nrm2";
import { NR, ROW, panelBytes, panelStride } from "../blas/panel";
import { MR, tileTN } from "../blas/tile";
import { Info } from "../info";
import { EPS, REAL, SAFMIN, SINGLE } from "../real";
import { LASY2_ROW, LASY2_WORK, REPLACED, SOLUTION, lasy2 } from "./lasy2";
import { diagonal, offDiagonal, places, placesBound } from "./quasi";

/** Sums of m + n < 2^20 products of such an entry with entries below 2 do not overflow. */
// @ts-ignore: decorator
@inline const BIG: f64 = SINGLE ? 1.2676506002282294e30 : reinterpret<f64>(<u64>(1023 + 1000) << 52); // 2^100, 2^1000
/** Binary orders of magnitude below overflow that a result may reach. */
// @ts-ignore: decorator
@inline const TOP: i32 = SINGLE ? 126 : 1022;
/** Columns of a stripe. */
// @ts-ignore: decorator
@inline const STRIPE: i32 = 32;

/** The work on one equation, all in panels but for the diagonal blocks (quasi.ts). */
let rows: i32 = 0, cols: i32 = 0;
let at: usize = 0, as: usize = 0, ad: usize = 0;
let b: usize = 0, bs: usize = 0, bd: usize = 0;
let x: usize = 0, xs: usize = 0;
let xt: usize = 0, ts: usize = 0;
let smin: f64 = 0;
let exponent: i32 = 0;

/**
 * A is m x m, B n x n, C m x n and overwritten by X. `minus`: op(A) X - X op(B). `status` receives two
 * numbers: log2 of s, and how many pivots were replaced.
 */
export function trsyl(
  transA: bool, transB: bool, minus: bool, m: i32, n: i32, a0: usize, b0: usize, c: usize, status: usize,
): Info {
  store<real>(status, 0);
  store<real>(status, 0, REAL);
  if (m == 0 || n == 0) return Info.OK;
  const topAB = max(amax(m * m, a0), amax(n * n, b0));
  const topC = amax(m * n, c);
  if (!(max(topAB, topC) <= f64.MAX_VALUE)) return Info.NONFINITE;
  if (topC == 0) return Info.OK;
  const frame = mark();
  const rowsOf = alloc(4 * <u64>placesBound(m, MR));
  const colsOf = alloc(4 * <u64>placesBound(n, NR));
  if (!rowsOf || !colsOf) {
    release(frame);
    return Info.MEMORY;
  }
  rows = places(transA, m, a0, MR, rowsOf);
  cols = places(transB, n, b0, NR, colsOf);
  at = alloc(panelBytes(rows, rows));
  b = alloc(panelBytes(cols, cols));
  x = alloc(panelBytes(rows, cols));
  xt = alloc(panelBytes(cols, rows));
  ad = alloc(24 * <u64>rows);
  bd = alloc(24 * <u64>cols);
  const work = alloc(LASY2_WORK);
  if (!at || !b || !x || !xt || !ad || !bd || !work) {
    release(frame);
    return Info.MEMORY;
  }
  as = panelStride(rows);
  bs = panelStride(cols);
  xs = panelStride(rows);
  ts = panelStride(cols);

  const scale = topAB > 0 ? reciprocalPower(topAB) : 1;
  diagonal(transA, m, a0, scale, rows, rowsOf, ad);
  offDiagonal(transA, true, m, a0, scale, rows, rowsOf, ad, at);
  diagonal(transB, n, b0, minus ? -scale : scale, cols, colsOf, bd);
  offDiagonal(transB, false, n, b0, minus ? -scale : scale, cols, colsOf, bd, b);
  const scaleC = reciprocalPower(topC);
  memory.fill(x, 0, <usize>panelBytes(rows, cols));
  exchange(true, transA, transB, m, n, c, rowsOf, colsOf, scaleC, 1);

  smin = topAB > 0 ? 2 * EPS * scale * topAB : (SAFMIN * m * n) / EPS;
  exponent = 0;
  store<i32>(work + REPLACED, 0);
  for (let s = 0; s < cols; s += STRIPE) {
    for (let i = rows - MR; i >= 0; i -= MR) {
      for (let j = s; j < min(s + STRIPE, cols); j += NR) tile(i, j, work);
    }
  }

  // X is 2^shift times what was computed, for s = 1; where that is too large, s takes the rest.
  const largest = amax(<i32>(xs / REAL) * (cols / NR), x);
  const shift = log2(scale) - log2(scaleC) - exponent;
  const excess = largest > 0 ? max(shift + log2(largest) - TOP, 0) : 0;
  const first = (shift - excess) / 2;
  exchange(false, transA, transB, m, n, c, rowsOf, colsOf, power(first), power(shift - excess - first));
  store<real>(status, <real>-excess);
  store<real>(status, <real>load<i32>(work + REPLACED), REAL);
  release(frame);
  return Info.OK;
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
    const pair = r > 0 && load<f64>(ad + 24 * (i + r - 1), 16) != 0;
    const p = pair ? 2 : 1;
    if (pair) r--;
    for (let k = r + p; k < MR; k++) {
      const factors = at + as * (i / NR) + strip + ROW * (i + k) + REAL * r;
      for (let l = 0; l < p; l++) subtract(load<real>(factors + REAL * l), c + ROW * k, c + ROW * (r + l));
    }
    for (let s = 0, q = 1; s < NR; s += q) {
      q = load<f64>(bd + 24 * (j + s), 16) != 0 ? 2 : 1;
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
    const d = load<f64>(ad + 24 * (i + r)) + load<f64>(bd + 24 * (j + s));
    if (abs(d) > smin && 8 * abs(rhs) <= BIG * abs(d)) {
      store<real>(at, <real>(rhs / d));
      return;
    }
  }
  for (let e = 0; e < p * q; e++) {
    store<f64>(work + LASY2_ROW * e + 32, <f64>load<real>(c + ROW * (r + e / q) + REAL * (s + e % q)));
  }
  const scale = lasy2(p, q, ad + 24 * (i + r), bd + 24 * (j + s), smin, BIG, work);
  if (scale != 1) {
    exponent += log2(scale);
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

/** X := C or, with `inward` false, C := X, times two factors; both turned around where A or B is. */
function exchange(
  inward: bool, transA: bool, transB: bool, m: i32, n: i32, c: usize, rowsOf: usize, colsOf: usize, f: f64, g: f64,
): void {
  for (let p0 = 0; p0 < rows; p0 += MR) {
    for (let q0 = 0, panel = x; q0 < cols; q0 += NR, panel += xs) {
      for (let p = p0; p < p0 + MR; p++) {
        const k = load<i32>(rowsOf + 4 * p);
        if (k < 0) continue;
        const row = c + REAL * (<usize>(transA ? m - 1 - k : k) * n);
        for (let q = 0; q < NR; q++) {
          const l = load<i32>(colsOf + 4 * (q0 + q));
          if (l < 0) continue;
          const outer = row + REAL * (transB ? n - 1 - l : l);
          const inner = panel + ROW * p + REAL * q;
          const from = inward ? outer : inner;
          store<real>(inward ? inner : outer, <real>(<f64>load<real>(from) * f * g));
        }
      }
    }
  }
}

/** Of a normal positive number, rounded down. */
// @ts-ignore: decorator
@inline
function log2(value: f64): i32 {
  return <i32>(reinterpret<u64>(value) >> 52) - 1023;
}

/** 2^e for -1022 <= e <= 1023. */
// @ts-ignore: decorator
@inline
function power(e: i32): f64 {
  return reinterpret<f64>(<u64>(1023 + e) << 52);
}
