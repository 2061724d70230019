import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { ConvolutionAttrs, Shape4D } from "./geometry.ts";

interface PoolAttrs extends ConvolutionAttrs {
  readonly filterSize: [number, number] | number;
}

/**
 * Kernel MaxPoolGrad: the gradient of tf.maxPool. Each dy goes to the first of the largest entries of its
 * window, to none if there is no entry above −∞.
 */
export const maxPoolGrad: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { dy, input } = inputs as unknown as Record<"dy" | "input", tf.TensorInfo>;
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs;
  const shape = input.shape as Shape4D;
  const info = tf.backend_util.computePool2DInfo(
    shape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const wasm = backend as BackendWasm;
  const output = wasm.makeOutput(shape, "float32");
  // Views, taken after the allocation, which may move them.
  const [dx, x, given] = [output, input, dy].map((tensor) => wasm.typedArrayFromHeap(tensor));
  scatter(info, x as Float32Array, given as Float32Array, dx as Float32Array);
  return output;
};

/** dx[first largest of the window] += dy */
function scatter(
  info: tf.backend_util.Conv2DInfo,
  x: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  const { strideHeight, strideWidth, filterHeight, filterWidth } = info;
  const line = inWidth * inChannels;
  dx.fill(0);
  let from = 0;
  for (let b = 0; b < batchSize; b++) {
    const image = b * inHeight * line;
    for (let p = 0; p < outHeight; p++) {
      const top = p * strideHeight - padInfo.top;
      const firstRow = image + Math.max(top, 0) * line;
      const endRow = image + Math.min(top + filterHeight, inHeight) * line;
      for (let q = 0; q < outWidth; q++) {
        const left = q * strideWidth - padInfo.left;
        const first = Math.max(left, 0) * inChannels;
        const end = Math.min(left + filterWidth, inWidth) * inChannels;
        for (let c = 0; c < inChannels; c++, from++) {
          let largest = -Infinity;
          let where = -1;
          for (let row = firstRow; row < endRow; row += line) {
            for (let at = row + first + c; at < row + end; at += inChannels) {
              if (x[at] > largest) {
                largest = x[at];
                where = at;
              }
            }
          }
          if (where >= 0) dx[where] += dy[from];
        }
      }
    }
  }
}
