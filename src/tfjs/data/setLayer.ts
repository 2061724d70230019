/** Sets the weights of one layer from data, stage after stage. */
import { float32, float64 } from "../../arrays.ts";
import { isSingle } from "../../arguments.ts";
import { attributes } from "../layers/attributes.ts";
import { ArgumentError } from "../../errors.ts";
import { seedsOf } from "../../init/draws.ts";
import type { Encoding } from "../../init/data/encode.ts";
import { Moments, type Summary } from "../../init/data/moments.ts";
import { positions } from "../../init/data/patches.ts";
import { preactivation } from "../../init/data/preactivation.ts";
import { Variances } from "../../init/data/variances.ts";
import { orthogonal } from "../../init/orthogonal.ts";
import { size } from "../../init/shape.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";
import type { Checked } from "./options.ts";
import type { Linear, Normalization } from "./plan.ts";
import type { LayerReport } from "./report.ts";
import type { Solver } from "./solver.ts";
import { assign, type Stage } from "./stages.ts";
import type { Activations, Stream } from "./stream.ts";
import { target, type Gathered, type Target } from "./targets.ts";

/** Solves the equation of every stage of a layer (`encode`), on the data as the stages before it transform them. */
export async function solveLayer(
  task: Linear,
  samples: Stream,
  settings: Checked,
  solve: Solver["solve"],
): Promise<LayerReport[]> {
  const rows: LayerReport[] = [];
  for (const [s, stage] of task.stages.entries()) {
    const start = performance.now();
    const seeds = groupSeeds(settings.seed, s, stage);
    const wanted = target(task, stage, samples.labels, { ...settings, seed: seeds[0]! });
    const summaries = await moments(stage, task, samples, wanted);
    const old = await stage.read();
    const { alpha, beta, ridge, rescale } = settings;
    const options = { alpha, beta, ridge, rescale };
    const solved: Encoding[] = [];
    for (const [g, summary] of summaries.entries()) {
      const { inputs } = stage.layout;
      const code = { ...wanted.code, seed: seeds[g + 1]! };
      solved.push(await solve({ moments: summary, inputs, code, options }));
    }
    const last = stage === task.stages.at(-1);
    const factor = settings.branches && last ? 1 / Math.sqrt(task.branches) : 1;
    // A group whose input or code is constant has nothing to learn and keeps its weights. A head is still set: its
    // bias then predicts the mean of the targets.
    const learnt = ({ variance }: Encoding) => variance > 0 || wanted.code.kind === "targets";
    const constant = solved.filter((one) => !learnt(one)).length;
    stage.write(
      solved.map((one, g) => (learnt(one) ? times(one.weights, factor) : old[g]!)),
      constant < solved.length
        ? solved.map(({ bias }) => float64(bias, (b) => b * factor))
        : undefined,
    );
    rows.push({
      ...identity(task, stage),
      equation: stage.layout,
      residual: Math.max(...solved.map(({ residual }) => residual)),
      milliseconds: performance.now() - start,
      variance: {
        before: mean(summaries.map((summary, g) => preactivation(old[g]!, summary).variance)),
        after: mean(solved.map(({ variance }) => variance * factor * factor)),
      },
      notes: notes(stage, wanted, solved, constant),
    });
  }
  return rows;
}

/**
 * Scales the weights of every stage so that its pre-activations have variance 1, over data and units together. The
 * method "orthogonal-lsuv" scales orthonormal weights, "lsuv" those of the model. Biases become zero: pre-activations
 * are then linear in the weights, and one step reaches what the paper iterates.
 */
export async function scaleLayer(
  task: Linear,
  samples: Stream,
  { method, seed }: Checked,
): Promise<LayerReport[]> {
  const rows: LayerReport[] = [];
  for (const [s, stage] of task.stages.entries()) {
    const [, ...seeds] = groupSeeds(seed, s, stage);
    const start = performance.now();
    const summaries = await moments(stage, task, samples);
    const spread = (weights: readonly Matrix<Float64Array>[]) =>
      mean(summaries.map((summary, g) => preactivation(weights[g]!, summary).spread));
    const old = await stage.read();
    const weights = method === "lsuv" ? old : old.map((_, g) => orthonormal(stage, seeds[g]!));
    const before = spread(weights);
    // The weights must be finite in single precision; an input of magnitude 1e-42 counts as zero.
    const wanted = 1 / Math.sqrt(before);
    const factor = isSingle(wanted) ? wanted : 1;
    stage.write(
      weights.map((w) => times(w, factor)),
      weights.map(() => float64(stage.layout.units)),
    );
    rows.push({
      ...identity(task, stage),
      milliseconds: performance.now() - start,
      variance: { before: spread(old), after: before * factor * factor },
      notes: isSingle(wanted) ? [] : ["its input is zero: not scaled"],
    });
  }
  return rows;
}

/** Sets the moving mean and variance of a BatchNormalization to those of its input. */
export async function normalizeLayer(
  { layer, input }: Normalization,
  samples: Stream,
): Promise<LayerReport[]> {
  const start = performance.now();
  const { axis, movingMean, movingVariance } = attributes(layer);
  // In models that come from Keras, `axis` is a list of one number.
  const over = Number(axis);
  const channels = new Variances(movingMean!.shape[0]!);
  for await (const { data, shape, count } of samples.at(input)) {
    // `axis` counts the batch axis, `shape` does not.
    const inner = size(shape.slice(over < 0 ? shape.length + over + 1 : over));
    channels.add(data.subarray(0, count * size(shape)), inner);
  }
  const { mean, variance } = channels;
  if (![...mean, ...variance].every(Number.isFinite)) {
    throw new ArgumentError("xs", "finite values", "a NaN or an infinity");
  }
  assign(movingMean!, float32(mean));
  assign(movingVariance!, float32(variance));
  const notes = ["moving mean and variance set"];
  const milliseconds = performance.now() - start;
  return [{ layer: layer.name, kind: layer.getClassName(), milliseconds, notes }];
}

