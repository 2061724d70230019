/** The activation of a layer: its name, and the function itself. */
import { clone, grad, scalar, tensor1d, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { attributes } from "./attributes.ts";
import type { Layer } from "./graph.ts";
import { kindOf } from "./kinds.ts";
import { differentiating } from "./undone.ts";

/** An activation by its name in tf.layers; activation layers have the names of src/init/lps/activations.ts. */
export interface Activation {
  readonly name: string;
  /** The ceiling of a ReLU, the slope of a LeakyReLU (the mean of PReLU's), α of an ELU, θ of a ThresholdedReLU. */
  readonly parameter?: number;
}

/** The activation that ends a layer, or that an activation layer applies; undefined if it is linear. */
export function activationOf(layer: Layer): Activation | undefined {
  const { activation, maxValue, alpha, theta } = attributes(layer);
  const own = kindOf(layer).activation;
  switch (own) {
    case undefined: {
      const name = activation?.getClassName() ?? "linear";
      return name === "linear" ? undefined : { name };
    }
    case "relu":
      return { name: own, parameter: maxValue ?? undefined };
    case "thresholdedRelu":
      return { name: own, parameter: theta! };
    case "softmax":
      return { name: own };
    default:
      return { name: own, parameter: typeof alpha === "number" ? alpha : meanOf(alpha!) };
  }
}

function meanOf(weight: LayerVariable): number {
  const values = weight.read().dataSync<"float32">();
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** The activation as a function of tensors; undefined for layers without any, even a linear one. */
export function functionOf(layer: Layer): ((x: Tensor) => Tensor) | undefined {
  const { activation } = attributes(layer);
  if (activation) return (x) => activation.apply(x);
  return kindOf(layer).role === "activation" ? (x) => layer.call(x, {}) as Tensor : undefined;
}

/** Names of the activations that pass mostly one sign. */
const ONE_SIDED = new Set([
  ...["relu", "relu1", "relu6", "elu", "selu", "gelu", "gelu_new", "swish", "mish", "softplus"],
  ...["leakyRelu", "thresholdedRelu"],
]);

export function isOneSided({ name }: Activation): boolean {
  return ONE_SIDED.has(name);
}

/** f(x) and f′(x) of an activation; both NaN if f is not a function of single numbers, such as softmax. */
export function around(f: (x: Tensor) => Tensor, x: number): { value: number; slope: number } {
  return tidy(() => {
    const single = (x: number) => f(tensor1d([x])).dataSync()[0]!;
    const both = f(tensor1d([0.5, -0.75])).dataSync();
    // Vectorized and scalar code of a backend may round differently.
    const alike = (a: number, b: number) => Math.abs(a - b) <= 1e-5;
    if (!alike(both[0]!, single(0.5)) || !alike(both[1]!, single(-0.75))) {
      return { value: NaN, slope: NaN };
    }
    // The copy is needed because a linear activation returns its argument itself.
    const slope = differentiating(() => grad((x) => f(clone(x)))(scalar(x))).dataSync()[0]!;
    return { value: single(x), slope };
  });
}
