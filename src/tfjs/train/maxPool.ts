import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { int32 } from "../../arrays.ts";
import { inputAt, type Axis } from "../../linalg/conv/axis.ts";
import type { Convolution } from "../../linalg/conv/filterGradient.ts";
import { poolingOf } from "./geometry.ts";

type PoolingAttrs = Parameters<typeof poolingOf>[1];

/**
 * The gradient of max pooling: each dy goes to one of the largest entries of its window, or to none if no entry is
 * above −∞.
 *
 * @param last whether dy goes to the last of equal entries; otherwise to the first
 */
const maxPoolGradient =
  (last: boolean): tf.KernelFunc =>
  ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as unknown as Record<"dy" | "input", tf.TensorInfo>;
    const pooling = poolingOf(input.shape, attrs as unknown as PoolingAttrs);
    const wasm = backend as BackendWasm;
    const output = wasm.makeOutput(input.shape, "float32");
    // Views are taken after the allocation, which may move the memory.
    const [dx, x, given] = [output, input, dy].map((tensor) => wasm.typedArrayFromHeap(tensor)) as [Float32Array, Float32Array, Float32Array]; // prettier-ignore
    dx.fill(0);
    largestEntries(pooling, last, x).forEach((where, window) => {
      if (where >= 0) dx[where]! += given[window]!;
    });
    return output;
  };

/** Kernel MaxPoolGrad: the gradient of tf.maxPool. */
export const maxPoolGrad = maxPoolGradient(false);

/** Kernel MaxPool3DGrad: the gradient of tf.maxPool3d. */
export const maxPool3dGrad = maxPoolGradient(true);

/** Kernel MaxPool3D. The backend's own kernel makes 0 of windows in which no number is positive. */
export const maxPool3d: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const input = inputs.x!;
  const pooling = poolingOf(input.shape, attrs as unknown as PoolingAttrs);
  const { images, depth, rows, cols, channels } = pooling;
  const shape = [images, depth.output, rows.output, cols.output, channels];
  const wasm = backend as BackendWasm;
  const output = wasm.makeOutput(shape, input.dtype);
  // Views are taken after the allocation, which may move the memory.
  const [y, x] = [output, input].map((tensor) => wasm.typedArrayFromHeap(tensor)) as [Float32Array, Float32Array]; // prettier-ignore
  largestEntries(pooling, true, x).forEach((where, window) => {
    y[window] = where >= 0 ? x[where]! : -Infinity;
  });
  return output;
};

/** For each window the position of its largest entry, or −1 if no entry is above −∞. */
function largestEntries(
  { images, channels, depth, rows, cols }: Convolution,
  last: boolean,
  x: Float32Array,
): Int32Array {
  const line = cols.input * channels;
  const plane = rows.input * line;
  const positions = int32(images * depth.output * rows.output * cols.output * channels);
  let window = 0;
  for (let b = 0; b < images; b++) {
    const image = b * depth.input * plane;
    for (let o = 0; o < depth.output; o++) {
      const [firstPlane, endPlane] = inside(depth, o);
      for (let p = 0; p < rows.output; p++) {
        const [firstRow, endRow] = inside(rows, p);
        for (let q = 0; q < cols.output; q++) {
          const [firstCol, endCol] = inside(cols, q);
          for (let c = 0; c < channels; c++, window++) {
            let largest = -Infinity;
            let where = -1;
            for (let i = firstPlane; i < endPlane; i++) {
              for (let j = firstRow; j < endRow; j++) {
                const row = image + i * plane + j * line + c;
                for (let k = firstCol, at = row + k * channels; k < endCol; k++, at += channels) {
                  if (x[at]! > largest || (last && x[at] === largest)) {
                    largest = x[at]!;
                    where = at;
                  }
                }
              }
            }
            positions[window] = where;
          }
        }
      }
    }
  }
  return positions;
}

/** The part of a window that lies inside the input. */
function inside(axis: Axis, output: number): readonly [first: number, end: number] {
  const first = inputAt(axis, output, 0);
  return [Math.max(first, 0), Math.min(first + axis.kernel, axis.input)];
}
