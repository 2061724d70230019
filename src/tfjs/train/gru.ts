/**
 * The pointwise operations of a GRU cell as two forward kernels and two backward ones.
 *
 *   z = σ(x·K₀ + h·R₀ + b₀), r = σ(x·K₁ + h·R₁ + b₁), g = tanh(x·K₂ + (r h)·R₂ + b₂)
 *   h' = z h + (1 − z) g
 *
 * The first kernel computes z, r, r h and x·K₂ + b₂; after the product with R₂ the second one computes g and h'.
 */
import * as tf from "@tensorflow/tfjs-core";
import { float64 } from "../../arrays.ts";
import { gateOf, memory, quickened, slopeOf, tanh, type Gates } from "./cells.ts";

const GATES = "tfjs-initializers/GRUGates";
const GATES_BACK = "tfjs-initializers/GRUGatesGrad";
const STATE = "tfjs-initializers/GRUState";
const STATE_BACK = "tfjs-initializers/GRUStateGrad";

type Arrays<Count extends number, T extends Float32Array[] = []> = T["length"] extends Count
  ? T
  : Arrays<Count, [...T, Float32Array]>;

/** The first forward kernel: x·K, h·[R₀, R₁], b and h → z, r, r h and x·K₂ + b₂. */
const gates: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { ofInput, ofState, bias, state } = inputs as Record<string, tf.TensorInfo>;
  const [n, units] = state!.shape as [number, number];
  const shape = [n, units];
  const { outputs, to, from } = memory(backend, [shape, shape, shape, shape], [ofInput, ofState, state, bias]); // prettier-ignore
  const [update, reset, kept, candidate] = to as Arrays<4>;
  const [x, s, h] = from as Arrays<3>;
  const b = from[3];
  const gate = gateOf(attrs as unknown as Gates);
  for (let row = 0, at = 0; row < n; row++) {
    for (let unit = 0; unit < units; unit++, at++) {
      const xz = row * 3 * units + unit;
      const sz = row * 2 * units + unit;
      const r = gate(x[xz + units]! + s[sz + units]! + (b ? b[unit + units]! : 0));
      update[at] = gate(x[xz]! + s[sz]! + (b ? b[unit]! : 0));
      reset[at] = r;
      kept[at] = r * h[at]!;
      candidate[at] = x[xz + 2 * units]! + (b ? b[unit + 2 * units]! : 0);
    }
  }
  return outputs;
};

/** Its backward kernel: gradients for z, r h and x·K₂ + b₂ → gradients for x·K, h·[R₀, R₁], h and b. */
const gatesBack: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { dUpdate, dKept, dCandidate, state, update, reset } = inputs as Record<string, tf.TensorInfo>; // prettier-ignore
  const [n, units] = state!.shape as [number, number];
  const shapes = [[n, 3 * units], [n, 2 * units], [n, units], [3 * units]]; // prettier-ignore
  const { outputs, to, from } = memory(backend, shapes, [dUpdate, dKept, dCandidate, state, update, reset]); // prettier-ignore
  const [dx, ds, dh, db] = to as Arrays<4>;
  const [dz, dk, dc, h, z, r] = from as Arrays<6>;
  const sums = float64(3 * units);
  const slope = slopeOf(attrs as unknown as Gates);
  for (let row = 0, at = 0; row < n; row++) {
    const first = row * 3 * units;
    for (let unit = 0; unit < units; unit++, at++) {
      const xz = first + unit;
      const sz = row * 2 * units + unit;
      const u = dz[at]! * slope(z[at]!);
      const v = dk[at]! * h[at]! * slope(r[at]!);
      dx[xz] = u;
      dx[xz + units] = v;
      dx[xz + 2 * units] = dc[at]!;
      ds[sz] = u;
      ds[sz + units] = v;
      dh[at] = dk[at]! * r[at]!;
    }
    for (let i = 0; i < 3 * units; i++) sums[i]! += dx[first + i]!;
  }
  db.set(sums);
  return outputs;
};

