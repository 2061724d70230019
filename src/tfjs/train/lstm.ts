/**
 * The pointwise part of an LSTM cell as one kernel forward and one back. tf.layers takes some 110 kernels a
 * time step for it, most of which last less than what surrounds them.
 *
 *   z = x·K + h·R + b, in four parts;  i = σ(z₀), f = σ(z₁), g = tanh(z₂), o = σ(z₃)
 *   c' = f c + i g;  h' = o tanh(c')
 *
 * with σ the hard sigmoid min(max(0.2 z + 0.5, 0), 1), tf.layers' default, or the sigmoid.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { exp } from "../../init/elementary.ts";

const FORWARD = "tfjs-initializers/LSTM";
const BACK = "tfjs-initializers/LSTMGrad";

interface Attrs {
  readonly hard: boolean;
}

type Gate = (z: number) => number;
const hardSigmoid: Gate = (z) => Math.min(Math.max(0.2 * z + 0.5, 0), 1);
const sigmoid: Gate = (z) => 1 / (1 + exp(-z));

/** From here on tanh is 1 in single precision. */
const SATURATED = 9.5;

/**
 * tanh within 1.1e-9, a fiftieth of a unit of single precision, with one division: Lambert's continued
 * fraction y / (1 + y²/(3 + y²/(5 + y²/(7 + y²/9)))) = p/q at y = x/4, and tanh 2y = 2pq / (p² + q²) twice.
 */
function tanh(x: number): number {
  const y = Math.min(Math.max(x, -SATURATED), SATURATED) / 4;
  const s = y * y;
  const p = y * (945 + s * (105 + s));
  const q = 945 + s * (420 + s * 15);
  const p2 = 2 * p * q;
  const q2 = p * p + q * q;
  return (2 * p2 * q2) / (p2 * p2 + q2 * q2);
}

/** Numbers of tensors of this backend: fresh ones of the given shapes, and views of all. */
function memory(backend: unknown, shapes: number[][], inputs: (tf.TensorInfo | undefined)[]) {
  const wasm = backend as BackendWasm;
  const outputs = shapes.map((shape) => wasm.makeOutput(shape, "float32"));
  // Views, taken after the allocations, which may move them.
  const view = (tensor?: tf.TensorInfo) => tensor && (wasm.typedArrayFromHeap(tensor) as Float32Array); // prettier-ignore
  return { outputs, to: outputs.map(view) as Float32Array[], from: inputs.map(view) };
}

/** x·K, h·R, b and c → h', c', and for the way back [i, f, g, o] and tanh(c'). */
const forward: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { ofInput, ofState, bias, carry } = inputs as Record<string, tf.TensorInfo>;
  const [n, units] = carry!.shape as [number, number];
  const shape = [n, units];
  const shapes = [shape, shape, [n, 4 * units], shape];
  const { outputs, to, from } = memory(backend, shapes, [ofInput, ofState, carry, bias]);
  const [h, next, gates, squashed] = to as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [x, s, c, b] = from as [Float32Array, Float32Array, Float32Array, Float32Array | undefined];
  const gate = (attrs as unknown as Attrs).hard ? hardSigmoid : sigmoid;
  for (let row = 0, at = 0; row < n; row++) {
    for (let unit = 0; unit < units; unit++, at++) {
      const zi = row * 4 * units + unit;
      const zf = zi + units;
      const zg = zf + units;
      const zo = zg + units;
      const i = gate(x[zi]! + s[zi]! + (b ? b[unit]! : 0));
      const f = gate(x[zf]! + s[zf]! + (b ? b[unit + units]! : 0));
      const g = tanh(x[zg]! + s[zg]! + (b ? b[unit + 2 * units]! : 0));
      const o = gate(x[zo]! + s[zo]! + (b ? b[unit + 3 * units]! : 0));
      gates[zi] = i;
      gates[zf] = f;
      gates[zg] = g;
      gates[zo] = o;
      const carried = f * c[at]! + i * g;
      next[at] = carried;
      const t = tanh(carried);
      squashed[at] = t;
      h[at] = o * t;
    }
  }
  return outputs;
};

