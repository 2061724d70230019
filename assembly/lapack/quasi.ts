/**
 * quasi: quasi-triangular matrices laid out so that no 2 x 2 block straddles a tile.
 *
 * Where a block would start in the last row of a tile, an empty row comes before it; a matrix then has
 * places for its n rows and for the empty ones, which also fill the last tile. An empty row has nothing
 * beside its diagonal entry EMPTY, which no eigenvalue of a matrix with entries below 2 comes near: a
 * solve takes it for another row and finds zero there.
 *
 * The transpose is handled by turning the matrix around, too: J Aᵀ J, with J the reversal, is upper
 * quasi-triangular again.
 */
import { NR, ROW, columnOf, panelStride } from "../blas/panel";
import { REAL } from "../real";

// @ts-ignore: decorator
@inline export const EMPTY: f64 = 8;
/** Bytes of a place in the list of diagonal blocks. */
// @ts-ignore: decorator
@inline export const PLACE: usize = 24;

/** Where entry (i, j) of the row-major n x n matrix A lies, or that of J Aᵀ J. */
// @ts-ignore: decorator
@inline
function index(trans: bool, n: i32, i: i32, j: i32): i32 {
  return trans ? (n - 1 - j) * n + (n - 1 - i) : i * n + j;
}

// @ts-ignore: decorator
@inline
function entry(trans: bool, n: i32, a: usize, i: i32, j: i32): f64 {
  return <f64>load<real>(a + REAL * index(trans, n, i, j));
}

/** At most so many places for n rows in tiles of `tile` rows. */
export function placesBound(n: i32, tile: i32): i32 {
  return tile * ((n + tile - 2) / (tile - 1));
}

/** Writes the row of every place, or -1; returns the number of places, a multiple of `tile`. */
export function places(trans: bool, n: i32, a: usize, tile: i32, rows: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; ) {
    const pair = i + 1 < n && entry(trans, n, a, i + 1, i) != 0;
    if (pair && count % tile == tile - 1) store<i32>(rows + 4 * count++, -1);
    store<i32>(rows + 4 * count++, i++);
    if (pair) store<i32>(rows + 4 * count++, i++);
  }
  while (count % tile) store<i32>(rows + 4 * count++, -1);
  return count;
}

/**
 * The diagonal blocks, three f64 a place: the diagonal entry and, where a 2 x 2 block starts, the entries
 * above and below the diagonal; else two zeros.
 */
export function diagonal(trans: bool, n: i32, a: usize, scale: f64, count: i32, rows: usize, d: usize): void {
  for (let p = 0; p < count; p++, d += PLACE) {
    const i = load<i32>(rows + 4 * p);
    const pair = i >= 0 && i + 1 < n && entry(trans, n, a, i + 1, i) != 0 && (p == 0 || load<f64>(d - 8) == 0);
    store<f64>(d, i < 0 ? EMPTY : scale * entry(trans, n, a, i, i));
    store<f64>(d, pair ? scale * entry(trans, n, a, i, i + 1) : 0, 8);
    store<f64>(d, pair ? scale * entry(trans, n, a, i + 1, i) : 0, 16);
  }
}

/**
 * What lies above the diagonal blocks, in panels; with `lower` its transpose. `d` as above. The rest is zero within
 * the tiles on the diagonal and not set elsewhere, nor read.
 */
export function offDiagonal(
  trans: bool, lower: bool, n: i32, a: usize, scale: f64, count: i32, rows: usize, d: usize, t: usize,
): void {
  const stride = panelStride(count);
  for (let q = 0; q < count; q++) {
    const j = load<i32>(rows + 4 * q);
    const to = columnOf(t, stride, q);
    const first = q & -NR;
    for (let p = first; p < first + NR && p < count; p++) store<real>(to + ROW * p, 0);
    // Past the diagonal block: the second place of a 2 x 2 block, seen from the first, is part of it.
    const start = lower ? q + (load<f64>(d + PLACE * q + 16) != 0 ? 2 : 1) : 0;
    const end = lower ? count : q - (q > 0 && load<f64>(d + PLACE * (q - 1) + 16) != 0 ? 1 : 0);
    // Row or column j: its entries lie one after the other, or n apart. Empty: zero times any entry.
    const step = j < 0 ? 0 : (trans ? -1 : 1) * (lower == trans ? n : 1);
    const base = j < 0 ? 0 : lower ? index(trans, n, j, 0) : index(trans, n, 0, j);
    const factor = j < 0 ? 0 : scale;
    for (let p = start; p < end; p++) {
      const i = load<i32>(rows + 4 * p);
      const value = i < 0 ? 0 : factor * <f64>load<real>(a + REAL * (base + i * step));
      store<real>(to + ROW * p, <real>value);
    }
  }
}
