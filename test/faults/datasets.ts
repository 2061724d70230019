/** Datasets of a test's own, as TensorFlow.js' tf.data makes them. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Dataset } from "../../src/tfjs/data/source.ts";
import { calmly } from "../support/calm.ts";
import { tf } from "../support/wasm.ts";

/** Batches of two tensors side by side, made anew for each walk, and the consumer's to dispose. */
export function zipped(xs: Tensor, ys: Tensor, size: number): Dataset {
  const cut = (x: Tensor, at: number, count: number) => tf.slice(x, at, count);
  return {
    async iterator() {
      let at = 0;
      return {
        async next() {
          if (at >= xs.shape[0]!) return { done: true, value: null };
          const count = Math.min(size, xs.shape[0]! - at);
          const value = calmly(() => ({ xs: cut(xs, at, count), ys: cut(ys, at, count) }));
          at += count;
          return { done: false, value };
        },
      };
    },
  };
}
