/** Weights that get wider along the axis of a group's units. */
import { float32 } from "../../arrays.ts";
import { size } from "../../init/shape.ts";
import { zeroWeights, type Weights } from "../../init/growth/neurons.ts";
import { resolved, type Block, type Segments } from "./blocks.ts";

/** The numbers of a weight, row-major. */
export interface Numbers {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Where the units of a block are along an axis: runs of units, each of which takes `each` neighbouring places. */
export interface Runs {
  /** Number of units. */
  readonly units: number;
  readonly runs: readonly { readonly start: number; readonly each: number }[];
}

export function runsOf(units: Segments, block: Block): Runs {
  const runs: { start: number; each: number }[] = [];
  let at = 0;
  for (const segment of resolved(units)) {
    if (segment.block === block) runs.push({ start: at, each: segment.each });
    at += segment.block.size * segment.each;
  }
  return { units: block.size, runs };
}

/** The number of places that one unit takes. */
export const placesOf = ({ runs }: Runs): number => runs.reduce((sum, { each }) => sum + each, 0);

/** The sizes before and behind an axis. */
const around = ({ shape }: Numbers, axis: number): [outer: number, inner: number] => [
  size(shape.slice(0, axis)),
  size(shape.slice(axis + 1)),
];

/**
 * Visits every number of every unit, as `visit(row, unit, at)`. The rows count the numbers of one unit: the positions
 * before the axis, then the places on the axis, then the positions behind it.
 */
function visit(
  numbers: Numbers,
  axis: number,
  { units, runs }: Runs,
  see: (row: number, unit: number, at: number) => void,
): void {
  const [outer, inner] = around(numbers, axis);
  const length = numbers.shape[axis]!;
  let row = 0;
  for (let i = 0; i < outer; i++) {
    for (const { start, each } of runs) {
      for (let e = 0; e < each; e++, row += inner) {
        for (let j = 0; j < units; j++) {
          const at = (i * length + start + j * each + e) * inner;
          for (let l = 0; l < inner; l++) see(row + l, j, at + l);
        }
      }
    }
  }
}

/** The numbers of every unit as a column. */
export function columnsAt(numbers: Numbers, axis: number, runs: Runs): Weights {
  const [outer, inner] = around(numbers, axis);
  const out = zeroWeights(outer * placesOf(runs) * inner, runs.units);
  visit(
    numbers,
    axis,
    runs,
    (row, unit, at) => (out.data[row * out.cols + unit] = numbers.data[at]!),
  );
  return out;
}

/** The numbers with those of every unit replaced by a column, from row `first` of the columns on. */
export function replaced(
  numbers: Numbers,
  axis: number,
  runs: Runs,
  by: Weights,
  first: number,
): Numbers {
  const data = float32(numbers.data);
  visit(
    numbers,
    axis,
    runs,
    (row, unit, at) => (data[at] = by.data[(first + row) * by.cols + unit]!),
  );
  return { ...numbers, data };
}

/** The number of new unit j at a row of the numbers of one unit. */
export type Fill = (row: number, j: number) => number;

/** The numbers with k more units behind the last unit of every run. */
export function widened(
  numbers: Numbers,
  axis: number,
  { units, runs }: Runs,
  k: number,
  fill: Fill,
): Numbers {
  const [outer, inner] = around(numbers, axis);
  const length = numbers.shape[axis]!;
  const more = k * placesOf({ units, runs });
  const shape = numbers.shape.map((n, i) => (i === axis ? n + more : n));
  const data = float32(size(shape));
  let [at, row] = [0, 0];
  for (let i = 0; i < outer; i++) {
    let from = 0;
    const copy = (to: number) => {
      const [begin, end] = [(i * length + from) * inner, (i * length + to) * inner];
      data.set(numbers.data.subarray(begin, end), at);
      [at, from] = [at + end - begin, to];
    };
    for (const { start, each } of runs) {
      copy(start + units * each);
      for (let j = 0; j < k; j++) {
        for (let e = 0; e < each; e++) {
          for (let l = 0; l < inner; l++) data[at++] = fill(row + e * inner + l, j);
        }
      }
      row += each * inner;
    }
    copy(length);
  }
  return { data, shape };
}
