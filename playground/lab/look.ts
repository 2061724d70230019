/** What there is to see in a network: plain numbers that go from the worker to the page. */
import { inspect } from "tfjs-initializers";
import { svd } from "tfjs-initializers/linalg";
import type { Contestant } from "./contestant.ts";
import { tf } from "./tf.ts";

export interface LayerLook {
  readonly layer: string;
  readonly shape: readonly number[];
  /** Singular values of the flattened kernel, the largest first. */
  readonly spectrum: Float32Array;
  /** The flattened kernel or its upper left corner, row after row. */
  readonly weights: { readonly rows: number; readonly cols: number; readonly data: Float32Array };
  /** How many outputs on the samples lie between one edge and the next. */
  readonly histogram: { readonly edges: Float32Array; readonly counts: Float32Array };
  readonly dead: number;
  /** Mean |cos| between two units' weights. */
  readonly likeness: number;
  readonly mean: number;
  readonly variance: number;
  readonly rank: number;
}

/** The largest part of a kernel that is drawn, and the number of samples whose outputs are counted. */
const SIDE = 96;
const SAMPLES = 256;
const BINS = 24;

type Kernel = ReturnType<typeof tf.tensor>;

/** A kernel as a matrix, inputs by units. */
function flattened(kernel: Kernel): { rows: number; cols: number; data: Float32Array } {
  const cols = kernel.shape.at(-1)!;
  return { rows: kernel.size / cols, cols, data: kernel.dataSync() as Float32Array };
}

function corner({ rows, cols, data }: ReturnType<typeof flattened>) {
  const [height, width] = [Math.min(rows, SIDE), Math.min(cols, SIDE)];
  const part = new Float32Array(height * width);
  for (let i = 0; i < height; i++) part.set(data.subarray(i * cols, i * cols + width), i * width);
  return { rows: height, cols: width, data: part };
}

function histogram(values: Float32Array): LayerLook["histogram"] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (!(high > low)) [low, high] = [low - 0.5, low + 0.5];
  const width = (high - low) / BINS;
  const counts = new Float32Array(BINS);
  for (const value of values) counts[Math.min(BINS - 1, Math.floor((value - low) / width))]! += 1;
  return { edges: Float32Array.from({ length: BINS + 1 }, (_, i) => low + i * width), counts };
}

/** Looks at every layer that has a kernel. */
export async function look({ model, lesson }: Contestant): Promise<LayerLook[]> {
  const few = tf.tidy(() => tf.slice(lesson.xs, 0, Math.min(SAMPLES, lesson.count)));
  const kernels = model.layers.filter((layer) => layer.getWeights().length > 0);
  const taps = tf.model({
    inputs: model.inputs,
    outputs: kernels.map((layer) => layer.output as never),
  });
  try {
    const health = await inspect(model, few);
    const outputs = tf.tidy(() => [taps.predict(few)].flat() as Kernel[]);
    const looks = kernels.map((layer, i): LayerLook => {
      const matrix = flattened(layer.getWeights()[0]!);
      const finite = matrix.data.every(Number.isFinite);
      const { dead, cos, mean, variance, rank } = health.layers.find(
        (row) => row.layer === layer.name,
      )!;
      return {
        layer: layer.name,
        shape: layer.getWeights()[0]!.shape,
        spectrum: finite ? (svd(matrix, { vectors: false }).s as Float32Array) : new Float32Array(),
        weights: corner(matrix),
        histogram: histogram(outputs[i]!.dataSync() as Float32Array),
        dead,
        likeness: cos,
        mean,
        variance,
        rank,
      };
    });
    tf.dispose(outputs);
    return looks;
  } finally {
    tf.dispose(few);
  }
}

/** Points along a side of the picture of a decision. */
export const GRID = 48;

/** The probability of class 1 on a grid over the square from −1.1 to 1.1, from the top to the bottom. */
export function decision({ model }: Contestant): Float32Array {
  return tf.tidy(() => {
    const at = (i: number) => (2.2 * (i + 0.5)) / GRID - 1.1;
    const points = Float32Array.from({ length: 2 * GRID * GRID }, (_, i) => {
      const [point, axis] = [i >> 1, i & 1];
      return axis ? -at(Math.floor(point / GRID)) : at(point % GRID);
    });
    const odds = model.predict(tf.tensor2d(points, [GRID * GRID, 2]), {
      batchSize: GRID * GRID,
    }) as Kernel;
    return tf.slice(odds, [0, 1], [-1, 1]).dataSync() as Float32Array;
  });
}
