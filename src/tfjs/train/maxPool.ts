import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { inputAt, type Axis } from "../../linalg/conv/axis.ts";
import type { Convolution } from "../../linalg/conv/filterGradient.ts";
import { poolingOf } from "./geometry.ts";

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
    const pooling = poolingOf(input.shape, attrs as unknown as Parameters<typeof poolingOf>[1]);
    const wasm = backend as BackendWasm;
    const output = wasm.makeOutput(input.shape, "float32");
    // Views are taken after the allocation, which may move the memory.
    const [dx, x, given] = [output, input, dy].map((tensor) => wasm.typedArrayFromHeap(tensor));
    scatter(pooling, last, x as Float32Array, given as Float32Array, dx as Float32Array);
    return output;
  };

/** Kernel MaxPoolGrad: the gradient of tf.maxPool. */
export const maxPoolGrad = maxPoolGradient(false);

/** Kernel MaxPool3DGrad: the gradient of tf.maxPool3d. */
export const maxPool3dGrad = maxPoolGradient(true);

/** For each window: dx[position of the largest entry] += dy. */
function scatter(
  { images, channels, depth, rows, cols }: Convolution,
  last: boolean,
  x: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
): void {
  const line = cols.input * channels;
  const plane = rows.input * line;
  dx.fill(0);
  let from = 0;
  for (let b = 0; b < images; b++) {
    const image = b * depth.input * plane;
    for (let o = 0; o < depth.output; o++) {
      const [firstPlane, endPlane] = inside(depth, o);
      for (let p = 0; p < rows.output; p++) {
        const [firstRow, endRow] = inside(rows, p);
        for (let q = 0; q < cols.output; q++) {
          const [firstCol, endCol] = inside(cols, q);
          for (let c = 0; c < channels; c++, from++) {
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
            if (where >= 0) dx[where]! += dy[from]!;
          }
        }
      }
    }
  }
}

/** The part of a window that lies inside the input. */
function inside(axis: Axis, output: number): readonly [first: number, end: number] {
  const first = inputAt(axis, output, 0);
  return [Math.max(first, 0), Math.min(first + axis.kernel, axis.input)];
}
