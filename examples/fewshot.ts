/**
 * A frozen net and a few examples of classes that it has never seen: the solved last layer against what else an app can
 * put there. A small convolutional net learns five classes of CIFAR-10 (and one those of MNIST); its features of the
 * other five classes are given to each head with 1, 5, 10 and 50 examples a class.
 *
 *   npm run example:fewshot                          shapes and digits drawn by the example
 *   npm run example:fewshot -- --data DIR            CIFAR-10 and MNIST
 *   npm run example:fewshot -- --data DIR --seeds 1 --draws 3 --shots 1,5
 *
 * Two more tables: classes of unequal frequency, and a regression (Friedman's first function) whose last layer is
 * solved before training.
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
import * as pictures from "./cifar.ts";
import * as digits from "./data.ts";
import { EPOCHS, SEEN, extract, shuffled, type Samples, type Source } from "./fewshotBase.ts";
import { asInTheData, balanced, rivals, type Head } from "./fewshotHeads.ts";
import { LOOKS, METHODS, friedman } from "./friedman.ts";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    seeds: { type: "string", default: "3" },
    draws: { type: "string", default: "5" },
    shots: { type: "string", default: "1,5,10,50" },
  },
});
const positive = (name: "seeds" | "draws" | "shots") =>
  options[name].split(",").map((text) => {
    const count = Number(text);
    if (Number.isSafeInteger(count) && count > 0) return count;
    throw new Error(`--${name}: expected integers from 1, got ${options[name]}`);
  });
const [[seeds], [draws], shots] = [positive("seeds"), positive("draws"), positive("shots")] as [[number], [number], number[]]; // prettier-ignore

const UNSEEN = 10 - SEEN;
/** Examples of the common class and of the two rare ones. */
const UNEQUAL = [90, 5, 5];

const heads: Record<string, Head> = { ridgeHead: balanced, ...rivals };
const unequalHeads: Record<string, Head> = {
  'ridgeHead, prior "balanced"': balanced,
  'ridgeHead, prior "data"': asInTheData,
  ...rivals,
};

/** As a number of examples of each class: all. */
const ALL = Array<number>(UNSEEN).fill(Infinity);

/** Results in per cent by method and column, one a run. */
type Results = Map<string, Map<string, number[]>>;

function note(results: Results, method: string, column: string, value: number): void {
  const row = results.get(method) ?? new Map<string, number[]>();
  results.set(method, row);
  row.set(column, [...(row.get(column) ?? []), value]);
}

/** The first `counts[c]` samples of class `classes[c]`, or all, in an order drawn by the seed; labels count from 0. */
function choose(pool: Samples, classes: number[], counts: number[], seed: number): Samples {
  const left = [...counts];
  const chosen = shuffled(pool.labels.length, seed).filter((i) => {
    const at = classes.indexOf(pool.labels[i]!);
    return at >= 0 && left[at]!-- > 0;
  });
  return {
    features: tf.gather(pool.features, chosen),
    labels: chosen.map((i) => classes.indexOf(pool.labels[i]!)),
  };
}

/** The share of each class that a head tells right. */
async function recalls(head: Head, support: Samples, test: Samples, classes: number, seed: number) {
  const found = await head(support, test.features, classes, seed);
  return Array.from({ length: classes }, (_, c) =>
    mean(test.labels.flatMap((label, i) => (label === c ? [Number(found[i] === c)] : []))),
  );
}

async function episode(results: Results, pool: Samples, test: Samples, run: number) {
  const classes = Array.from({ length: UNSEEN }, (_, c) => SEEN + c);
  const own = choose(test, classes, ALL, 0); // prettier-ignore
  for (const shot of shots) {
    const support = choose(pool, classes, classes.map(() => shot), run); // prettier-ignore
    for (const [name, head] of Object.entries(heads)) {
      const right = await recalls(head, support, own, UNSEEN, run);
      note(results, name, String(shot), 100 * mean(right));
      bar.increment();
    }
    tf.dispose(support.features);
  }
  for (const name of Object.keys(heads)) {
    const row = results.get(name)!;
    note(results, name, "mean", mean(shots.map((shot) => row.get(String(shot))!.at(-1)!)));
  }
  tf.dispose(own.features);
}

/** Three classes, 90, 5 and 5 examples; which class is common changes with the run. */
async function unequal(results: Results, pool: Samples, test: Samples, run: number) {
  const classes = UNEQUAL.map((_, c) => SEEN + ((run + c) % UNSEEN));
  const support = choose(pool, classes, UNEQUAL, run);
  const own = choose(test, classes, ALL, 0); // prettier-ignore
  for (const [name, head] of Object.entries(unequalHeads)) {
    const right = await recalls(head, support, own, classes.length, run);
    note(results, name, "balanced accuracy", 100 * mean(right));
    note(
      results,
      name,
      "accuracy at 90/5/5",
      right.reduce((sum, r, c) => sum + UNEQUAL[c]! * r, 0),
    );
    note(results, name, "of the rare", 50 * (right[1]! + right[2]!));
    bar.increment();
  }
  tf.dispose([support.features, own.features]);
}