/** The moments of each group's input vectors. The values that the code streams are appended to every vector. */
async function moments(
  stage: Stage,
  task: Linear,
  samples: Stream,
  { streamed, pooled }: Partial<Target> = {},
): Promise<Summary[]> {
  const { groups, inputs } = stage.layout;
  const sums = Array.from({ length: groups }, () => {
    return new Moments(inputs + (streamed?.width ?? 0), "xs");
  });
  for await (const batch of (pooled ? averaged : gathered)(stage, task, samples)) {
    batch.vectors.forEach((x, g) => sums[g]!.add(x, streamed?.values(x, batch)));
  }
  return sums.map((sum) => sum.summary());
}

/** The vectors that enter a stage, at the chosen positions, batch by batch. */
async function* gathered(
  stage: Stage,
  { input, channelsFirst }: Linear,
  samples: Stream,
): AsyncGenerator<Gathered> {
  for await (const batch of samples.at(input, channelsFirst)) {
    yield vectorsOf(stage, batch, samples.total);
  }
}

/** The vectors of a batch that enter a stage, at positions spread over all samples, of which there are `total`. */
export function vectorsOf(stage: Stage, batch: Activations, total: number): Gathered {
  const { data, shape, count, first, labels } = batch;
  const wanted = Math.max(VECTORS, VECTORS_PER_INPUT * stage.layout.inputs) / total;
  const available = stage.positions(shape);
  const each = Math.min(available, Math.ceil(wanted));
  const chosen = Array.from({ length: count }, (_, i) => positions(available, each, first + i));
  return { vectors: stage.gather(data, shape, chosen), chosen, available, labels };
}

/** The mean of each sample's vectors over all positions, batch by batch. */
async function* averaged(
  stage: Stage,
  { input, channelsFirst }: Linear,
  samples: Stream,
): AsyncGenerator<Gathered> {
  const { groups, inputs } = stage.layout;
  for await (const { data, shape, count, labels } of samples.at(input, channelsFirst)) {
    const all = positions(stage.positions(shape), Infinity, 0);
    const vectors = Array.from({ length: groups }, () => zeros(count, inputs));
    for (let i = 0; i < count; i++) {
      const own = data.subarray(i * size(shape), (i + 1) * size(shape));
      stage.gather(own, shape, [all]).forEach((x, g) => {
        const row = vectors[g]!.data.subarray(i * inputs, (i + 1) * inputs);
        x.data.forEach((value, at) => (row[at % inputs]! += value / all.length));
      });
    }
    yield { vectors, chosen: Array.from({ length: count }, () => [0]), available: 1, labels };
  }
}

/**
 * Number of patches sampled from a convolution, evenly over the samples, and the least number per entry of a patch:
 * enough for mean and covariance to a few per cent, at a cost that does not grow with the images.
 */
const VECTORS = 16384;
const VECTORS_PER_INPUT = 4;

/** Seeds for one stage, derived from the layer's seed: first that of the code's streamed values, then one per group. */
function groupSeeds(seed: number, stage: number, { layout }: Stage): number[] {
  const own = seedsOf(seed, stage + 1)[stage];
  return seedsOf(own, layout.groups + 1) as number[];
}

function orthonormal({ layout }: Stage, seed: number): Matrix<Float64Array> {
  const { inputs: cols, units: rows } = layout;
  return { rows, cols, data: float64(orthogonal([rows, cols], { seed })) };
}

function identity({ layer }: Linear, { name, shape }: Stage) {
  return { layer: layer.name, kind: layer.getClassName(), weight: name, shape };
}

function notes(
  stage: Stage,
  { code }: Target,
  solved: readonly Encoding[],
  constant: number,
): string[] {
  const total = (count: (one: Encoding) => number) =>
    solved.reduce((sum, one) => sum + count(one), 0);
  const filled = total((one) => one.filled);
  const singular = total((one) => one.singular);
  const { reduced, still = 0 } = solved[0]!;
  const classes = code.kind === "targets" && code.link.kind === "softmax";
  const share = reduced && (100 * reduced.share).toFixed(1);
  return [
    code.kind === "targets" && "solved for ys",
    still > 0 &&
      `${still} of ${stage.layout.units} targets never change${classes ? ": classes without samples" : ""}`,
    reduced && `solved on ${reduced.axes} principal axes, ${share} % of the variance`,
    filled > 0 && `${filled} units beyond the principal components`,
    singular > 0 && `${singular} singular equations, minimum norm`,
    constant > 0 && `constant input or code in ${constant} of ${solved.length}: weights kept`,
    stage.bias === undefined && "no bias to centre with",
  ].filter((note) => typeof note === "string");
}

function times(a: Matrix<Float64Array>, factor: number): Matrix<Float64Array> {
  return factor === 1 ? a : { ...a, data: float64(a.data, (entry) => entry * factor) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
