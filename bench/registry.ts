/**
 * TensorFlow.js with and without `tfjs-initializers/train`, in one process. Benchmarks import `train` through this
 * file, which first records the original kernels and gradients.
 */
import * as tf from "@tensorflow/tfjs";
import "./peers/tfjs.ts";

interface Registry {
  readonly kernels: tf.KernelConfig[];
  readonly gradients: Map<string, tf.GradConfig | undefined>;
  readonly customGrad: ReturnType<typeof tf.engine>["customGrad"];
  /** How cells of recurrent layers are called. */
  readonly calls: unknown[];
}

const backend = "wasm";
const engine = tf.engine();
const { classNameMap } = tf.serialization.SerializationMap.getMap();
const cells = ["LSTMCell", "GRUCell"].map((name) => classNameMap[name]![0].prototype as unknown as { call: unknown }); // prettier-ignore

function registry(names: string[]): Registry {
  return {
    kernels: tf.getKernelsForBackend(backend),
    gradients: new Map(names.map((name) => [name, tf.getGradient(name)])),
    customGrad: engine.customGrad,
    calls: cells.map(({ call }) => call),
  };
}

function use({ kernels, gradients, customGrad, calls }: Registry): void {
  for (const { kernelName } of tf.getKernelsForBackend(backend)) tf.unregisterKernel(kernelName, backend); // prettier-ignore
  kernels.forEach(tf.registerKernel);
  for (const [name, config] of gradients) {
    if (tf.getGradient(name)) tf.unregisterGradient(name);
    if (config) tf.registerGradient(config);
  }
  engine.customGrad = customGrad;
  cells.forEach((cell, i) => (cell.call = calls[i]));
}

const { mended, missing } = await import("../src/tfjs/train/gradients.ts");
const names = [...Object.keys(mended), ...Object.keys(missing)];
const stock = registry(names);
await import("../src/tfjs/train.ts");
const ours = registry(names);

/** The original kernel of the backend, if it has one. */
export const stockKernel = (name: string) =>
  stock.kernels.find(({ kernelName }) => kernelName === name);

/** Runs a job as if `train` had not been imported. */
export async function withStock<T>(job: () => Promise<T>): Promise<T> {
  use(stock);
  try {
    return await job();
  } finally {
    use(ours);
  }
}
