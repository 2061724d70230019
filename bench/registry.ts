/**
 * TensorFlow.js with and without `tfjs-initializers/train`, in one process. Whoever measures with it
 * imports it from here, so that what was there before is known.
 */
import * as tf from "@tensorflow/tfjs";
import "./peers/tfjs.ts";

interface Registry {
  readonly kernels: tf.KernelConfig[];
  readonly gradients: Map<string, tf.GradConfig | undefined>;
  readonly customGrad: ReturnType<typeof tf.engine>["customGrad"];
}

const backend = "wasm";
const engine = tf.engine();

function registry(names: string[]): Registry {
  return {
    kernels: tf.getKernelsForBackend(backend),
    gradients: new Map(names.map((name) => [name, tf.getGradient(name)])),
    customGrad: engine.customGrad,
  };
}

function use({ kernels, gradients, customGrad }: Registry): void {
  for (const { kernelName } of tf.getKernelsForBackend(backend)) tf.unregisterKernel(kernelName, backend); // prettier-ignore
  kernels.forEach(tf.registerKernel);
  for (const [name, config] of gradients) {
    if (tf.getGradient(name)) tf.unregisterGradient(name);
    if (config) tf.registerGradient(config);
  }
  engine.customGrad = customGrad;
}

const { mended, missing } = await import("../src/tfjs/train/gradients.ts");
const names = [...Object.keys(mended), ...Object.keys(missing)];
const stock = registry(names);
await import("../src/tfjs/train.ts");
const ours = registry(names);

/** A kernel of the backend as it was, if it had one. */
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
