/** Compares the results of jobs on the wasm backend with those on the cpu backend, with the union package. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";

export type Attrs = Record<string, unknown>;
export type Pad = "same" | "valid" | tf.backend_util.ExplicitPadding;

export const run = (name: string, inputs: tf.NamedTensorMap, attrs: Attrs) =>
  tf.engine().runKernel<tf.Tensor>(name, inputs, attrs as tf.NamedAttrMap);

export const draw = (shape: number[], seed: number) =>
  tf.randomUniform(shape, -1, 1, "float32", seed);

interface Result {
  shape: number[];
  dtype: string;
  data: ArrayLike<number>;
}

/** The result of a job on one backend; no tensor is left behind. */
async function on(backend: string, job: () => tf.Tensor): Promise<Result> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const result = tf.tidy(job);
  const { shape, dtype } = result;
  const data = result.dataSync().slice();
  result.dispose();
  assert.is(tf.memory().numTensors, before, "tensors are left over");
  return { shape, dtype, data };
}

/** The largest difference between the backends, relative to the largest entry. */
async function difference(job: () => tf.Tensor): Promise<number> {
  const ours = await on("wasm", job);
  const cpu = await on("cpu", job);
  assert.equal([ours.shape, ours.dtype], [cpu.shape, cpu.dtype]);
  let [error, largest] = [0, 0];
  for (let i = 0; i < cpu.data.length; i++) {
    error = Math.max(error, Math.abs(ours.data[i] - cpu.data[i]));
    largest = Math.max(largest, Math.abs(cpu.data[i]));
  }
  return error === 0 ? 0 : error / largest;
}

/** The largest accepted difference, relative to the largest entry. */
const BAR = 2e-6;
export const close = async (job: () => tf.Tensor) => {
  const found = await difference(job);
  assert.ok(found <= BAR, `differs by ${found}`);
};
