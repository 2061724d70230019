import {
  cast,
  customGrad,
  greaterEqual,
  lessEqual,
  logicalAnd,
  mul,
  relu,
  relu6,
  type serialization,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { registered } from "./registered.ts";

/** Computes tf.maximum(x, 0) in a third of that operation's time on the wasm backend, where it broadcasts the 0. */
const apply = /* @__PURE__ */ customGrad((x, save) => {
  (save as (saved: Tensor[]) => void)([x as Tensor]);
  return {
    value: relu(x as Tensor),
    gradFunc: (dy: Tensor, [x]: Tensor[]) => mul(dy, cast(greaterEqual(x!, 0), dy.dtype)),
  };
});

/** The same with a ceiling of 6, where the gradient is 1 from 0 to 6. */
const apply6 = /* @__PURE__ */ customGrad((x, save) => {
  (save as (saved: Tensor[]) => void)([x as Tensor]);
  return {
    value: relu6(x as Tensor),
    gradFunc: (dy: Tensor, [x]: Tensor[]) =>
      mul(dy, cast(logicalAnd(greaterEqual(x!, 0), lessEqual(x!, 6)), dy.dtype)),
  };
});

/** Stand-in for the stock relu: tf.layers knows it by its name, runs fused kernels for it, and saves it as relu. */
class Relu implements serialization.Serializable {
  static readonly className: string = "relu";

  static fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
  ): T {
    return new cls();
  }

  getClassName(): string {
    return (this.constructor as typeof Relu).className;
  }

  apply(x: Tensor): Tensor {
    return relu(x);
  }

  getConfig(): serialization.ConfigDict {
    return {};
  }
}

/** The activation `relu1`. tf.layers accepts any registered class that has `apply` as the activation of its name. */
class Relu1 extends Relu {
  static override readonly className = "relu1";

  override apply(x: Tensor): Tensor {
    return apply(x);
  }
}

/** Stand-in for the stock relu6. */
class Relu6 extends Relu {
  static override readonly className: string = "relu6";

  override apply(x: Tensor): Tensor {
    return relu6(x);
  }
}

/** The activation `relu1` with relu6's ceiling. */
class Relu1To6 extends Relu {
  static override readonly className = "relu1to6";

  override apply(x: Tensor): Tensor {
    return apply6(x);
  }
}

export const classes = /* @__PURE__ */ registered({ Relu1, Relu1To6 });

/**
 * Our activations with gradient 1 at 0, by the names of the stock ones that they replace. The names are those of
 * `classes`, so that a bundler that keeps this keeps the registration.
 */
export const replacements: Readonly<Record<string, string>> = /* @__PURE__ */ (() => ({
  relu: classes.Relu1.className,
  relu6: classes.Relu1To6.className,
}))();

/** The stock activation that one of ours replaces; undefined for other names. */
export function stockOf(name: string): Relu | undefined {
  return name === Relu1.className
    ? new Relu()
    : name === Relu1To6.className
      ? new Relu6()
      : undefined;
}

/**
 * Activation max(x, 0) with gradient 1 at x = 0, through which neurons with zero incoming weights can learn.
 *
 * It works wherever tf.layers takes the name of an activation. Saved models name it "relu1": import this name, or
 * `tfjs-initializers/register`, before loading them, or let `settle` turn relu1 back into relu before saving. Its TypeScript
 * type is that of one of TensorFlow.js's own names.
 *
 * tf.relu has gradient 0 at x = 0, so that a neuron with zero incoming weights (as `grow` makes by gradmax) would never
 * learn behind it; the same holds for relu6, which `grow` replaces by "relu1to6". Gradient 1 is the convention of tf.maximum(x, 0), and the one that GradMax needs, f'(0) = 1 (Evci et
 * al. 2022).
 *
 * @example
 * tf.layers.dense({ units: 64, activation: relu1 })
 * tf.layers.activation({ activation: relu1 })
 */
export const relu1 = /* @__PURE__ */ (() => classes.Relu1.className as string as "linear")();
