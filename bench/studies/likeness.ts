/** Whether nets whose hidden units are more alike have a larger error. */
import { sampleCorrelation } from "simple-statistics";
import { CLASSES } from "../../examples/data.ts";
import { INPUTS, control } from "../../examples/diversityMethods.ts";
import { accuracies, epoch, sideBySide } from "../../examples/tinyNets.ts";
import { describeAll, imagesOf } from "../images.ts";
import { part } from "../evidence/images.ts";
import { observed, type Cell, type Experiment, type Study } from "../study.ts";
import { likeness } from "../tinyNets.ts";

const [RATE, BATCH] = [0.05, 128];

interface Size {
  readonly nets: number;
  readonly images: number;
  readonly epochs: number;
}

/** Moves all units towards the first one by the share t, at their own lengths. */
function towardsFirst(kernel: Float32Array, units: number, t: number): Float32Array {
  const moved = kernel.map((x, at) => (1 - t) * x + t * kernel[at - (at % units)]!);
  const length = (a: Float32Array, unit: number) => {
    let sum = 0;
    for (let at = unit; at < a.length; at += units) sum += a[at]! ** 2;
    return Math.sqrt(sum);
  };
  const ratios = Array.from(
    { length: units },
    (_, unit) => length(kernel, unit) / length(moved, unit),
  );
  return moved.map((x, at) => x * ratios[at % units]!);
}

const [DRAWN, IMPOSED] = ["as drawn", "likeness imposed"];

/** Of the nets of a seed: the correlations of the likeness of their units, at first or at last, with their test errors. */
function run(cell: Cell, { nets: count, images, epochs }: Size, directory?: string) {
  const { setting, method, seed } = cell;
  const units = parseInt(setting);
  const { train, test } = imagesOf("digits", directory);
  const net = (s: number) => {
    const draw = 2 * (seed * count + s);
    const w = control([INPUTS, units], draw);
    return {
      w: method === IMPOSED ? towardsFirst(w, units, (0.8 * s) / count) : w,
      v: control([units, CLASSES], draw + 1),
    };
  };
  const nets = sideBySide(Array.from({ length: count }, (_, s) => net(s)), INPUTS, units, CLASSES); // prettier-ignore
  const own = part(train, 0, images);
  const before = likeness(nets);
  const errors: number[][] = [];
  for (let e = 0; e < epochs; e++) {
    epoch(nets, own, { batch: BATCH, rate: RATE, seed: seed * epochs + e, penalty: {} });
    errors.push(accuracies(nets, test).map((share) => 1 - share));
  }
  return Promise.resolve(
    observed(cell, {
      first: sampleCorrelation(before, errors[0]!),
      last: sampleCorrelation(before, errors.at(-1)!),
      after: sampleCorrelation(likeness(nets), errors.at(-1)!),
      curve: errors.map((one) => sampleCorrelation(before, one)),
    }),
  );
}

export const experiment: Experiment<Size> = {
  methods: Object.fromEntries(["6 units", "16 units", "32 units"].map((name) => [name, [DRAWN!, IMPOSED!]])), // prettier-ignore
  seeds: { quick: 1, usual: 5, full: 20 },
  sizes: {
    quick: { nets: 4, images: 256, epochs: 2 },
    usual: { nets: 16, images: 1500, epochs: 5 },
    full: { nets: 32, images: 5000, epochs: 5 },
  },
  data: (directory) => describeAll(["digits"], directory),
  run,
};

const positive = (method: string, measure: string) => ({
  of: { method, measure },
  over: 0,
  counts: 0.1,
});

export default {
  id: "diversity-error",
  title: "Diversity: correlation of units and error",
  about: `Is a net with hidden units that are more alike a worse net? Many nets 784 – units – 10 are trained on the same digits (plain gradient descent, rate ${RATE}, batches of ${BATCH}),
and over the nets of a seed the correlation (Pearson) is taken of the mean |cos| between their hidden units and their test error. Nets _as drawn_ differ by chance only; in those with _likeness imposed_ all units are
moved towards the first one, by a share that goes from 0 to 0.8 from net to net, at their own lengths. A correlation below 0.1 does not count.`,
  share: 4,
  experiment,
  claims: [
    {
      text: "Where units are made alike, the error after the first epoch is larger",
      source: "Kovalenko et al. 2021, arXiv 2109.09612, abstract; our formulation",
      comparisons: [positive(IMPOSED!, "first")],
    },
    {
      text: "Where units are made alike, the error at the end of training is larger",
      source: "ours, on the abstract",
      comparisons: [positive(IMPOSED!, "last")],
    },
    {
      text: "Among nets that are drawn independently, those with units more alike have the larger error",
      source: "ours, on the abstract",
      comparisons: [positive(DRAWN!, "first"), positive(DRAWN!, "last")],
    },
  ],
  columns: [
    { measure: "first", title: "correlation after 1 epoch", digits: 2 },
    { measure: "last", title: "at the end", digits: 2 },
    { measure: "after", title: "of likeness and error, both at the end", digits: 2 },
  ],
  charts: [{ kind: "curves", measure: "curve", title: "correlation of initial likeness with test error" }],
} satisfies Study; // prettier-ignore
