/**
 * `tfjs-initializers/train`: importing it lets the wasm backend train convolutions and embeddings.
 *
 * Without it `model.fit` ends in "Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'"
 * (tensorflow/tfjs#8474, #8082). Kernels of this package are registered where the backend has none, also for
 * `tf.grad` and for models made before. Two kernels that the backend has are replaced: Conv2DBackpropInput, a
 * plain loop there, at a tenth of the speed of the convolution that it also is, and MaxPoolGrad, which is
 * slow and wrong for windows without a positive number.
 *
 * All copies of TensorFlow.js on a page share one registry of kernels, so this one import serves them.
 */
import "@tensorflow/tfjs-backend-wasm"; // First, so that it does not register its own over ours.
import * as tf from "@tensorflow/tfjs-core";
import {
  conv2dBackpropFilter,
  conv2dBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
} from "./train/convolutions.ts";
import { maxPoolGrad } from "./train/maxPool.ts";
import { batchMatMul, fusedMatMul } from "./train/products.ts";
import { unsortedSegmentSum } from "./train/segmentSum.ts";

const backendName = "wasm";

const missing = {
  Conv2DBackpropFilter: conv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  UnsortedSegmentSum: unsortedSegmentSum,
};
for (const [kernelName, kernelFunc] of Object.entries(missing)) {
  if (!tf.getKernel(kernelName, backendName))
    tf.registerKernel({ kernelName, backendName, kernelFunc });
}

/**
 * Slow in the backend. Its MaxPoolGrad is also wrong: what belongs to a window without a positive number
 * goes to the first pixel of the image, so that new units, which are zero, would not learn.
 */
const replaced = {
  BatchMatMul: batchMatMul,
  _FusedMatMul: fusedMatMul,
  Conv2DBackpropInput: () => conv2dBackpropInput,
  MaxPoolGrad: () => maxPoolGrad,
};
for (const [kernelName, ours] of Object.entries(replaced)) {
  const stock = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...stock, kernelFunc: ours(stock.kernelFunc) });
}
