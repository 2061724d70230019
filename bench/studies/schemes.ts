/** How networks of 20 layers train from the starts that `initialize` gives them, and from the default of tf.layers. */
import * as tf from "@tensorflow/tfjs";
import { resnet } from "../../examples/architectures/images.ts";
import { average, classes, dense, image, reluConv, through } from "../../examples/architectures/parts.ts"; // prettier-ignore
import { transformer } from "../../examples/architectures/sequences.ts";
import { CHANNELS, CLASSES, SIDE, type Dataset, type Pictures } from "../../examples/cifar.ts";
import { SIDE as DIGIT } from "../../examples/data.ts";
import { PATCH, PATCHES, patches } from "../../examples/growNets.ts";
import { learn, SCHEMES, start, type Samples, type Scheme } from "../../examples/schemeTraining.ts";
import { describe, digits, part, pictures } from "../evidence/images.ts";
import { observed, type Cell, type Experiment, type Study } from "../study.ts";

interface Net {
  build(): tf.LayersModel;
  load(directory?: string): Dataset;
  readonly shape: readonly [number, number, number];
  prepare(images: tf.Tensor4D): tf.Tensor;
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const onDigits = { load: digits, shape: [DIGIT, DIGIT, 1] } as const;
/** A quarter of the side, so that 20 convolutions train here. */
const SMALL = SIDE / 4;
const onPictures = {
  load: pictures,
  shape: [SIDE, SIDE, CHANNELS],
  prepare: (images: tf.Tensor4D) => tf.avgPool(images, 4, 4, "valid"),
} as const;
const inPatches = (post: boolean): Net => ({
  ...onDigits,
  build: () => transformer({ length: PATCHES, features: PATCH * PATCH + PATCHES, width: 16, blocks: 5, post }), // prettier-ignore
  prepare: patches,
});

const NETS: Record<string, Net> = {
  "MLP-20": {
    ...onDigits,
    build() {
      const inputs = tf.input({ shape: [DIGIT * DIGIT] });
      return tf.model({ inputs, outputs: through(inputs, ...times(19, () => dense(64, "relu")), classes()) }); // prettier-ignore
    },
    prepare: (images) => tf.reshape(images, [-1, DIGIT * DIGIT]),
  },
  "conv-20": {
    ...onPictures,
    build() {
      const inputs = image(SMALL);
      return tf.model({ inputs, outputs: through(inputs, ...times(19, () => reluConv(12)), average(), classes()) }); // prettier-ignore
    },
  },
  "ResNet-20": { ...onPictures, build: () => resnet({ side: SMALL, width: 8, blocks: 3 }) },
  "pre-LN transformer": inPatches(false),
  "post-LN transformer": inPatches(true),
};
const PLAIN = ["MLP-20", "conv-20"];

/** Of Adam, around its default; that of a run is chosen on the samples after the first `size.train`. */
const RATES = [3e-3, 1e-3, 3e-4];

interface Size {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly epochs: number;
}

const tensors = ({ shape, prepare }: Net, { count, pixels, labels }: Pictures): Samples =>
  tf.tidy(() => ({
    xs: prepare(tf.tensor4d(pixels, [count, ...shape])),
    ys: tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), CLASSES),
  }));

async function run(cell: Cell, size: Size, directory?: string) {
  const net = NETS[cell.setting]!;
  const { train, test } = net.load(directory);
  const training = tensors(net, part(train, 0, size.train));
  const validation = tensors(net, part(train, size.train, size.train + size.validation));
  const unseen = tensors(net, part(test, 0, size.test));
  const from = async (rate: number, epochs: number, test: Samples) => {
    const model = net.build();
    start(model, cell.method as Scheme, cell.seed + 1);
    const found = await learn(model, { training, test }, { rate, epochs });
    model.dispose();
    return found;
  };
  const losses: number[] = [];
  for (const rate of RATES) losses.push((await from(rate, 1, validation)).loss[0]!);
  const finite = losses.map((loss) => (Number.isFinite(loss) ? loss : Infinity));
  const rate = RATES[finite.indexOf(Math.min(...finite))]!;
  const { accuracy: curve } = await from(rate, size.epochs, unseen);
  tf.dispose([training, validation, unseen] as never);
  return observed(cell, { accuracy: curve.at(-1)!, curve, rate });
}

export const experiment: Experiment<Size> = {
  methods: Object.fromEntries(Object.keys(NETS).map((name) => [name, SCHEMES])),
  seeds: { quick: 1, usual: 5, full: 10 },
  sizes: {
    quick: { train: 192, validation: 100, test: 100, epochs: 2 },
    usual: { train: 960, validation: 256, test: 500, epochs: 4 },
    full: { train: 4480, validation: 500, test: 1000, epochs: 15 },
  },
  data: (directory) => [digits, pictures].map((load) => describe(load(directory))).join("; "),
  run,
};

/** Accuracies differ by less than this from one test set to the next. */
const COUNTS = 0.01;
const over = (method: Scheme, other: Scheme, settings: string[], by?: number) => ({
  of: { method, measure: "accuracy" },
  over: { method: other, measure: "accuracy" },
  settings,
  ...(by === undefined ? { counts: COUNTS } : { by }),
});
const all = Object.keys(NETS);

export default {
  id: "initialization-schemes",
  title: "Initialization: how networks of 20 layers train from each start",
  about: `Five networks start from the schemes of \`initialize\` and from Glorot's uniform weights, the default of tf.layers, with biases 0. On digits (MNIST, or drawn ones): an MLP of 20 dense
layers of 64 with relu, and transformers of five blocks, normalizing before each branch (pre-LN) or after each sum (post-LN). On small pictures (CIFAR-10 at 8 × 8, or drawn shapes):
20 plain convolutions without normalization, and the ResNet-20 of He et al. 2016 with batch normalization.

Adam, batches of 64, no warm-up, no decay. Its rate is one of ${RATES.join(", ")}, chosen for every run by the loss after an epoch on validation samples, which are neither trained
nor tested on. _Accuracy_ is that on the test samples after the last epoch; curves show it after each.`,
  share: 25,
  experiment,
  claims: [
    {
      text: "He's start trains deep plain relu nets that train worse from the default of tf.layers",
      source: "He et al. 2015, section 2.2",
      comparisons: [over("he", "tf.layers", PLAIN)],
    },
    {
      text: "Orthogonal starts train deep plain nets better than Gaussian ones of the same variance",
      source: "Saxe et al. 2014, section 3; Xiao et al. 2018",
      comparisons: [over("orthogonal", "he", PLAIN)],
    },
    {
      text: "“auto” loses to “he” by no more than a point anywhere",
      source: "ours",
      comparisons: [over("auto", "he", all, -COUNTS)],
    },
    {
      text: "“auto” trains transformers better than the default of tf.layers",
      source: "ours",
      comparisons: [over("auto", "tf.layers", ["pre-LN transformer", "post-LN transformer"])],
    },
    {
      text: "With batch normalization and residuals the start hardly matters: “auto” and the default of tf.layers are within three points",
      source: "ours",
      comparisons: [over("auto", "tf.layers", ["ResNet-20"], -0.03), over("tf.layers", "auto", ["ResNet-20"], -0.03)],
    },
  ], // prettier-ignore
  columns: [
    { measure: "accuracy", title: "accuracy, %", factor: 100, digits: 1 },
    { measure: "rate", title: "rate" },
  ],
  charts: [{ kind: "curves", measure: "curve", title: "accuracy, %", factor: 100 }],
} satisfies Study;
