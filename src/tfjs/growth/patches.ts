/**
 * The linear maps around new units whose pre-activations are zero: a layer's input as patches, the patches' way through
 * the layers between, and the gradient of the consumer's kernel for them.
 */
import {
  add,
  avgPool,
  concat,
  depthwiseConv2d,
  engine,
  gather,
  getBackend,
  matMul,
  mul,
  pad,
  reshape,
  slice,
  stridedSlice,
  sum,
  tensor1d,
  tensor4d,
  tidy,
  tile,
  transpose,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { float32 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";
import type { Layer } from "../layers/graph.ts";
import { lacks } from "../train/hint.ts";
import { inputAt, zerosAround, type Axis } from "../../linalg/conv/axis.ts";
import { attributes } from "../layers/attributes.ts";
import { axesOf, isDilated } from "../layers/axes.ts";
import { kindOf } from "../layers/kinds.ts";

/** The two axes of the windows of a layer, on images of a shape. */
export function windows(layer: Layer, shape: readonly number[]): [rows: Axis, cols: Axis] {
  return axesOf(layer, shape.slice(1, 3)) as [Axis, Axis];
}

/** Images with the surrounding zeros that the windows of a layer reach. */
function padded(layer: Layer, x: Tensor): Tensor {
  const [rows, cols] = windows(layer, x.shape);
  return pad(x, [[0, 0], zerosAround(rows), zerosAround(cols), [0, 0]]);
}

/**
 * The numbers that one new unit of a Dense or Conv2D layer weights, as channels: the input itself, or the patches
 * [n, height, width, kh·kw·in] at the output's positions, with zeros outside of the image (im2col).
 */
export function patches(layer: Layer, x: Tensor): Tensor {
  if (layer.getClassName() === "Dense") return x;
  const { kernelSize, strides, dilationRate } = attributes(layer);
  return patchesOf(padded(layer, x), kernelSize!, strides!, dilationRate as number[]);
}

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

/** Passes channels through a layer, linearized at zero; activations count with slope 1. */
export function linear(layer: Layer, x: Tensor): Tensor {
  const kind = layer.getClassName();
  // For equal maxima, TensorFlow.js gives the gradient of GlobalMaxPooling2D to all of them …
  if (kind === "GlobalMaxPooling2D") return sum(x, [1, 2]);
  // … and that of MaxPooling2D to the first one.
  if (kind === "MaxPooling2D") return firsts(layer, x);
  // The gradient of AveragePooling2D counts the zeros outside of the image, unlike its values.
  if (kind === "AveragePooling2D") return paddedAverage(layer, x);
  return kindOf(layer).role === "activation" ? x : forward(layer, x);
}

/**
 * Passes new channels through a layer in inference mode. The layer's weights for them are the initial ones of new
 * channels: normalization with mean 0 and variance 1, a depthwise kernel with 1 at the centre tap.
 */
export function forward(layer: Layer, x: Tensor): Tensor {
  switch (layer.getClassName()) {
    case "BatchNormalization":
      return mul(x, scaleOf(layer));
    case "DepthwiseConv2D": {
      const { kernelSize, strides, padding } = attributes(layer);
      const centre = centreTap(kernelSize as number[]);
      const kernel = tensor4d([...centre], [kernelSize![0]!, kernelSize![1]!, 1, 1]);
      const filter = tile(kernel, [1, 1, x.shape[3]!, 1]) as Tensor4D;
      // Without the layer's dilation rate, which tf.layers ignores for depthwise convolutions.
      return depthwiseConv2d(x as Tensor4D, filter, strides!, padding!);
    }
    default:
      return layer.call(x, { training: false }) as Tensor;
  }
}

/** The factor by which batch normalization multiplies new channels; 1 for other layers. */
export function scaleOf(layer: Layer): number {
  if (layer.getClassName() !== "BatchNormalization") return 1;
  return 1 / Math.sqrt(1 + attributes(layer).epsilon!);
}

/** A kernel with 1 at its centre (⌊(size − 1)/2⌋) and 0 elsewhere. */
export function centreTap([height, width]: readonly number[]): Float32Array {
  const kernel = float32(height! * width!);
  kernel[Math.floor((height! - 1) / 2) * width! + Math.floor((width! - 1) / 2)] = 1;
  return kernel;
}

/** The values at the first position of every pooling window that lies inside of the image. */
function firsts(layer: Layer, x: Tensor): Tensor {
  const positions = (axis: Axis) =>
    tensor1d(
      Array.from({ length: axis.output }, (_, i) => Math.max(0, inputAt(axis, i, 0))),
      "int32",
    );
  const [rows, cols] = windows(layer, x.shape);
  return gather(gather(x, positions(rows), 1), positions(cols), 2);
}

/** The averages over pooling windows that include the zeros around the image. */
function paddedAverage(layer: Layer, x: Tensor): Tensor {
  const { poolSize, strides } = attributes(layer);
  return avgPool(padded(layer, x) as Tensor4D, poolSize as [number, number], strides!, "valid");
}

/**
 * The gradient that a consumer's kernel would have with the channels x as input: [taps, channels, out], where taps are
 * the positions of a convolution kernel, or the positions that were flattened.
 *
 * @param channels number of channels at a position
 */
export function kernelGradient(
  consumer: Layer,
  x: Tensor,
  delta: Tensor,
  channels: number,
): Tensor3D {
  return tidy(() => {
    const out = delta.shape[delta.shape.length - 1]!;
    if (consumer.getClassName() === "Dense") {
      const rows = reshape(x, [-1, x.shape[x.shape.length - 1]!]);
      // On the wasm backend tf.matMul with transposeA is many times slower.
      const product = matMul(transpose(rows), reshape(delta, [-1, out]));
      return reshape(product, [-1, channels, out]) as Tensor3D;
    }
    const { kernelSize, strides, padding } = attributes(consumer);
    if (isDilated(consumer)) {
      const one = [1, 1, channels, out];
      const taps = tapsOf(consumer, x);
      const gradients = taps.map((tap) => filterGradient(tap, delta, one, strides!, "valid"));
      return reshape(concat(gradients, 0), [-1, channels, out]) as Tensor3D;
    }
    const filterShape = [kernelSize![0]!, kernelSize![1]!, channels, out];
    const gradient = filterGradient(x, delta, filterShape, strides!, padding!);
    return reshape(gradient, [-1, channels, out]) as Tensor3D;
  });
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
