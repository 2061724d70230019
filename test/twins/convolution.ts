/** The gradient of a convolution with respect to its filters, by its definition, in f64. */
import type { Convolution } from "../../src/linalg/filterGradient.ts";

/** Sums and the sums of absolute values, which bound their rounding errors. */
export function filterGradient(
  shape: Convolution,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  depthwise: boolean,
): { value: Float64Array; magnitude: Float64Array } {
  const { images, height, width, channels, filters, outHeight, outWidth } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, top, left } = shape;
  const mult = depthwise ? filters / channels : filters;
  const size = filterHeight * filterWidth * channels * mult;
  const value = new Float64Array(size);
  const magnitude = new Float64Array(size);
  for (let b = 0; b < images; b++)
    for (let p = 0; p < outHeight; p++)
      for (let q = 0; q < outWidth; q++)
        for (let r = 0; r < filterHeight; r++)
          for (let s = 0; s < filterWidth; s++) {
            const i = p * strideHeight + r - top;
            const j = q * strideWidth + s - left;
            if (i < 0 || i >= height || j < 0 || j >= width) continue;
            const image = ((b * height + i) * width + j) * channels;
            const output = ((b * outHeight + p) * outWidth + q) * filters;
            for (let c = 0; c < channels; c++) {
              const to = ((r * filterWidth + s) * channels + c) * mult;
              const from = output + (depthwise ? c * mult : 0);
              for (let k = 0; k < mult; k++) {
                const product = x[image + c] * dy[from + k];
                value[to + k] += product;
                magnitude[to + k] += Math.abs(product);
              }
            }
          }
  return { value, magnitude };
}

/** Sizes of the output for a filter, a stride and rows (columns) of zeros before and after. */
export function outputSize(size: number, filter: number, stride: number, zeros: number): number {
  return Math.floor((size + zeros - filter) / stride) + 1;
}
