/**
 * Does memory stay flat under load? 100,000 mixed calls, 10,000 models built and disposed of, 1,000 events of growth, 16
 * workers at once, heads whose classes come and go. `npm run test:load` runs all, on the package as it is built; words after
 * `--` choose some, and LOAD_SHARE=0.01 takes a hundredth of the rounds.
 *
 * After each of 40 equal parts everything is collected and looked at. Over the last half the slope must be below a bar
 * that is derived from what one round makes: a round that kept a part of it would be above. What TensorFlow.js keeps by
 * itself is measured beside it and does not count. Arenas must be empty at every look.
 */
import { memory } from "./load/memory.ts";
import { setTimeout as pause } from "node:timers/promises";
import { Worker as Thread } from "node:worker_threads";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import * as door from "tfjs-initializers";
import { grow, initializeFromData, ridgeHead } from "tfjs-initializers";
import * as linalg from "tfjs-initializers/linalg";
import { trends, type Bars, type Look } from "./load/series.ts";
import { tf } from "./support/wasm.ts";

const { layers: L } = tf;
const SEED = 1;
const LOOKS = 40;
const share = Number(process.env.LOAD_SHARE ?? 1);

interface Load {
  name: string;
  rounds: number;
  bars: Omit<Bars, "process">;
  round(i: number): unknown;
  /** The same without this package: what TensorFlow.js keeps by itself is not counted. */
  control?(i: number): unknown;
}

/** mulberry32 */
let state = SEED;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const from = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
const pick = <T>(list: readonly T[]): T => list[from(0, list.length - 1)]!;
const matrix = (rows: number, cols: number) =>
  linalg.normal(rows, cols, {
    seed: from(0, 2 ** 31),
    dtype: pick(["float32", "float64"] as const),
  });
const square = (n: number) => matrix(n, n);
const definite = (n: number) => {
  const a = square(n);
  return linalg.matmul(a, a, { transposeA: true });
};

/** Most calls are small; the largest sizes take blocked paths. */
const size = () => (random() < 0.02 ? from(65, 160) : from(0, 24));
const some = () => Math.max(1, size());

const calls: (() => unknown)[] = [
  () => linalg.haar(size(), size(), { seed: 1 }),
  () => linalg.qr(matrix(size(), size())),
  () => linalg.svd(matrix(size(), size())),
  () => linalg.svd(matrix(some(), some()), { method: linalg.jacobi }),
  () => linalg.eigh(definite(size())),
  () => linalg.schur(square(size())),
  () => linalg.eig(square(size())),
  () => linalg.inverse(definite(some())),
  () => {
    const a = definite(some());
    return linalg.solve(a, a);
  },
  () => linalg.lu(matrix(size(), size())),
  () => linalg.slogdet(square(size())),
  () => linalg.expm(square(from(0, 16))),
  () => linalg.pinv(matrix(size(), size())),
  () => linalg.roots(matrix(1, from(2, 20)).data),
  () => {
    const a = definite(from(1, 20));
    return linalg.lyapunov(a, a);
  },
  () => linalg.spread(matrix(some(), some())),
  () => linalg.cholesky(linalg.normal(3, 3, { seed: 1 })),
  ...[
    door.orthogonal,
    door.heNormal,
    door.glorotUniform,
    door.truncatedNormal,
    door.identity,
    door.reluOrthogonal,
    door.decorrelated,
  ].map(
    (make) => () =>
      (make as typeof door.heNormal)({ seed: from(0, 99) })
        .apply([some(), some()])
        .dispose(),
  ),
  () =>
    door
      .deltaOrthogonal({ seed: 1 })
      .apply([3, 3, 4, from(4, 9)])
      .dispose(),
];

/** Errors that calls with random sizes are meant to meet: shapes that do not fit, singular and indefinite matrices. */
function tried(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (!(error instanceof linalg.ArgumentError) && !(error instanceof linalg.SingularError))
      throw error;
  }
}

/** tf.layers keeps the name of every variable for ever: some 170 bytes each. The control shows it. */
function built(initializer?: () => object, recurrent?: object) {
  const own = initializer as (() => never) | undefined;
  const model = tf.sequential({
    name: "model",
    layers: [
      L.lstm({
        units: 4,
        inputShape: [3, 2],
        name: "lstm",
        kernelInitializer: own?.() ?? "zeros",
        recurrentInitializer: (recurrent as never) ?? "zeros",
      }),
      L.dense({ units: 3, name: "dense", kernelInitializer: own?.() ?? "zeros" }),
    ],
  });
  model.dispose();
}
const initializer = () => pick([door.orthogonal, door.heNormal, door.glorotUniform])({ seed: 1 });

const draw = (rows: number, cols: number, seed: number) =>
  tf.tensor2d(linalg.normal(rows, cols, { seed }).data, [rows, cols]);
const [xs, ys] = [draw(64, 12, 1), draw(64, 2, 2)];

