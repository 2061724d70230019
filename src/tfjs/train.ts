/**
 * `tfjs-initializers/train`: importing this module lets the wasm backend train every layer of tf.layers.
 *
 * Without it `model.fit` ends in "Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'"
 * (tensorflow/tfjs#8474, #8082), and products with transposed factors, two in each Dense and each step of an
 * LSTM, are tens of times slower than plain ones (#2532).
 *
 * The module registers kernels and gradients that TensorFlow.js lacks, and replaces those that are slow or wrong
 * (`replaced` and `mended` below). They serve `tf.grad` and models made before the import, too. All copies of
 * TensorFlow.js on a page share one registry of kernels, so one import serves them all, before or after tf.layers.
 */
import "@tensorflow/tfjs-backend-wasm"; // First, so that it does not register its kernels over ours.
import * as tf from "@tensorflow/tfjs-core";
import type { Call } from "./train/cells.ts";
import {
  conv2dBackpropFilter,
  conv2dBackpropInput,
  conv3d,
  conv3dBackpropFilter,
  conv3dBackpropInput,
  depthwiseBackpropFilter,
  depthwiseBackpropInput,
  padded,
} from "./train/convolutions.ts";
import { einsum } from "./train/einsum.ts";
import { fusedConv2d, fusedDepthwiseConv2d, watching } from "./train/fused.ts";
import { mended, missing as missingGradients } from "./train/gradients.ts";
import { gruCall, gruGradients, gruKernels } from "./train/gru.ts";
import { lacks } from "./train/hint.ts";
import { lstmCall, lstmGradient, lstmKernels } from "./train/lstm.ts";
import { maxPool3d, maxPool3dGrad, maxPoolGrad } from "./train/maxPool.ts";
import { batchMatMul, fusedMatMul } from "./train/products.ts";
import { resizeNearestNeighborGrad } from "./train/resize.ts";
import { unsortedSegmentSum } from "./train/segmentSum.ts";
import { slopeKernels } from "./train/slopes.ts";
import { tile } from "./train/tile.ts";

const backendName = "wasm";

const missing = {
  Conv2DBackpropFilter: conv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  Einsum: einsum,
  UnsortedSegmentSum: unsortedSegmentSum,
  ...slopeKernels,
  ...lstmKernels,
  ...gruKernels,
};
for (const [kernelName, kernelFunc] of Object.entries(missing)) {
  if (!lacks(backendName, kernelName)) continue;
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}

/**
 * Replaces a kernel of the backend by one that `ours` makes from it; its setup and disposal functions stay. Early
 * versions of the backend lack some kernels; what is made from those refuses where it would need them.
 */
function replace(kernelName: string, ours: (stock: tf.KernelFunc) => tf.KernelFunc): void {
  const stock: tf.KernelConfig | undefined = tf.getKernel(kernelName, backendName);
  const refuse = () => {
    throw new Error(`Kernel '${kernelName}' not registered for backend '${backendName}'`);
  };
  if (stock) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...stock, kernelName, backendName, kernelFunc: ours(stock?.kernelFunc ?? refuse) }); // prettier-ignore
}

/**
 * Kernels that replace those of the backend, which are slow or wrong. Slow ones are plain loops, at a tenth or less
 * of the speed of a product. The gradients of max pooling are wrong: where a window has no positive number, its dy
 * goes to the first pixel of the image, so that new units, which are zero, would not learn; max pooling of volumes makes 0 of such a window. The gradient of resizing
 * is wrong: it adds to whatever was in memory. Convolutions are wrong with some paddings (`padded`), fused ones also
 * record that they ran.
 */
const replaced = {
  BatchMatMul: batchMatMul,
  _FusedMatMul: fusedMatMul,
  Conv2D: padded,
  Conv2DBackpropInput: () => conv2dBackpropInput,
  Conv3D: conv3d,
  Conv3DBackpropFilterV2: () => conv3dBackpropFilter,
  Conv3DBackpropInputV2: () => conv3dBackpropInput,
  MaxPool3D: () => maxPool3d,
  MaxPoolGrad: () => maxPoolGrad,
  MaxPool3DGrad: () => maxPool3dGrad,
  ResizeNearestNeighborGrad: () => resizeNearestNeighborGrad,
  Tile: tile,
  DepthwiseConv2dNative: padded,
  FusedConv2D: (stock: tf.KernelFunc) => fusedConv2d(padded(stock)),
  FusedDepthwiseConv2D: (stock: tf.KernelFunc) => fusedDepthwiseConv2d(padded(stock)),
};
for (const [kernelName, ours] of Object.entries(replaced)) replace(kernelName, ours);

for (const [kernelName, gradient] of Object.entries(missingGradients)) {
  if (!tf.getGradient(kernelName)) tf.registerGradient({ kernelName, ...gradient });
}

/**
 * Loading tf.layers registers all gradients of TensorFlow.js and overwrites those that are there. So a kernel
 * whose gradient is mended checks its gradient, and mends it again, whenever it runs.
 */
const ours = new WeakSet<tf.GradConfig>();
for (const [kernelName, mend] of Object.entries(mended)) {
  const look = () => {
    const found = tf.getGradient(kernelName);
    if (found === undefined || ours.has(found)) return;
    const config = { ...found, gradFunc: mend(found.gradFunc) };
    ours.add(config);
    tf.registerGradient(config);
  };
  replace(kernelName, (stock) => (args) => {
    look();
    return stock(args);
  });
}

[lstmGradient, ...gruGradients].forEach(tf.registerGradient);

/**
 * Replaces `call` of the recurrent cells. The cells are in the registry of classes once tf.layers is loaded, so they
 * are looked up now and whenever _FusedMatMul runs, which an original cell calls.
 */
const cells = { LSTMCell: lstmCall, GRUCell: gruCall };
const calls = new WeakSet<Call>();
function quicken(): void {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  for (const [name, ours] of Object.entries(cells)) {
    const cell = classNameMap[name]?.[0].prototype as unknown as { call: Call } | undefined;
    if (cell === undefined || calls.has(cell.call)) continue;
    cell.call = ours(cell.call);
    calls.add(cell.call);
  }
}
quicken();
replace("_FusedMatMul", (stock) => (args) => {
  quicken();
  return stock(args);
});

const engine = tf.engine();
engine.customGrad = watching(engine.customGrad.bind(engine));
