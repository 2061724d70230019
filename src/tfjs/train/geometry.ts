/** Translates the attributes of convolutions and poolings in TensorFlow.js into a `Convolution` of axes. */
import * as tf from "@tensorflow/tfjs-core";
import { ArgumentError, show } from "../../errors.ts";
import type { Axis } from "../../linalg/conv/axis.ts";
import type { Convolution } from "../../linalg/conv/filterGradient.ts";

/** One number for all axes, or one for each. */
type PerAxis = number | number[];

/** Attributes of the kernels of a convolution, a pooling or one of their gradients. */
export interface ConvolutionAttrs {
  readonly strides: PerAxis;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dataFormat?: string;
  readonly dilations?: PerAxis | null;
}

export type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];
type Pair = [number, number];
type Triple = [number, number, number];

/** The depth axis of an image. */
const flat: Axis = { input: 1, kernel: 1, stride: 1, dilation: 1, before: 0, output: 1 };

/** Whether there are gaps between the taps of the filter. */
export const isDilated = ({ dilations }: Pick<ConvolutionAttrs, "dilations">) =>
  [dilations ?? 1].flat().some((dilation) => dilation !== 1);

/**
 * The sizes of a convolution of images [n, height, width, channels] or volumes [n, depth, height, width, channels].
 *
 * @throws ArgumentError for channels first, which the backend does not convolve either
 */
export function convolutionOf(
  input: readonly number[],
  filter: readonly number[],
  { strides, pad, dimRoundingMode, dataFormat = "channels last", ...attrs }: ConvolutionAttrs,
  depthwise = false,
): Convolution {
  const dilations = attrs.dilations ?? 1;
  if (dataFormat.startsWith("NC")) {
    throw new ArgumentError("dataFormat", "channels last (on the wasm backend)", show(dataFormat));
  }
  if (input.length === 5) {
    const info = tf.backend_util.computeConv3DInfo(
      input as Shape5D,
      filter as Shape5D,
      strides as Triple,
      dilations as Triple,
      pad as "valid",
    );
    return ofVolumes(info);
  }
  const info = tf.backend_util.computeConv2DInfo(
    input as Shape4D,
    filter as Shape4D,
    strides as Pair,
    dilations as Pair,
    pad,
    dimRoundingMode,
    depthwise,
  );
  return ofImages(info);
}

/** The sizes of a pooling of images or volumes, whose taps are the entries of a window. */
export function poolingOf(
  input: readonly number[],
  { filterSize, strides, pad, dimRoundingMode }: ConvolutionAttrs & { filterSize: PerAxis },
): Convolution {
  if (input.length === 5) {
    const info = tf.backend_util.computePool3DInfo(
      input as Shape5D,
      filterSize as Triple,
      strides as Triple,
      1,
      pad as "valid",
      dimRoundingMode,
    );
    return ofVolumes(info);
  }
  const info = tf.backend_util.computePool2DInfo(
    input as Shape4D,
    filterSize as Pair,
    strides as Pair,
    1,
    pad,
    dimRoundingMode,
  );
  return ofImages(info);
}

const ofImages = (info: tf.backend_util.Conv2DInfo): Convolution => ({
  ...sides(info),
  depth: flat,
});

const ofVolumes = (info: tf.backend_util.Conv3DInfo): Convolution => ({
  ...sides(info),
  depth: {
    input: info.inDepth,
    kernel: info.filterDepth,
    stride: info.strideDepth,
    dilation: info.dilationDepth,
    before: info.padInfo.front,
    output: info.outDepth,
  },
});

/** The sizes that images and volumes have in common. */
function sides(info: tf.backend_util.Conv2DInfo | tf.backend_util.Conv3DInfo) {
  return {
    images: info.batchSize,
    channels: info.inChannels,
    filters: info.outChannels,
    rows: {
      input: info.inHeight,
      kernel: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      before: info.padInfo.top,
      output: info.outHeight,
    },
    cols: {
      input: info.inWidth,
      kernel: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      before: info.padInfo.left,
      output: info.outWidth,
    },
  };
}

/**
 * The part of dy that belongs to outputs of the convolution. Usually this is all of dy, but tf.conv2dTranspose accepts
 * a larger dy, of which the backends use the first rows and columns only.
 *
 * @throws ArgumentError if dy is too small
 */
export function fitting<T extends tf.Tensor>(dy: T, { depth, rows, cols }: Convolution): T {
  const axes = [depth, rows, cols].slice(5 - dy.rank);
  const sizes = axes.map(({ output }) => output);
  const given = dy.shape.slice(1, -1);
  if (given.every((size, axis) => size === sizes[axis])) return dy;
  if (given.some((size, axis) => size < sizes[axis]!)) {
    throw new ArgumentError("dy", `${sizes.join(" x ")} pixels or more`, given.join(" x "));
  }
  const [count, channels] = [dy.shape[0]!, dy.shape[dy.rank - 1]!];
  return tf.slice(dy, given.map(() => 0).concat(0, 0), [count, ...sizes, channels]) as T;
}
