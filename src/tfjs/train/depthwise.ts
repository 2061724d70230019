import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  backpropFilter,
  backpropInput,
  geometry,
  type ConvolutionAttrs,
  type Shape4D,
} from "./geometry.ts";

/** Kernel DepthwiseConv2dNativeBackpropFilter: the gradient of tf.depthwiseConv2d with respect to its filter. */
export const depthwiseBackpropFilter: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { filterShape, ...rest } = attrs as unknown as ConvolutionAttrs & { filterShape: Shape4D };
  const info = geometry(inputs.x!.shape, filterShape, rest, true);
  return backpropFilter(
    info,
    inputs as Record<string, tf.TensorInfo>,
    backend as BackendWasm,
    true,
  );
};

/**
 * Kernel DepthwiseConv2dNativeBackpropInput: the gradient of tf.depthwiseConv2d with respect to its input,
 * by depthwise convolutions, summed over the filters of a channel.
 */
export const depthwiseBackpropInput: tf.KernelFunc = ({ inputs, attrs }) => {
  const tensors = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
  const { inputShape, ...rest } = attrs as unknown as ConvolutionAttrs & { inputShape: Shape4D };
  const info = geometry(inputShape, tensors.filter.shape, rest, true);
  return tf.tidy(() =>
    backpropInput(info, tensors, (dy, turned) => {
      const [height, width, channels, mult] = turned.shape;
      const each = tf.reshape<tf.Rank.R4>(turned, [height, width, channels * mult, 1]);
      const products = tf.depthwiseConv2d(dy, each, 1, "valid");
      if (mult === 1) return products;
      const [n, h, w] = products.shape;
      return tf.reshape(tf.sum(tf.reshape(products, [-1, mult]), 1), [n, h, w, channels]);
    }),
  );
};
