/**
 * The growth matrix of two convolutions with nothing spatial between, without patches of the whole image.
 *
 * Tap a of the first convolution at its output p, and tap b of the second, which reads p for its output
 * q, p = s₂q + b − t₂, see the input at s₁p + a − t₁ = s₁s₂·q + (s₁b + a) − (s₁t₂ + t₁). If every p existed,
 *
 *   M[(b), (a, i), c] = Σ_q x[s₁p + a − t₁, i] δ[q, c] = G[s₁b + a, i, c],
 *
 * where G is the gradient of the filter of one convolution, of size k₁ + s₁(k₂ − 1) and stride s₁s₂:
 * for two 3 x 3 kernels 25 taps instead of 81 pairs. G also contains the p that lie in the zeros around the first
 * convolution's output. They form a frame, whose share is subtracted, one side after the other, with patches of the
 * frame alone.
 */
import {
  pad,
  reshape,
  slice,
  stack,
  sub,
  tidy,
  type Tensor,
  type Tensor3D,
} from "@tensorflow/tfjs-core";
import type { Axis } from "../../linalg/conv/axis.ts";
import { isDilated } from "../layers/axes.ts";
import type { Layer } from "../layers/graph.ts";
import { filterGradient, patchesOf, windows } from "./patches.ts";

/** Whether two layers are convolutions as above, neither of them dilated. */
export function composes(maker: Layer, reader: Layer): boolean {
  const ends = [maker, reader];
  return ends.every((end) => end.getClassName() === "Conv2D") && !ends.some(isDilated);
}

/** The two convolutions along one axis. Positions p are counted from the first that the second convolution reads. */
interface Pair {
  readonly k1: number;
  readonly k2: number;
  readonly s1: number;
  readonly s2: number;
  /** Number of zeros before the input that the patch at p = 0 includes. */
  readonly before: number;
  /** Size of the input with all zeros. */
  readonly size: number;
  /** The p inside of the first convolution's output. */
  readonly inside: Range;
  /** Number of all p that the second convolution reads. */
  readonly reach: number;
  /** Number of outputs of the second convolution. */
  readonly outputs: number;
}

type Range = readonly [first: number, end: number];

/** The gradient of the second kernel with the patches of the first convolution as its channels, [taps, d, out]. */
export function composedKernel(maker: Layer, reader: Layer, x: Tensor, delta: Tensor): Tensor3D {
  return tidy(() => {
    const [rows, cols] = pairs(maker, reader, x.shape);
    const padded = extend(x, rows, cols);
    const [channels, out] = [x.shape[3]!, delta.shape[3]!];
    const size = ({ k1, k2, s1 }: Pair) => k1 + s1 * (k2 - 1);
    const shape = [size(rows), size(cols), channels, out];
    const strides: [number, number] = [rows.s1 * rows.s2, cols.s1 * cols.s2];
    const g = filterGradient(padded, delta, shape, strides, "valid");
    const taps: Tensor[] = [];
    for (let i = 0; i < rows.k2; i++) {
      for (let j = 0; j < cols.k2; j++) {
        const tap = slice(g, [i * rows.s1, j * cols.s1, 0, 0], [rows.k1, cols.k1, channels, out]);
        taps.push(reshape(tap, [-1, out]));
      }
    }
    return frame(rows, cols).reduce(
      (total, [y, x]) => sub(total, rectangle(padded, delta, rows, cols, y, x)),
      stack(taps),
    ) as Tensor3D;
  });
}

function pairs(maker: Layer, reader: Layer, shape: readonly number[]): [Pair, Pair] {
  const first = windows(maker, shape);
  const second = windows(reader, [shape[0]!, first[0].output, first[1].output, 1]);
  return [pair(first[0], second[0]), pair(first[1], second[1])];
}

