/**
 * Do units that do not repeat each other help small nets to learn early? Nets of 6 to 32 hidden units on digits, every
 * method from the same draws, against a control that has the same row lengths and independent directions.
 *
 *   npm run example:diversity                                  digits drawn by the example
 *   npm run example:diversity -- --data DIR --plot FILE.svg    MNIST, and curves
 *   npm run example:diversity -- --methods control,zca,qr --units 10 --seeds 5 --epochs 5 --batch 32
 *
 * The nets are trained side by side (tinyNets.ts); initializers, penalties, steps and metrics are the public ones.
 */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import { mean, sampleStandardDeviation } from "simple-statistics";
import { diversity, inputCovariance } from "tfjs-initializers";
import { spread } from "tfjs-initializers/linalg";
import { CLASSES, loadDigits } from "./data.ts";
import { INPUTS, control, methods } from "./diversityMethods.ts";
import { plot } from "./plot.ts";
import { accuracies, epoch, read, sideBySide, write, type Net } from "./tinyNets.ts"; // prettier-ignore

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    plot: { type: "string" },
    seeds: { type: "string", default: "20" },
    epochs: { type: "string", default: "5" },
    batch: { type: "string", default: "128" },
    units: { type: "string", default: "6,10,16,32" },
    methods: { type: "string" },
  },
});
const [seeds, epochs, batch] = [options.seeds, options.epochs, options.batch].map(Number) as [
  number,
  number,
  number,
];
const RATE = 0.05;

interface Point {
  readonly units: number;
  readonly method: string;
  readonly epoch: number;
  /** One of each seed. */
  readonly accuracy: number[];
  readonly meanAbsCos: number;
}

function train(name: string, units: number): Point[] {
  const { start = control, penalty = {}, spreads = false } = known[name]!;
  const nets = sideBySide(
    Array.from({ length: seeds }, (_, s): Net => {
      const [w, v] = [start([INPUTS, units], 2 * s), start([units, CLASSES], 2 * s + 1)];
      return { w, v };
    }),
    INPUTS,
    units,
    CLASSES,
  );
  const probe = tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [INPUTS], useBias: false })] }); // prettier-ignore
  const point = (at: number): Point => {
    const cosines = Array.from({ length: seeds }, (_, s) => {
      const kernel = tf.tensor2d(read(nets, s), [INPUTS, units]);
      probe.setWeights([kernel]);
      kernel.dispose();
      return diversity(probe, undefined, { spectrum: false })[0]!.meanAbsCos;
    });
    return { units, method: name, epoch: at, accuracy: accuracies(nets, data.test), meanAbsCos: mean(cosines) }; // prettier-ignore
  };
  const points = [point(0)];
  for (let e = 0; e < epochs; e++) {
    epoch(nets, data.train, { batch, rate: RATE, seed: e, penalty });
    for (let s = 0; spreads && s < seeds; s++) {
      const kernel = { rows: INPUTS, cols: units, data: read(nets, s) };
      write(nets, s, spread(kernel, { units: "columns", step: 0.5 * (1 - e / epochs) }).data);
    }
    points.push(point(e + 1));
    bar.increment();
  }
  probe.dispose();
  return points;
}

/** Mean ± standard deviation over seeds, in per cent, and the gain on the control, paired by seed. */
function report(points: Point[], units: number): string {
  const head = ["method", ...Array.from({ length: epochs }, (_, e) => `epoch ${e + 1}`), "gain, epoch 1", `gain, epoch ${epochs}`, "|cos| 0", `|cos| ${epochs}`]; // prettier-ignore
  const colAligns = head.map((_, i) => (i ? "right" : "left")) as ("left" | "right")[];
  const table = new Table({ head, colAligns, style: { head: [], border: [] } });
  const percent = (x: number) => (100 * x).toFixed(1);
  const spreadOf = (values: number[]) => (values.length > 1 ? sampleStandardDeviation(values) : 0);
  const of = (method: string, at: number) =>
    points.find((p) => p.units === units && p.method === method && p.epoch === at)!;
  for (const method of chosen) {
    const gain = (at: number) => {
      if (method === "control" || !chosen.includes("control")) return "";
      const base = of("control", at).accuracy;
      const gains = of(method, at).accuracy.map((x, s) => x - base[s]!);
      return `${percent(mean(gains))} ± ${percent(spreadOf(gains) / Math.sqrt(seeds))}`;
    };
    const rates = Array.from({ length: epochs }, (_, e) => of(method, e + 1).accuracy);
    table.push([
      method,
      ...rates.map((rate) => `${percent(mean(rate))} ± ${percent(spreadOf(rate))}`),
      gain(1),
      gain(epochs),
      ...[0, epochs].map((at) => of(method, at).meanAbsCos.toFixed(3)),
    ]);
  }
  return table.toString();
}

/** Accuracy, gain on the control and likeness by epoch; a column for every number of units. */
function curves(points: Point[]) {
  const of = ({ units, epoch }: Point) =>
    points.find((p) => p.method === "control" && p.units === units && p.epoch === epoch);
  const rows = points.map((point) => {
    const { accuracy, ...rest } = point;
    const base = of(point)?.accuracy;
    return { ...rest, accuracy: mean(accuracy), gain: base && mean(accuracy) - mean(base) };
  });
  const panel = (field: string, title: string) => ({
    facet: { column: { field: "units", type: "nominal" as const, title: "hidden units" } },
    spec: {
      width: 220,
      height: 180,
      mark: { type: "line" as const, point: { size: 12 } },
      encoding: {
        x: { field: "epoch", type: "quantitative" as const, axis: { tickMinStep: 1 } },
        y: { field, type: "quantitative" as const, title, scale: { zero: false } },
        color: { field: "method", type: "nominal" as const, sort: chosen, scale: { scheme: "tableau20" as const } }, // prettier-ignore
      },
    },
  });
  const gains = chosen.includes("control") ? [panel("gain", "mean gain on the control")] : [];
  return {
    data: { values: rows },
    vconcat: [panel("accuracy", "mean test accuracy"), ...gains, panel("meanAbsCos", "mean |cos| of hidden units")], // prettier-ignore
  };
}

const data = loadDigits(options.data);
let covariance: number[][] | undefined;
const known = methods(
  () =>
    (covariance ??= tf.tidy(() =>
      inputCovariance(tf.tensor2d(data.train.pixels, [data.train.count, INPUTS])),
    )),
);
const sizes = options.units.split(",").map(Number);
const chosen = options.methods?.split(",") ?? Object.keys(known);
const unknown = chosen.find((name) => !(name in known));
if (unknown) throw new Error(`--methods: ${unknown} is not one of ${Object.keys(known).join(", ")}`); // prettier-ignore
setWasmPaths(
  dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")) + sep,
);
await tf.setBackend("wasm");
console.log(
  `${data.name}: ${data.train.count} images to train, ${data.test.count} to test; ${seeds} seeds, SGD ${RATE}, batches of ${batch}.\n`,
);
const bar = new SingleBar({ format: "{bar} {percentage} %, {eta_formatted} left: {job}" });
bar.start(sizes.length * chosen.length * epochs, 0, { job: "" });
const points = sizes.flatMap((units) => {
  if (!process.stdout.isTTY) console.log(`${units} hidden units: training …`);
  return chosen.flatMap((method) => {
    bar.update({ job: `${units} units, ${method}` });
    return train(method, units);
  });
});
bar.stop();
for (const units of sizes) console.log(`\n${units} hidden units: test accuracy, mean ± standard deviation; gain on the control ± standard error\n${report(points, units)}`); // prettier-ignore
if (options.plot) await plot(options.plot, curves(points));