const spread = (values: number[], digits = 1) =>
  mean(values).toFixed(digits) +
  (values.length > 1 ? ` ± ${sampleStandardDeviation(values).toFixed(digits)}` : "");

/** A row a method; where a method is named, the last column is its gain on each, paired by run. */
function report(
  title: string,
  columns: [name: string, head: string][],
  results: Results,
  us?: string,
): string {
  // prettier-ignore
  const table = new Table({
    head: [title, ...columns.map(([, head]) => head), ...(us ? [`gain of\n${us.replace(", ", "\n")}`] : [])],
    colAligns: ["left", ...Array<"right">(columns.length + 1).fill("right")],
    style: { head: [], border: [] },
  });
  for (const [name, row] of results) {
    const cells = columns.map(([column]) => spread(row.get(column)!));
    const [last] = columns.at(-1)!;
    const own = us && results.get(us)!.get(last)!;
    const gains = own ? own.map((value, i) => value - row.get(last)![i]!) : [];
    const gain = gains.length > 1 ? `${mean(gains).toFixed(1)} ± ${(sampleStandardDeviation(gains) / Math.sqrt(gains.length)).toFixed(1)}` : mean(gains.length ? gains : [0]).toFixed(1); // prettier-ignore
    table.push([name, ...cells, ...(us ? [name === us ? "" : gain] : [])]);
  }
  return table.toString();
}

const sources: Source[] = [
  { ...pictures.loadPictures(options.data), shape: [pictures.SIDE, pictures.SIDE, pictures.CHANNELS] },
  { ...digits.loadDigits(options.data), shape: [digits.SIDE, digits.SIDE, 1] },
]; // prettier-ignore
setWasmPaths(
  dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")) + sep,
);
await tf.setBackend("wasm");

const bar = new SingleBar({
  format: "{bar} {percentage} %, {eta_formatted} left: {job}",
  noTTYOutput: true,
  notTTYSchedule: 10_000,
});
for (const source of sources) {
  const most = Math.min(...Array.from({ length: 10 }, (_, c) => source.train.labels.filter((label) => label === c).length)); // prettier-ignore
  if (Math.max(...shots) > most) throw new Error(`--shots: at most ${most} of ${source.name}`);
  const runs = seeds * draws;
  const perDraw = shots.length * Object.keys(heads).length + Object.keys(unequalHeads).length;
  console.log(`\n${source.name}: ${seeds} nets learn ${SEEN} classes, ${EPOCHS} epochs each.`);
  bar.start(seeds * EPOCHS + runs * perDraw, 0, { job: "" });
  const [few, unequalResults]: Results[] = [new Map(), new Map()];
  const accuracies: number[] = [];
  let features = 0;
  for (let seed = 0; seed < seeds; seed++) {
    bar.update({ job: `net ${seed + 1}` });
    const { accuracy, pool, test } = await extract(source, seed, () => bar.increment());
    accuracies.push(100 * accuracy);
    features = pool.features.shape[1];
    for (let draw = 0; draw < draws; draw++) {
      const run = 1 + seed * draws + draw;
      bar.update({ job: `net ${seed + 1}, examples ${draw + 1}` });
      await episode(few!, pool, test, run);
      await unequal(unequalResults!, pool, test, run);
    }
    tf.dispose([pool.features, test.features]);
  }
  bar.stop();
  console.log(`
${source.name}: ${features} features; the nets tell ${spread(accuracies)} % of the classes they learnt.
Accuracy on the ${UNSEEN} other classes in per cent: mean ± standard deviation over ${runs} runs (${seeds} nets, ${draws} draws of examples each);
the gain is in the mean over shots, ± standard error, paired by run.
${report("examples a class", [...shots.map((shot): [string, string] => [String(shot), String(shot)]), ["mean", "mean over\nshots"]], few!, "ridgeHead")}
Three classes with ${UNEQUAL.join(", ")} examples, per cent; always the common class: 33.3 and 90.0.
${report(
  "90/5/5",
  [
    ["accuracy at 90/5/5", "accuracy\nat 90/5/5"],
    ["of the rare", "of the\nrare"],
    ["balanced accuracy", "balanced\naccuracy"],
  ],
  unequalResults!,
  Object.keys(unequalHeads)[0],
)}`);
}

console.log(
  "\nFriedman's first function: a net 10 – 64 relu – 1 on 500 samples, trained for 20 epochs.",
);
const explained: Results = new Map();
for (let seed = 0; seed < seeds * draws; seed++) {
  for (const method of METHODS) {
    const found = await friedman(method, seed);
    found.forEach((r2, at) => note(explained, method, String(LOOKS[at]), 100 * r2));
  }
}
const looks = LOOKS.map((epochs): [string, string] => [
  String(epochs),
  epochs ? `${epochs}` : "untrained",
]);
console.log(`
R² on test samples in per cent, mean ± standard deviation over ${seeds * draws} draws of samples and weights.
${report("epochs", looks, explained)}`);
