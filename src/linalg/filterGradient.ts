import { allocate, check, frame } from "../wasm/memory.ts";

/** A two-dimensional convolution of images, row-major with the channels last. */
export interface Convolution {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Channels of the output; of a depthwise convolution a multiple of `channels`. */
  readonly filters: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  /** Rows and columns of zeros before the first of the image. */
  readonly top: number;
  readonly left: number;
}

/**
 * The gradient of a convolution y = x * W with respect to W, given that with respect to y:
 *
 *   dW[r, s, c, k] = Σ over images b and pixels p, q of
 *       x[b, p · strideHeight + r − top, q · strideWidth + s − left, c] · dy[b, p, q, k]
 *
 * For internal use: the arguments are not checked. Images are copied one at a time, so that the memory
 * needed is that of one image and its output.
 *
 * @param x images x height x width x channels
 * @param dy images x outHeight x outWidth x filters
 * @param depthwise each channel has filters of its own: dW[r, s, c, m] takes dy[…, c · mult + m]
 * @returns filterHeight x filterWidth x channels x filters; depthwise filterHeight x filterWidth x filters
 * @throws MemoryError
 */
export function filterGradient(
  shape: Convolution,
  x: Float32Array,
  dy: Float32Array,
  depthwise: boolean,
): Float32Array {
  const { images, height, width, channels, filters, outHeight, outWidth } = shape;
  const { filterHeight, filterWidth, strideHeight, strideWidth, top, left } = shape;
  const sizeX = height * width * channels;
  const sizeDy = outHeight * outWidth * filters;
  const size = filterHeight * filterWidth * filters * (depthwise ? 1 : channels);
  const dw = allocate("float32", size) as Float32Array;
  return frame("float32", (f) => {
    const { mark, release, wgrad, dwgrad } = f.kernels;
    const [kernel, outputs] = depthwise ? [dwgrad, filters / channels] : [wgrad, filters];
    const sum = f.put(dw);
    for (let b = 0; b < images; b++) {
      const image = mark();
      // prettier-ignore
      const info = kernel(
        height, width, channels, outputs, outHeight, outWidth, filterHeight, filterWidth,
        strideHeight, strideWidth, top, left,
        f.put(x.subarray(b * sizeX, (b + 1) * sizeX)), f.put(dy.subarray(b * sizeDy, (b + 1) * sizeDy)), sum,
      );
      check(info, "x, dy");
      release(image);
    }
    return f.take(sum, size, dw);
  });
}
