/** What initialization from data costs, against the inputs d, units k and samples N of a layer. */
import * as tf from "@tensorflow/tfjs";
import { initializeFromData } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import { median } from "simple-statistics";
import { observed, type Cell, type Experiment, type Study } from "../study.ts";

interface Size {
  /** All sizes are divided by it. */
  readonly divisor: number;
  readonly repetitions: number;
}

interface Layer {
  readonly d: number;
  readonly k: number;
  readonly n: number;
}

const BASE: Layer = { d: 256, k: 128, n: 1000 };
const LAYERS: readonly Layer[] = [
  BASE,
  { ...BASE, d: 64 },
  { ...BASE, d: 1024 },
  { ...BASE, k: 32 },
  { ...BASE, k: 512 },
  { ...BASE, n: 250 },
  { ...BASE, n: 4000 },
];
const nameOf = ({ d, k, n }: Layer) => `d = ${d}, k = ${k}, N = ${n}`;
const CODES = ["pca", "labels", "random", "randomProjection"] as const;
const CLASSES = 10;

async function run(cell: Cell, { divisor, repetitions }: Size) {
  const { d, k, n } = LAYERS.find((one) => nameOf(one) === cell.setting)!;
  const [inputs, units, samples] = [d, k, n].map((x) => Math.ceil(x / divisor)) as [
    number,
    number,
    number,
  ];
  const { data } = normal(samples, inputs, { seed: cell.seed });
  const xs = tf.tensor2d(Float32Array.from(data), [samples, inputs]);
  const ys = tf.oneHot(Array.from({ length: samples }, (_, i) => i % CLASSES), CLASSES); // prettier-ignore
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units, activation: "relu", inputShape: [inputs] }),
      tf.layers.dense({ units: CLASSES, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(1e-6), loss: "categoricalCrossentropy" });
  const code = cell.method as (typeof CODES)[number];
  const layers = [model.layers[0]!.name];
  const initialize = async () =>
    void (await initializeFromData(model, xs, { ys, code, layers, seed: cell.seed }));
  const train = async () =>
    void (await model.fit(xs, ys, { epochs: 1, batchSize: 32, verbose: 0 }));
  // In turn, and compared within a repetition: other work on the machine slows both.
  const times: [own: number, epoch: number][] = [];
  for (let i = 0; i <= repetitions; i++) times.push([await timed(initialize), await timed(train)]);
  times.shift();
  model.optimizer.dispose();
  model.dispose();
  tf.dispose([xs, ys]);
  return observed(cell, {
    milliseconds: median(times.map(([own]) => own)),
    epochs: median(times.map(([own, epoch]) => own / epoch)),
  });
}

async function timed(job: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await job();
  return performance.now() - begin;
}

export const experiment: Experiment<Size> = {
  methods: Object.fromEntries(LAYERS.map((layer) => [nameOf(layer), layer === BASE ? CODES : CODES.slice(0, 2)])),
  seeds: { quick: 1, usual: 3, full: 5 },
  sizes: { quick: { divisor: 16, repetitions: 1 }, usual: { divisor: 1, repetitions: 1 }, full: { divisor: 1, repetitions: 5 } },
  run,
}; // prettier-ignore

export default {
  id: "data-time",
  title: "From data: time",
  about: `The time of \`initializeFromData\` for one dense layer with d inputs and k units from N samples, for every code at one size and for two at the others, and the same as a share of an epoch of training of the net
d – k – 10 by gradient descent in batches of 32, on tfjs's wasm backend with this package's training kernels. Statistics cost N (d² + d k + k²) operations, the solution 25 (d³ + k³), whatever N. Milliseconds
are those of the machine named below, which does other work besides; shares are measured in turn.`,
  share: 5,
  experiment,
  claims: [
    {
      text: "The initialization of a layer costs less than an epoch of training",
      source: "ours; Das et al. 2021 analyse the time cost",
      comparisons: CODES.map((method) => ({ of: { method, measure: "epochs" }, over: 1, less: true })),
    },
  ],
  columns: [
    { measure: "milliseconds", title: "ms", digits: 0 },
    { measure: "epochs", title: "epochs of training", digits: 2 },
  ],
  charts: [{ kind: "points", measure: "epochs", title: "epochs of training", log: true }],
} satisfies Study; // prettier-ignore
