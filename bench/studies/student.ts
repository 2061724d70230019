/**
 * Student and teacher, the experiment of Evci et al. 2022 (section 4.1) at this size: y = relu(x A) B of a teacher
 * 10 → 10 → 10, learned by students that begin with 5 hidden units and get one more every 200 steps.
 */
import * as tf from "@tensorflow/tfjs";
import { grow, relu1, type GrowOptions } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import { observed, type Cell, type Experiment, type Study } from "../study.ts";

const [INPUTS, HIDDEN, SMALL, OUTPUTS, SAMPLES] = [10, 10, 5, 10, 1000];
const [EVENTS, RATE] = [5, 0.1];

const uniform = (shape: [number, number], minval: number, seed: number) =>
  tf.randomUniform(shape, minval, 1, "float32", seed);

/** Samples and the teacher's outputs for them. */
function lesson(teacher: number): { xs: tf.Tensor2D; ys: tf.Tensor2D } {
  const draws = normal(SAMPLES, INPUTS, { seed: teacher }).data;
  const xs = tf.tensor2d(Float32Array.from(draws), [SAMPLES, INPUTS]);
  const ys = tf.tidy((): tf.Tensor2D => {
    const a = uniform([INPUTS, HIDDEN], -1, 2 * teacher + 1) as tf.Tensor2D;
    const b = uniform([HIDDEN, OUTPUTS], -1, 2 * teacher + 2) as tf.Tensor2D;
    return tf.matMul(tf.relu(tf.matMul(xs, a)), b);
  });
  return { xs, ys };
}

/** A student without biases; its weights are Glorot's, the default of tf.layers. */
function student(units: number, seed: number): tf.LayersModel {
  const dense = (units: number, layer: number) => ({
    units,
    useBias: false,
    kernelInitializer: tf.initializers.glorotUniform({ seed: 2 * seed + layer }),
  });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ ...dense(units, 1), name: "hidden", activation: relu1, inputShape: [INPUTS] }), // prettier-ignore
      tf.layers.dense({ ...dense(OUTPUTS, 2), name: "out" }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(RATE), loss: "meanSquaredError" });
  return model;
}

type Options = Omit<GrowOptions, "layer" | "units" | "seed" | "xs" | "ys">;

/** Draws the outgoing weights of the last hidden unit from U[0, 1), at their old norm: the authors' own baseline. */
function makePositive(model: tf.LayersModel, seed: number): void {
  tf.tidy(() => {
    const out = model.getLayer("out");
    const kernel = out.getWeights()[0] as tf.Tensor2D;
    const old = tf.slice(kernel, [0, 0], [kernel.shape[0] - 1, OUTPUTS]);
    const last = tf.slice(kernel, [kernel.shape[0] - 1, 0], [1, OUTPUTS]);
    const direction = uniform([1, OUTPUTS], 0, seed) as tf.Tensor2D;
    const scale = tf.div(tf.norm(last), tf.norm(direction));
    out.setWeights([tf.concat([old, tf.mul(direction, scale)])]);
  });
}

/** The methods of `grow` whose new units have a norm to choose, in the words of this study. */
const SCALED: Record<string, Options> = {
  gradmax: { method: "gradmax" },
  "gradmax, inverse": { method: "gradmax", inverse: true },
  "orthogonal, out": { method: "orthogonal", side: "out" },
  "orthogonal, in": { method: "orthogonal" },
  gaussian: { method: "random" },
  random: { method: "random" },
};
const GAINS: Record<string, number> = { "gain 0.5": 0.5, "gain 0.25": 0.25, "gain 1": 1 };

interface Size {
  /** Steps before each event, and after the last. */
  readonly every: number;
}

const errorOf = (model: tf.LayersModel, xs: tf.Tensor, ys: tf.Tensor) =>
  tf.tidy(() => (model.evaluate(xs, ys, { batchSize: SAMPLES }) as tf.Scalar).dataSync()[0]!);

