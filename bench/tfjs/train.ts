import * as tf from "@tensorflow/tfjs";
import { type Accuracy, distance } from "../accuracy.ts";
import { Absent, type Case, type Contender, job } from "../harness.ts";
import { keeps, type MemoryCase } from "../memory.ts";
import { kinds, type Kind } from "../nets.ts";
import { matMul } from "../peers/tfjs.ts";
import { withStock } from "../registry.ts";

const draw = (shape: number[], seed: number) =>
  tf.randomNormal<tf.Rank.R4>(shape as [number, number, number, number], 0, 1, "float32", seed);

const dispose = (tensor: tf.Tensor) => tensor.dispose();

/** h x h x 3 → conv 64 → conv 64 → conv 128 → pool → dense. */
export function net(h: number): tf.Sequential {
  const conv = (filters: number, first?: tf.Shape) => tf.layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu", kernelInitializer: tf.initializers.heNormal({ seed: filters }), inputShape: first }); // prettier-ignore
  const model = tf.sequential({
    layers: [
      conv(64, [h, h, 3]),
      conv(64),
      conv(128),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({
        units: 10,
        activation: "softmax",
        kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }),
      }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: "categoricalCrossentropy" });
  return model;
}

export const images = (batch: number, h: number) => draw([batch, h, h, 3], 1);
export const labels = (batch: number) =>
  tf.tidy(() => tf.oneHot(tf.range(0, batch, 1, "int32"), 10) as tf.Tensor2D);

/** A contender: steps of model.trainOnBatch on a backend. */
function step(
  backend: string,
  batch: number,
  h: number,
  accuracy?: () => Promise<Accuracy>,
): Contender["start"] {
  return async () => {
    await tf.setBackend(backend);
    const [model, xs, ys] = [net(h), images(batch, h), labels(batch)];
    await tf.setBackend("wasm");
    return {
      async time(reps) {
        await tf.setBackend(backend);
        const start = performance.now();
        for (let i = 0; i < reps; i++) await model.trainOnBatch(xs, ys);
        const time = (performance.now() - start) / reps;
        await tf.setBackend("wasm");
        return time;
      },
      accuracy,
      stop() {
        model.dispose();
        tf.dispose([xs, ys]);
      },
    };
  };
}

/** The worst difference between the gradients of one step on the two backends, over all weights. */
async function agreement(batch: number, h: number): Promise<Accuracy> {
  const found: Float32Array[][] = [];
  for (const backend of ["wasm", "cpu"]) {
    await tf.setBackend(backend);
    const model = net(h);
    const loss = (): tf.Scalar =>
      tf.mean(
        tf.metrics.categoricalCrossentropy(
          labels(batch),
          model.apply(images(batch, h)) as tf.Tensor,
        ),
      ) as tf.Scalar;
    const grads = tf.tidy(() =>
      Object.values(tf.variableGrads(loss).grads).map((grad) => grad.dataSync<"float32">()),
    );
    found.push(grads);
    model.dispose();
  }
  await tf.setBackend("wasm");
  const [ours, cpu] = found;
  return { residual: Math.max(...ours.map((grad, at) => distance(grad, cpu[at]).residual!)) };
}

function training(
  batch: number,
  h: number,
  { units, cpu }: { units?: number; cpu?: number },
): Case {
  return {
    name: `train ${h}x${h}x3 → 64 → 64 → 128, batch ${batch}`,
    start: step("wasm", batch, h, cpu ? () => agreement(batch, h) : undefined),
    bar: units,
    unit: {
      name: "predict",
      start() {
        const [model, xs] = [net(h), images(batch, h)];
        const run = () => model.predictOnBatch(xs) as tf.Tensor;
        return { ...job(run, undefined, dispose), stop: () => (model.dispose(), xs.dispose()) };
      },
    },
    peers: cpu
      ? [{ name: "tfjs, cpu backend", slow: true, bar: cpu, start: step("cpu", batch, h) }]
      : [],
  };
}

/** Steps of a net; `within` runs each sequence of them. */
const steps = (kind: Kind, within: <T>(run: () => Promise<T>) => Promise<T>): Contender["start"] => async () => {
  const { model, xs, ys } = kind.make();
  const run = async (reps: number) => {
    for (let i = 0; i < reps; i++) await model.trainOnBatch(xs, ys);
  };
  const stop = () => {
    model.dispose();
    tf.dispose([xs, ys]);
  };
  try {
    await within(() => run(1));
  } catch (error) {
    stop();
    throw new Absent((error as Error).message.split("\n")[0]!);
  }
  return {
    time: (reps) =>
      within(async () => {
        const start = performance.now();
        await run(reps);
        return (performance.now() - start) / reps;
      }),
    stop,
  };
}; // prettier-ignore

async function onCpu<T>(run: () => Promise<T>): Promise<T> {
  await tf.setBackend("cpu");
  try {
    return await run();
  } finally {
    await tf.setBackend("wasm");
  }
}

/** A training step in units of predicting the same batch, beside stock TensorFlow.js and what its products must take. */
function compared(kind: Kind, { stock }: { stock?: number } = {}): Case {
  const product = matMul(512, 512, 512);
  return {
    name: `train ${kind.name}`,
    flops: kind.flops,
    start: steps(kind, (run) => run()),
    unit: {
      name: "predict",
      flops: NaN,
      start() {
        const { model, xs, ys } = kind.make();
        const run = () => model.predictOnBatch(xs) as tf.Tensor;
        return {
          ...job(run, undefined, dispose),
          stop: () => (model.dispose(), tf.dispose([xs, ys])),
        };
      },
    },
    peers: [
      {
        name: "its products at tf.matMul's rate",
        async start() {
          const { time, stop } = await product.start();
          const share = kind.flops / product.flops!;
          return { time: async (reps) => (await time(reps)) * share, stop };
        },
      },
      { name: "stock wasm", bar: stock, start: steps(kind, withStock) },
      { name: "tfjs, cpu backend", slow: true, start: steps(kind, onCpu) },
    ],
  };
}

const [mlp, lstm, gru, resnet, gpt] = kinds as [Kind, Kind, Kind, Kind, Kind];

/** The memory that 100 steps leave behind, beyond that of 64 earlier steps. */
const memory = ({ name }: Kind, keep: number): MemoryCase =>
  keeps(`train, memory: ${name}`, ["trainSteps", name, 100], keep, { module: "./nets.ts" });

export default [
  // The bar is three times the convolutions of a prediction, and half as much again for everything else.
  training(32, 32, { units: 4.5 }),
  training(1, 32, { cpu: 40 }),
  compared(mlp, { stock: 3.5 }),
  compared(lstm, { stock: 5 }),
  compared(gru, { stock: 3 }),
  compared(resnet),
  compared(gpt),
  ...kinds.map((kind) => memory(kind, 8)),
] satisfies (Case | MemoryCase)[];
