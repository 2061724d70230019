/** Narrow, deep relu networks learn |x|: whether a better start than a living one is needed. */
import * as tf from "@tensorflow/tfjs";
import { initializeFromData } from "tfjs-initializers";
import { METHODS, seedsFrom, type Method, type Seeds } from "../../examples/lpsNets.ts";
import { drawRows, inputsOf, isDead, lesson, train, type Lesson, type Rows } from "../../examples/lps-train.ts"; // prettier-ignore
import { observed, type Cell, type Comparison, type Experiment, type Study } from "../study.ts";

const [UNITS, DEPTH, SAMPLES] = [2, 10, 1000];
const REDRAWN = "He, redrawn until alive";
const DATA = "He, then initializeFromData";

interface Size {
  readonly nets: number;
  readonly steps: number;
}

/** The network of these rows after a look at the lesson's inputs and targets. */
async function fromData(rows: Rows, { f, ...rest }: Lesson, seed: number): Promise<Rows> {
  const dense = (units: number, layer: number) =>
    tf.layers.dense({ units, name: `${layer}`, ...(layer < DEPTH && { activation: "relu" }), ...(layer === 0 && { inputShape: [1] }) }); // prettier-ignore
  const model = tf.sequential({
    layers: rows.map((_, layer) => dense(layer < DEPTH ? UNITS : 1, layer)),
  });
  model.layers.forEach((layer, l) => {
    const fan = l === 0 ? 1 : UNITS;
    const units = rows[l]!.length / (fan + 1);
    const table = tf.tensor2d(Array.from(rows[l]!), [units, fan + 1]);
    const kernel = tf.tidy(() => tf.transpose(tf.slice(table, [0, 0], [units, fan])));
    const bias = tf.tidy(() => tf.reshape(tf.slice(table, [0, fan], [units, 1]), [units]));
    layer.setWeights([kernel, bias]);
    tf.dispose([table, kernel, bias]);
  });
  const inputs = inputsOf({ f, ...rest }, SAMPLES);
  const [xs, ys] = [inputs, inputs.map(f)].map((values) => tf.tensor2d(Array.from(values), [SAMPLES, 1])) as [tf.Tensor2D, tf.Tensor2D]; // prettier-ignore
  await initializeFromData(model, xs, { ys, seed });
  const found = model.layers.map((layer) => {
    const [kernel, bias] = layer.getWeights() as [tf.Tensor2D, tf.Tensor1D];
    const table = tf.tidy(() => tf.concat([tf.transpose(kernel), tf.expandDims(bias, 1)], 1));
    const values = Float64Array.from(table.dataSync());
    table.dispose();
    return values;
  });
  tf.dispose([xs, ys]);
  model.dispose();
  return found;
}

/** A network, and how often it was drawn. */
async function start(
  method: string,
  task: Lesson,
  seeds: Seeds,
): Promise<[rows: Rows, draws: number]> {
  const own = method === REDRAWN || method === DATA ? "He" : (method as Method);
  let [rows, draws] = [drawRows(own, UNITS, DEPTH, seeds), 1];
  while (method === REDRAWN && isDead(rows))
    [rows, draws] = [drawRows(own, UNITS, DEPTH, seeds), draws + 1];
  return [method === DATA ? await fromData(rows, task, seeds() % 2 ** 31) : rows, draws];
}

async function run(cell: Cell, { nets, steps }: Size) {
  const seeds = seedsFrom(cell.seed);
  const task = lesson(Math.abs, steps, seeds());
  const networks: Rows[] = [];
  let draws = 0;
  for (let net = 0; net < nets; net++) {
    const [rows, tries] = await start(cell.method, task, seeds);
    networks.push(rows);
    draws += tries / nets;
  }
  const dead = networks.filter(isDead).length / nets;
  const job = train(networks, task);
  let step = job.next();
  while (!step.done) step = job.next();
  const { success, collapsed } = step.value;
  return observed(cell, { dead, draws, success, collapsed });
}

const SETTING = "absolute value, 10 layers of 2 units";
export const experiment: Experiment<Size> = {
  methods: { [SETTING]: [...METHODS, REDRAWN, DATA] },
  seeds: { quick: 1, usual: 5, full: 20 },
  sizes: {
    quick: { nets: 3, steps: 300 },
    usual: { nets: 20, steps: 2500 },
    full: { nets: 100, steps: 2500 },
  },
  run,
};

const more = (than: string): Comparison => ({
  of: { method: "LPS", measure: "success" },
  over: { method: than, measure: "success" },
  counts: 0.05,
});

export default {
  id: "lps-line",
  title: "LPS: narrow networks learn |x|",
  about: `A network of ten relu layers with two units each and a linear layer learns |x| on [−√3, √3], the experiment of Lu et al. 2019 (section 4). How
often does it succeed (mean squared error at most 0.01), and how often does it end constant? Adam at its default rate 0.001, 2500 batches of 64, the same for all networks of a
seed. _${REDRAWN}_ is the obvious rival: it draws He's weights again while the network is constant, ten times or so. _${DATA}_ solves every layer from a thousand
samples. The linear layer is drawn by the same law for all methods but the last.`,
  share: 3,
  experiment,
  claims: [
    {
      text: "Networks that begin with LPS learn more often than those of He's and of orthogonal weights",
      source: "Chen et al. 2021, arXiv 2109.00125, abstract; our formulation",
      comparisons: ["He", "orthogonal"].map(more),
    },
    {
      text: "Networks that begin with LPS learn more often than those of RAI",
      source: "ours",
      comparisons: [more("RAI")],
    },
    {
      text: "Networks that begin with LPS learn more often than those of He's weights that are redrawn until the network is alive, and than those initialized from data",
      source: "ours",
      comparisons: [REDRAWN, DATA].map(more),
    },
  ],
  columns: [
    { measure: "dead", title: "dead at first, %", factor: 100, digits: 0 },
    { measure: "draws", title: "draws", digits: 1 },
    { measure: "success", title: "learn, %", factor: 100, digits: 0 },
    { measure: "collapsed", title: "end constant, %", factor: 100, digits: 0 },
  ],
  charts: [{ kind: "points", measure: "success", title: "networks that learn, %", factor: 100 }],
} satisfies Study; // prettier-ignore
