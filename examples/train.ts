/**
 * The main job: an MLP and an LSTM trained on digits by the WASM backend, each with the orthogonal
 * initializer of stock TensorFlow.js and with that of this package.
 *
 *   npm start                       digits drawn by the example
 *   npm start -- --data DIR         MNIST
 *   npm start -- --epochs 5
 *
 * It uses the union package @tensorflow/tfjs, because stock tfjs cannot build an LSTM without it; with
 * `install()` of this package, core + layers + backend-wasm are enough.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import Table from "cli-table3";
import { install, orthogonal, uninstall } from "tfjs-initializers";
import { matmul } from "tfjs-initializers/linalg";
import { CLASSES, SIDE, loadDigits, type Images } from "./data.ts";

const { values: options } = parseArgs({
  options: { data: { type: "string" }, epochs: { type: "string", default: "2" } },
});
const epochs = Number(options.epochs);
const BATCH = 64;
const QUIET = 5; // seconds without a sign of life

type Maker = typeof tf.initializers.orthogonal;
interface Job {
  readonly model: string;
  readonly who: "stock" | "ours";
  build(): tf.LayersModel;
}
interface Result extends Job {
  readonly buildMs: number;
  readonly defect: number;
  readonly trainLoss: number;
  readonly testLoss: number;
  readonly accuracy: number;
  readonly trainSeconds: number;
}

/** 784 – 256 – 256 – 10, relu: hidden kernels orthogonal with gain √2. */
function mlp(initializer: Maker): tf.LayersModel {
  const hidden = (seed: number) =>
    tf.layers.dense({
      units: 256,
      activation: "relu",
      kernelInitializer: initializer({ gain: Math.SQRT2, seed }),
    });
  return tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [SIDE, SIDE] }),
      hidden(1),
      hidden(2),
      tf.layers.dense({ units: CLASSES, activation: "softmax" }),
    ],
  });
}

/** The rows of an image are the steps of the sequence; the recurrent kernel is orthogonal by default. */
function lstm(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.lstm({ units: 128, inputShape: [SIDE, SIDE] }),
      tf.layers.dense({ units: CLASSES, activation: "softmax" }),
    ],
  });
}

/** `install` is all it takes for the stock defaults; nothing else in the model changes. */
function installed(build: () => tf.LayersModel): tf.LayersModel {
  install(tf);
  try {
    return build();
  } finally {
    uninstall(tf);
  }
}

const jobs: Job[] = [
  { model: "MLP 256-256", who: "stock", build: () => mlp(tf.initializers.orthogonal) },
  { model: "MLP 256-256", who: "ours", build: () => mlp(orthogonal) },
  { model: "LSTM 128", who: "stock", build: lstm },
  { model: "LSTM 128", who: "ours", build: () => installed(lstm) },
];

/** Largest deviation of the kernels that should be orthogonal: max |WᵀW / g² − I| (or WWᵀ). */
function orthogonalityDefect(model: tf.LayersModel): number {
  let worst = 0;
  for (const layer of model.layers.slice(0, -1)) {
    const lstm = layer.getClassName() === "LSTM";
    const weight = layer.weights[lstm ? 1 : 0];
    if (weight === undefined) continue;
    const [rows, cols] = weight.shape as [number, number];
    const matrix = { rows, cols, data: Float64Array.from(weight.read().dataSync()) };
    const wide = rows < cols;
    const gram = matmul(matrix, matrix, { transposeA: !wide, transposeB: wide });
    const square = lstm ? 1 : 2; // gain²
    gram.data.forEach((value, at) => {
      const identity = at % (gram.cols + 1) === 0 ? 1 : 0;
      worst = Math.max(worst, Math.abs(value / square - identity));
    });
  }
  return worst;
}

function tensors({ count, pixels, labels }: Images): { xs: tf.Tensor; ys: tf.Tensor } {
  return {
    xs: tf.tensor3d(pixels, [count, SIDE, SIDE]),
    ys: tf.tidy(() => tf.oneHot(tf.tensor1d(labels, "int32"), CLASSES)),
  };
}

async function run(job: Job, step: string): Promise<Result> {
  const title = `${step} ${job.model}, ${job.who} initializer`;
  console.log(`${title}: building …`);
  const start = performance.now();
  const model = job.build();
  const buildMs = performance.now() - start;
  const defect = orthogonalityDefect(model);
  console.log(`${title}: built in ${buildMs.toFixed(0)} ms, training …`);
  model.compile({
    optimizer: tf.train.adam(2e-3),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  let trainLoss = NaN;
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  const batches = Math.ceil(data.train.count / BATCH);
  let said = 0;
  await model.fit(train.xs, train.ys, {
    epochs,
    batchSize: BATCH,
    verbose: 0,
    callbacks: {
      onBatchEnd: (batch) => {
        if (seconds() - said < QUIET) return;
        said = seconds();
        console.log(`${title}: batch ${batch + 1} of ${batches}, ${said.toFixed(1)} s`);
      },
      onEpochEnd: (epoch, logs) => {
        trainLoss = logs!["loss"] as number;
        const accuracy = (logs!["acc"] as number).toFixed(3);
        console.log(
          `${title}: epoch ${epoch + 1} of ${epochs}, loss ${trainLoss.toFixed(4)}, accuracy ${accuracy}, ${seconds().toFixed(1)} s`,
        );
      },
    },
  });
  const trainSeconds = seconds();
  const [testLoss, accuracy] = tf.tidy(() =>
    (model.evaluate(test.xs, test.ys, { batchSize: 256 }) as tf.Scalar[]).map(
      (value) => value.dataSync()[0]!,
    ),
  );
  model.dispose();
  return {
    ...job,
    buildMs,
    defect,
    trainLoss,
    testLoss: testLoss!,
    accuracy: accuracy!,
    trainSeconds,
  };
}

function report(results: readonly Result[]): string {
  const table = new Table({
    head: [
      "model",
      "initializer",
      "build ms",
      "speed-up",
      "|QᵀQ − I|",
      "train loss",
      "test loss",
      "test acc.",
      "train s",
    ],
    colAligns: ["left", "left", ...Array<"right">(7).fill("right")],
    style: { head: [], border: [] },
  });
  for (const r of results) {
    const stock = results.find((other) => other.model === r.model && other.who === "stock")!;
    table.push([
      r.model,
      r.who,
      r.buildMs.toFixed(1),
      r === stock ? "" : `${(stock.buildMs / r.buildMs).toFixed(0)}x`,
      r.defect.toExponential(1),
      r.trainLoss.toFixed(4),
      r.testLoss.toFixed(4),
      `${(100 * r.accuracy).toFixed(1)} %`,
      r.trainSeconds.toFixed(1),
    ]);
  }
  return table.toString();
}

const require = createRequire(import.meta.url);
const data = loadDigits(options.data); // before the backend, whose error handlers print its whole source
setWasmPaths(
  `${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist")}/`,
);
await tf.setBackend("wasm");
console.warn = () => {}; // stock tfjs warns about its own slowness, once a layer

console.log(
  `${data.name}: ${data.train.count} images to train, ${data.test.count} to test; ${epochs} epochs; backend ${tf.getBackend()}\n`,
);
const train = tensors(data.train);
const test = tensors(data.test);
const results: Result[] = [];
for (const job of jobs) results.push(await run(job, `[${results.length + 1}/${jobs.length}]`));
console.log(`\n${report(results)}`);
