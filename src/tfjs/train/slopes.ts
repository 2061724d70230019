/**
 * Gradients of activations in one pass over the numbers, where TensorFlow.js runs three to six kernels: a time step
 * of an LSTM runs over a hundred, most of which take less time than the calls of them.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/** dx[i] = dy[i] · slope(at[i]), where `at` is the input or the output of the activation. */
type Pass = (at: Float32Array, dy: Float32Array, dx: Float32Array, attrs: Limits) => void;
interface Limits {
  readonly clipValueMin: number;
  readonly clipValueMax: number;
}

const passes: Record<string, Pass> = {
  ClipByValue(x, dy, dx, { clipValueMin, clipValueMax }) {
    for (let i = 0; i < dx.length; i++) {
      dx[i] = x[i]! >= clipValueMin && x[i]! <= clipValueMax ? dy[i]! : 0;
    }
  },
  Sigmoid(y, dy, dx) {
    for (let i = 0; i < dx.length; i++) dx[i] = dy[i]! * y[i]! * (1 - y[i]!);
  },
  Tanh(y, dy, dx) {
    for (let i = 0; i < dx.length; i++) dx[i] = dy[i]! * (1 - y[i]! * y[i]!);
  },
};

const nameOf = (activation: string) => `tfjs-initializers/${activation}Grad`;

/** Kernels of the wasm backend, by name. */
export const slopeKernels: Record<string, tf.KernelFunc> = Object.fromEntries(
  Object.entries(passes).map(([activation, pass]) => [
    nameOf(activation),
    ({ inputs, attrs, backend }) => {
      const wasm = backend as BackendWasm;
      const output = wasm.makeOutput(inputs.at!.shape, "float32");
      // Views are taken after the allocation, which may move the memory.
      const view = (tensor: tf.TensorInfo) => wasm.typedArrayFromHeap(tensor) as Float32Array;
      pass(view(inputs.at!), view(inputs.dy!), view(output), attrs as unknown as Limits);
      return output;
    },
  ]),
);

/** The gradient found, but for floating-point numbers on the wasm backend the kernel above. */
const onePass =
  (activation: string) =>
  (found: tf.GradConfig["gradFunc"]): tf.GradConfig["gradFunc"] =>
  (given, saved, attrs) => {
    const [at, dy] = [saved[0]!, given as tf.Tensor];
    if (tf.getBackend() !== "wasm" || at.dtype !== "float32") return found(given, saved, attrs);
    const dx = () => tf.engine().runKernel<tf.Tensor>(nameOf(activation), { at, dy }, attrs ?? {});
    return { x: dx };
  };

/** Gradients by the kernel of the activation. */
export const slopes = Object.fromEntries(
  Object.keys(passes).map((activation) => [activation, onePass(activation)]),
);
