import * as tf from "@tensorflow/tfjs-core";
import { float32, float64 } from "../../arrays.ts";
import {
  penalize,
  type ActivationPenalty,
  type PenaltyOptions,
  type WeightPenalty,
} from "../../init/diversity/penalties.ts";
import { matmul } from "../../linalg/index.ts";

/**
 * Computes factor · penalty of the units in the columns of x [groups, n, m], summed over groups, as a scalar with
 * its gradient in closed form, 2·factor·x·K. Both products are computed by the kernels of this package, on values
 * read from the backend: products of the backend would each pack their operands anew. There is no second derivative.
 */
export function penaltyOf(
  x: tf.Tensor,
  penalty: WeightPenalty | ActivationPenalty,
  options: PenaltyOptions,
  factor: number,
  samples?: number,
): tf.Scalar {
  const [groups, n, m] = x.shape as [number, number, number];
  const withGradient = tf.customGrad((units) => {
    const data = (units as tf.Tensor).dataSync<"float32">();
    const parts = Array.from({ length: groups }, (_, g) => {
      const a = { rows: n, cols: m, data: data.subarray(g * n * m, (g + 1) * n * m) };
      const gram = { rows: m, cols: m, data: float64(matmul(a, a, { transposeA: true }).data) }; // prettier-ignore
      return { a, ...penalize(penalty, gram, options, samples) };
    });
    const gradFunc = (dy: tf.Tensor) => {
      const scale = 2 * factor * dy.dataSync()[0]!;
      const gradient = float32(data.length);
      parts.forEach(({ a, slope }, g) => {
        const k = {
          rows: m,
          cols: m,
          data: float32(slope, (value) => scale * value),
        };
        gradient.set(matmul(a, k).data, g * n * m);
      });
      return tf.tensor(gradient, x.shape, "float32");
    };
    return {
      value: tf.scalar(factor * parts.reduce((sum, { value }) => sum + value, 0)),
      gradFunc,
    };
  });
  return tf.tidy(() => withGradient(x) as tf.Scalar);
}
