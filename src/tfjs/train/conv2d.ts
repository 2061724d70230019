import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  backpropFilter,
  geometry,
  spread,
  type ConvolutionAttrs,
  type Shape4D,
} from "./geometry.ts";

/** Kernel Conv2DBackpropFilter: the gradient of tf.conv2d with respect to its filter. */
export const conv2dBackpropFilter: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { filterShape, ...rest } = attrs as unknown as ConvolutionAttrs & { filterShape: Shape4D };
  const info = geometry(inputs.x!.shape, filterShape, rest, false);
  return backpropFilter(
    info,
    inputs as Record<string, tf.TensorInfo>,
    backend as BackendWasm,
    false,
  );
};

/**
 * Kernel Conv2DBackpropInput: the gradient of tf.conv2d with respect to its input, and tf.conv2dTranspose.
 * The convolution of dy with the filter turned by 180°.
 */
export const conv2dBackpropInput: tf.KernelFunc = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
  const { inputShape, ...rest } = attrs as unknown as ConvolutionAttrs & { inputShape: Shape4D };
  const info = geometry(inputShape, filter.shape, rest, false);
  return tf.tidy(() => {
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    return tf.conv2d(spread(dy, info), turned, 1, "valid");
  });
};
