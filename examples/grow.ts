/**
 * A net that grows while it is trained, against the net that it starts as and a wide one: fitGrowing with several methods, all nets on the same pictures in the same order.
 *
 *   npm run example:grow                              a few convolutions, on shapes drawn by the example
 *   npm run example:grow -- --model resnet            or mobilenet, transformer, lstm
 *   npm run example:grow -- --data DIR                CIFAR-10; for transformer and lstm, MNIST
 *   npm run example:grow -- --methods small,big,gradmax,split --seeds 3 --epochs 16 --plot FILE.svg
 *   npm run example:grow -- --growable                which layers of common architectures grow, without training
 *
 * It trains on the wasm backend, which tfjs-initializers/train lets train convolutions.
 */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import { mean, sampleStandardDeviation } from "simple-statistics";
import {
  fitGrowing,
  growable,
  type GrownFit,
  type GrowthMethod,
  type Schedule,
} from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import "tfjs-initializers/train";
import { CLASSES, type Pictures } from "./cifar.ts";
import { growableTable } from "./growableTable.ts";
import { draw, nets } from "./growNets.ts";
import { plot } from "./plot.ts";

/** What a net does between the epochs; without an entry it does not grow. */
const GROWTH: Record<string, Pick<Schedule, "method" | "side" | "inverse">> = {
  gradmax: { method: "gradmax" },
  inverse: { method: "gradmax", inverse: true },
  orthogonal: { method: "orthogonal" },
  random: { method: "random" },
  split: { method: "split" },
  pair: { method: "orthogonal", side: "pair" },
};

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string", default: "cnn" },
    plot: { type: "string", default: "build/grow.svg" },
    methods: { type: "string" },
    seeds: { type: "string", default: "1" },
    epochs: { type: "string" },
    growable: { type: "boolean", default: false },
  },
});
if (options.growable) {
  await tf.setBackend("cpu");
  console.log(growableTable());
  process.exit();
}
const net = nets[options.model]!;
if (!Object.hasOwn(nets, options.model)) {
  throw new Error(`--model: expected ${Object.keys(nets).join(", ")}, got ${options.model}`);
}
const count = (name: "seeds" | "epochs", given: string): number => {
  const value = Number(given);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name}: expected an integer from 1, got ${given}`);
};
const seeds = count("seeds", options.seeds);
const epochs = count("epochs", options.epochs ?? `${net.epochs}`);
const methods = (options.methods ?? net.methods).split(",");
const unknown = methods.find((name) => !["small", "big", ...Object.keys(GROWTH)].includes(name));
if (unknown !== undefined) throw new Error(`--methods: there is no ${unknown}`);

const BATCH = 50;
/** Half of the width at each event, up to that of the wide net; all events in the first three quarters of the training. */
const events = 2 * (net.times - 1);
const every = Math.max(1, Math.floor((0.75 * epochs) / events));
const growing = { every, events, fraction: 0.5 };

/** The net with drawn weights. */
function build(times: number, seed: number): tf.LayersModel {
  const model = net.build(times);
  draw(model, seed);
  const optimizer = net.optimizer();
  model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

/** A layer of every group of channels that can grow in this way. */
const layersFor = (model: tf.LayersModel, how: (typeof GROWTH)[string]): string[] =>
  growable(model)
    .filter(
      ({ methods, multiple }) =>
        multiple === 1 && methods.some((way) => !way.prevents && suits(way, how)),
    )
    .map(({ layers }) => layers[0]!);

/** Refuses methods before any training. */
function check(): void {
  const model = build(1, 0);
  for (const method of methods) {
    const how = GROWTH[method];
    if (how && layersFor(model, how).length === 0) {
      throw new Error(`--methods: no layer of ${options.model} grows by ${method}`);
    }
  }
  model.dispose();
}

/** Whether a way to grow is the one that a schedule names; sides have a default. */
const suits = (
  way: GrowthMethod,
  { method, side = "in", inverse = false }: (typeof GROWTH)[string],
) => way.method === method && (way.side ?? "in") === side && (way.inverse ?? false) === inverse;

/** The pictures in an order drawn by a seed; training does not shuffle again, so that it is the same for all. */
function tensors(
  { count, pixels, labels }: Pictures,
  seed: number,
): { xs: tf.Tensor; ys: tf.Tensor } {
  const keys = normal(1, count, { seed }).data;
  const order = Int32Array.from(keys, (_, i) => i).sort((i, j) => keys[i]! - keys[j]!);
  return tf.tidy(() => ({
    xs: net.prepare(tf.gather(tf.tensor4d(pixels, [count, ...net.shape]), order)),
    ys: tf.gather(tf.oneHot(tf.tensor1d(labels, "int32"), CLASSES), order),
  }));
}

interface Result {
  readonly method: string;
  readonly seed: number;
  readonly parameters: number;
  readonly history: GrownFit["history"];
  /** Epochs before which it grew. */
  readonly grew: number[];
  readonly seconds: number;
  /** Of these, what growing took. */
  readonly growth: number;
}

async function train(method: string, seed: number, tick: () => void): Promise<Result> {
  const model = build(method === "big" ? net.times : 1, seed);
  const train = tensors(data.train, seed);
  const test = tensors(data.test, 0);
  const start = performance.now();
  let [growth, since] = [0, start];
  const args = {
    epochs,
    batchSize: BATCH,
    shuffle: false,
    verbose: 0 as const,
    validationData: [test.xs, test.ys] as [tf.Tensor, tf.Tensor],
    callbacks: {
      onEpochEnd: () => {
        tick();
        since = performance.now();
      },
    },
  };
  const how = GROWTH[method];
  const grown: GrownFit = how
    ? await fitGrowing(model, train.xs, train.ys, {
        ...args,
        schedule: { ...growing, ...how, seed, layers: layersFor(model, how) },
        onGrow: () => {
          growth += performance.now() - since;
        },
      })
    : {
        ...((await model.fit(train.xs, train.ys, args)) as unknown as GrownFit),
        model,
        events: [],
      };
  const seconds = (performance.now() - start) / 1000;
  const result = {
    method,
    seed,
    parameters: grown.model.countParams(),
    history: grown.history,
    grew: grown.events.map(({ epoch }) => epoch),
    seconds,
    growth: growth / 1000,
  };
  if (grown.model !== model) grown.model.dispose();
  model.dispose();
  tf.dispose([train, test]);
  return result;
}

const spread = (values: number[], digits: number) =>
  mean(values).toFixed(digits) +
  (values.length > 1 ? ` ± ${sampleStandardDeviation(values).toFixed(digits)}` : "");

function report(results: readonly Result[]): string {
  const table = new Table({
    head: ["net", "parameters", "train loss", "test loss", "test acc. %", "seconds", "growing s"],
    colAligns: ["left", ...Array<"right">(6).fill("right")],
    style: { head: [], border: [] },
  });
  for (const method of methods) {
    const runs = results.filter((result) => result.method === method);
    const last = (key: string, times = 1) =>
      runs.map(({ history }) => times * history[key]!.at(-1)!);
    table.push([
      method,
      runs[0]!.parameters,
      spread(last("loss"), 3),
      spread(last("val_loss"), 3),
      spread(last("val_acc", 100), 1),
      mean(runs.map(({ seconds }) => seconds)).toFixed(1),
      mean(runs.map(({ growth }) => growth)).toFixed(1),
    ]);
  }
  return table.toString();
}

/** Mean curves over the seeds, with a rule where the nets grow. */
function curves(results: readonly Result[]): Parameters<typeof plot>[1] {
  const panels = { "training loss": "loss", "test accuracy": "val_acc" };
  const points = results.flatMap(({ method, history }) =>
    Object.entries(panels).flatMap(([panel, key]) =>
      history[key]!.map((value, epoch) => ({ method, panel, epoch: epoch + 1, value })),
    ),
  );
  const grew = [...new Set(results.flatMap(({ grew }) => grew))].map((epoch) => ({ epoch }));
  const epoch = {
    field: "epoch",
    type: "quantitative",
    title: "epochs",
    axis: { grid: false },
  } as const;
  const panel = (name: string) => ({
    width: 360,
    height: 280,
    title: name,
    layer: [
      {
        data: { values: grew },
        mark: { type: "rule", color: "#999999", strokeDash: [3, 3] },
        encoding: { x: epoch },
      },
      {
        data: { values: points.filter((point) => point.panel === name) },
        mark: { type: "line" },
        encoding: {
          x: epoch,
          y: {
            field: "value",
            aggregate: "mean",
            type: "quantitative",
            title: null,
            scale: { zero: false },
          },
          color: { field: "method", type: "nominal", title: null, sort: methods },
        },
      },
    ],
  });
  return {
    title: `${data.name}, ${options.model}: nets that grow, at the dashed lines, and that do not`,
    hconcat: Object.keys(panels).map(panel),
  } as Parameters<typeof plot>[1];
}

const data = net.load(options.data); // before the backend, whose error handlers print its whole source
const { resolve } = createRequire(import.meta.url);
setWasmPaths(dirname(resolve("@tensorflow/tfjs-backend-wasm")) + sep);
await tf.setBackend("wasm");
check();
console.log(
  `${data.name}: ${data.train.count} images to train, ${data.test.count} to test; ${epochs} epochs, ${seeds} seeds; ` +
    `${net.about}, up to ${net.times} times as wide; backend ${tf.getBackend()}`,
);
const bar = new SingleBar({
  format: "{bar} {value}/{total} epochs, {eta_formatted} left: {job}",
  noTTYOutput: true,
  notTTYSchedule: 10_000,
});
bar.start(seeds * methods.length * epochs, 0, { job: "" });
const results: Result[] = [];
for (let seed = 0; seed < seeds; seed++) {
  for (const method of methods) {
    const job = `${method}, seed ${seed}`;
    results.push(await train(method, seed, () => bar.increment({ job })));
  }
}
bar.stop();
console.log(report(results));
await plot(options.plot, curves(results));
