/** Relu networks for images, begun with LPS and with its rivals, and then trained. */
import * as tf from "@tensorflow/tfjs";
import { initializeFromData, lps, orthogonal } from "tfjs-initializers";
import { CHANNELS, SIDE } from "../../examples/cifar.ts";
import * as digits from "../../examples/data.ts";
import { follow } from "../../examples/fromDataNets.ts";
import { describeAll, imagesOf, labelled, some, type Kind } from "../images.ts";
import { observed, type Cell, type Comparison, type Experiment, type Study } from "../study.ts";

const REDRAWN = "He, redrawn until alive";
const DATA = "He, then initializeFromData";
const [TRIES, BATCH, RATE] = [100, 32, 1e-3];

interface Size {
  readonly images: number;
  readonly epochs: number;
}

/** What a relu layer is begun with. */
function begin(method: string, seed: number): object {
  if (method === "LPS") return lps({ activation: "relu", seed });
  if (method === "orthogonal") return { kernelInitializer: orthogonal({ gain: Math.SQRT2, seed }) };
  return { kernelInitializer: tf.initializers.heNormal({ seed: seed + 1 }) }; // tf takes 0 for none
}

/** `layers` relu layers of `units`, and a softmax. */
const mlp = (layers: number, units: number) => (method: string, seed: number) => [
  tf.layers.flatten({ inputShape: [digits.SIDE, digits.SIDE, 1] }),
  ...Array.from({ length: layers }, (_, l) => tf.layers.dense({ units, activation: "relu", ...begin(method, seed + l) })), // prettier-ignore
];

const convolutions = (filters: readonly number[]) => (method: string, seed: number) => [
  ...filters.flatMap((filters, l) => [
    tf.layers.conv2d({
      ...{ filters, kernelSize: 3, padding: "same" as const, activation: "relu" as const },
      strides: 2,
      ...(l === 0 && { inputShape: [SIDE, SIDE, CHANNELS] }),
      ...begin(method, seed + l),
    }),
  ]),
  tf.layers.flatten(),
];

interface Net {
  readonly images: Kind;
  /** Times the epochs of the others. */
  readonly longer?: number;
  layers(method: string, seed: number): tf.layers.Layer[];
}

const NETS: Record<string, Net> = {
  "digits, 2 layers of 64": { images: "digits", layers: mlp(2, 64) },
  "digits, 10 layers of 4": { images: "digits", layers: mlp(10, 4), longer: 3 },
  "pictures, convolutions 16, 32, 32": { images: "pictures", layers: convolutions([16, 32, 32]) },
};

function build(net: Net, method: string, seed: number): tf.LayersModel {
  const kernelInitializer = tf.initializers.glorotNormal({ seed: seed + 50 });
  const last = tf.layers.dense({ units: 10, activation: "softmax", kernelInitializer });
  const model = tf.sequential({ layers: [...net.layers(method, seed), last] });
  model.compile({ optimizer: tf.train.adam(RATE), loss: "categoricalCrossentropy" });
  return model;
}

/** Whether it gives the same output for all inputs. */
const isDead = (model: tf.LayersModel, xs: tf.Tensor): boolean =>
  tf.tidy(
    () => tf.max(tf.moments(model.predict(xs) as tf.Tensor, 0).variance).dataSync()[0]! < 1e-12,
  );

async function run({ setting, method, seed }: Cell, { images, epochs }: Size, directory?: string) {
  const net = NETS[setting]!;
  const data = imagesOf(net.images, directory);
  const train = labelled(data.train, data.shape, some(data.train, images, seed));
  const test = labelled(data.test, data.shape);
  const few = tf.slice(train.xs, 0, Math.min(images, 200));
  let model = build(net, method, 1000 * seed);
  const deadAtFirst = Number(isDead(model, few));
  for (let t = 1; method === REDRAWN && t < TRIES && isDead(model, few); t++) {
    model.optimizer.dispose();
    model.dispose();
    model = build(net, method, 1000 * (seed + 1000 * t));
  }
  if (method === DATA) await initializeFromData(model, train.xs, { ys: train.ys, seed });
  const looks = Array.from({ length: epochs * (net.longer ?? 1) }, (_, epoch) => epoch + 1);
  const accuracy = await follow(model, train, test, { batchSize: BATCH, looks });
  model.optimizer.dispose();
  model.dispose();
  tf.dispose([train, test, few]);
  return observed({ setting, method, seed }, { deadAtFirst, accuracy, first: accuracy[0]!, last: accuracy.at(-1)! }); // prettier-ignore
}

export const experiment: Experiment<Size> = {
  methods: Object.fromEntries(
    Object.entries(NETS).map(([name, { longer }]) => [
      name,
      ["He", "orthogonal", "LPS", ...(longer ? [REDRAWN] : []), DATA],
    ]),
  ),
  seeds: { quick: 1, usual: 4, full: 10 },
  sizes: {
    quick: { images: 100, epochs: 1 },
    usual: { images: 1000, epochs: 3 },
    full: { images: 5000, epochs: 10 },
  },
  data: (directory) => describeAll(["digits", "pictures"], directory),
  run,
};

const above = (than: string, settings: readonly string[], measure = "last"): Comparison => ({
  of: { method: "LPS", measure },
  over: { method: than, measure },
  counts: 0.005,
  settings,
});
const [common, narrow, conv] = Object.keys(NETS) as [string, string, string];

export default {
  id: "lps-training",
  title: "LPS: training on images",
  about: `Does a start that makes dying relu unlikely lead to better networks? A common MLP, one that is narrow and deep enough to die, and three
convolutions, trained for a few epochs, the narrow one for three times as many. Only there is a first draw ever dead, and elsewhere _He, redrawn until alive_ is He. Adam at 0.001, its default, for every method: no rate is chosen. Test accuracy on images that were not trained on; a seed stands for the
choice and order of the images and for the weights. A difference below half a point does not count.`,
  share: 6,
  experiment,
  claims: [
    {
      text: "Networks that begin with LPS are more accurate than those of He's weights",
      source: "Chen et al. 2021, arXiv 2109.00125, abstract; our formulation",
      comparisons: [above("He", [common, conv])],
    },
    {
      text: "In a narrow, deep network LPS leads to higher accuracy than He's weights",
      source: "ours, on the abstract",
      comparisons: [above("He", [narrow])],
    },
    {
      text: "LPS leads to higher accuracy than a living network of He's weights, and than initializeFromData",
      source: "ours",
      comparisons: [above(REDRAWN, [narrow]), above(DATA, [common, narrow, conv])],
    },
  ],
  columns: [
    { measure: "deadAtFirst", title: "first draw dead, %", factor: 100, digits: 0 },
    { measure: "first", title: "accuracy after 1 epoch, %", factor: 100, digits: 1 },
    { measure: "last", title: "accuracy at the end, %", factor: 100, digits: 1 },
  ],
  charts: [{ kind: "curves", measure: "accuracy", title: "test accuracy, %", factor: 100 }],
} satisfies Study; // prettier-ignore
