/** TensorFlow.js on its wasm backend: SIMD, one thread in Node. The unit of cost, and the stock initializer. */
import * as tf from "@tensorflow/tfjs"; // core and layers alone lack the chained ops that orthogonal needs
import { type Accuracy, orthogonality } from "../accuracy.ts";
import { type Contender, job } from "../harness.ts";
import { type Matrix, normal } from "../../src/linalg/index.ts";
import "./wasm.ts";

export const version = tf.version.tfjs;

const matrix = (t: tf.Tensor2D): Matrix => ({
  rows: t.shape[0],
  cols: t.shape[1],
  data: t.dataSync<"float32">(),
});

/**
 * tf.matMul of [m, k] by [k, n]. XNNPACK packs b in the first call and keeps the packed b with the tensor, so later
 * calls are cheaper. The unit is the time of a later call, the stricter choice; with `fresh`, b is new in each call.
 */
export function matMul(
  m: number,
  k: number,
  n: number,
  { fresh = false, accuracy }: { fresh?: boolean; accuracy?: (c: Matrix) => Accuracy } = {},
): Contender {
  return {
    name: `tf.matMul ${m === n && m === k ? n : `${m}x${k}·${k}x${n}`}${fresh ? ", b new" : ""}`,
    flops: 2 * m * k * n,
    start() {
      const left = Float32Array.from(normal(m, k, { seed: 1 }).data);
      const right = Float32Array.from(normal(k, n, { seed: 2 }).data);
      const a = tf.tensor2d(left, [m, k]);
      const b = tf.tensor2d(right, [k, n]);
      const product = fresh
        ? () => tf.tidy((): tf.Tensor2D => tf.matMul(a, tf.tensor2d(right, [k, n])))
        : (): tf.Tensor2D => tf.matMul(a, b);
      return {
        ...job(product, accuracy && ((c) => accuracy(matrix(c))), (c) => c.dispose()),
        stop: () => tf.dispose([a, b]),
      };
    },
  };
}

/** The stock orthogonal initializer, which all recurrent layers of tf.layers call for their recurrent kernels. */
export function orthogonal(rows: number, cols: number, bar?: number): Contender {
  const initializer = tf.initializers.orthogonal({ seed: 1 });
  return {
    name: "stock tfjs orthogonal",
    slow: rows * cols > 256 * 256,
    bar,
    start: () =>
      job(
        () => quietly(() => initializer.apply([rows, cols]) as tf.Tensor2D),
        (q) => ({ orthogonality: orthogonality(matrix(q)) }),
        (q) => q.dispose(),
      ),
  };
}

/** Runs a job without the warning of the stock initializer, at every call, that it is slow. */
export function quietly<T>(run: () => T): T {
  const { warn } = console;
  console.warn = () => {};
  try {
    return run();
  } finally {
    console.warn = warn;
  }
}
