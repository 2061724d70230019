/**
 * The linear maps around new units: the input of a layer as patches, the gradient of a kernel that reads new units, and
 * the layer with another kernel. Kernels are [outer, channels, inner] here, where channels are those of the input.
 */
import {
  add,
  concat,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  engine,
  getBackend,
  matMul,
  pad,
  reshape,
  slice,
  stridedSlice,
  tidy,
  transpose,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { ArgumentError } from "../../errors.ts";
import { size } from "../../init/shape.ts";
import { axisOf, zerosAround, type Axis } from "../../linalg/conv/axis.ts";
import { attributes } from "../layers/attributes.ts";
import { axesOf } from "../layers/axes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { lacks } from "../train/hint.ts";
import { centred, dilationsOf } from "./channelwise.ts";
import { placesOf, type Runs } from "./numbers.ts";

/** A convolution of images; that of sequences has images of one row. */
interface Planar {
  readonly kernelSize: readonly [number, number];
  readonly strides: [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: "same" | "valid";
}

/** The convolution of a layer; undefined for layers that mix the vectors at every position. */
function planar(layer: Layer): Planar | undefined {
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
const isDilated = ({ dilations }: Planar) => dilations.some((dilation) => dilation !== 1);

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
const unimaged = (layer: Layer, y: Tensor): Tensor =>
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
 * The gradient that a kernel would have with the channels x as input: [outer, channels, inner], where outer counts the
 * taps of a convolution kernel.
 *
 * @param x what the kernel multiplies
 */
export function kernelGradient(consumer: Layer, x: Tensor, delta: Tensor): Tensor3D {
  return tidy(() => {
    const channels = x.shape.at(-1)!;
    const out = delta.shape.at(-1)!;
    const conv = planar(consumer);
    if (!conv) {
      // On the wasm backend tf.matMul with transposeA is many times slower.
      const rows = transpose(reshape(x, [-1, channels]));
      return reshape(matMul(rows, reshape(delta, [-1, out])), [1, channels, out]) as Tensor3D;
    }
    const { kernelSize, strides, padding } = conv;
    if (kindOf(consumer).map === "transposed") {
      const gradient = filterGradient(delta, x, [...kernelSize, out, channels], strides, padding);
      return reshape(gradient, [-1, channels, 1]) as Tensor3D;
    }
    const dy =
      delta.rank === 3 ? reshape(delta, [delta.shape[0]!, 1, ...delta.shape.slice(1)]) : delta;
    if (isDilated(conv)) {
      const one = [1, 1, channels, out];
      const gradients = tapsOf(consumer, x).map((tap) =>
        filterGradient(tap, dy, one, strides, "valid"),
      );
      return reshape(concat(gradients, 0), [-1, channels, out]) as Tensor3D;
    }
    const gradient = filterGradient(x, dy, [...kernelSize, channels, out], strides, padding);
    return reshape(gradient, [-1, channels, out]) as Tensor3D;
  });
}

/**
 * The linear part of a layer with another kernel, [outer, channels, inner].
 *
 * @param x what the kernel multiplies
 * @param like a tensor of the output's shape, which transposed convolutions need
 */
export function mixed(layer: Layer, x: Tensor, kernel: Tensor, like?: Tensor): Tensor {
  const [channels, out] = [x.shape.at(-1)!, kernel.shape[2]!];
  const conv = planar(layer);
  if (!conv) {
    const z = matMul(reshape(x, [-1, channels]), reshape(kernel, [channels, out]));
    return reshape(z, [...x.shape.slice(0, -1), out]);
  }
  const { kernelSize, strides, padding } = conv;
  if (kindOf(layer).map === "transposed") {
    const shape = like!.shape as [number, number, number, number];
    const filter = reshape(kernel, [...kernelSize, shape[3], channels]) as Tensor4D;
    return conv2dTranspose(x as Tensor4D, filter, shape, strides, padding);
  }
  if (isDilated(conv)) {
    const filter = reshape(kernel, [size(kernelSize), 1, channels, out]);
    const parts = tapsOf(layer, x).map((tap, i) => {
      const own = slice(filter, [i, 0, 0, 0], [1, 1, -1, -1]) as Tensor4D;
      return conv2d(tap as Tensor4D, own, strides, "valid");
    });
    return unimaged(
      layer,
      parts.reduce((a, b) => add(a, b)),
    );
  }
  const filter = reshape(kernel, [...kernelSize, channels, out]) as Tensor4D;
  return unimaged(layer, conv2d(x as Tensor4D, filter, strides, padding));
}

/** Runs in which units take the same number of places, taken together: positions that were flattened are many. */
function pieces({ runs }: Runs): { each: number; times: number }[] {
  const [first] = runs;
  if (runs.every(({ each }) => each === first!.each))
    return [{ each: first!.each, times: runs.length }];
  return runs.map(({ each }) => ({ each, times: 1 }));
}

/** A kernel [outer, channels, inner] of new units as a matrix with a column for each unit. */
export function byUnit(kernel: Tensor3D, runs: Runs, count: number): Tensor {
  const [outer, , inner] = kernel.shape;
  let from = 0;
  const parts = pieces(runs).map(({ each, times }) => {
    const part = slice(kernel, [0, from, 0], [outer, times * count * each, inner]);
    from += part.shape[1];
    const units = transpose(reshape(part, [outer * times, count, each * inner]), [0, 2, 1]);
    return reshape(units, [outer, times * each * inner, count]);
  });
  return reshape(parts.length === 1 ? parts[0]! : concat(parts, 1), [-1, count]);
}

/** The kernel [outer, channels, inner] of which `byUnit` makes a matrix. */
export function toKernel(matrix: Tensor, runs: Runs, inner: number): Tensor {
  const count = matrix.shape[1]!;
  const whole = reshape(matrix, [-1, placesOf(runs) * inner, count]);
  const outer = whole.shape[0]!;
  let from = 0;
  const parts = pieces(runs).map(({ each, times }) => {
    const part = slice(whole, [0, from, 0], [outer, times * each * inner, count]);
    from += times * each * inner;
    const units = transpose(reshape(part, [outer * times, each * inner, count]), [0, 2, 1]);
    return reshape(units, [outer, times * count * each, inner]);
  });
  return parts.length === 1 ? parts[0]! : concat(parts, 1);
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
  const numbers = x.dataSync<"float32">();
  x.dispose();
  return numbers;
}
