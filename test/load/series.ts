/** Whether memory is flat: its slope over the last half of a series of looks, by the median of all slopes. */
import { median } from "simple-statistics";

export interface Memory {
  /** Bytes of all wasm memories that are alive, of the heap, of typed arrays outside it, of the process. */
  readonly wasm: number;
  readonly heap: number;
  readonly arrays: number;
  readonly process: number;
  readonly tensors: number;
  /** Bytes of tensors. */
  readonly bytes: number;
}

/** What memory may grow by in one round; 0: not at all. */
export type Bars = Record<keyof Memory, number>;

export interface Look {
  readonly round: number;
  readonly memory: Memory;
}

/** Theil and Sen's slope: half of the looks may be off. */
function slope(looks: readonly Look[], of: keyof Memory): number {
  const slopes = looks.flatMap((a, i) =>
    looks.slice(i + 1).map((b) => (b.memory[of] - a.memory[of]) / (b.round - a.round)),
  );
  return median(slopes);
}

export interface Trend {
  readonly of: keyof Memory;
  readonly first: number;
  readonly last: number;
  readonly slope: number;
  /** The slope without this package. */
  readonly without: number;
  readonly bar: number;
}

/** The trends over the last half of the rounds. */
export function trends(looks: readonly Look[], bars: Bars, stock?: readonly Look[]): Trend[] {
  const half = (all: readonly Look[]) => all.slice(Math.floor(all.length / 2));
  const late = half(looks);
  return (Object.keys(bars) as (keyof Memory)[]).map((of) => ({
    of,
    first: late[0]!.memory[of],
    last: late.at(-1)!.memory[of],
    slope: slope(late, of),
    without: stock ? slope(half(stock), of) : 0,
    bar: bars[of],
  }));
}