/** The second forward kernel: x·K₂ + b₂, (r h)·R₂, z and h → h' and g. */
const state: tf.KernelFunc = ({ inputs, backend }) => {
  const { candidate, ofKept, update, state } = inputs as Record<string, tf.TensorInfo>;
  const { outputs, to, from } = memory(backend, [state!.shape, state!.shape], [candidate, ofKept, update, state]); // prettier-ignore
  const [next, squashed] = to as Arrays<2>;
  const [c, k, z, h] = from as Arrays<4>;
  for (let at = 0; at < next.length; at++) {
    const g = tanh(c[at]! + k[at]!);
    squashed[at] = g;
    next[at] = z[at]! * h[at]! + (1 - z[at]!) * g;
  }
  return outputs;
};

/** Its backward kernel: the gradient for h' → gradients for the argument of tanh, z and h. */
const stateBack: tf.KernelFunc = ({ inputs, backend }) => {
  const { dNext, update, state, squashed } = inputs as Record<string, tf.TensorInfo>;
  const { shape } = state!;
  const { outputs, to, from } = memory(backend, [shape, shape, shape], [dNext, update, state, squashed]); // prettier-ignore
  const [dc, dz, dh] = to as Arrays<3>;
  const [d, z, h, g] = from as Arrays<4>;
  for (let at = 0; at < d.length; at++) {
    dc[at] = d[at]! * (1 - z[at]!) * (1 - g[at]! * g[at]!);
    dz[at] = d[at]! * (h[at]! - g[at]!);
    dh[at] = d[at]! * z[at]!;
  }
  return outputs;
};

/** Kernels of the wasm backend, by name. */
export const gruKernels: Record<string, tf.KernelFunc> = {
  [GATES]: gates,
  [GATES_BACK]: gatesBack,
  [STATE]: state,
  [STATE_BACK]: stateBack,
};

const run = (name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}) =>
  tf.engine().runKernel<tf.Tensor[]>(name, inputs, attrs);

/** The gradients of the forward kernels. */
export const gruGradients: tf.GradConfig[] = [
  {
    kernelName: GATES,
    inputsToSave: ["state"],
    outputsToSave: [true, true, false, false],
    gradFunc: (dys, saved, attrs) => {
      const [dUpdate, , dKept, dCandidate] = dys as tf.Tensor[];
      const [state, update, reset] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      const given = { dUpdate: dUpdate!, dKept: dKept!, dCandidate: dCandidate! };
      const [dx, ds, dh, db] = run(GATES_BACK, { ...given, state, update, reset }, attrs);
      return { ofInput: () => dx!, ofState: () => ds!, state: () => dh!, bias: () => db! };
    },
  },
  {
    kernelName: STATE,
    inputsToSave: ["update", "state"],
    outputsToSave: [false, true],
    gradFunc: (dys, saved) => {
      const [update, state, squashed] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
      const dNext = (dys as tf.Tensor[])[0]!;
      const [dc, dz, dh] = run(STATE_BACK, { dNext, update, state, squashed });
      return {
        candidate: () => dc!,
        ofKept: () => tf.clone(dc!),
        update: () => dz!,
        state: () => dh!,
      };
    },
  },
];

/** `call` of GRUCell, by these kernels. */
export const gruCall = quickened(1, (cell, [x, h], attrs) => {
  const recurrent = cell.recurrentKernel.read();
  const units = recurrent.shape[0];
  const [ofGates, ofKept] = tf.split(recurrent, [2 * units, units], 1) as [tf.Tensor2D, tf.Tensor2D]; // prettier-ignore
  const terms: tf.NamedTensorMap = {
    ofInput: tf.matMul(x!, cell.kernel.read()),
    ofState: tf.matMul(h!, ofGates),
    state: h!,
  };
  if (cell.bias) terms["bias"] = cell.bias.read();
  const [update, , kept, candidate] = run(GATES, terms, { ...attrs });
  const product = tf.matMul(kept as tf.Tensor2D, ofKept);
  const [next] = run(STATE, { candidate: candidate!, ofKept: product, update: update!, state: h! });
  return [next!, next!];
});
