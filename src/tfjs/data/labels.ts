/** Labels as vectors, one a sample. */
import type { Tensor } from "@tensorflow/tfjs-core";
import { float64 } from "../../arrays.ts";
import { ArgumentError, show } from "../../errors.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { zeros } from "../../linalg/matrix.ts";

/**
 * The first `count` labels of a batch. Class indices, [samples] or [samples, 1], become one-hot vectors of
 * `classes` entries; vectors, [samples, width], stay as they are, and so do single values where there
 * is one class.
 *
 * @throws ArgumentError for other shapes, NaN, and an index that is not from 0 to classes − 1
 */
export async function labelVectors(
  ys: Tensor,
  count: number,
  classes: number,
): Promise<Matrix<Float64Array>> {
  if (ys.rank > 2) {
    throw new ArgumentError("ys", "shape [samples] or [samples, width]", show(ys.shape));
  }
  const width = ys.shape[1] ?? 1;
  const values = (await ys.data<"float32">()).subarray(0, count * width);
  if (!values.every(Number.isFinite)) {
    throw new ArgumentError("ys", "finite values", "a NaN or an infinity");
  }
  if (width > 1 || classes === 1) {
    return { rows: count, cols: width, data: float64(values) };
  }
  const vectors = zeros(count, classes);
  values.forEach((index, i) => {
    if (!(Number.isInteger(index) && index >= 0 && index < classes)) {
      const expected = `class indices from 0 to ${classes - 1}, or vectors`;
      throw new ArgumentError("ys", expected, show(index));
    }
    vectors.data[i * classes + index] = 1;
  });
  return vectors;
}
