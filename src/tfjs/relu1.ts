import {
  cast,
  customGrad,
  greaterEqual,
  mul,
  relu,
  serialization,
  type Tensor,
} from "@tensorflow/tfjs-core";

/** Computes tf.maximum(x, 0) in a third of that operation's time on the wasm backend, where it broadcasts the 0. */
const apply = customGrad((x, save) => {
  (save as (saved: Tensor[]) => void)([x as Tensor]);
  return {
    value: relu(x as Tensor),
    gradFunc: (dy: Tensor, [x]: Tensor[]) => mul(dy, cast(greaterEqual(x!, 0), dy.dtype)),
  };
});

/** Stand-in for the stock relu: tf.layers knows it by its name, runs fused kernels for it, and saves it as relu. */
export class Relu extends serialization.Serializable {
  static readonly className: string = "relu";

  apply(x: Tensor): Tensor {
    return relu(x);
  }

  getConfig(): serialization.ConfigDict {
    return {};
  }
}

/** The activation `relu1`. tf.layers accepts any registered class that has `apply` as the activation of its name. */
export class Relu1 extends Relu {
  static override readonly className = "relu1";

  override apply(x: Tensor): Tensor {
    return apply(x);
  }
}
serialization.registerClass(Relu1);

/**
 * Activation max(x, 0) with gradient 1 at x = 0, through which neurons with zero incoming weights can learn.
 *
 * It works wherever tf.layers takes the name of an activation. Saved models name it "relu1": import this package before
 * loading them, or let `settle` turn relu1 back into relu before saving. Its TypeScript type is that of one of
 * TensorFlow.js's own names.
 *
 * tf.relu has gradient 0 at x = 0, so that a neuron with zero incoming weights (as `grow` makes by gradmax) would never
 * learn behind it. Gradient 1 is the convention of tf.maximum(x, 0), and the one that GradMax needs, f'(0) = 1 (Evci et
 * al. 2022).
 *
 * @example
 * tf.layers.dense({ units: 64, activation: relu1 })
 * tf.layers.activation({ activation: relu1 })
 */
export const relu1 = Relu1.className as string as "linear";
