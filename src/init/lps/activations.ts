/** The activations of TensorFlow.js as functions of a number, with their derivatives and kinks. */
import { checkFunction, finiteNumbers } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { exp, expm1, log1p, normalDensity, normalDistribution, tanh } from "../../elementary.ts";

/** An element-wise activation σ. */
export interface Activation {
  value(x: number): number;
  derivative(x: number): number;
  /** The points where a derivative (or σ itself) jumps. */
  readonly kinks: readonly number[];
  /** |σ| ≤ 1. */
  readonly bounded?: boolean;
  /** Relative accuracy of σ and of its derivative, where it is less than that of f64. */
  readonly accuracy?: { value: number; derivative: number };
}

/** A user's activation, which may compute in f64 or f32. Without a derivative, χ is accurate to 1e-4. */
export type ActivationFunction =
  | ((x: number) => number)
  | { value(x: number): number; derivative?(x: number): number; kinks?: readonly number[] };

const sigmoid = (x: number): number => {
  const e = exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
};
const softplus = (x: number): number => Math.max(x, 0) + log1p(exp(-Math.abs(x)));

/** relu (`most` = ∞) and relu6: 0 below 0, x from 0 to `most`, `most` above. */
const relu = (most = Infinity): Activation => ({
  value: (x) => Math.min(Math.max(x, 0), most),
  derivative: (x) => (x > 0 && x < most ? 1 : 0),
  kinks: most === Infinity ? [0] : [0, most],
});

const leakyRelu = (slope = 0.3): Activation => ({
  value: (x) => (x > 0 ? x : slope * x),
  derivative: (x) => (x > 0 ? 1 : slope),
  kinks: [0],
});

const elu = (alpha = 1, scale = 1): Activation => ({
  value: (x) => scale * (x > 0 ? x : alpha * expm1(x)),
  derivative: (x) => scale * (x > 0 ? 1 : alpha * exp(x)),
  kinks: [0],
});

const swish = (beta = 1): Activation => ({
  value: (x) => x * sigmoid(beta * x),
  derivative(x) {
    const s = sigmoid(beta * x);
    return s + beta * x * s * (1 - s);
  },
  kinks: [],
});

const thresholdedRelu = (theta = 1): Activation => ({
  value: (x) => (x > theta ? x : 0),
  derivative: (x) => (x > theta ? 1 : 0),
  kinks: [theta],
});

/** √(2/π) and the factor of the cubic term in the tanh approximation of gelu. */
const [GELU_SCALE, GELU_CUBIC] = [0.7978845608028654, 0.044715];

/**
 * Activations by their names in TensorFlow.js, and silu as another name of swish. The argument is that of the layer of
 * this name: slope (leakyRelu, default 0.3), alpha (elu, swish: 1), theta (thresholdedRelu: 1), maximum (relu: ∞).
 */
export const activations = {
  elu,
  gelu: () => ({
    value: (x) => x * normalDistribution(x),
    derivative: (x) => normalDistribution(x) + x * normalDensity(x),
    kinks: [],
  }),
  gelu_new: () => ({
    value: (x) => 0.5 * x * (1 + tanh(GELU_SCALE * (x + GELU_CUBIC * x * x * x))),
    derivative(x) {
      const t = tanh(GELU_SCALE * (x + GELU_CUBIC * x * x * x));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBIC * x * x);
    },
    kinks: [],
  }),
  hardSigmoid: () => ({
    value: (x) => Math.min(Math.max(0.2 * x + 0.5, 0), 1),
    derivative: (x) => (Math.abs(x) < 2.5 ? 0.2 : 0),
    kinks: [-2.5, 2.5],
    bounded: true,
  }),
  leakyRelu,
  linear: () => ({ value: (x) => x, derivative: () => 1, kinks: [] }),
  mish: () => ({
    value: (x) => x * tanh(softplus(x)),
    derivative(x) {
      const t = tanh(softplus(x));
      return t + x * (1 - t * t) * sigmoid(x);
    },
    kinks: [],
  }),
  relu,
  relu6: () => relu(6),
  // Klambauer et al. 2017, equation 14.
  selu: () => elu(1.6732632423543772, 1.0507009873554805),
  sigmoid: () => ({
    value: sigmoid,
    derivative: (x) => sigmoid(x) * sigmoid(-x),
    kinks: [],
    bounded: true,
  }),
  silu: swish,
  softplus: () => ({ value: softplus, derivative: sigmoid, kinks: [] }),
  softsign: () => ({
    value: (x) => x / (1 + Math.abs(x)),
    derivative: (x) => 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x))),
    kinks: [0],
    bounded: true,
  }),
  swish,
  tanh: () => ({
    value: tanh,
    derivative: (x) => 1 - tanh(x) * tanh(x),
    kinks: [],
    bounded: true,
  }),
  thresholdedRelu,
} satisfies Record<string, (parameter?: number) => Activation>;

export type ActivationName = keyof typeof activations;

/** Accuracy of a user's function, which may be computed in f32, and of its central difference. */
const ACCURACY = { value: 1e-7, derivative: 1e-7 };
const DIFFERENCE = { value: 1e-7, derivative: 1e-4 };
/** Step h of the central difference: truncation h²/6 = 2e-7, roundoff in f32 2^-24 / h = 6e-5. */
const STEP = 2 ** -10;

/**
 * The activation that an argument names or defines.
 *
 * @param parameter of a named activation that has one, see `activations`
 * @throws ArgumentError for an unknown name, a parameter that is not a finite number or that the activation does not
 *   have, or a value that is not a function
 */
export function activationNamed(
  activation: ActivationName | ActivationFunction,
  parameter?: number,
): Activation {
  if (typeof activation === "string") {
    if (!Object.hasOwn(activations, activation)) {
      const names = Object.keys(activations).join(", ");
      throw new ArgumentError("activation", `a function or one of ${names}`, show(activation));
    }
    const make: (parameter?: number) => Activation = activations[activation];
    const takes = [elu, leakyRelu, relu, swish, thresholdedRelu] as unknown[];
    if (parameter !== undefined && !(takes.includes(make) && Number.isFinite(parameter))) {
      const expected = takes.includes(make) ? "a finite number" : `nothing for ${activation}`;
      throw new ArgumentError("parameter", expected, show(parameter));
    }
    return make(parameter);
  }
  const parts = typeof activation === "function" ? { value: activation } : activation;
  const {
    value,
    derivative,
    kinks: given = [],
  }: Partial<Exclude<ActivationFunction, Function>> = parts ?? {};
  if (typeof value !== "function") {
    throw new ArgumentError("activation", "a name, a function or { value, … }", show(activation));
  }
  checkFunction("activation.derivative", derivative);
  const kinks = finiteNumbers("activation.kinks", given);
  if (parameter !== undefined) {
    throw new ArgumentError("parameter", "nothing for a function", show(parameter));
  }
  const difference = (x: number) => (value(x + STEP) - value(x - STEP)) / (2 * STEP);
  return derivative === undefined
    ? { value, derivative: difference, kinks, accuracy: DIFFERENCE }
    : { value, derivative, kinks, accuracy: ACCURACY };
}
