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
import { initializeFromData, inspect } from "tfjs-initializers";
import type { TopLevelSpec } from "vega-lite";
import { loadDigits } from "./data.ts";
import {
  METHODS,
  build,
  choose,
  follow,
  start,
  tensors,
  type Labelled,
  type Method,
} from "./fromDataNets.ts";
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

const methods = METHODS.filter(({ name }) => only.test(name));

/** How many images, trained in batches of what size, and looked at after which epochs. */
const regimes = [
  { name: "10 of each digit", shots: 10, batch: 10 },
  { name: "all images", shots: Infinity, batch: 32 },
] as const;
const EPOCHS = [0, 1, 5];

/** Accuracies on the test images, after each of EPOCHS. */
async function run(
  method: Method,
  seed: number,
  set: Labelled,
  batchSize: number,
): Promise<number[]> {
  const model = build(method, seed);
  await start(model, method, set, seed);
  const found = await follow(model, set, test, {
    batchSize,
    looks: EPOCHS,
    onEpoch: () => bar.increment(),
  });
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
