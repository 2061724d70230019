/** Initialization from data: what a net is worth before it is trained and after, on many images and on few. */
import * as tf from "@tensorflow/tfjs";
import { initializeFromData } from "tfjs-initializers";
import { CLASSES } from "../../examples/data.ts";
import { METHODS, build, choose, follow, start, tensors, type Labelled, type Method } from "../../examples/fromDataNets.ts"; // prettier-ignore
import { describeAll, imagesOf } from "../images.ts";
import { observed, type Cell, type Comparison, type Experiment, type Study } from "../study.ts";

const SEEN = 5;

interface Size {
  /** Images of each digit where there are many. */
  readonly many: number;
  readonly epochs: number;
}

const FEW = "10 of each digit";
const MANY = "many images";
const TUNING = "fine-tuning, 10 of each new digit";
const looksOf = (epochs: number) => Array.from({ length: epochs + 1 }, (_, epoch) => epoch);

/** How the net goes on, that has learnt five digits, with the five others. */
const TUNED = {
  "head drawn (He)": undefined,
  "head solved": 1,
  "last two layers, pca": 2,
  "last two layers, labels": 2,
  "all layers, pca": 3,
} as const;

/** A net that has learnt the digits below five, with a new last layer for the others. */
async function tuned(
  method: keyof typeof TUNED,
  seed: number,
  { many, epochs }: Size,
  directory?: string,
) {
  const { train, test } = imagesOf("digits", directory);
  const of = (images: typeof train, chosen: number[], seen: boolean) => {
    const own = chosen.filter((i) => images.labels[i]! < SEEN === seen);
    return tensors(images, own, seen ? 0 : SEEN, SEEN);
  };
  const old = of(train, choose(train, many, seed), true);
  const base = build({ name: "He" }, seed, SEEN);
  await base.fit(old.xs, old.ys, {
    epochs: Math.min(3, epochs),
    batchSize: 32,
    shuffle: false,
    verbose: 0,
  });
  const model = build({ name: "He" }, seed + 1000, SEEN);
  base.layers.slice(0, -1).forEach((layer, l) => model.layers[l]!.setWeights(layer.getWeights()));
  base.optimizer.dispose();
  base.dispose();
  const set = of(train, choose(train, 10, seed), false);
  const asked = of(test, Array.from(test.labels.keys()), false);
  const count = TUNED[method];
  if (count) {
    const layers = model.layers.slice(-count).map(({ name }) => name);
    await initializeFromData(model, set.xs, {
      layers,
      seed,
      ys: set.ys,
      code: method.endsWith("labels") ? "labels" : "pca",
    });
  }
  return { model, set, asked, old };
}

async function fresh(
  name: string,
  setting: string,
  seed: number,
  { many }: Size,
  directory?: string,
) {
  const { train, test } = imagesOf("digits", directory);
  const method = METHODS.find((one) => one.name === name)!;
  const model = build(method, seed);
  const set: Labelled = tensors(train, choose(train, setting === FEW ? 10 : many, seed));
  await start(model, method, set, seed);
  return { model, set, asked: tensors(test, Array.from(test.labels.keys()), 0, CLASSES), old: [] };
}

async function run(cell: Cell, size: Size, directory?: string) {
  const { setting, method, seed } = cell;
  const { model, set, asked, old } =
    setting === TUNING
      ? await tuned(method as keyof typeof TUNED, seed, size, directory)
      : await fresh(method, setting, seed, size, directory);
  const batchSize = setting === MANY ? 32 : 10;
  const accuracy = await follow(model, set, asked, { batchSize, looks: looksOf(size.epochs) });
  model.optimizer.dispose();
  model.dispose();
  tf.dispose([set, asked, old]);
  return observed(cell, {
    accuracy,
    untrained: accuracy[0]!,
    first: accuracy[1]!,
    last: accuracy.at(-1)!,
  });
}

const names = METHODS.map(({ name }: Method) => name);
export const experiment: Experiment<Size> = {
  methods: { [FEW]: names, [MANY]: names, [TUNING]: Object.keys(TUNED) },
  seeds: { quick: 1, usual: 3, full: 10 },
  sizes: {
    quick: { many: 10, epochs: 1 },
    usual: { many: 70, epochs: 5 },
    full: { many: 500, epochs: 10 },
  },
  data: (directory) => describeAll(["digits"], directory),
  run,
};

const above = (method: string, than: string, measure: string, settings: string[]): Comparison => ({
  of: { method, measure },
  over: { method: than, measure },
  counts: 0.005,
  settings,
});
const abstract = "Das et al. 2021, arXiv 2105.10335, abstract; our formulation";
const [pca, solved] = ["Sylvester pca", "He + solved head"];

export default {
  id: "data-training",
  title: "From data: before training and after",
  about: `An MLP 784 – 128 – 128 – 10 on digits. \`initializeFromData\` sets all layers with every latent code of this package and by LSUV; _${solved}_ draws the hidden layers and
solves the last layer alone, the honest baseline: a method that looks at the labels once is better than chance before training in any case. _without ys_ has no labels to solve for. Training is by Adam at 0.001, its default, in
batches of 32 (10 where images are few); no rate is chosen. For _fine-tuning_ a net that has learnt the digits 0 to 4 goes on with 5 to 9, of which it has ten images each.

A seed stands for the images, their order and the weights. Accuracy is that on test images; a difference below half a point does not count.`,
  share: 10,
  experiment,
  claims: [
    {
      text: "Initialization by a Sylvester equation is better than random weights before training starts",
      source: abstract,
      comparisons: [above(pca, "He", "untrained", [FEW, MANY]), above("Sylvester labels", "He", "untrained", [FEW, MANY])],
    },
    {
      text: "Initialization by a Sylvester equation is better than random weights after training, too",
      source: abstract,
      comparisons: [above(pca, "He", "last", [MANY])],
    },
    {
      text: "Initialization by a Sylvester equation is better than random weights after training with few images",
      source: abstract,
      comparisons: [above(pca, "He", "last", [FEW])],
    },
    {
      text: "Initialization by a Sylvester equation is better than random weights in fine-tuning",
      source: abstract,
      comparisons: [above("last two layers, pca", "head drawn (He)", "last", [TUNING])],
    },
    {
      text: "The Sylvester layers add to what a solved last layer gives: before and after training",
      source: "ours",
      comparisons: [above(pca, solved, "untrained", [FEW, MANY]), above(pca, solved, "last", [FEW, MANY])],
    },
    {
      text: "In fine-tuning the Sylvester layers add to what a solved last layer gives",
      source: "ours",
      comparisons: [above("last two layers, pca", "head solved", "last", [TUNING])],
    },
    {
      text: "The code pca is better than a random code, before and after training",
      source: "ours",
      comparisons: [above(pca, "Sylvester random", "untrained", [FEW, MANY]), above(pca, "Sylvester random", "last", [FEW, MANY])],
    },
  ],
  columns: [
    { measure: "untrained", title: "untrained, %", factor: 100, digits: 1 },
    { measure: "first", title: "after 1 epoch, %", factor: 100, digits: 1 },
    { measure: "last", title: "at the end, %", factor: 100, digits: 1 },
  ],
  charts: [{ kind: "curves", measure: "accuracy", title: "test accuracy, %", factor: 100, from: 0 }],
} satisfies Study; // prettier-ignore
