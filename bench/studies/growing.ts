/** Convolutional nets that grow, Evci et al. 2022 (section 4, image classification) at the size of this machine. */
import * as tf from "@tensorflow/tfjs";
import { nets, BATCH, type GrowNet } from "../../examples/growNets.ts";
import { build, lesson, multiplications, train } from "../../examples/growTraining.ts";
import { describe, part, pictures } from "../evidence/images.ts";
import { observed, type Cell, type Experiment, type Study } from "../study.ts";

const GAIN = 0.5;
const NETS: Record<string, GrowNet> = {
  WideResNet: nets["wideresnet"]!,
  "MobileNet-like": nets["mobilenet"]!,
};
const METHODS = ["small", "big", "gradmax", "inverse", "orthogonal", "random", "split"];

interface Size {
  readonly train: number;
  readonly test: number;
  readonly epochs: number;
  /** Of an event of growth. */
  readonly samples: number;
}

/** The cost of an epoch of the wide net. */
function costOfBig(net: GrowNet): number {
  const model = build(net, net.times, 0);
  const cost = multiplications(model);
  model.dispose();
  return cost;
}

async function run(cell: Cell, size: Size, directory?: string) {
  const { setting, method, seed } = cell;
  const { epochs, samples: drawn } = size;
  const net = NETS[setting]!;
  const all = pictures(directory);
  const data = {
    ...all,
    train: part(all.train, 0, size.train),
    test: part(all.test, 0, size.test),
  };
  const samples = lesson(net, data, seed + 1);
  const { model, history, cost } = await train(net, samples, {
    method,
    seed,
    epochs,
    gain: GAIN,
    samples: drawn,
  });
  const rest = Math.round((epochs * costOfBig(net) - cost) / multiplications(model));
  const { xs, ys } = samples.train;
  if (rest > 0) await model.fit(xs, ys, { epochs: rest, batchSize: BATCH, shuffle: false, verbose: 0 }); // prettier-ignore
  const atEqualFlops = tf.tidy(() => {
    const [, accuracy] = model.evaluate(samples.test.xs, samples.test.ys, { batchSize: 250 }) as tf.Scalar[]; // prettier-ignore
    return accuracy!.dataSync()[0]!;
  });
  const parameters = model.countParams();
  model.optimizer.dispose();
  model.dispose();
  tf.dispose([samples.train, samples.test] as never);
  const curve = history["val_acc"]!;
  return observed(cell, { accuracy: curve.at(-1)!, atEqualFlops, parameters, curve });
}

export const experiment: Experiment<Size> = {
  methods: Object.fromEntries(Object.keys(NETS).map((name) => [name, METHODS])),
  seeds: { quick: 1, usual: 5, full: 10 },
  sizes: {
    quick: { train: 100, test: 100, epochs: 3, samples: 16 },
    usual: { train: 1000, test: 500, epochs: 6, samples: 64 },
    full: { train: 5000, test: 1000, epochs: 16, samples: 128 },
  },
  data: (directory) => describe(pictures(directory)),
  run,
};

/** Accuracies differ by less than this from one test set to the next. */
const COUNTS = 0.005;
const above = (method: string, other: string, measure = "accuracy", by?: number) => ({
  of: { method, measure },
  over: { method: other, measure },
  ...(by === undefined ? { counts: COUNTS } : { by }),
});

export default {
  id: "growth-nets",
  title: "Growth: a WideResNet and a MobileNet-like net on small pictures",
  about: `Three blocks of a WideResNet (Zagoruyko and Komodakis 2016) and three inverted residuals (Sandler et al. 2018) learn CIFAR-10 at half its size
(16 × 16) from a part of its pictures, or shapes drawn here where there are no data. _small_ is half as wide as _big_ in all layers. The others begin as _small_,
and all their layers grow by half of their first width in two events, to the width of _big_. Each seed has its own weights and its own order of the pictures,
which all methods share.

Momentum 0.9 and rate 0.1 for batches of 128, as in the papers of residual nets, scaled with the batch to 0.039 for 50 (Goyal et al. 2017): no rate was chosen by
results. New units have ${GAIN} of the mean norm of old ones with every method, the authors' value; copies by _split_ have no norm to choose. _random_ adds Gaussian units.
_Accuracy_ is that on the test pictures after the same number of epochs; _at equal flops_ training goes on until every net has cost as many multiplications as _big_
(the epochs of a small net cost a quarter).`,
  share: 28,
  experiment,
  claims: [
    {
      text: "Nets grown by GradMax are more accurate than those grown by random units",
      source: "Evci et al. 2022, GradMax, section 4, table 1",
      comparisons: [above("gradmax", "random")],
    },
    {
      text: "The inverse mode is more accurate than GradMax itself",
      source: "ours, on the appendix of Evci et al. 2022",
      comparisons: [above("inverse", "gradmax")],
    },
    {
      text: "Orthogonal new units are more accurate than random ones and than split ones",
      source: "Pan 2023, abstract; our formulation",
      comparisons: [above("orthogonal", "random"), above("orthogonal", "split")],
    },
    {
      text: "At equal flops, growing orthogonally beats training the small net",
      source: "ours",
      comparisons: [above("orthogonal", "small", "atEqualFlops")],
    },
    {
      text: "At equal flops, growing orthogonally loses less than a point to the net that was big from the start",
      source: "ours",
      comparisons: [above("orthogonal", "big", "atEqualFlops", -0.01)],
    },
  ],
  columns: [
    { measure: "accuracy", title: "accuracy, %", factor: 100, digits: 1 },
    { measure: "atEqualFlops", title: "at equal flops, %", factor: 100, digits: 1 },
    { measure: "parameters", title: "parameters", digits: 0 },
  ],
  charts: [
    { kind: "curves", measure: "curve", title: "accuracy, %", factor: 100 },
    { kind: "points", measure: "atEqualFlops", title: "accuracy at equal flops, %", factor: 100 },
  ],
} satisfies Study;
