import {
  cast,
  customGrad,
  greaterEqual,
  mul,
  relu,
  serialization,
  type Tensor,
} from "@tensorflow/tfjs-core";

/** tf.maximum(x, 0), in a third of its time on the wasm backend, where it broadcasts the 0. */
const apply = customGrad((x, save) => {
  (save as (saved: Tensor[]) => void)([x as Tensor]);
  return {
    value: relu(x as Tensor),
    gradFunc: (dy: Tensor, [x]: Tensor[]) => mul(dy, cast(greaterEqual(x!, 0), dy.dtype)),
  };
});

/** Stock relu: layers know it by its name, run fused kernels in its place, and save it as theirs. */
export class Relu extends serialization.Serializable {
  static readonly className: string = "relu";

  apply(x: Tensor): Tensor {
    return relu(x);
  }

  getConfig(): serialization.ConfigDict {
    return {};
  }
}

/** tf.layers takes any registered class that has `apply` for an activation of its name. */
export class Relu1 extends Relu {
  static override readonly className = "relu1";

  override apply(x: Tensor): Tensor {
    return apply(x);
  }
}
serialization.registerClass(Relu1);

/**
 * Activation: max(x, 0) with gradient 1 at x = 0, where tf.relu has gradient 0. A neuron with zero
 * incoming weights (`grow` by gradmax) learns through relu1 and is dead for ever behind relu. It is the
 * convention of tf.maximum(x, 0), and the one that GradMax needs, f'(0) = 1 (Evci et al. 2022).
 *
 * Works wherever tf.layers takes the name of an activation, and in saved models, where it is "relu1":
 * import this package before loading them, or let `settle` turn it back into relu before saving. (For
 * TypeScript it passes as one of tf's own names.)
 *
 * @example
 * tf.layers.dense({ units: 64, activation: relu1 })
 * tf.layers.activation({ activation: relu1 })
 */
export const relu1 = Relu1.className as string as "linear";
