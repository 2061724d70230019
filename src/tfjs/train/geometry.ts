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
 * dy as the input of the convolution, of stride 1 and without padding, whose output is dx: its pixels a
 * stride apart, with zeros between and around them.
 */
export function spread(dy: tf.Tensor4D, info: Info): tf.Tensor4D {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = info;
  const apart = dilate(dy, strideHeight, strideWidth);
  const top = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const bottom = info.inHeight + filterHeight - 1 - top - apart.shape[1];
  const right = info.inWidth + filterWidth - 1 - left - apart.shape[2];
  const sides = [[0, 0], [top, bottom], [left, right], [0, 0]]; // prettier-ignore
  const padded = tf.pad(
    apart,
    sides.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)]),
  ) as tf.Tensor4D;
  // Padding wider than the filter: outputs that see nothing of the input.
  if (sides.flat().every((side) => side >= 0)) return padded;
  const begin = sides.map(([before]) => Math.max(-before, 0));
  const size = padded.shape.map((n, axis) => n - begin[axis] - Math.max(-sides[axis][1], 0));
  return tf.slice(padded, begin as Shape4D, size as Shape4D);
}

/** Images with sh − 1 rows and sw − 1 columns of zeros between their pixels. */
function dilate(x: tf.Tensor4D, sh: number, sw: number): tf.Tensor4D {
  if (sh === 1 && sw === 1) return x;
  const [n, h, w, c] = x.shape;
  // By ranks up to 3, for which the backend's pad has fast code.
  const cols = tf.pad(tf.reshape(x, [n * h * w, 1, c]), [[0, 0], [0, sw - 1], [0, 0]]); // prettier-ignore
  const rows = tf.pad(tf.reshape(cols, [n * h, 1, w * sw * c]), [[0, 0], [0, sh - 1], [0, 0]]); // prettier-ignore
  const all = tf.reshape<tf.Rank.R4>(rows, [n, h * sh, w * sw, c]);
  return tf.slice(all, [0, 0, 0, 0], [n, (h - 1) * sh + 1, (w - 1) * sw + 1, c]);
}
