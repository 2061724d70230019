/** The common part of recurrent cells whose pointwise operations are kernels of this package. */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { exp } from "../../elementary.ts";

/** A function of one number. */
type Pointwise = (z: number) => number;
const hardSigmoid: Pointwise = (z) => Math.min(Math.max(0.2 * z + 0.5, 0), 1);
const sigmoid: Pointwise = (z) => 1 / (1 + exp(-z));

/** From this x on tanh(x) is 1 in single precision. */
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

/** Makes output tensors of the given shapes, and views of the numbers of outputs and inputs. */
export function memory(
  backend: unknown,
  shapes: number[][],
  inputs: (tf.TensorInfo | undefined)[],
) {
  const wasm = backend as BackendWasm;
  const outputs = shapes.map((shape) => wasm.makeOutput(shape, "float32"));
  // Views are taken after the allocations, which may move the memory.
  const view = (tensor?: tf.TensorInfo) => tensor && (wasm.typedArrayFromHeap(tensor) as Float32Array); // prettier-ignore
  return { outputs, to: outputs.map(view) as Float32Array[], from: inputs.map(view) };
}

/** The activation of the gates of a cell. */
export interface Gates {
  /** Whether it is the hard sigmoid min(max(0.2 z + 0.5, 0), 1), tf.layers' default; otherwise it is the sigmoid. */
  readonly hard: boolean;
}

/** The activation of the gates as a function of z, and its derivative as a function of the activation's value. */
export const gateOf = ({ hard }: Gates): Pointwise => (hard ? hardSigmoid : sigmoid);
export const slopeOf = ({ hard }: Gates): Pointwise =>
  hard ? (y) => (y > 0 && y < 1 ? 0.2 : 0) : (y) => y * (1 - y);

/** The properties of a tf.layers cell that its replaced `call` uses. */
export interface Cell {
  readonly kernel: { read(): tf.Tensor2D };
  readonly recurrentKernel: { read(): tf.Tensor2D };
  readonly bias: { read(): tf.Tensor1D } | null;
  readonly activation: { getClassName(): string };
  readonly recurrentActivation: { getClassName(): string };
  readonly dropout: number;
  readonly recurrentDropout: number;
}

/** `call` of a cell: takes the input and the states, returns the output and the new states. */
export type Call = (this: Cell, inputs: tf.Tensor[], kwargs: object) => tf.Tensor[];

/**
 * Makes `call` of a cell from the original one: it uses `run`, and so the kernels of this package, on the wasm
 * backend for cells with the usual activations and without dropout; otherwise it is the original.
 *
 * @param states the number of states of the cell
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