function network() {
  const model = tf.sequential({
    name: "model",
    layers: [
      L.dense({ units: 5, activation: "relu", inputShape: [12], name: "a" }),
      L.dense({ units: 4, activation: "relu", name: "b" }),
      L.dense({ units: 2, name: "c" }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
  return model;
}

function forget(...models: ReturnType<typeof network>[]): void {
  for (const model of models) {
    model.optimizer.dispose();
    model.dispose();
  }
}

async function grown() {
  const model = network();
  const method = pick(["gradmax", "orthogonal"] as const);
  const options = { layer: pick(["a", "b"]), units: 2, method, xs, ys, seed: 1 };
  const { model: wide } = await grow(model, options as Parameters<typeof grow>[1]);
  forget(model, wide as typeof model);
}

const many = draw(200, 40, 3);
async function inWorkers() {
  const job = async () => {
    const worker = new Thread(new URL(import.meta.resolve("tfjs-initializers/worker")));
    // Once its loop is idle it has loaded its module: a busy machine may take longer for that than patience lasts.
    while (worker.performance.eventLoopUtilization().idle === 0) await pause(50);
    const model = tf.sequential({
      name: "model",
      layers: [L.dense({ units: 8, inputShape: [40], name: "a" })],
    });
    await initializeFromData(model, many, { worker });
    model.dispose();
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: 16 }, job));
}

const head = ridgeHead();
const names = ["ant", "bee", "cow"];
const samples: Tensor[] = names.map((_, i) => draw(6, 12, 10 + i));
await head.add(samples[0]!, names[0]);
await head.add(samples[1]!, names[1]);
async function churned() {
  await head.add(samples[2]!, names[2]);
  await head.predict(xs);
  if (random() < 0.5) await head.remove(samples[2]!, names[2]!);
  else await head.removeClass(names[2]!);
  if (head.count !== 12) throw new Error(`${head.count} samples`);
}

/** The smallest object is two words. A typed array is ten times that, and a call makes several. */
const OBJECT = 16;
const PAGE = 2 ** 16;
/**
 * What V8 takes and gives back as it likes: its young generation, three half-spaces of 16 MB. The process may move by this in
 * the last half of the rounds; it shows what no other number does, such as threads of 4 MB each that never end.
 */
const YOUNG = 3 * 2 ** 24;
const flat = { tensors: 0, bytes: 0 };
const loads: Load[] = [
  {
    name: "100,000 mixed calls",
    rounds: 100_000,
    // Of results, 2 KB a call on average, and of wasm memories a hundredth.
    bars: { ...flat, heap: OBJECT, arrays: 20, wasm: PAGE / 1000 },
    round: () => tried(pick(calls)),
  },
  {
    name: "10,000 models with an LSTM",
    rounds: 10_000,
    // Three initializers, each an object with a config.
    bars: { ...flat, heap: 3 * 2 * OBJECT, arrays: 5 * 16, wasm: PAGE / 100 },
    round: () => built(initializer, door.orthogonal({ seed: 2 })),
    control: () => built(),
  },
  {
    name: "1,000 events of growth",
    rounds: 1000,
    // Two models of three layers and two optimizers: some 60 tensors.
    bars: { ...flat, heap: 60 * OBJECT, arrays: 60 * 16, wasm: PAGE / 10 },
    round: grown,
    control: () => forget(network(), network()),
  },
  {
    name: "16 workers at once",
    rounds: 40,
    // 1 KB of each thread, and of arrays what it was sent.
    bars: { ...flat, heap: 16 * 1000, arrays: 200 * 40 * 4, wasm: PAGE },
    round: inWorkers,
  },
  {
    name: "2,000 classes added and removed",
    rounds: 2000,
    // Six samples of 12 features, and 64 predictions.
    bars: { ...flat, heap: 6 * 100, arrays: 6 * 12 * 4, wasm: PAGE / 10 },
    round: churned,
  },
];

const words = process.argv.slice(2);
const chosen = loads.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
console.log(`seed ${SEED}`);
let failed = Number(chosen.length === 0);
/** Looks at memory in equal parts of some rounds. */
async function watched(name: string, count: number, round: Load["round"]): Promise<Look[]> {
  const parts = Math.min(LOOKS, count);
  const format = `{bar} {value}/{total}  {eta_formatted} left  ${name}`;
  const bar = new SingleBar({ format, noTTYOutput: true, notTTYSchedule: 30_000 });
  bar.start(count, 0);
  const looks: Look[] = [];
  // The first calls compile and warm up.
  for (let i = 0; i < Math.min(LOOKS, count / 4); i++) await round(i);
  for (let i = 0; i < count; i++) {
    await round(i);
    const part = Math.floor(((i + 1) * parts) / count);
    if (part === Math.floor((i * parts) / count)) continue;
    looks.push({ round: i + 1, memory: await memory(() => tf.memory()) });
    bar.update(i + 1);
  }
  bar.stop();
  return looks;
}

for (const { name, rounds, bars, round, control } of chosen) {
  const count = Math.min(rounds, Math.max(LOOKS, Math.round(rounds * share)));
  const all = { ...bars, process: Math.round(YOUNG / (count / 2)) };
  const start = performance.now();
  const stock = control ? await watched(`${name}, without`, count, control) : undefined;
  const found = trends(await watched(name, count, round), all, stock);
  const head = [name, "half-way", "at the end", "slope, a round", "without", "at most"];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { of, first, last, slope, without, bar } of found)
    table.push([of, first, last, slope.toFixed(1), without.toFixed(1), bar]);
  const steep = found.filter(({ slope, without, bar }) => !(slope - without <= bar));
  failed += steep.length;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`\n${table}`);
  console.log(
    `${count} rounds in ${seconds} s${steep.map(({ of }) => `, ${of} not flat`).join("")}`,
  );
}
process.exitCode = failed > 0 ? 1 : 0;
