/**
 * What is a network worth before it is trained? An MLP 784 – 128 – 128 – 10 on digits, initialized with and without a
 * look at its data: accuracy untrained, after 1 and 5 epochs, with ten images of each digit and with all.
 *
 *   npm run example:data                                  digits drawn by the example
 *   npm run example:data -- --data DIR --plot FILE.svg    MNIST
 *   npm run example:data -- --seeds 2 --only "He|pca"
 *
 * A seed stands for the weights that are drawn, the ten images of each digit, and the order of training; for the same
 * seed all methods see the same images in the same order.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import { mean, sampleStandardDeviation } from "simple-statistics";
import { initializeFromData, inspect, orthogonal, type DataOptions } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import type { TopLevelSpec } from "vega-lite";
import { CLASSES, SIDE, loadDigits, type Images } from "./data.ts";
import { plot } from "./plot.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    plot: { type: "string", default: "build/fromData.svg" },
    seeds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
  },
});
const seeds = Number(options.seeds);
const only = new RegExp(options.only);

/** How the kernels are drawn, and what is then done with the data; `head`: only the last layer is; `blind`: without ys. */
interface Method {
  readonly name: string;
  readonly kernels?: "orthogonal";
  readonly data?: DataOptions;
  readonly head?: boolean;
  readonly blind?: boolean;
}

const methods: Method[] = [
  { name: "He" },
  { name: "He + solved head", data: {}, head: true },
  { name: "orthogonal", kernels: "orthogonal" },
  { name: "LSUV of He", data: { method: "lsuv" } },
  { name: "orthogonal LSUV", data: { method: "orthogonal-lsuv" } },
  { name: "Sylvester pca", data: { code: "pca" } },
  { name: "Sylvester pca without ys", data: { code: "pca" }, blind: true },
  { name: "Sylvester labels", data: { code: "labels" } },
  { name: "Sylvester random", data: { code: "random" } },
  { name: "Sylvester randomProjection", data: { code: "randomProjection" } },
].filter(({ name }) => only.test(name)) as Method[];

/** How many images, trained in batches of what size, and looked at after which epochs. */
const regimes = [
  { name: "10 of each digit", shots: 10, batch: 10 },
  { name: "all images", shots: Infinity, batch: 32 },
] as const;
const EPOCHS = [0, 1, 5];

interface Set {
  readonly xs: tf.Tensor2D;
  readonly ys: tf.Tensor2D;
}

/** Images by their numbers. */
function tensors({ pixels, labels }: Images, chosen: readonly number[]): Set {
  const values = new Float32Array(chosen.length * SIDE * SIDE);
  chosen.forEach((from, i) => {
    values.set(pixels.subarray(from * SIDE * SIDE, (from + 1) * SIDE * SIDE), i * SIDE * SIDE);
  });
  const classes = chosen.map((from) => labels[from]!);
  return {
    xs: tf.tensor2d(values, [chosen.length, SIDE * SIDE]),
    ys: tf.tidy(() => tf.oneHot(tf.tensor1d(classes, "int32"), CLASSES).toFloat() as tf.Tensor2D),
  };
}

/** In random order, the first `shots` of each digit. */
function choose({ count, labels }: Images, shots: number, seed: number): number[] {
  const keys = normal(1, count, { seed }).data;
  const seen = new Uint32Array(CLASSES);
  return Array.from(keys.keys())
    .sort((i, j) => keys[i]! - keys[j]!)
    .filter((i) => seen[labels[i]!]!++ < shots);
}

function build({ kernels }: Method, seed: number): tf.LayersModel {
  const kernelInitializer = (layer: number) =>
    kernels === "orthogonal"
      ? orthogonal({ gain: Math.SQRT2, seed: 10 * seed + layer })
      : tf.initializers.heNormal({ seed: 10 * seed + layer + 1 }); // tf takes 0 for none
  const dense = (layer: number, units: number, activation: "relu" | "softmax") =>
    tf.layers.dense({ units, activation, kernelInitializer: kernelInitializer(layer) });
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: [SIDE * SIDE] }));
  for (const layer of [0, 1]) model.add(dense(layer, 128, "relu"));
  model.add(dense(2, CLASSES, "softmax"));
  model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
  return model;
}

const accuracy = (model: tf.LayersModel, { xs, ys }: Set): number =>
  tf.tidy(() => {
    const right = tf.equal(tf.argMax(model.predict(xs) as tf.Tensor, 1), tf.argMax(ys, 1));
    return tf.mean(tf.cast(right, "float32")).dataSync()[0]!;
  });

/** Accuracies on the test images, after each of EPOCHS. */
async function run(method: Method, seed: number, set: Set, batchSize: number): Promise<number[]> {
  const model = build(method, seed);
  const layers = method.head ? [model.layers.at(-1)!.name] : undefined;
  const ys = method.blind ? undefined : set.ys;
  if (method.data) await initializeFromData(model, set.xs, { ...method.data, layers, seed, ys });
  const found = [accuracy(model, test)];
  for (let epoch = 1; epoch <= EPOCHS.at(-1)!; epoch++) {
    await model.fit(set.xs, set.ys, { epochs: 1, batchSize, shuffle: false, verbose: 0 });
    if (EPOCHS.includes(epoch)) found.push(accuracy(model, test));
    bar.increment();
  }
  model.optimizer.dispose();
  model.dispose();
  return found;
}

