/**
 * trevc: the right eigenvectors of a real Schur form, V = Z X with T X = X Λ; what LAPACK's trevc3 computes.
 *
 * X is upper triangular, column j a back substitution with T - λ_j from its own row up. All columns go together, like
 * the unknown of a Sylvester equation: for a tile of X (MR rows, one panel), from the last row up,
 *
 *   C_ij := -Σ_{k>i} T_ik X_kj      (one product of the tile kernel),      then   (T_ii - λ_j) x_ij = c_ij
 *
 * so that all but O(n²) of the n³/3 flops run in tiles. T is laid out by quasi.ts, no 2 x 2 block across a tile; a pair
 * of complex eigenvalues has two columns in one panel, real and imaginary part. Where an entry would pass BIG, its
 * column is scaled down. Then V by GEMM, 2n³ flops, and unit columns whose largest component is real and positive.
 */
import { alloc, mark, release } from "../arena";
import { amax } from "../blas/amax";
import { exponentOf, power } from "../blas/exponent";
import { gemm } from "../blas/gemm";
import { reciprocalPower } from "../blas/nrm2";
import { NR, ROW, at, columnOf, entryOf, panelBytes, panelStride } from "../blas/panel";
import { MR, tileTN } from "../blas/tile";
import { Info } from "../info";
import { EPS, REAL, SAFMIN, SINGLE } from "../real";
import { laln2 } from "./laln2";
import { PLACE, diagonal, offDiagonal, places, placesBound } from "./quasi";
import { normalize } from "./normalize";

/** 2^100, 2^400: sums of n < 2^20 products of such an entry with entries below 2 do not overflow, nor do squares in f64. */
// @ts-ignore: decorator
@inline const BIG: i32 = SINGLE ? 100 : 400;

/** What a run of back substitutions knows; addresses, and places as quasi.ts counts them. */
@unmanaged
class Substitution {
  rows: i32;
  cols: i32;
  rowsOf: usize;
  colsOf: usize;
  /** Tᵀ off its diagonal blocks, in panels; the blocks; those by columns of X. */
  t: usize;
  d: usize;
  e: usize;
  x: usize;
  /** For every panel of X the number of rows, from the first, in which it is not zero. */
  ends: usize;
  /** Room for laln2. */
  f: usize;
  smallest: f64;
}

/** T and Z are n x n, row-major, and as gees leaves them; V is n x n. Of a pair, one column is the real, one the imaginary part. */
export function trevc(n: i32, t: usize, z: usize, v: usize): Info {
  if (n == 0) return Info.OK;
  const top = amax(n * n, t);
  if (!(top <= f64.MAX_VALUE)) return Info.NONFINITE;
  const frame = mark();
  const info = solve(n, top > 0 ? reciprocalPower(top) : 1, t, z, v);
  release(frame);
  return info == Info.OK && !(amax(n * n, v) <= f64.MAX_VALUE) ? Info.OVERFLOW : info;
}

function solve(n: i32, scale: f64, t: usize, z: usize, v: usize): Info {
  const address = alloc(offsetof<Substitution>());
  const rowsOf = alloc(4 * <u64>placesBound(n, MR));
  const colsOf = alloc(4 * <u64>placesBound(n, NR));
  if (!address || !rowsOf || !colsOf) return Info.MEMORY;
  const s = changetype<Substitution>(address);
  s.rowsOf = rowsOf;
  s.colsOf = colsOf;
  s.rows = places(false, n, t, MR, rowsOf);
  s.cols = places(false, n, t, NR, colsOf);
  s.smallest = (SAFMIN * n) / EPS;
  s.t = alloc(panelBytes(s.rows, s.rows));
  s.d = alloc(PLACE * <u64>s.rows);
  s.e = alloc(PLACE * <u64>s.cols);
  s.x = alloc(panelBytes(s.rows, s.cols));
  s.ends = alloc(4 * <u64>s.cols);
  s.f = alloc(32);
  const flat = alloc(<u64>REAL * n * n);
  if (!s.t || !s.d || !s.e || !s.x || !s.ends || !s.f || !flat) return Info.MEMORY;
  diagonal(false, n, t, scale, s.rows, rowsOf, s.d);
  diagonal(false, n, t, scale, s.cols, colsOf, s.e);
  offDiagonal(false, true, n, t, scale, s.rows, rowsOf, s.d, s.t);
  memory.fill(s.x, 0, <usize>panelBytes(s.rows, s.cols));
  begin(s);
  for (let i = s.rows - MR; i >= 0; i -= MR) tiles(s, i);
  memory.fill(flat, 0, REAL * n * n);
  const stride = panelStride(s.rows);
  for (let p = 0; p < s.rows; p++) {
    const i = load<i32>(rowsOf + 4 * p);
    for (let q = 0; i >= 0 && q < s.cols; q++) {
      const j = load<i32>(colsOf + 4 * q);
      if (j >= 0) store<real>(at(flat, n, i, j), load<real>(entryOf(s.x, stride, p, q)));
    }
  }
  const info = gemm(false, false, n, n, n, 1, z, n, flat, n, 0, v, n);
  if (info == Info.OK) normalize(n, t, v);
  return info;
}

