/**
 * The dying relu: how often a narrow relu network is constant before it is trained, against depth and width. Networks by the
 * hundred in plain arrays (examples/lpsNets.ts).
 */
import {
  bornDead,
  line,
  METHODS,
  pictures,
  seedsFrom,
  type Method,
} from "../../examples/lpsNets.ts";
import { observed, type Cell, type Comparison, type Experiment, type Study } from "../study.ts";

const [DEEPEST, POINTS, PICTURES] = [50, 101, 4];
const DEPTHS = [10, 20, 50] as const;

const WIDTHS: Record<string, number> = { "width 2": 2, "width 3": 3, "width 4": 4, "width 8": 8 };
const CHANNELS: Record<string, [channels: number, side: number]> = {
  "conv, 1 channel, 2 x 2": [1, 2],
  "conv, 2 channels, 2 x 2": [2, 2],
  "conv, 2 channels, 8 x 8": [2, 8],
};

interface Size {
  /** Networks of an observation. */
  readonly nets: number;
}

function run(cell: Cell, { nets }: Size) {
  const { setting, method, seed } = cell;
  const [channels, side] = CHANNELS[setting] ?? [WIDTHS[setting]!, 0];
  const inputs = side > 0 ? pictures(PICTURES, side, seed) : line(POINTS);
  const job = bornDead(method as Method, channels, DEEPEST, nets, inputs, seedsFrom(seed));
  let step = job.next();
  while (!step.done) step = job.next();
  const { dead, bound } = step.value;
  const shares = Object.fromEntries(DEPTHS.map((depth) => [`dead${depth}`, dead[depth - 1]!]));
  // The bound is about the law of LPS. A share of these networks may exceed it by chance, hence its own measure.
  return Promise.resolve(observed(cell, { ...shares, dead, ...(method === "LPS" && { bound }) }));
}

const all = [...METHODS];
export const experiment: Experiment<Size> = {
  methods: Object.fromEntries(
    [...Object.keys(WIDTHS), ...Object.keys(CHANNELS)].map((name) => [name, all]),
  ),
  seeds: { quick: 1, usual: 4, full: 10 },
  sizes: { quick: { nets: 30 }, usual: { nets: 250 }, full: { nets: 10_000 } },
  run,
};

const fewer = (than: string, settings: readonly string[], measure: string): Comparison => ({
  of: { method: "LPS", measure },
  over: { method: than, measure },
  less: true,
  settings,
});
const dense = Object.keys(WIDTHS);
const narrow = ["width 3", "width 4"];
const abstract = "Chen et al. 2021, arXiv 2109.00125, abstract; our formulation";

export default {
  id: "lps-deaths",
  title: "LPS: networks that are dead before training",
  about: `How often does one of the first 10, 20 or 50 relu layers give zero for all inputs? Such a network is constant, and no training changes that.
Dense networks see 101 points of [−√3, √3] through one input; convolutions are 3 × 3 on four Gaussian pictures. All draws are new in every seed. _RAI_ is the
randomized asymmetric initialization of Lu et al. 2019, made for the same purpose. There is no constant to choose: LPS has the defaults of this package (degree 2, interval 1).

He's and Glorot's weights differ by a factor only, and the biases are zero: they die together. A network of He's weights that is redrawn until it is alive is alive
by definition; what it takes, and what comes of it, is in the study of training.`,
  share: 3,
  experiment,
  claims: [
    {
      text: "LPS makes dying relu less likely than He's, Glorot's and orthogonal weights, whatever the width, at depth 10",
      source: abstract,
      comparisons: ["He", "Glorot", "orthogonal"].map((than) => fewer(than, ["width 2", ...narrow], "dead10")),
    },
    {
      text: "At depth 50 and from width 3 on, LPS makes dying relu less likely than He's and orthogonal weights",
      source: abstract,
      comparisons: ["He", "orthogonal"].map((than) => fewer(than, [...narrow, "width 8"], "dead50")),
    },
    {
      text: "In convolutional networks LPS makes dying relu less likely than He's weights",
      source: abstract,
      comparisons: [fewer("He", Object.keys(CHANNELS), "dead10")],
    },
    {
      text: "LPS makes dying relu less likely than RAI",
      source: "ours",
      comparisons: [{ ...fewer("RAI", dense, "dead20"), counts: 0.02 }],
    },
  ],
  columns: DEPTHS.map((depth) => ({ measure: `dead${depth}`, title: `dead at depth ${depth}, %`, factor: 100, digits: 1 })),
  charts: [{ kind: "curves", measure: "dead", title: "dead, %", factor: 100, along: "layers" }],
} satisfies Study; // prettier-ignore
