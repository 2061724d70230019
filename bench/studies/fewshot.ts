/** Heads on a frozen net and few examples of new classes: the solved last layer and what else an app can put there. */
import * as tf from "@tensorflow/tfjs";
import { mean } from "simple-statistics";
import {
  SEEN,
  extract,
  shuffled,
  type Extracted,
  type Samples,
} from "../../examples/fewshotBase.ts";
import { balanced, rivals, type Head } from "../../examples/fewshotHeads.ts";
import { imagesOf, describeAll, type Kind } from "../images.ts";
import { part } from "../evidence/images.ts";
import { observed, type Cell, type Comparison, type Experiment, type Study } from "../study.ts";

interface Size {
  /** Images that the net is trained on, and its epochs. */
  readonly images: number;
  readonly epochs: number;
  /** Draws of examples for each net. */
  readonly draws: number;
}

const OURS = "ridgeHead";
const HEADS: Record<string, Head> = { [OURS]: balanced, ...rivals };
const KINDS: readonly Kind[] = ["digits", "pictures"];
const SHOTS = [1, 5, 20];
const settingOf = (kind: Kind, shots: number) =>
  `${kind}, ${shots} example${shots > 1 ? "s" : ""} a class`;
const SETTINGS = new Map(
  KINDS.flatMap((kind) => SHOTS.map((shots) => [settingOf(kind, shots), { kind, shots }])),
);

/** The net of the last cell: those that follow ask for the same. */
let last: { key: string; extracted: Extracted } | undefined;

async function featuresOf(kind: Kind, seed: number, { images, epochs }: Size, directory?: string) {
  const key = JSON.stringify([kind, seed, images, epochs, directory]);
  if (last?.key !== key) {
    if (last) tf.dispose([last.extracted.pool.features, last.extracted.test.features]);
    const source = imagesOf(kind, directory);
    const train = part(source.train, 0, images);
    last = { key, extracted: await extract({ ...source, train }, seed, () => {}, epochs) };
  }
  return last.extracted;
}

/** Examples of each new class, drawn by the seed; classes count from 0. */
function choose({ features, labels }: Samples, shots: number, seed: number): Samples {
  const left = Array<number>(10).fill(shots);
  const chosen = shuffled(labels.length, seed).filter((i) => left[labels[i]!]!-- > 0);
  return { features: tf.gather(features, chosen), labels: chosen.map((i) => labels[i]! - SEEN) };
}

async function run(cell: Cell, size: Size, directory?: string) {
  const { kind, shots } = SETTINGS.get(cell.setting)!;
  const { pool, test, accuracy } = await featuresOf(kind, cell.seed, size, directory);
  const shares: number[] = [];
  const begin = performance.now();
  for (let draw = 0; draw < size.draws; draw++) {
    const seed = cell.seed * size.draws + draw;
    const support = choose(pool, shots, seed);
    const found = await HEADS[cell.method]!(support, test.features, 10 - SEEN, seed);
    tf.dispose(support.features);
    shares.push(mean(test.labels.map((label, i) => Number(found[i] === label - SEEN))));
  }
  const milliseconds = (performance.now() - begin) / size.draws;
  return observed(cell, { accuracy: mean(shares), base: accuracy, milliseconds });
}

export const experiment: Experiment<Size> = {
  methods: Object.fromEntries([...SETTINGS.keys()].map((name) => [name, Object.keys(HEADS)])),
  seeds: { quick: 1, usual: 3, full: 10 },
  sizes: {
    quick: { images: 200, epochs: 1, draws: 1 },
    usual: { images: 1200, epochs: 3, draws: 2 },
    full: { images: 5000, epochs: 12, draws: 5 },
  },
  data: (directory) => describeAll(KINDS, directory),
  run,
};

const above = (than: string): Comparison => ({
  of: { method: OURS, measure: "accuracy" },
  over: { method: than, measure: "accuracy" },
  counts: 0.005,
});

export default {
  id: "few-shot",
  title: "Few-shot: heads on a frozen net",
  about: `A small convolutional net learns five classes, and its 64 features of the five others are given to each head with 1, 5 or 20 examples of each class. No head has a constant that was
chosen here: \`ridgeHead\` chooses λ by leaving one out among its examples, knn-classifier is asked with k = 1 and k = 10, the two-layer head is that of Teachable Machine with 20 epochs, logistic regression
has scikit-learn's default penalty. Accuracy is that on test images of the new classes, over draws of examples for each net; a seed is a net. The time is of learning and telling all test images. Less than half a point does not count.`,
  share: 6,
  experiment,
  claims: [
    ...Object.keys(rivals).map((than) => ({
      text: `A solved head is more accurate than ${than}, for 1, 5 and 20 examples a class`,
      source: "ours",
      comparisons: [above(than)],
    })),
  ],
  columns: [
    { measure: "accuracy", title: "accuracy, %", factor: 100, digits: 1 },
    { measure: "milliseconds", title: "ms", digits: 0 },
  ],
  charts: [{ kind: "points", measure: "accuracy", title: "accuracy, %", factor: 100 }],
} satisfies Study; // prettier-ignore