/** What every column begins with: 1, or for a pair the null vector of its own block. */
function begin(s: Substitution): void {
  const stride = panelStride(s.rows);
  for (let q = 0, p = 0; q < s.cols; q++, p++) {
    const j = load<i32>(s.colsOf + 4 * q);
    if (j < 0) {
      p--;
      continue;
    }
    while (load<i32>(s.rowsOf + 4 * p) < 0) p++;
    const b = load<f64>(s.e + PLACE * q, 8), c = load<f64>(s.e + PLACE * q, 16);
    store<i32>(s.ends + 4 * (q / NR), c == 0 ? p + 1 : p + 2);
    if (c == 0) {
      store<real>(entryOf(s.x, stride, p, q), 1);
      continue;
    }
    // (1, i w / b), or i b / w = -i w / c times that: the one with no component above 1.
    const w = sqrt(abs(b)) * sqrt(abs(c));
    store<real>(entryOf(s.x, stride, p, q), <real>(abs(b) >= abs(c) ? 1 : -w / c));
    store<real>(entryOf(s.x, stride, p + 1, q + 1), <real>(abs(b) >= abs(c) ? w / b : 1));
    q++;
    p++;
  }
}

/** Rows i.. of all panels. */
function tiles(s: Substitution, i: i32): void {
  const stride = panelStride(s.rows);
  const ti = columnOf(s.t, stride, i);
  for (let q = 0; q < s.cols; q += NR) {
    const c = entryOf(s.x, stride, i, q);
    const depth = load<i32>(s.ends + 4 * (q / NR)) - i - MR;
    if (depth > 0) tileTN(depth, -1, ti + ROW * (i + MR), c + ROW * MR, 1, c, ROW);
  }
  for (let r = MR - 1; r >= 0; r--) {
    const pair = r > 0 && load<f64>(s.d + PLACE * (i + r - 1), 16) != 0;
    const p = pair ? 2 : 1;
    if (pair) r--;
    const last = load<i32>(s.rowsOf + 4 * (i + r + p - 1));
    if (last < 0) continue;
    for (let q = 0; q < s.cols; q += NR) {
      const c = entryOf(s.x, stride, i, q);
      if (load<i32>(s.ends + 4 * (q / NR)) <= i) continue;
      for (let k = r + p; k < MR; k++) {
        const factors = ti + ROW * (i + k) + REAL * r;
        for (let l = 0; l < p; l++) subtract(load<real>(factors + REAL * l), c + ROW * k, c + ROW * (r + l));
      }
    }
    for (let q = 0; q < s.cols; q++) {
      const j = load<i32>(s.colsOf + 4 * q);
      const complex = load<f64>(s.e + PLACE * q, 16) != 0;
      if (j > last) block(s, i + r, p, q, complex);
      if (complex) q++;
    }
  }
}

/** Rows p.. (`count` of them) of the vector in column q, and in the next if it is complex. */
function block(s: Substitution, p: i32, count: i32, q: i32, complex: bool): void {
  const c = entryOf(s.x, panelStride(s.rows), p, q);
  let top: f64 = 0;
  for (let l = 0; l < count; l++) {
    const re = <f64>load<real>(c + ROW * l), im = complex ? <f64>load<real>(c + ROW * l + REAL) : 0;
    store<f64>(s.f + 16 * l, re);
    store<f64>(s.f + 16 * l, im, 8);
    top = max(top, max(abs(re), abs(im)));
  }
  if (top == 0) return;
  const b = load<f64>(s.e + PLACE * q, 8), below = load<f64>(s.e + PLACE * q, 16);
  const wr = load<f64>(s.e + PLACE * q), wi = complex ? sqrt(abs(b)) * sqrt(abs(below)) : 0;
  // The right-hand side near 1, so that a quotient by the smallest pivot does not overflow.
  const scale = reciprocalPower(top);
  for (let l = 0; l < 2 * count; l++) store<f64>(s.f + 8 * l, scale * load<f64>(s.f + 8 * l));
  laln2(count, s.d + PLACE * p, wr, wi, max(EPS * (abs(wr) + wi), s.smallest), s.f);
  let largest: f64 = 0;
  for (let l = 0; l < 2 * count; l++) largest = max(largest, abs(load<f64>(s.f + 8 * l)));
  const excess = max((largest > 0 ? exponentOf(largest) : 0) - exponentOf(scale) - BIG, 0);
  if (excess > 0) {
    const factor = power(-excess);
    for (let k = 0, x = columnOf(s.x, panelStride(s.rows), q); k < s.rows; k++, x += ROW) {
      store<real>(x, <real>(factor * <f64>load<real>(x)));
      if (complex) store<real>(x, <real>(factor * <f64>load<real>(x, REAL)), REAL);
    }
  }
  const back = -exponentOf(scale) - excess;
  const first = power(back / 2), second = power(back - back / 2);
  for (let l = 0; l < count; l++) {
    store<real>(c + ROW * l, <real>(load<f64>(s.f + 16 * l) * first * second));
    if (complex) store<real>(c + ROW * l, <real>(load<f64>(s.f + 16 * l, 8) * first * second), REAL);
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
