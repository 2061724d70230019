import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  backpropFilter,
  backpropInput,
  geometry,
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
 * Kernel Conv2DBackpropInput: the gradient of tf.conv2d with respect to its input, and the forward
 * computation of tf.conv2dTranspose.
 */
export const conv2dBackpropInput: tf.KernelFunc = ({ inputs, attrs }) => {
  const tensors = inputs as unknown as { dy: tf.Tensor4D; filter: tf.Tensor4D };
  const { inputShape, ...rest } = attrs as unknown as ConvolutionAttrs & { inputShape: Shape4D };
  const info = geometry(inputShape, tensors.filter.shape, rest, false);
  return tf.tidy(() =>
    backpropInput(info, tensors, (dy, turned) =>
      tf.conv2d(dy, tf.transpose(turned, [0, 1, 3, 2]), 1, "valid"),
    ),
  );
};
