import { maximum, serialization, type Tensor } from "@tensorflow/tfjs-core";

/** tf.layers takes any registered class that has `apply` for an activation of its name. */
export class Relu1 extends serialization.Serializable {
  static readonly className = "relu1";

  /** The order of the arguments matters: the gradient of a tie goes to the first. */
  apply(x: Tensor): Tensor {
    return maximum(x, 0);
  }

  getConfig(): serialization.ConfigDict {
    return {};
  }
}
serialization.registerClass(Relu1);

/**
 * Activation: max(x, 0) with gradient 1 at x = 0, where tf.relu has gradient 0. A neuron with zero
 * incoming weights (`grow` by gradmax) learns through relu1 and is dead for ever behind relu. It is the
 * convention of tf.maximum(x, 0), and the one that Evci et al. 2022, section 3.2, ask for.
 *
 * Works wherever tf.layers takes the name of an activation, and in saved models, where it is "relu1":
 * import this package before loading them. (For TypeScript it passes as one of tf's own names.)
 *
 * @example
 * tf.layers.dense({ units: 64, activation: relu1 })
 * tf.layers.activation({ activation: relu1 })
 */
export const relu1 = Relu1.className as string as "linear";
