/** A gradient of each kind of kernel that tfjs-initializers/train brings, to be disturbed. */
import * as tf from "@tensorflow/tfjs-core";
import type { Deeds } from "./deeds.ts";
import { gradients, type Call } from "./tensors.ts";

const draw = (...shape: number[]) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => Math.sin(i * i + i)),
    shape,
  );
};
type Rank = never;

/** The kernels are imported when they are first needed, since models trained before should not run on them. */
async function trained(call: Call): Promise<unknown> {
  await import("../../src/tfjs/train.ts");
  return gradients(call);
}

export const training: Deeds = {
  conv2d: () => trained({ given: [() => draw(2, 6, 6, 2), () => draw(3, 3, 2, 4)], call: (x, w) => tf.conv2d(x as Rank, w as Rank, 1, "same") }), // prettier-ignore
  conv3d: () => trained({ given: [() => draw(1, 4, 4, 4, 2), () => draw(2, 2, 2, 2, 3)], call: (x, w) => tf.conv3d(x as Rank, w as Rank, 1, "same") }), // prettier-ignore
  depthwiseConv2d: () => trained({ given: [() => draw(2, 6, 6, 2), () => draw(3, 3, 2, 2)], call: (x, w) => tf.depthwiseConv2d(x as Rank, w as Rank, 1, "same") }), // prettier-ignore
  einsum: () => trained({ given: [() => draw(4, 5), () => draw(5, 3)], call: (x, w) => tf.einsum("ij,jk->ik", x, w) }), // prettier-ignore
  gather: () => trained({ given: [() => draw(6, 3)], call: (x) => tf.gather(x, [0, 2, 2]) }),
  matMul: () => trained({ given: [() => draw(4, 5), () => draw(3, 5)], call: (x, w) => tf.matMul(x, w, false, true) }), // prettier-ignore
  maxPool: () => trained({ given: [() => draw(2, 6, 6, 2)], call: (x) => tf.maxPool(x as Rank, 2, 2, "same") }), // prettier-ignore
};
