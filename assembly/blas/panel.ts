/**
 * Panel storage: how matrices lie in memory while kernels work on them.
 *
 * A matrix of n columns is cut into ceil(n / NR) panels of NR columns. A panel holds its rows one
 * after the other, 32 bytes (two v128) a row, so address(i, j) = panel(j / NR) + 32 i + REAL (j % NR):
 *
 *        panel 0          panel 1
 *     | a00 .. a07 |   | a08 .. a0f |     f32: NR = 8, f64: NR = 4
 *     | a10 .. a17 |   | a18 .. a1f |     rows padded to a multiple of PAD,
 *     |    ...     |   |    ...     |     all padding is zero
 *
 * It is the packed format of a GEMM operand, kept for the whole factorisation: the tile kernels of
 * tile.ts read both V and its transpose from it, tiles of C are contiguous, a panel of any matrix is
 * one straight run of memory (no cache conflicts at powers of two), and padding takes the place of
 * edge code. Row-major matrices are packed once on entry and unpacked once on exit.
 */
import { LANES, REAL, SINGLE } from "../real";

/** Columns of a panel. */
// @ts-ignore: decorator
@inline export const NR: i32 = 2 * LANES;
/** Bytes of a panel row. */
// @ts-ignore: decorator
@inline export const ROW: usize = 32;
/** The row count of a panel is padded to a multiple of this. */
// @ts-ignore: decorator
@inline export const PAD: i32 = 8;
/** Rows moved together: keeps the strided side of a copy within few cache lines and pages. */
// @ts-ignore: decorator
@inline const STRIP: i32 = 16;

/** n rounded up to a multiple of `to`, a power of two. */
// @ts-ignore: decorator
@inline
export function pad(n: i32, to: i32): i32 {
  return (n + to - 1) & -to;
}

/** Bytes from one panel of an m-row matrix to the next. */
// @ts-ignore: decorator
@inline
export function panelStride(m: i32): usize {
  return ROW * <usize>pad(m, PAD);
}

/** Bytes of an m x n matrix in panel storage; a u64, as it may pass the address space. */
export function panelBytes(m: i32, n: i32): u64 {
  const rows = (<u64>m + PAD - 1) & -PAD;
  const panels = (<u64>n + NR - 1) / NR;
  return <u64>ROW * rows * panels;
}

/** The address of row `i`, column `j` of the row-major matrix at `a` with leading dimension `ld`. */
// @ts-ignore: decorator
@inline
export function at(a: usize, ld: i32, i: i32, j: i32): usize {
  return a + REAL * (<usize>i * ld + j);
}

/** The address of column `j` (its row 0) of panels `stride` bytes apart; its rows follow ROW bytes apart. */
// @ts-ignore: decorator
@inline
export function columnOf(p: usize, stride: usize, j: i32): usize {
  return p + stride * (j / NR) + REAL * (j & (NR - 1));
}

/** The address of row `i`, column `j` of panels `stride` bytes apart. */
// @ts-ignore: decorator
@inline
export function entryOf(p: usize, stride: usize, i: i32, j: i32): usize {
  return columnOf(p, stride, j) + ROW * i;
}

/** Packs the m x n row-major matrix A (`trans`: the transpose of the n x m matrix A) into panels. */
export function pack(trans: bool, m: i32, n: i32, a: usize, lda: i32, p: usize): void {
  const stride = panelStride(m);
  for (let i0 = 0, rows = pad(m, PAD); i0 < rows; i0 += STRIP) {
    const end = min(i0 + STRIP, rows);
    for (let j = 0, to = p; j < n; j += NR, to += stride) {
      const whole = j + NR <= n;
      let i = i0;
      if (whole && trans) {
        for (; i + LANES <= min(end, m); i += LANES) {
          transposeStrip(at(a, lda, j, i), REAL * lda, to + ROW * i);
        }
      } else if (whole) {
        for (; i < min(end, m); i++) {
          const from = at(a, lda, i, j);
          v128.store(to + ROW * i, v128.load(from));
          v128.store(to + ROW * i, v128.load(from, 16), 16);
        }
      }
      for (; i < end; i++) {
        for (let c = 0; c < NR; c++) {
          const inside = i < m && j + c < n;
          const from = trans ? at(a, lda, j + c, i) : at(a, lda, i, j + c);
          store<real>(to + ROW * i + REAL * c, inside ? load<real>(from) : 0);
        }
      }
    }
  }
}

/** Unpacks m x n panels into the row-major matrix A (`trans`: into the n x m matrix A, transposed). */
export function unpack(trans: bool, m: i32, n: i32, p: usize, stride: usize, a: usize, lda: i32): void {
  for (let i0 = 0; i0 < m; i0 += STRIP) {
    const end = min(i0 + STRIP, m);
    for (let j = 0, from = p; j < n; j += NR, from += stride) {
      const whole = j + NR <= n;
      let i = i0;
      if (whole && trans) {
        for (; i + LANES <= end; i += LANES) {
          for (let c = 0; c < NR; c += LANES) {
            transpose(from + ROW * i + REAL * c, ROW, at(a, lda, j + c, i), REAL * lda);
          }
        }
      } else if (whole) {
        for (; i < end; i++) {
          const to = at(a, lda, i, j);
          v128.store(to, v128.load(from + ROW * i));
          v128.store(to, v128.load(from + ROW * i, 16), 16);
        }
      }
      for (; i < end; i++) {
        for (let c = 0, cols = min(NR, n - j); c < cols; c++) {
          const to = trans ? at(a, lda, j + c, i) : at(a, lda, i, j + c);
          store<real>(to, load<real>(from + ROW * i + REAL * c));
        }
      }
    }
  }
}

/** LANES rows of a panel from LANES columns of NR strided rows. */
// @ts-ignore: decorator
@inline
function transposeStrip(from: usize, step: usize, to: usize): void {
  transpose(from, step, to, ROW);
  transpose(from + step * LANES, step, to + 16, ROW);
}

/** Transposes one LANES x LANES block; rows lie `fs` bytes apart in the source, `ts` in the target. */
// @ts-ignore: decorator
@inline
export function transpose(from: usize, fs: usize, to: usize, ts: usize): void {
  if (SINGLE) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + fs);
    const r2 = v128.load(from + 2 * fs);
    const r3 = v128.load(from + 3 * fs);
    const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
    v128.store(to + ts, v128.shuffle<f32>(a, b, 2, 3, 6, 7));
    v128.store(to + 2 * ts, v128.shuffle<f32>(c, d, 0, 1, 4, 5));
    v128.store(to + 3 * ts, v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  } else {
    const r0 = v128.load(from);
    const r1 = v128.load(from + fs);
    v128.store(to, v128.shuffle<f64>(r0, r1, 0, 2));
    v128.store(to + ts, v128.shuffle<f64>(r0, r1, 1, 3));
  }
}
