import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  backpropFilter,
  geometry,
  spread,
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
 * Kernel DepthwiseConv2dNativeBackpropInput: the gradient of tf.depthwiseConv2d with respect to its input.
 * The depthwise convolution of dy with the filters turned by 180°, summed over the filters of a channel.
 */
export const depthwiseBackpropInput: tf.KernelFunc = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
  const { inputShape, ...rest } = attrs as unknown as ConvolutionAttrs & { inputShape: Shape4D };
  const info = geometry(inputShape, filter.shape, rest, true);
  return tf.tidy(() => {
    const [height, width, channels, mult] = filter.shape;
    const turned = tf.reshape(tf.reverse(filter, [0, 1]), [height, width, channels * mult, 1]);
    const each = tf.depthwiseConv2d(spread(dy, info), turned as tf.Tensor4D, 1, "valid");
    if (mult === 1) return each;
    return tf.reshape(tf.sum(tf.reshape(each, [-1, mult]), 1), inputShape);
  });
};
