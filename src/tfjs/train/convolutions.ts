import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  backpropFilter,
  backpropInput,
  geometry,
  type ConvolutionAttrs,
  type Shape4D,
} from "./geometry.ts";

/** Convolution of stride 1, VALID, with a filter as `backpropInput` turns it. */
type Convolve = Parameters<typeof backpropInput>[2];

/** The gradient of a convolution with respect to its filter. */
const filterKernel =
  (depthwise: boolean): tf.KernelFunc =>
  ({ inputs, attrs, backend }) => {
    const { filterShape, ...rest } = attrs as unknown as ConvolutionAttrs & {
      filterShape: Shape4D;
    };
    const info = geometry(inputs.x!.shape, filterShape, rest, depthwise);
    const tensors = inputs as Record<string, tf.TensorInfo>;
    return backpropFilter(info, tensors, backend as BackendWasm, depthwise);
  };

/** The gradient of a convolution with respect to its input, by convolutions of the other direction. */
const inputKernel =
  (depthwise: boolean, convolve: Convolve): tf.KernelFunc =>
  ({ inputs, attrs }) => {
    const tensors = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
    const { inputShape, ...rest } = attrs as unknown as ConvolutionAttrs & { inputShape: Shape4D };
    const info = geometry(inputShape, tensors.filter.shape, rest, depthwise);
    return tf.tidy(() => backpropInput(info, tensors, convolve));
  };

/** Kernel Conv2DBackpropFilter: of tf.conv2d. */
export const conv2dBackpropFilter = filterKernel(false);

/** Kernel Conv2DBackpropInput: of tf.conv2d, and the forward computation of tf.conv2dTranspose. */
export const conv2dBackpropInput = inputKernel(false, (dy, turned) =>
  tf.conv2d(dy, tf.transpose(turned, [0, 1, 3, 2]), 1, "valid"),
);

/** Kernel DepthwiseConv2dNativeBackpropFilter: of tf.depthwiseConv2d. */
export const depthwiseBackpropFilter = filterKernel(true);

/** Kernel DepthwiseConv2dNativeBackpropInput: of tf.depthwiseConv2d, summed over the filters of a channel. */
export const depthwiseBackpropInput = inputKernel(true, (dy, turned) => {
  const [height, width, channels, mult] = turned.shape;
  const each = tf.reshape<tf.Rank.R4>(turned, [height, width, channels * mult, 1]);
  const products = tf.depthwiseConv2d(dy, each, 1, "valid");
  if (mult === 1) return products;
  const [n, h, w] = products.shape;
  return tf.reshape(tf.sum(tf.reshape(products, [-1, mult]), 1), [n, h, w, channels]);
});
