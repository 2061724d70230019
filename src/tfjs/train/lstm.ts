/**
 * The pointwise operations of an LSTM cell as one forward kernel and one backward kernel. tf.layers runs about 110
 * kernels for them in each time step, most of which take less time than the calls of them.
 *
 *   z = x·K + h·R + b, in four parts;  i = σ(z₀), f = σ(z₁), g = tanh(z₂), o = σ(z₃)
 *   c' = f c + i g;  h' = o tanh(c')
 *
 * with σ the hard sigmoid min(max(0.2 z + 0.5, 0), 1), tf.layers' default, or the sigmoid.
 */
import * as tf from "@tensorflow/tfjs-core";
import { float64 } from "../../arrays.ts";
import { gateOf, memory, quickened, slopeOf, tanh, type Gates } from "./cells.ts";

const FORWARD = "tfjs-initializers/LSTM";
const BACK = "tfjs-initializers/LSTMGrad";

/** Forward: x·K, h·R, b and c → h', c' and, for the backward kernel, [i, f, g, o] and tanh(c'). */
const forward: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { ofInput, ofState, bias, carry } = inputs as Record<string, tf.TensorInfo>;
  const [n, units] = carry!.shape as [number, number];
  const shape = [n, units];
  const shapes = [shape, shape, [n, 4 * units], shape];
  const { outputs, to, from } = memory(backend, shapes, [ofInput, ofState, carry, bias]);
  const [h, next, gates, squashed] = to as [Float32Array, Float32Array, Float32Array, Float32Array];
  const [x, s, c, b] = from as [Float32Array, Float32Array, Float32Array, Float32Array | undefined];
  const gate = gateOf(attrs as unknown as Gates);
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

/** Backward: gradients for h' and c' → gradients for z, c and b. */
const back: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { dh, dc, carry, gates, squashed } = inputs as Record<string, tf.TensorInfo>;
  const [n, units] = carry!.shape as [number, number];
  const shapes = [[n, 4 * units], [n, units], [4 * units]];
  const { outputs, to, from } = memory(backend, shapes, [dh, dc, carry, gates, squashed]);
  const [dz, dPrevious, db] = to as [Float32Array, Float32Array, Float32Array];
  const sums = float64(4 * units);
  const [h, k, c, y, t] = from as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array]; // prettier-ignore
  const slope = slopeOf(attrs as unknown as Gates);
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

/** `call` of LSTMCell, by these kernels. */
export const lstmCall = quickened(2, (cell, [x, h, carry], gates) => {
  const terms: tf.NamedTensorMap = {
    ofInput: tf.matMul(x!, cell.kernel.read()),
    ofState: tf.matMul(h!, cell.recurrentKernel.read()),
    carry: carry!,
  };
  if (cell.bias) terms["bias"] = cell.bias.read();
  const [next, carried] = tf.engine().runKernel<tf.Tensor[]>(FORWARD, terms, { ...gates });
  return [next!, next!, carried!];
});
