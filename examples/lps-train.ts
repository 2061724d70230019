/** Many narrow relu networks R → R, trained by Adam in plain arrays, all on the same batches. */
import { draw, line, uniforms, type Method, type Seeds } from "./lpsNets.ts";

const [RATE, BETA1, BETA2, EPSILON] = [1e-3, 0.9, 0.999, 1e-8];
const BATCH = 64;
const GRID = line(101).values;
/** Mean square error of a network that has learnt its function; range of one that is constant. */
const [SUCCESS, CONSTANT] = [0.01, 1e-3];

export interface Outcome {
  readonly success: number;
  readonly collapsed: number;
}

/** A dense layer of one network. */
interface Layer {
  readonly fan: number;
  readonly units: number;
  /** `units` rows of weights and a bias; their gradients; Adam's moments. */
  readonly rows: Float64Array;
  readonly slopes: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Of the last batch: outputs, and the loss's derivatives by them; a run of samples for each unit. */
  readonly out: Float64Array;
  readonly back: Float64Array;
}

/** Rows of weights and biases, layer by layer, the last one linear: one network R → R. */
export type Rows = readonly Float64Array[];

/** A network of `depth` relu layers, and a linear one of variance 1 / fan-in without bias. */
export function drawRows(method: Method, units: number, depth: number, seeds: Seeds): Rows {
  const hidden = Array.from({ length: depth }, (_, layer) => draw(method, 1, units, layer === 0 ? 1 : units, seeds)); // prettier-ignore
  return [...hidden, draw("He", 1, 1, units, seeds).map((w) => w * Math.SQRT1_2)];
}

/** A network that is constant before it is trained. */
export const isDead = (rows: Rows): boolean => range(outputs(networkOf(rows))) === 0;

/** What the networks are to learn, and all of them by the same batches, uniform in [−√3, √3]. */
export interface Lesson {
  readonly f: (x: number) => number;
  readonly steps: number;
  readonly batches: Float64Array;
}

export function lesson(f: Lesson["f"], steps: number, seed: number): Lesson {
  const batches = uniforms(steps * BATCH, seed).map((x) => Math.sqrt(3) * (2 * x - 1));
  return { f, steps, batches };
}

/** Inputs of a lesson, for those who look at data. */
export const inputsOf = ({ batches }: Lesson, count: number): Float64Array =>
  batches.subarray(0, count);

/**
 * Trains the networks; yields how many are done. Those with a dead layer need no training: it and those before it have
 * no gradient, and the network stays constant.
 */
export function* train(
  all: readonly Rows[],
  { f, steps, batches }: Lesson,
): Generator<number, Outcome> {
  let [success, collapsed] = [0, 0];
  for (const [net, rows] of all.entries()) {
    const network = networkOf(rows);
    const isBornDead = range(outputs(network)) === 0;
    for (let step = 0; step < steps && !isBornDead; step++) {
      const xs = batches.subarray(step * BATCH, (step + 1) * BATCH);
      forward(network, xs);
      backward(network, xs, xs.map(f));
      network.forEach((layer) => adam(layer, step + 1));
    }
    const values = outputs(network);
    const loss = values.reduce((sum, y, i) => sum + (y - f(GRID[i]!)) ** 2, 0) / GRID.length;
    if (loss <= SUCCESS) success++;
    if (range(values) <= CONSTANT) collapsed++;
    yield net + 1;
  }
  return { success: success / all.length, collapsed: collapsed / all.length };
}

/** The first layer sees one value, the others those before them; a row has a bias at its end. */
function networkOf(rows: Rows): Layer[] {
  let fan = 1;
  return rows.map((one) => {
    const layer = layerOf(one.slice(), fan);
    fan = layer.units;
    return layer;
  });
}

function layerOf(rows: Float64Array, fan: number): Layer {
  const units = rows.length / (fan + 1);
  const like = () => new Float64Array(rows.length);
  const samples = () => new Float64Array(units * BATCH);
  return {
    fan,
    units,
    rows,
    slopes: like(),
    first: like(),
    second: like(),
    out: samples(),
    back: samples(),
  };
}

/** The network on the grid. */
function outputs(network: readonly Layer[]): number[] {
  const values: number[] = [];
  for (let from = 0; from < GRID.length; from += BATCH) {
    const xs = new Float64Array(BATCH);
    xs.set(GRID.subarray(from, from + BATCH));
    forward(network, xs);
    values.push(...network.at(-1)!.out);
  }
  return values.slice(0, GRID.length);
}

const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

function forward(network: readonly Layer[], xs: Float64Array): void {
  network.forEach(({ fan, units, rows, out }, l) => {
    const input = l === 0 ? xs : network[l - 1]!.out;
    const isLast = l === network.length - 1;
    for (let unit = 0, at = 0; unit < units; unit++, at += fan + 1) {
      const to = unit * BATCH;
      out.fill(rows[at + fan]!, to, to + BATCH);
      for (let j = 0; j < fan; j++) {
        const [weight, from] = [rows[at + j]!, j * BATCH];
        for (let i = 0; i < BATCH; i++) out[to + i]! += weight * input[from + i]!;
      }
      if (!isLast) for (let i = to; i < to + BATCH; i++) if (out[i]! < 0) out[i] = 0;
    }
  });
}

/** Gradients of the mean square error. */
function backward(network: readonly Layer[], xs: Float64Array, ys: Float64Array): void {
  const { out, back } = network.at(-1)!;
  for (let i = 0; i < BATCH; i++) back[i] = (2 / BATCH) * (out[i]! - ys[i]!);
  for (let l = network.length - 1; l >= 0; l--) {
    const { fan, units, rows, slopes, back } = network[l]!;
    const before = network[l - 1];
    const input = before?.out ?? xs;
    before?.back.fill(0);
    for (let unit = 0, at = 0; unit < units; unit++, at += fan + 1) {
      const from = unit * BATCH;
      let sum = 0;
      for (let i = 0; i < BATCH; i++) sum += back[from + i]!;
      slopes[at + fan] = sum;
      for (let j = 0; j < fan; j++) {
        const to = j * BATCH;
        let product = 0;
        for (let i = 0; i < BATCH; i++) product += back[from + i]! * input[to + i]!;
        slopes[at + j] = product;
        if (before === undefined) continue;
        const weight = rows[at + j]!;
        for (let i = 0; i < BATCH; i++) before.back[to + i]! += weight * back[from + i]!;
      }
    }
    before?.out.forEach((y, i) => {
      if (y === 0) before.back[i] = 0;
    });
  }
}

function adam({ rows, slopes, first, second }: Layer, step: number): void {
  const rate = (RATE * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
  for (let k = 0; k < rows.length; k++) {
    first[k] = BETA1 * first[k]! + (1 - BETA1) * slopes[k]!;
    second[k] = BETA2 * second[k]! + (1 - BETA2) * slopes[k]! ** 2;
    rows[k]! -= (rate * first[k]!) / (Math.sqrt(second[k]!) + EPSILON);
  }
}