function pair(one: Axis, two: Axis): Pair {
  const [s1, k1, s2, k2] = [one.stride, one.kernel, two.stride, two.kernel];
  const reach = (two.output - 1) * s2 + k2;
  const inside = [two.before, Math.min(two.before + one.output, reach)] as const;
  const before = s1 * two.before + one.before;
  return {
    k1,
    k2,
    s1,
    s2,
    before,
    size: (reach - 1) * s1 + k1,
    inside,
    reach,
    outputs: two.output,
  };
}

/** The input with the zeros of both convolutions, and without the end that is not read. */
function extend(x: Tensor, rows: Pair, cols: Pair): Tensor {
  const [, height, width] = x.shape;
  const after = (axis: Pair, length: number) => Math.max(0, axis.size - axis.before - length);
  const padded = pad(x, [
    [0, 0],
    [rows.before, after(rows, height!)],
    [cols.before, after(cols, width!)],
    [0, 0],
  ]);
  return slice(padded, [0, 0, 0, 0], [x.shape[0]!, rows.size, cols.size, x.shape[3]!]);
}

/** The p outside of the first convolution's output, as rectangles. */
function frame(rows: Pair, cols: Pair): [Range, Range][] {
  const [top, bottom] = [0, 1].map((end) => beyond(rows, end));
  const [left, right] = [0, 1].map((end) => beyond(cols, end));
  const all: Range = [0, cols.reach];
  const sides: [Range, Range][] = [
    [top!, all],
    [bottom!, all],
    [rows.inside, left!],
    [rows.inside, right!],
  ];
  return sides.filter((side) => side.every(([first, end]) => first < end));
}

const beyond = ({ inside, reach }: Pair, end: number): Range =>
  end === 0 ? [0, inside[0]] : [inside[1], reach];

/** The share of a rectangle of p in the sum over all p: its patches times the deltas of the outputs that read them. */
function rectangle(
  padded: Tensor,
  delta: Tensor,
  rows: Pair,
  cols: Pair,
  ...ranges: [Range, Range]
): Tensor {
  const [n, channels, out] = [padded.shape[0]!, padded.shape[3]!, delta.shape[3]!];
  const [y, x] = [read(rows, ranges[0]), read(cols, ranges[1])];
  const input = slice(
    padded,
    [0, y.first * rows.s1, x.first * cols.s1, 0],
    [n, (y.count - 1) * rows.s1 + rows.k1, (x.count - 1) * cols.s1 + cols.k1, channels],
  );
  const patches = pad(patchesOf(input, [rows.k1, cols.k1], [rows.s1, cols.s1]), [
    [0, 0],
    y.zeros,
    x.zeros,
    [0, 0],
  ]);
  const readers = slice(delta, [0, y.from, x.from, 0], [n, y.outputs, x.outputs, out]);
  const d = rows.k1 * cols.k1 * channels;
  const shape = [y.taps[1] - y.taps[0], x.taps[1] - x.taps[0], d, out];
  const gradient = filterGradient(patches, readers, shape, [rows.s2, cols.s2], "valid");
  const whole = pad(gradient, [
    [y.taps[0], rows.k2 - y.taps[1]],
    [x.taps[0], cols.k2 - x.taps[1]],
    [0, 0],
    [0, 0],
  ]);
  return reshape(whole, [-1, d, out]);
}

/**
 * How the second convolution reads a range of p: the readers are `outputs` outputs from `from` on, with the taps from
 * `taps[0]` to `taps[1]` − 1. They read `count` positions of the range from `first` on. The same taps also read `zeros`
 * positions before and after these, which count as zero.
 */
function read({ k2, s2, outputs }: Pair, [first, end]: Range) {
  const from = Math.max(0, Math.floor((first - k2) / s2) + 1);
  const last = Math.min(outputs, Math.ceil(end / s2)) - 1;
  const [begin, stop] = [Math.max(first, from * s2), Math.min(end, last * s2 + k2)];
  const taps = [Math.max(0, begin - last * s2), Math.min(k2, stop - from * s2)] as const;
  const zeros: [number, number] = [begin - from * s2 - taps[0], last * s2 + taps[1] - stop];
  return { from, outputs: last - from + 1, taps, first: begin, count: stop - begin, zeros };
}
