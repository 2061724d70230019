/** What the gradients of convolutions have in common. */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { ArgumentError, show } from "../../errors.ts";
import { filterGradient } from "../../linalg/filterGradient.ts";

export type Shape4D = [number, number, number, number];

/** What TensorFlow.js says of a convolution when it asks for a gradient. */
export interface ConvolutionAttrs {
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dilations?: [number, number] | number;
}

type Info = tf.backend_util.Conv2DInfo;

/**
 * Sizes, strides and padding of a convolution.
 *
 * @throws ArgumentError for NCHW, which the backend does not convolve either, and for dilations, of which
 *   TensorFlow.js has no gradients
 */
export function geometry(
  input: readonly number[],
  filter: readonly number[],
  { strides, pad, dimRoundingMode, dataFormat = "NHWC", dilations = 1 }: ConvolutionAttrs,
  depthwise: boolean,
): Info {
  if (dataFormat !== "NHWC") {
    throw new ArgumentError("dataFormat", '"NHWC" (on the wasm backend)', show(dataFormat));
  }
  if ([dilations].flat().some((dilation) => dilation !== 1)) {
    throw new ArgumentError("dilations", "1 where a gradient is taken", show(dilations));
  }
  return tf.backend_util.computeConv2DInfo(
    input as Shape4D,
    filter as Shape4D,
    strides,
    1,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

/** The gradient with respect to the filters, by the kernels of this package. */
export function backpropFilter(
  info: Info,
  { x, dy }: Record<string, tf.TensorInfo>,
  backend: BackendWasm,
  depthwise: boolean,
): tf.Tensor {
  const values = filterGradient(
    {
      images: info.batchSize,
      height: info.inHeight,
      width: info.inWidth,
      channels: info.inChannels,
      filters: info.outChannels,
      outHeight: info.outHeight,
      outWidth: info.outWidth,
      filterHeight: info.filterHeight,
      filterWidth: info.filterWidth,
      strideHeight: info.strideHeight,
      strideWidth: info.strideWidth,
      top: info.padInfo.top,
      left: info.padInfo.left,
    },
    // The tensors' own memory: it stays where it is, as nothing is allocated there meanwhile.
    backend.typedArrayFromHeap(x) as Float32Array,
    backend.typedArrayFromHeap(dy) as Float32Array,
    depthwise,
  );
  return tf.tensor(values, info.filterShape, "float32");
}

/**
 * The gradient with respect to the input, by convolutions of stride 1 of dy with parts of the filter.
 *
 * Rows v = i (mod stride) of the padded input meet the filter's rows i, i + stride, … only. So dx falls
 * into strideHeight x strideWidth phases, each the convolution of dy with one part of the filter turned by
 * 180°: the flops of the forward convolution, and no zeros between the pixels of dy.
 *
 * @param convolve of stride 1 and without padding, to as many channels as dx has
 */
export function backpropInput(
  info: Info,
  { dy, filter }: { dy: tf.Tensor4D; filter: tf.Tensor4D },
  convolve: (dy: tf.Tensor4D, turned: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor4D {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  const [kh, kw, , mult] = filter.shape;
  const rows = phases(inHeight, outHeight, kh, info.strideHeight, padInfo.top);
  const cols = phases(inWidth, outWidth, kw, info.strideWidth, padInfo.left);
  const phase = (i: number, j: number): tf.Tensor4D => {
    const [height, width] = [rows.taps(i), cols.taps(j)];
    if (height * width === 0) return tf.zeros([info.batchSize, rows.count, cols.count, inChannels]);
    const part = tf.stridedSlice(filter, [i, j, 0, 0], filter.shape, [rows.stride, cols.stride, 1, 1]); // prettier-ignore
    const turned = tf.reshape<tf.Rank.R4>(tf.reverse(part, [0, 1]), [height, width, inChannels, mult]); // prettier-ignore
    return convolve(window(dy, rows.sides(i), cols.sides(j)), turned);
  };
  const line = (i: number) =>
    weave(Array.from({ length: cols.stride }, (_, j) => phase(i, j)), 2); // prettier-ignore
  const whole = weave(Array.from({ length: rows.stride }, (_, i) => line(i)), 1); // prettier-ignore
  return crop(whole, [rows.skip, inHeight], [cols.skip, inWidth]);
}

/** The phases of one axis: input pixels (first + m) stride + i, m < count, of the padded input. */
function phases(size: number, out: number, filter: number, stride: number, zeros: number) {
  const first = Math.floor(zeros / stride);
  const count = Math.ceil((zeros + size) / stride) - first;
  const taps = (i: number) => Math.max(0, Math.ceil((filter - i) / stride));
  return {
    stride,
    count,
    /** Pixels before the input. */
    skip: zeros - first * stride,
    taps,
    /** Zeros before and after dy with which its convolution has `count` pixels. */
    sides: (i: number): Side => [taps(i) - 1 - first, first + count - out],
  };
}

type Side = [before: number, after: number];

/** Images with more rows and columns of zeros around them; with fewer of their own where negative. */
function window(x: tf.Tensor4D, rows: Side, cols: Side): tf.Tensor4D {
  const sides: Side[] = [[0, 0], rows, cols, [0, 0]];
  const zeros = sides.map(([before, after]): Side => [Math.max(before, 0), Math.max(after, 0)]);
  const padded = zeros.flat().some((n) => n > 0) ? (tf.pad(x, zeros) as tf.Tensor4D) : x;
  const [, height, width] = padded.shape;
  const kept = (size: number, [before, after]: Side): Side => [
    Math.max(-before, 0),
    size - Math.max(-before, 0) - Math.max(-after, 0),
  ];
  return crop(padded, kept(height, rows), kept(width, cols));
}

/** `size` rows and columns from `begin` on. */
function crop(x: tf.Tensor4D, rows: Side, cols: Side): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  if (rows[1] === height && cols[1] === width) return x;
  return tf.slice(x, [0, rows[0], cols[0], 0], [n, rows[1], cols[1], channels]);
}

/** Images whose rows (axis 1) or columns (axis 2) are those of the given ones in turn. */
function weave(images: tf.Tensor4D[], axis: 1 | 2): tf.Tensor4D {
  if (images.length === 1) return images[0];
  const [n, h, w, c] = images[0].shape;
  const lines = images.map((x) => tf.reshape(x, axis === 1 ? [n * h, w * c] : [n * h * w, c]));
  const shape = axis === 1 ? [n, h * images.length, w, c] : [n, h, w * images.length, c];
  return tf.reshape(tf.concat(lines, 1), shape as Shape4D);
}