/** ∂ with respect to z, c and b, given those with respect to h' and c'. */
const back: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { dh, dc, carry, gates, squashed } = inputs as Record<string, tf.TensorInfo>;
  const [n, units] = carry!.shape as [number, number];
  const shapes = [[n, 4 * units], [n, units], [4 * units]];
  const { outputs, to, from } = memory(backend, shapes, [dh, dc, carry, gates, squashed]);
  const [dz, dPrevious, db] = to as [Float32Array, Float32Array, Float32Array];
  const sums = new Float64Array(4 * units);
  const [h, k, c, y, t] = from as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array]; // prettier-ignore
  const { hard } = attrs as unknown as Attrs;
  const slope: Gate = hard ? (y) => (y > 0 && y < 1 ? 0.2 : 0) : (y) => y * (1 - y);
  for (let row = 0, at = 0; row < n; row++) {
    for (let unit = 0; unit < units; unit++, at++) {
      const zi = row * 4 * units + unit;
      const zf = zi + units;
      const zg = zf + units;
      const zo = zg + units;
      const i = y[zi]!;
      const f = y[zf]!;
      const g = y[zg]!;
      const o = y[zo]!;
      const d = k[at]! + h[at]! * o * (1 - t[at]! * t[at]!);
      dz[zi] = d * g * slope(i);
      dz[zf] = d * c[at]! * slope(f);
      dz[zg] = d * i * (1 - g * g);
      dz[zo] = h[at]! * t[at]! * slope(o);
      dPrevious[at] = d * f;
    }
    for (let z = 0, from = row * 4 * units; z < 4 * units; z++) sums[z]! += dz[from + z]!;
  }
  db.set(sums);
  return outputs;
};

/** Kernels of the wasm backend, by name. */
export const lstmKernels: Record<string, tf.KernelFunc> = { [FORWARD]: forward, [BACK]: back };

/** The gradient of the forward kernel. */
export const lstmGradient: tf.GradConfig = {
  kernelName: FORWARD,
  inputsToSave: ["carry"],
  outputsToSave: [false, false, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [dh, dc] = dys as tf.Tensor[];
    const [carry, gates, squashed] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
    const inputs = { dh: dh!, dc: dc!, carry, gates, squashed };
    const [dz, dPrevious, db] = tf.engine().runKernel<tf.Tensor[]>(BACK, inputs, attrs) as [tf.Tensor, tf.Tensor, tf.Tensor]; // prettier-ignore
    return {
      ofInput: () => dz,
      ofState: () => tf.clone(dz),
      bias: () => db,
      carry: () => dPrevious,
    };
  },
};

/** What is used of a cell of tf.layers. */
interface Cell {
  readonly kernel: { read(): tf.Tensor2D };
  readonly recurrentKernel: { read(): tf.Tensor2D };
  readonly bias: { read(): tf.Tensor1D } | null;
  readonly activation: { getClassName(): string };
  readonly recurrentActivation: { getClassName(): string };
  readonly dropout: number;
  readonly recurrentDropout: number;
}

type Call = (this: Cell, inputs: tf.Tensor[], kwargs: object) => tf.Tensor[];

const gates = ["hardSigmoid", "sigmoid"];

/** A call of an LSTMCell: by these kernels if it is on the wasm backend, of the usual activations, without dropout. */
export const lstmCall = (stock: Call): Call =>
  function (inputs, kwargs) {
    const [x, h, carry] = inputs as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const gate = this.recurrentActivation.getClassName();
    const usual = this.activation.getClassName() === "tanh" && gates.includes(gate);
    const plain = !(this.dropout > 0 || this.recurrentDropout > 0) && inputs.length === 3 && x.rank === 2; // prettier-ignore
    if (tf.getBackend() !== "wasm" || !usual || !plain) return stock.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const terms: tf.NamedTensorMap = {
        ofInput: tf.matMul(x, this.kernel.read()),
        ofState: tf.matMul(h, this.recurrentKernel.read()),
        carry,
      };
      if (this.bias) terms["bias"] = this.bias.read();
      const attrs = { hard: gate === "hardSigmoid" };
      const [next, carried] = tf.engine().runKernel<tf.Tensor[]>(FORWARD, terms, attrs);
      return [next!, next!, carried!];
    });
  };
