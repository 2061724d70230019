/**
 * Gradients of dilated tf.fused.conv2d and tf.fused.depthwiseConv2d.
 *
 * These operations define their gradients by tf.customGrad, so the gradients are in no registry, and they refuse
 * dilations. Every Conv2D layer without an activation calls tf.fused.conv2d. So the kernels of these operations
 * record that they ran with dilations, and the engine's `customGrad`, which all copies of TensorFlow.js share, then
 * uses a gradient of this package instead.
 */
import * as tf from "@tensorflow/tfjs-core";
import { convolutionGradient, isOurs } from "./gradients.ts";

type CustomGrad = ReturnType<typeof tf.engine>["customGrad"];
type Activation = Parameters<typeof tf.backend_util.getFusedDyActivation>[2];

/** The dilated convolution that ran in the current `customGrad`, by the name of its kernel that is not fused. */
let ran: { kernelName: string; attrs: tf.NamedAttrMap } | undefined;

/** A fused kernel that records its dilated convolution in `ran`. */
const announcing =
  (kernelName: string) =>
  (stock: tf.KernelFunc): tf.KernelFunc =>
  (args) => {
    const attrs = args.attrs as tf.NamedAttrMap;
    if (isOurs(attrs)) ran = { kernelName, attrs };
    return stock(args);
  };

/** Kernel FusedConv2D. */
export const fusedConv2d = announcing("Conv2D");

/** Kernel FusedDepthwiseConv2D. */
export const fusedDepthwiseConv2d = announcing("DepthwiseConv2dNative");

/** The engine's customGrad, but with a gradient of this package for a convolution that `announcing` recorded. */
export const watching =
  (customGrad: CustomGrad): CustomGrad =>
  (f) =>
    customGrad((...args) => {
      ran = undefined;
      const result = f(...args);
      const convolution = ran as typeof ran;
      ran = undefined;
      if (convolution === undefined) return result;
      const { kernelName, attrs } = convolution;
      return { ...result, gradFunc: fusedGradient(convolutionGradient(kernelName), attrs) };
    });

/** The gradients with respect to input, filter and bias; `saved` is filter, input, output and bias. */
function fusedGradient(gradient: tf.GradConfig["gradFunc"], attrs: tf.NamedAttrMap) {
  return (given: tf.Tensor, saved: tf.Tensor[]) => {
    const [filter, x, y, bias] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
    const activation = attrs["activation"] as unknown as Activation;
    const dy = tf.backend_util.getFusedDyActivation(tf.reshape(given, y.shape), y, activation);
    const { x: ofInput, filter: ofFilter } = gradient(dy, [x, filter], attrs);
    const found = [ofInput!(), ofFilter!()];
    return bias ? [...found, tf.backend_util.getFusedBiasGradient(bias, dy)] : found;
  };
}
