/** A gradient of each kind of kernel that tfjs-initializers/train brings, to be disturbed. */
import * as tf from "@tensorflow/tfjs-core";
import "../../src/tfjs/train.ts";
import type { Deeds } from "./deeds.ts";
import { gradients } from "./tensors.ts";

const draw = (...shape: number[]) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Array.from({ length: size }, (_, i) => Math.sin(i * i + i)),
    shape,
  );
};
type Rank = never;

export const training: Deeds = {
  conv2d: () => gradients({ given: [() => draw(2, 6, 6, 2), () => draw(3, 3, 2, 4)], call: (x, w) => tf.conv2d(x as Rank, w as Rank, 1, "same") }), // prettier-ignore
  conv3d: () => gradients({ given: [() => draw(1, 4, 4, 4, 2), () => draw(2, 2, 2, 2, 3)], call: (x, w) => tf.conv3d(x as Rank, w as Rank, 1, "same") }), // prettier-ignore
  depthwiseConv2d: () => gradients({ given: [() => draw(2, 6, 6, 2), () => draw(3, 3, 2, 2)], call: (x, w) => tf.depthwiseConv2d(x as Rank, w as Rank, 1, "same") }), // prettier-ignore
  einsum: () => gradients({ given: [() => draw(4, 5), () => draw(5, 3)], call: (x, w) => tf.einsum("ij,jk->ik", x, w) }), // prettier-ignore
  gather: () => gradients({ given: [() => draw(6, 3)], call: (x) => tf.gather(x, [0, 2, 2]) }),
  matMul: () => gradients({ given: [() => draw(4, 5), () => draw(3, 5)], call: (x, w) => tf.matMul(x, w, false, true) }), // prettier-ignore
  maxPool: () => gradients({ given: [() => draw(2, 6, 6, 2)], call: (x) => tf.maxPool(x as Rank, 2, 2, "same") }), // prettier-ignore
};
