import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

interface PoolAttrs {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/**
 * Kernel MaxPoolGrad: each number of dy goes to the first maximum of its window, as on the cpu backend.
 *
 * The backend has one, and it is wrong where a window has no positive number: the gradient goes to
 * the first pixel of the image, and is lost there. A network that pools zeros (new neurons, relu1) or
 * pools before its activation does not learn with it.
 */
export const maxPoolGrad: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { input, dy } = inputs as unknown as Record<"input" | "dy", tf.TensorInfo>;
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs;
  const shape = input.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(
    shape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const wasm = backend as BackendWasm;
  const read = (tensor: tf.TensorInfo) => wasm.typedArrayFromHeap(tensor) as Float32Array;
  return tf.tensor(route(read(input), read(dy), info), shape, "float32");
};

function route(x: Float32Array, dy: Float32Array, info: tf.backend_util.Conv2DInfo): Float32Array {
  const { inHeight, inWidth, inChannels: channels, outHeight, outWidth, padInfo } = info;
  const dx = new Float32Array(x.length);
  const best = new Float32Array(channels);
  const where = new Int32Array(channels);
  for (let image = 0, from = 0; image < info.batchSize; image++) {
    for (let i = 0; i < outHeight; i++) {
      const top = i * info.strideHeight - padInfo.top;
      const bottom = Math.min(top + info.filterHeight, inHeight);
      for (let j = 0; j < outWidth; j++) {
        const left = j * info.strideWidth - padInfo.left;
        const right = Math.min(left + info.filterWidth, inWidth);
        best.fill(-Infinity);
        where.fill(-1);
        for (let row = Math.max(top, 0); row < bottom; row++) {
          for (let col = Math.max(left, 0); col < right; col++) {
            let at = ((image * inHeight + row) * inWidth + col) * channels;
            for (let c = 0; c < channels; c++, at++) {
              if (x[at]! > best[c]!) {
                best[c] = x[at]!;
                where[c] = at;
              }
            }
          }
        }
        // A window without a number above −∞ has nowhere to send it.
        for (let c = 0; c < channels; c++, from++) {
          if (where[c]! >= 0) dx[where[c]!]! += dy[from]!;
        }
      }
    }
  }
  return dx;
}
