/**
 * dwgrad: the gradient of a depthwise convolution with respect to its filters, of one image:
 *
 *   dW[r, s, c, m] += Σ over (p, q) of x[p sh + r - top, q sw + s - left, c] · dy[p, q, c mult + m]
 *
 * with x zero outside the image; shapes as for wgrad, with mult filters for each channel. Row by row of
 * the output, LANES neighbouring filters at a time; a sum stays in a register for one row. With
 * mult > 1 every channel of the image is first repeated mult times, so that x and dy go in step.
 * 2 oh ow kh kw channels mult flops, two loads for each product: bound by the L1 cache.
 */
import { alloc, mark, release } from "../arena";
import { Info } from "../info";
import { LANES, REAL } from "../real";
import { add } from "./wgrad";

/** Adds the gradient of one image to dW; arguments as in wgrad, with `mult` filters for each channel. */
export function dwgrad(
  h: i32, w: i32, channels: i32, mult: i32, oh: i32, ow: i32, kh: i32, kw: i32,
  sh: i32, sw: i32, top: i32, left: i32, x: usize, dy: usize, dw: usize,
): Info {
  const filters = channels * mult;
  const size = <usize>filters * kh * kw;
  const frame = mark();
  const work = alloc(<u64>REAL * size);
  const wide = mult == 1 ? x : alloc(<u64>REAL * h * w * filters);
  if (!work || !wide) {
    release(frame);
    return Info.MEMORY;
  }
  memory.fill(work, 0, REAL * size);
  if (mult > 1) repeat(<usize>h * w * channels, mult, x, wide);
  const pixel = REAL * <usize>filters;
  for (let p = 0; p < oh; p++) {
    for (let r = 0; r < kh; r++) {
      const i = p * sh + r - top;
      if (i < 0 || i >= h) continue;
      for (let s = 0; s < kw; s++) {
        // Output columns from `first` to `last` read inside the image.
        const j = s - left;
        const first = min(ow, j < 0 ? (sw - 1 - j) / sw : 0);
        const last = max(first, min(ow, j < w ? (w - 1 - j) / sw + 1 : 0));
        const a = wide + pixel * (i * w + j + first * sw);
        const b = dy + pixel * (p * ow + first);
        row(filters, last - first, a, pixel * sw, b, pixel, work + pixel * (r * kw + s));
      }
    }
  }
  add(size, work, dw);
  release(frame);
  return Info.OK;
}

/** sums[c] += Σ over q < n of a[q, c] b[q, c], c < filters; pixels q lie `as` and `bs` bytes apart. */
// prettier-ignore
function row(filters: i32, n: i32, a: usize, as: usize, b: usize, bs: usize, sums: usize): void {
  let c = 0;
  for (; c + LANES <= filters; c += LANES, a += 16, b += 16, sums += 16) {
    let sum = v128.splat<real>(0);
    for (let q = 0, x = a, y = b; q < n; q++, x += as, y += bs) {
      sum = v128.add<real>(sum, v128.mul<real>(v128.load(x), v128.load(y)));
    }
    v128.store(sums, v128.add<real>(v128.load(sums), sum));
  }
  for (; c < filters; c++, a += REAL, b += REAL, sums += REAL) {
    let sum: real = 0;
    for (let q = 0, x = a, y = b; q < n; q++, x += as, y += bs) sum += load<real>(x) * load<real>(y);
    store<real>(sums, load<real>(sums) + sum);
  }
}

/** Each of n numbers `times` times. */
function repeat(n: usize, times: i32, from: usize, to: usize): void {
  for (const end = from + REAL * n; from < end; from += REAL) {
    for (let t = 0; t < times; t++, to += REAL) store<real>(to, load<real>(from));
  }
}
