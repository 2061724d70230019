/**
 * A net that grows while it is trained, against the net that it starts as and a wide one: fitGrowing with several methods, all nets on the same pictures in the same order.
 *
 *   npm run example:grow                              a few convolutions, on shapes drawn by the example
 *   npm run example:grow -- --model resnet            or wideresnet, mobilenet, transformer, lstm
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
import "tfjs-initializers/train";
import { growableTable } from "./growableTable.ts";
import { nets } from "./growNets.ts";
import { build, GROWTH, layersFor, lesson, train, type Trained } from "./growTraining.ts";
import { plot } from "./plot.ts";

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

/** Refuses methods before any training. */
function check(): void {
  const model = build(net, 1, 0);
  for (const method of methods) {
    const how = GROWTH[method];
    if (how && layersFor(model, how).length === 0) {
      throw new Error(`--methods: no layer of ${options.model} grows by ${method}`);
    }
  }
  model.dispose();
}

interface Result extends Omit<Trained, "model"> {
  readonly method: string;
  readonly parameters: number;
}

async function run(method: string, seed: number, tick: () => void): Promise<Result> {
  const samples = lesson(net, data, seed);
  const { model, ...rest } = await train(net, samples, { method, seed, epochs, onEpoch: tick });
  const parameters = model.countParams();
  model.dispose();
  tf.dispose([samples.train, samples.test] as never);
  return { method, parameters, ...rest };
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
    results.push(await run(method, seed, () => bar.increment({ job })));
  }
}
bar.stop();
console.log(report(results));
await plot(options.plot, curves(results));
