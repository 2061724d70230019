/** Small nets whose hidden units begin or stay unlike each other, trained side by side (examples/tinyNets.ts). */
import * as tf from "@tensorflow/tfjs";
import { inputCovariance } from "tfjs-initializers";
import { spread } from "tfjs-initializers/linalg";
import { mean } from "simple-statistics";
import { CLASSES } from "../../examples/data.ts";
import { INPUTS, control, methods, type Method } from "../../examples/diversityMethods.ts";
import { accuracies, epoch, read, sideBySide, write, type Nets } from "../../examples/tinyNets.ts";
import { describeAll, imagesOf } from "../images.ts";
import { part } from "../evidence/images.ts";
import { likeness } from "../tinyNets.ts";
import type { Cell, Comparison, Experiment, Observation, Study } from "../study.ts";

const [RATE, BATCH, ABLATED] = [0.05, 128, 500];
/** Factors of a penalty, of which the images for validation choose. */
const STRENGTHS = [0.1, 1, 10];

interface Size {
  /** Nets that are trained side by side: each is a seed. */
  readonly nets: number;
  readonly images: number;
  readonly validation: number;
  readonly epochs: number;
}

const STARTS = ["control", "stock", "zca", "qr", "data"];
const PENALTIES = ["cos2", "deCov", "ncl"];
const SPREADS = ["spreading", "zca + spreading"];

function train(
  method: Method,
  units: number,
  cell: Cell,
  { nets: count, images, epochs }: Size,
  directory?: string,
) {
  const data = imagesOf("digits", directory);
  const first = cell.seed * count;
  const nets = sideBySide(
    Array.from({ length: count }, (_, s) => {
      const { start = control } = method;
      return {
        w: start([INPUTS, units], 2 * (first + s)),
        v: start([units, CLASSES], 2 * (first + s) + 1),
      };
    }),
    ...([INPUTS, units, CLASSES] as const),
  );
  const cosines = [likeness(nets)];
  const curve = [];
  const own = part(data.train, 0, images);
  for (let e = 0; e < epochs; e++) {
    epoch(nets, own, { batch: BATCH, rate: RATE, seed: first + e, penalty: method.penalty ?? {} });
    for (let s = 0; method.spreads && s < count; s++) {
      const kernel = { rows: INPUTS, cols: units, data: read(nets, s) };
      write(nets, s, spread(kernel, { units: "columns", step: 0.5 * (1 - e / epochs) }).data);
    }
    curve.push(accuracies(nets, data.test));
    cosines.push(likeness(nets));
  }
  return { nets, curve, cosines };
}

/** What the removal of one hidden unit costs each net, on average over its units. */
function ablation(nets: Nets, directory?: string): number[] {
  const test = part(imagesOf("digits", directory).test, 0, ABLATED);
  const whole = accuracies(nets, test);
  const { units, classes, count } = nets;
  const losses = Array.from({ length: units }, (_, unit) => {
    const v = nets.v.slice();
    for (let s = 0; s < count; s++)
      v.fill(0, (s * units + unit) * classes, (s * units + unit + 1) * classes);
    return accuracies({ ...nets, v }, test).map((rest, s) => whole[s]! - rest);
  });
  return whole.map((_, s) => mean(losses.map((one) => one[s]!)));
}

let covariance: { key: string; value: number[][] } | undefined;

/** Second moments of the training images. */
function inputs(images: number, directory?: string): number[][] {
  const key = `${images} ${directory}`;
  if (covariance?.key !== key) {
    const { pixels, count } = part(imagesOf("digits", directory).train, 0, images);
    covariance = {
      key,
      value: tf.tidy(() => inputCovariance(tf.tensor2d(pixels, [count, INPUTS]))),
    };
  }
  return covariance.value;
}

async function run(cell: Cell, size: Size, directory?: string): Promise<Observation[]> {
  const { setting, method, seed } = cell;
  const units = parseInt(setting);
  const { train: all } = imagesOf("digits", directory);
  const held = part(all, size.images, size.images + size.validation);
  const trained = (PENALTIES.includes(method) ? STRENGTHS : [1]).map((strength) => {
    const own = methods(() => inputs(size.images, directory), strength)[method]!;
    return { strength, ...train(own, units, cell, size, directory) };
  });
  const scores = trained.map(({ nets }) => mean(accuracies(nets, held)));
  const { nets, curve, cosines, strength } = trained[scores.indexOf(Math.max(...scores))]!;
  const ablated = ablation(nets, directory);
  return Promise.resolve(
    ablated.map((loss, s) => {
      const accuracy = curve.map((one) => one[s]!);
      return {
        ...{ setting, method, seed: seed * size.nets + s },
        values: {
          ...{ accuracy, first: accuracy[0]!, last: accuracy.at(-1)!, ablated: loss, strength },
          ...{ cosineBefore: cosines[0]![s]!, cosineAfter: cosines.at(-1)![s]! },
        },
      };
    }),
  );
}