async function run(cell: Cell, { every }: Size) {
  const { setting, method, seed } = cell;
  const { xs, ys } = lesson(seed);
  const options = SCALED[method] ?? (method === "split" ? { method: "split" as const } : undefined);
  const scaled = method in SCALED ? { gain: GAINS[setting]! } : {};
  let model = student(method === "big" ? HIDDEN : SMALL, seed + 1);
  let units = method === "big" ? HIDDEN : SMALL;
  /** What has been spent, in steps of a hidden unit: the flops of a step are proportional to the hidden units. */
  let spent = 0;
  const train = async (steps: number) => {
    for (let step = 0; step < steps; step++) await model.trainOnBatch(xs, ys);
    spent += steps * units;
  };
  for (let event = 0; event <= EVENTS; event++) {
    if (event > 0 && options) {
      const draw = seed * EVENTS + event;
      const data = options.method === "gradmax" ? { xs, ys, batchSize: SAMPLES } : {};
      const grown = await grow(model, { layer: "hidden", units: 1, seed: draw, ...data, ...options, ...scaled }); // prettier-ignore
      if (method === "random") makePositive(grown.model, draw);
      model.dispose();
      [model, units] = [grown.model, units + 1];
    }
    await train(every);
  }
  const error = errorOf(model, xs, ys);
  await train(Math.round((HIDDEN * every * (EVENTS + 1) - spent) / units));
  const atEqualFlops = errorOf(model, xs, ys);
  model.optimizer.dispose();
  model.dispose();
  tf.dispose([xs, ys]);
  return observed(cell, { error, atEqualFlops });
}

const scaled = Object.keys(SCALED);

export const experiment: Experiment<Size> = {
  methods: {
    "gain 0.5": ["small", "big", "split", ...scaled],
    "gain 0.25": scaled,
    "gain 1": scaled,
  },
  seeds: { quick: 1, usual: 12, full: 40 },
  sizes: { quick: { every: 40 }, usual: { every: 200 }, full: { every: 200 } },
  run,
};

const below = (method: string, other: string, measure = "error", settings?: string[]) => ({
  of: { method, measure },
  over: { method: other, measure },
  less: true,
  settings,
});
const paper = "Evci et al. 2022, GradMax, section 4.1";
const [given] = Object.keys(GAINS) as [string];

export default {
  id: "growth-student",
  title: "Growth: a student learns from a teacher",
  about: `A teacher 10 – 10 – 10 with weights from U(−1, 1) is learnt from 1000 samples by students that begin with 5 hidden units
and get one more every 200 steps, five times. Every seed has a teacher, samples and students of its own. _small_ and _big_ have 5 and 10 units from
the start; _gaussian_ adds units with Gaussian outgoing weights, _random_ those of the paper's baseline, from U[0, 1).

Plain gradient descent on all samples, rate 0.1, as in the paper's description. The gain (norm of new units over the mean norm of old ones) is not
chosen by results: 0.5 is that of the authors' code, and the others are shown beside it. _Error_ is the mean squared error after the same number of steps;
_at equal flops_ training goes on until every student has cost as much as _big_.`,
  share: 10,
  experiment,
  claims: [
    {
      text: "Units from GradMax end at a lower error than Gaussian ones, and these at a lower one than those of the paper's random baseline",
      source: paper,
      comparisons: [below("gradmax", "gaussian", "error", [given]), below("gaussian", "random", "error", [given])],
    },
    {
      text: "GradMax is better than random growth whatever the gain",
      source: "ours, on Evci et al. 2022, section 4.1",
      comparisons: [below("gradmax", "gaussian")],
    },
    {
      text: "GradMax is better than Gaussian units and than training the small student at equal flops",
      source: "ours, on Evci et al. 2022, section 4.1",
      comparisons: [below("gradmax", "gaussian", "atEqualFlops", [given]), below("gradmax", "small", "atEqualFlops", [given])],
    },
    {
      text: "The inverse mode (outgoing weights zero, incoming ones optimized) is better than GradMax itself",
      source: "ours, on the appendix of Evci et al. 2022",
      comparisons: [below("gradmax, inverse", "gradmax", "error", [given])],
    },
    {
      text: "Orthogonal new units end at a lower error than Gaussian ones and than split ones",
      source: "Pan 2023, abstract; our formulation",
      comparisons: [below("orthogonal, in", "gaussian", "error", [given]), below("orthogonal, in", "split", "error", [given])],
    },
  ], // prettier-ignore
  columns: [
    { measure: "error", title: "error" },
    { measure: "atEqualFlops", title: "error at equal flops" },
  ],
  charts: [
    { kind: "points", measure: "error", title: "mean squared error" },
    { kind: "points", measure: "atEqualFlops", title: "mean squared error at equal flops" },
  ],
} satisfies Study;
