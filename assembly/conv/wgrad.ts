/**
 * wgrad: the gradient of a convolution with respect to its filters, of one image:
 *
 *   dW[r, s, c, k] += Σ over (p, q) of x[p sh + r - top, q sw + s - left, c] · dy[p, q, k]
 *
 * with x zero outside the image; x is h x w x channels, dy oh x ow x filters, dW kh x kw x channels x
 * filters, all row-major. For each tap (r, s) it is a product AᵀB over the output pixels, 2 oh ow kh kw
 * channels filters flops in all. Pixels go in blocks of at most KC, that is, some rows of the output or a
 * piece of one: dy is packed once a block; x once for each s and each r mod sh, since taps r and
 * r + sh read the same packed rows, one output row apart. So packing costs about one copied number for
 * kh · filters products, and the macro-kernel of gemm does the rest, nearly at its rate.
 *
 * Sums: over a block in registers, over the blocks of the image in `work`, and only then into dW: three
 * short sums round less than a long one.
 */
import { alloc, mark, release } from "../arena";
import { macro } from "../blas/gemm";
import { NR, ROW, pack, panelBytes, panelStride } from "../blas/panel";
import { MR } from "../blas/tile";
import { Info } from "../info";
import { REAL } from "../real";

/** Pixels of a block: a panel of x and one of dy fit the L1 cache together, as in gemm. */
// @ts-ignore: decorator
@inline const KC: i32 = 256;

/**
 * Adds the gradient of one image to dW.
 *
 * @param h, w, channels sizes of the image at `x`
 * @param oh, ow, filters sizes of the output's gradient at `dy`
 * @param kh, kw taps of the filter
 * @param sh, sw strides
 * @param top, left zeros before the first row and column of the image
 * @returns Info.MEMORY where the packed blocks do not fit; dW is then as it was
 */
export function wgrad(
  h: i32, w: i32, channels: i32, filters: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, top: i32, left: i32, x: usize, dy: usize, dw: usize,
): Info {
  const size = <u64>channels * filters * kh * kw;
  if (size == 0 || oh == 0 || ow == 0) return Info.OK;
  const cols = min(ow, KC);
  const rows = min(oh, KC / cols);
  const halo = (kh - 1) / sh;
  const whole = rows == oh && cols == ow;
  const frame = mark();
  const packX = alloc(panelBytes((rows + halo) * cols, channels));
  const packDy = alloc(panelBytes(rows * cols, filters));
  const edge = alloc(<u64>MR * ROW);
  const work = whole ? dw : alloc(REAL * size);
  if (!packX || !packDy || !edge || !work) {
    release(frame);
    return Info.MEMORY;
  }
  const tap = REAL * <usize>channels * filters;
  let beta: real = whole ? 1 : 0;
  for (let p = 0; p < oh; p += rows) {
    const np = min(rows, oh - p);
    for (let q = 0; q < ow; q += cols) {
      const nq = min(cols, ow - q);
      pack(false, np * nq, filters, dy + REAL * (<usize>p * ow + q) * filters, filters, packDy);
      for (let s = 0; s < kw; s++) {
        for (let r0 = 0; r0 < min(sh, kh); r0++) {
          const nx = np + (kh - 1 - r0) / sh;
          packImage(h, w, channels, p * sh + r0 - top, q * sw + s - left, sh, sw, nx, nq, x, packX);
          for (let r = r0, a = packX; r < kh; r += sh, a += ROW * nq) {
            // prettier-ignore
            macro(
              channels, filters, np * nq, 1, a, panelStride(nx * nq), packDy, panelStride(np * nq),
              beta, work + tap * (r * kw + s), filters, edge,
            );
          }
        }
      }
      beta = 1;
    }
  }
  if (!whole) add(<usize>size, work, dw);
  release(frame);
  return Info.OK;
}

/** Packs the pixels (i + p sh, j + q sw), p < rows, q < cols, of an image; those outside are zero. */
function packImage(
  h: i32, w: i32, channels: i32, i: i32, j: i32, sh: i32, sw: i32, rows: i32, cols: i32, x: usize, to: usize,
): void {
  const stride = panelStride(rows * cols);
  const pixel = REAL * <usize>channels;
  // The columns from `first` to `last` lie inside.
  const first = min(cols, j < 0 ? (sw - 1 - j) / sw : 0);
  const last = max(first, min(cols, j < w ? (w - 1 - j) / sw + 1 : 0));
  for (let p = 0; p < rows; p++, i += sh, to += ROW * cols) {
    const inside = i >= 0 && i < h;
    const from = x + pixel * (i * w + j + first * sw);
    for (let c = 0, at = to; c < channels; c += NR, at += stride) {
      const lo = at + ROW * (inside ? first : cols);
      const hi = at + ROW * (inside ? last : cols);
      const end = at + ROW * cols;
      let a = at;
      for (; a < lo; a += ROW) zero(a);
      copy(min(NR, channels - c), from + REAL * c, pixel * sw, a, hi);
      for (a = max(a, hi); a < end; a += ROW) zero(a);
    }
  }
}

/** `n` ≤ NR numbers from each of the pixels `step` bytes apart into the panel rows from `to` to `end`. */
// @ts-ignore: decorator
@inline
function copy(n: i32, from: usize, step: usize, to: usize, end: usize): void {
  for (; to < end; to += ROW, from += step) {
    if (n == NR) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else {
      zero(to);
      for (let c = 0; c < n; c++) store<real>(to + REAL * c, load<real>(from + REAL * c));
    }
  }
}

// @ts-ignore: decorator
@inline
function zero(row: usize): void {
  v128.store(row, v128.splat<real>(0));
  v128.store(row, v128.splat<real>(0), 16);
}

/** y := x + y */
export function add(n: usize, x: usize, y: usize): void {
  const end = x + REAL * n;
  for (; x + 16 <= end; x += 16, y += 16) v128.store(y, v128.add<real>(v128.load(x), v128.load(y)));
  for (; x < end; x += REAL, y += REAL) store<real>(y, load<real>(x) + load<real>(y));
}