interface Result {
  readonly method: string;
  readonly images: string;
  readonly epochs: number;
  /** In per cent, one a seed. */
  readonly accuracies: number[];
}

/** Mean and standard deviation over the seeds. */
function spread(values: readonly number[]): string {
  const deviation = values.length > 1 ? sampleStandardDeviation([...values]) : 0;
  return `${mean([...values]).toFixed(1)} ± ${deviation.toFixed(1)}`;
}

function table(results: readonly Result[]): string {
  const of = (method: string, images: string, epochs: number) =>
    results.find((r) => r.method === method && r.images === images && r.epochs === epochs)!;
  const columns = regimes.flatMap(({ name }) => EPOCHS.map((epochs) => [name, epochs] as const));
  const [few] = regimes;
  const trained = EPOCHS.filter((epochs) => epochs > 0);
  const after = (epochs: number) => (epochs === 0 ? "untrained" : `after ${epochs}`);
  const text = new Table({
    head: [
      "accuracy, %\n(epochs)",
      ...columns.map(([images, epochs]) => `${images}\n${after(epochs)}`),
      ...trained.map((epochs) => `better than He\n${few.name}\n${after(epochs)}`),
    ],
    colAligns: ["left", ...[...columns, ...trained].map(() => "right" as const)],
    style: { head: [], border: [] },
  });
  for (const { name } of methods) {
    const gain = (epochs: number) => {
      const he = of("He", few.name, epochs)?.accuracies;
      if (name === "He" || he === undefined) return "";
      return spread(of(name, few.name, epochs).accuracies.map((own, i) => own - he[i]!));
    };
    text.push([
      name,
      ...columns.map(([images, epochs]) => spread(of(name, images, epochs).accuracies)),
      ...trained.map(gain),
    ]);
  }
  return text.toString();
}

function chart(results: readonly Result[]): TopLevelSpec {
  const values = results.flatMap(({ method, images, epochs, accuracies }) => {
    const training = epochs === 0 ? "untrained" : `${epochs} epoch${epochs > 1 ? "s" : ""}`;
    return accuracies.map((accuracy) => ({ method, images, training, accuracy }));
  });
  const y = { field: "method", sort: null, title: null } as const;
  const color = { field: "training", sort: null, title: null } as const;
  const x = { title: "accuracy on test images, %", scale: { domain: [0, 100] } };
  return {
    title: `${data.name}: MLP 784 – 128 – 128 – 10, mean and range of ${seeds} seeds`,
    data: { values },
    config: { axis: { labelLimit: 300 } },
    facet: { column: { field: "images", sort: null, title: null } },
    spec: {
      width: 300,
      height: 260,
      layer: [
        {
          mark: { type: "rule", strokeWidth: 2 },
          encoding: {
            y,
            color,
            x: { field: "accuracy", aggregate: "min", type: "quantitative", ...x },
            x2: { field: "accuracy", aggregate: "max" },
          },
        },
        {
          mark: { type: "point", filled: true, size: 60 },
          encoding: { y, color, x: { field: "accuracy", aggregate: "mean", type: "quantitative", ...x } }, // prettier-ignore
        },
      ],
    },
  };
}

const require = createRequire(import.meta.url);
const data = loadDigits(options.data); // before the backend, whose error handlers print its whole source
setWasmPaths(`${join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist")}/`); // prettier-ignore
await tf.setBackend("wasm");

const test = tensors(data.test, Array.from(data.test.labels.keys()));
console.log(`${data.name}: ${data.train.count} images to train, ${data.test.count} to test\n`);
{
  const model = build({ name: "He" }, 0);
  const all = tensors(data.train, choose(data.train, Infinity, 0));
  console.log(`${await initializeFromData(model, all.xs, { ys: all.ys })}\n`);
  console.log(`${await inspect(model, test.xs, { ys: test.ys, gradients: true })}\n`);
  tf.dispose([all.xs, all.ys]);
}

const bar = new SingleBar({
  format: "{bar} {percentage} %, {eta_formatted} left: {job}",
  noTTYOutput: true,
  notTTYSchedule: 10_000,
});
bar.start(regimes.length * seeds * methods.length * EPOCHS.at(-1)!, 0, { job: "" });
const results: Result[] = regimes.flatMap(({ name: images }) =>
  methods.flatMap(({ name: method }) =>
    EPOCHS.map((epochs) => ({ method, images, epochs, accuracies: [] })),
  ),
);
for (const { name: images, shots, batch } of regimes) {
  for (let seed = 0; seed < seeds; seed++) {
    const set = tensors(data.train, choose(data.train, shots, seed));
    for (const method of methods) {
      bar.update({ job: `${images}, seed ${seed}, ${method.name}` });
      const found = await run(method, seed, set, batch);
      const rows = results.filter((r) => r.method === method.name && r.images === images);
      rows.forEach(({ accuracies }, i) => accuracies.push(100 * found[i]!));
    }
    tf.dispose([set.xs, set.ys]);
  }
}
bar.stop();
console.log(`\n${table(results)}`);
await plot(options.plot, chart(results));
