import { allocate, check } from "../../wasm/memory.ts";
import { frame } from "../../wasm/rooms/training.ts";
import { inputAt, type Axis } from "./axis.ts";

/** A convolution of images or volumes, row-major with the channels last. */
export interface Convolution {
  readonly images: number;
  readonly channels: number;
  /** Channels of the output; for a depthwise convolution a multiple of `channels`. */
  readonly filters: number;
  readonly depth: Axis;
  readonly rows: Axis;
  readonly cols: Axis;
}

/**
 * Computes the gradient of a convolution y = x * W with respect to W from the gradient dy with respect to y:
 *
 *   dW[t, r, s, c, k] = Σ over images b and outputs o, p, q of x[b, z, i, j, c] · dy[b, o, p, q, k]
 *
 * where z, i and j are the inputs that o, p and q meet with the taps t, r and s. Each pair of planes z, o is a
 * convolution of two axes; each tap of a dilated convolution is a convolution with a filter of one pixel.
 *
 * For internal use: the arguments are not checked. Planes are copied one at a time, so that memory is needed only for
 * one plane of x and one of dy.
 *
 * @param x images x depth x rows x cols x channels (inputs)
 * @param dy images x depth x rows x cols x filters (outputs)
 * @param depthwise each channel has its own filters: dW[…, c, m] takes dy[…, c · mult + m]
 * @returns depth x rows x cols (taps) x channels x filters; depthwise … x filters
 * @throws MemoryError
 */
export function filterGradient(
  { images, channels, filters, depth, rows, cols }: Convolution,
  x: Float32Array,
  dy: Float32Array,
  depthwise: boolean,
): Float32Array {
  const planeX = rows.input * cols.input * channels;
  const planeDy = rows.output * cols.output * filters;
  const tap = filters * (depthwise ? 1 : channels);
  const planeDw = rows.kernel * cols.kernel * tap;
  const dw = allocate("float32", depth.kernel * planeDw) as Float32Array;
  // Neighbouring taps share the data that the kernel packs.
  const dense = rows.dilation * cols.dilation === 1;
  return frame("float32", (f) => {
    const { mark, release, wgrad, dwgrad } = f.kernels;
    const [kernel, outputs] = depthwise ? [dwgrad, filters / channels] : [wgrad, filters];
    const sum = f.put(dw);
    /** Adds the contribution of one plane to the window of kh x kw neighbouring taps that starts at (r, s). */
    const add = (atX: number, atDy: number, atDw: number, r: number, s: number, kh: number, kw: number) => check(kernel(rows.input, cols.input, channels, outputs, rows.output, cols.output, kh, kw, rows.stride, cols.stride, -inputAt(rows, 0, r), -inputAt(cols, 0, s), atX, atDy, atDw), "x, dy"); // prettier-ignore
    for (let plane = 0; plane < images * depth.output; plane++) {
      const [image, out] = [Math.floor(plane / depth.output), plane % depth.output];
      const outer = mark();
      const atDy = f.put(dy.subarray(plane * planeDy, (plane + 1) * planeDy));
      for (let t = 0; t < depth.kernel; t++) {
        const z = inputAt(depth, out, t);
        if (z < 0 || z >= depth.input) continue;
        const inner = mark();
        const from = (image * depth.input + z) * planeX;
        const atX = f.put(x.subarray(from, from + planeX));
        const atDw = sum + 4 * t * planeDw;
        if (dense) add(atX, atDy, atDw, 0, 0, rows.kernel, cols.kernel);
        else
          for (let r = 0; r < rows.kernel; r++)
            for (let s = 0; s < cols.kernel; s++)
              add(atX, atDy, atDw + 4 * (r * cols.kernel + s) * tap, r, s, 1, 1);
        release(inner);
      }
      release(outer);
    }
    return f.take(sum, dw.length, dw);
  });
}
