/** The linear maps around new units: the input of a layer as patches, and the geometry of its kernel. */
import {
  add,
  concat,
  depthwiseConv2d,
  engine,
  getBackend,
  pad,
  reshape,
  slice,
  stridedSlice,
  tensor,
  tile,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { ArgumentError } from "../../errors.ts";
import { axisOf, zerosAround, type Axis } from "../../linalg/conv/axis.ts";
import { attributes } from "../layers/attributes.ts";
import { axesOf } from "../layers/axes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { lacks } from "../train/hint.ts";
import { centreTap } from "./weights.ts";

/** A convolution of images; that of sequences has images of one row. */
interface Planar {
  readonly kernelSize: readonly [number, number];
  readonly strides: [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: "same" | "valid";
}

/** The convolution of a layer; undefined for layers that mix the vectors at every position. */
export function planar(layer: Layer): Planar | undefined {
  const { kernelSize, strides, padding } = attributes(layer);
  switch (layer.getClassName()) {
    case "Conv2D":
    case "Conv2DTranspose":
      return {
        kernelSize: kernelSize as [number, number],
        strides: strides!,
        dilations: dilationsOf(layer),
        padding: padding!,
      };
    case "Conv1D":
      return {
        kernelSize: [1, kernelSize![0]!],
        strides: [1, strides![0]],
        dilations: [1, dilationsOf(layer)[0]],
        padding: padding!,
      };
    default:
      return undefined;
  }
}

/** Whether a convolution has gaps between its taps. */
export const isDilated = ({ dilations }: Planar) => dilations.some((dilation) => dilation !== 1);

/** The two axes of the windows of a convolution, on images of a shape. */
export function windows(layer: Layer, shape: readonly number[]): [rows: Axis, cols: Axis] {
  const { kernelSize, strides, dilations, padding } = planar(layer)!;
  const axis = (i: 0 | 1) =>
    axisOf(shape[1 + i]!, kernelSize[i], strides[i], dilations[i], padding);
  return [axis(0), axis(1)];
}

/** Sequences as images of one row. */
const image = (layer: Layer, x: Tensor): Tensor =>
  layer.getClassName() === "Conv1D" ? reshape(x, [x.shape[0]!, 1, ...x.shape.slice(1)]) : x;

/** What the kernel of a layer's units multiplies, given the input of the layer. */
export function seen(layer: Layer, x: Tensor): Tensor {
  if (kindOf(layer).map !== "separable") return image(layer, x);
  const { strides, padding, depthwiseKernel } = attributes(layer);
  const filter = depthwiseKernel!.read() as Tensor4D;
  return depthwiseConv2d(x as Tensor4D, filter, strides!, padding!, "NHWC", dilationsOf(layer));
}

/** A depthwise convolution with 1 at the centre tap, also that of a separable convolution. */
export function centred(layer: Layer, x: Tensor): Tensor {
  const { kernelSize, strides, padding, depthMultiplier = 1 } = attributes(layer);
  const [height, width] = kernelSize as [number, number];
  const kernel = tensor(centreTap([height, width]), [height, width, 1, 1]);
  const filter = tile(kernel, [1, 1, x.shape[3]!, depthMultiplier]) as Tensor4D;
  // tf.layers ignores the dilation rate of depthwise layers, and uses that of separable ones.
  const dilations = kindOf(layer).map === "separable" ? dilationsOf(layer) : ([1, 1] as const);
  return depthwiseConv2d(x as Tensor4D, filter, strides!, padding!, "NHWC", [...dilations]);
}

export const dilationsOf = (layer: Layer): [number, number] => {
  const { dilationRate = 1 } = attributes(layer);
  return (Array.isArray(dilationRate) ? dilationRate : [dilationRate, dilationRate]) as [
    number,
    number,
  ];
};

/** What the kernel of a layer multiplies of new units in its input. */
export function arrived(layer: Layer, x: Tensor): Tensor {
  return kindOf(layer).map === "separable" ? centred(layer, x) : image(layer, x);
}

/** Images with the surrounding zeros that the windows of a layer reach. */
export function padded(layer: Layer, x: Tensor): Tensor {
  const axes = planar(layer) ? windows(layer, x.shape) : axesOf(layer, x.shape.slice(1, -1));
  return pad(x, [[0, 0], ...axes.map((axis) => zerosAround(axis)), [0, 0]]);
}

/**
 * The numbers that one new unit of a layer weights, as channels: vectors themselves, or the patches
 * [n, height, width, kh·kw·in] at the output's positions, with zeros outside of the image (im2col).
 *
 * @param x what the kernel multiplies
 */
export function patches(layer: Layer, x: Tensor): Tensor {
  const conv = planar(layer);
  if (!conv) return x;
  const all = patchesOf(padded(layer, x), conv.kernelSize, conv.strides, conv.dilations);
  return unimaged(layer, all);
}

/** Images of one row as sequences again. */
export const unimaged = (layer: Layer, y: Tensor): Tensor =>
  layer.getClassName() === "Conv1D" ? reshape(y, [y.shape[0]!, ...y.shape.slice(2)]) : y;

/** The patches of an image without padding, at all positions where a whole patch fits. */
export function patchesOf(
  x: Tensor,
  [height, width]: readonly number[],
  strides: [number, number],
  dilations: readonly number[] = [1, 1],
): Tensor {
  const taps: Tensor[] = [];
  const [dy, dx] = dilations as [number, number];
  const [y1, x1] = [x.shape[1]! - (height! - 1) * dy, x.shape[2]! - (width! - 1) * dx];
  for (let i = 0; i < height!; i++) {
    for (let j = 0; j < width!; j++) {
      const end = [x.shape[0]!, y1 + i * dy, x1 + j * dx, x.shape[3]!];
      taps.push(stridedSlice(x, [0, i * dy, j * dx, 0], end, [1, ...strides, 1]));
    }
  }
  return concat(taps, 3);
}

/**
 * The part of the input that each tap of a convolution reads, in the order of the taps. The positions that a tap reads
 * are a stride apart, starting with the first one of the part, so that the tap alone is a 1 x 1 convolution without
 * padding.
 */
export function tapsOf(layer: Layer, x: Tensor): Tensor[] {
  const [rows, cols] = windows(layer, x.shape);
  const wide = padded(layer, x);
  const span = ({ output, stride }: Axis) => (output - 1) * stride + 1;
  const size = [x.shape[0]!, span(rows), span(cols), x.shape[3]!];
  return Array.from({ length: rows.kernel * cols.kernel }, (_, tap) => {
    const y = Math.floor(tap / cols.kernel) * rows.dilation;
    return slice(wide, [0, y, (tap % cols.kernel) * cols.dilation, 0], size);
  });
}

/** The gradient of a convolution's kernel, ∂⟨conv2d(x, kernel), dy⟩/∂kernel. */
export function filterGradient(
  x: Tensor,
  dy: Tensor,
  filterShape: readonly number[],
  strides: [number, number],
  padding: "same" | "valid",
): Tensor {
  if (lacks(getBackend(), "Conv2DBackpropFilter")) {
    throw new ArgumentError(
      "method",
      "a backend that can train convolutions (wasm can once tfjs-initializers/train is loaded)",
      `${getBackend()} without Conv2DBackpropFilter`,
    );
  }
  const attrs = { strides, pad: padding, dataFormat: "NHWC", filterShape: [...filterShape] };
  return engine().runKernel("Conv2DBackpropFilter", { x, dy }, attrs) as Tensor;
}

/** Adds a piece to a sum that is undefined at first. Both are disposed, unless the piece itself is the new sum. */
export function accumulate<T extends Tensor>(total: T | undefined, piece: T): T {
  if (total === undefined) return piece;
  const next = add(total, piece) as T;
  total.dispose();
  piece.dispose();
  return next;
}

/** Reads the numbers of a tensor and disposes it. A tf.tidy must not return the numbers, because it would walk them. */
export function numbersOf(x: Tensor): Float32Array {
  try {
    return x.dataSync<"float32">();
  } finally {
    x.dispose();
  }
}