const SETTINGS = ["6 units", "16 units", "32 units"];
export const experiment: Experiment<Size> = {
  methods: Object.fromEntries(
    SETTINGS.map((name) => [name, [...STARTS, ...PENALTIES, ...SPREADS]]),
  ),
  seeds: { quick: 1, usual: 1, full: 5 },
  sizes: {
    quick: { nets: 2, images: 128, validation: 100, epochs: 2 },
    usual: { nets: 8, images: 1500, validation: 500, epochs: 5 },
    full: { nets: 20, images: 5000, validation: 1000, epochs: 5 },
  },
  data: (directory) => describeAll(["digits"], directory),
  run,
};

const above = (method: string, more: Partial<Comparison> = {}, measure = "last"): Comparison => ({
  of: { method, measure },
  over: { method: "control", measure },
  counts: 0.002,
  ...more,
});
const abstract = "Kovalenko et al. 2021, arXiv 2109.09612, abstract; our formulation";

export default {
  id: "diversity",
  title: "Diversity: units that do not repeat each other",
  about: `Nets 784 – 6, 16 or 32 relu – 10 softmax learn digits for five epochs, by plain gradient descent (rate ${RATE}, batches of ${BATCH}). _control_ has
independent directions and exactly the row lengths of _zca_, so that a difference is due to correlation and not to scale; _stock_ is Glorot's uniform initializer, the default of tf.layers.
All penalties and spreading begin from the control. The rate is one for all and not tuned; the strength of each penalty is the best of a tenth, one time and ten times its usual value on images that
are neither trained on nor tested on.

_Ablation_ takes one hidden unit away from the trained net: the loss of accuracy is the mean over all units, on ${ABLATED} test images. _|cos|_ is the mean between two hidden units. A gain below 0.2 points does not count.`,
  share: 8,
  experiment,
  claims: [
    {
      text: "Decorrelated, yet random weights make small nets more accurate in the first epochs: ZCA",
      source: abstract,
      comparisons: [above("zca", {}, "first"), above("zca")],
    },
    {
      text: "Decorrelated, yet random weights make small nets more accurate in the first epochs: QR",
      source: abstract,
      comparisons: [above("qr", {}, "first"), above("qr")],
    },
    {
      text: "The gain in accuracy during the first five epochs is about 40 %, relative to the stock initializer",
      source: abstract,
      comparisons: [above("zca", { over: { method: "stock", measure: "first" }, relative: true, by: 0.3 }, "first")],
    },
    {
      text: "A penalty on the likeness of weights (cos2) makes small nets more accurate",
      source: abstract,
      comparisons: [above("cos2")],
    },
    {
      text: "A penalty on the likeness of activations (DeCov, negative correlation) makes small nets more accurate",
      source: abstract,
      comparisons: [above("deCov"), above("ncl")],
    },
    {
      text: "Spreading the units during training makes small nets more accurate",
      source: abstract,
      comparisons: [above("spreading"), above("zca + spreading")],
    },
    {
      text: "Spread units are each worth more: their removal costs more accuracy",
      source: "ours",
      comparisons: [above("zca + spreading", {}, "ablated")],
    },
  ],
  columns: [
    { measure: "first", title: "accuracy after 1 epoch, %", factor: 100, digits: 1 },
    { measure: "last", title: "at the end, %", factor: 100, digits: 1 },
    { measure: "ablated", title: "cost of a unit, points", factor: 100, digits: 1 },
    { measure: "cosineBefore", title: "|cos| before", digits: 3 },
    { measure: "cosineAfter", title: "|cos| after", digits: 3 },
    { measure: "strength", title: "strength", digits: 1 },
  ],
  charts: [
    { kind: "points", measure: "last", title: "test accuracy at the end, %", factor: 100 },
    { kind: "points", measure: "ablated", title: "cost of a unit, points", factor: 100 },
  ],
} satisfies Study; // prettier-ignore
