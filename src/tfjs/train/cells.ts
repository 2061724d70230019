/** What the cells of recurrent layers have in common when their pointwise parts are kernels. */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { exp } from "../../init/elementary.ts";

/** A function of one number. */
type Pointwise = (z: number) => number;
const hardSigmoid: Pointwise = (z) => Math.min(Math.max(0.2 * z + 0.5, 0), 1);
const sigmoid: Pointwise = (z) => 1 / (1 + exp(-z));

/** From here on tanh is 1 in single precision. */
const SATURATED = 9.5;

/**
 * tanh within 1.1e-9, a fiftieth of a unit of single precision, with one division: Lambert's continued
 * fraction y / (1 + y²/(3 + y²/(5 + y²/(7 + y²/9)))) = p/q at y = x/4, and tanh 2y = 2pq / (p² + q²) twice.
 */
export function tanh(x: number): number {
  const y = Math.min(Math.max(x, -SATURATED), SATURATED) / 4;
  const s = y * y;
  const p = y * (945 + s * (105 + s));
  const q = 945 + s * (420 + s * 15);
  const p2 = 2 * p * q;
  const q2 = p * p + q * q;
  return (2 * p2 * q2) / (p2 * p2 + q2 * q2);
}

/** Numbers of tensors of this backend: fresh ones of the given shapes, and views of all. */
export function memory(
  backend: unknown,
  shapes: number[][],
  inputs: (tf.TensorInfo | undefined)[],
) {
  const wasm = backend as BackendWasm;
  const outputs = shapes.map((shape) => wasm.makeOutput(shape, "float32"));
  // Views, taken after the allocations, which may move them.
  const view = (tensor?: tf.TensorInfo) => tensor && (wasm.typedArrayFromHeap(tensor) as Float32Array); // prettier-ignore
  return { outputs, to: outputs.map(view) as Float32Array[], from: inputs.map(view) };
}

/** How a cell squashes its gates. */
export interface Gates {
  /** By the hard sigmoid min(max(0.2 z + 0.5, 0), 1), tf.layers' default; otherwise by the sigmoid. */
  readonly hard: boolean;
}

/** The gates as a function of z, and their slope as one of their value. */
export const gateOf = ({ hard }: Gates): Pointwise => (hard ? hardSigmoid : sigmoid);
export const slopeOf = ({ hard }: Gates): Pointwise =>
  hard ? (y) => (y > 0 && y < 1 ? 0.2 : 0) : (y) => y * (1 - y);

/** What is used of a cell of tf.layers. */
export interface Cell {
  readonly kernel: { read(): tf.Tensor2D };
  readonly recurrentKernel: { read(): tf.Tensor2D };
  readonly bias: { read(): tf.Tensor1D } | null;
  readonly activation: { getClassName(): string };
  readonly recurrentActivation: { getClassName(): string };
  readonly dropout: number;
  readonly recurrentDropout: number;
}

/** A cell's `call`: the input and the states → the output and the new states. */
export type Call = (this: Cell, inputs: tf.Tensor[], kwargs: object) => tf.Tensor[];

/**
 * A cell's `call` by kernels, where it is on the wasm backend, of the usual activations and without dropout; what
 * it was otherwise.
 *
 * @param states how many the cell has
 */
export const quickened =
  (states: number, run: (cell: Cell, inputs: tf.Tensor2D[], gates: Gates) => tf.Tensor[]) =>
  (stock: Call): Call =>
    function (inputs, kwargs) {
      const gate = this.recurrentActivation.getClassName();
      const usual = this.activation.getClassName() === "tanh" && ["hardSigmoid", "sigmoid"].includes(gate); // prettier-ignore
      const plain = !(this.dropout > 0 || this.recurrentDropout > 0);
      const fits = inputs.length === 1 + states && inputs[0]!.rank === 2;
      if (tf.getBackend() !== "wasm" || !usual || !plain || !fits) return stock.call(this, inputs, kwargs); // prettier-ignore
      return tf.tidy(() => run(this, inputs as tf.Tensor2D[], { hard: gate === "hardSigmoid" }));
    };
