import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { float32, float64, int32 } from "../../arrays.ts";
import { ArgumentError } from "../../errors.ts";

/**
 * Kernel UnsortedSegmentSum: row i of the result is the sum of the rows of x whose segment is i, or zero if there is
 * none. Rows of a segment outside [0, numSegments) are ignored. It is the gradient of embeddings.
 *
 * Sums are computed in double precision, segment by segment.
 *
 * @throws ArgumentError if segmentIds is not of rank 1, with one entry for each row of x
 */
export const unsortedSegmentSum: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, segmentIds } = inputs as unknown as Record<"x" | "segmentIds", tf.TensorInfo>;
  const { numSegments } = attrs as { numSegments: number };
  const [rows, ...inner] = x.shape;
  if (segmentIds.shape.length !== 1 || segmentIds.shape[0] !== rows) {
    throw new ArgumentError("segmentIds", `shape [${rows}]`, `[${segmentIds.shape.join(", ")}]`);
  }
  const { typedArrayFromHeap } = backend as BackendWasm;
  const read = (tensor: tf.TensorInfo) => typedArrayFromHeap.call(backend, tensor);
  const sums = segmentSums(read(x), read(segmentIds), tf.util.sizeFromShape(inner), numSegments);
  return tf.tensor(sums, [numSegments, ...inner], "float32");
};

function segmentSums(
  x: ArrayLike<number>,
  segments: ArrayLike<number>,
  size: number,
  count: number,
): Float32Array {
  // The rows of each segment form a linked list: `first` of a segment, then `next` of each row.
  const first = int32(count).fill(-1);
  const next = int32(segments.length);
  for (let row = segments.length - 1; row >= 0; row--) {
    const segment = segments[row];
    if (segment < 0 || segment >= count) continue;
    next[row] = first[segment];
    first[segment] = row;
  }
  const result = float32(count * size);
  const sum = float64(size);
  for (let segment = 0; segment < count; segment++) {
    if (first[segment] < 0) continue;
    sum.fill(0);
    for (let row = first[segment]; row >= 0; row = next[row]) {
      for (let j = 0, at = row * size; j < size; j++, at++) sum[j] += x[at];
    }
    result.set(sum, segment * size);
  }
  return result;
}
