/** Computes the cells of an experiment that are not there yet, as far as its time goes. */
import { setImmediate } from "node:timers/promises";
import { cellsOf, type Cell, type Experiment, type Scale } from "../study.ts";
import type { Computed, Store } from "./store.ts";

export interface Progress {
  readonly cell: Cell;
  readonly done: number;
  readonly total: number;
  /** Seconds left, to the last cell or to the end of the time; unknown before the first cell. */
  readonly left?: number;
}

const seconds = (cells: readonly Computed[]) => cells.reduce((sum, cell) => sum + cell.seconds, 0);
const average = (cells: readonly Computed[]) => (cells.length ? seconds(cells) / cells.length : 0);

/** What a cell is expected to take: as much as those with the same setting and method, or as all. */
function expected({ setting, method }: Cell, done: readonly Computed[]): number {
  const alike = done.filter((one) => one.setting === setting && one.method === method);
  return average(alike.length ? alike : done);
}

/**
 * Goes through the cells in their order and stops before the first that would not end in time. The time is that of the
 * whole study: what kept cells took counts, so that a run that is continued ends where one in one piece would.
 *
 * @returns the seconds that all its cells took
 */
export async function compute(
  experiment: Experiment,
  store: Store,
  options: {
    scale: Scale;
    seconds: number;
    directory?: string;
    onCell?: (progress: Progress) => void;
    clock?: () => number;
  },
): Promise<number> {
  const { scale, directory, onCell, clock = () => performance.now() / 1000 } = options;
  const cells = cellsOf(experiment, scale);
  const planned = () => cells.flatMap((cell) => store.find(cell) ?? []);
  for (const [at, cell] of cells.entries()) {
    if (store.find(cell)) continue;
    const done = planned();
    const spent = seconds(done);
    if (spent > 0 && spent + expected(cell, done) > options.seconds) break;
    const rest = cells.slice(at).filter((one) => !store.find(one));
    const need = rest.reduce((sum, one) => sum + expected(one, done), 0);
    const left = done.length > 0 ? Math.min(need, options.seconds - spent) : undefined;
    onCell?.({ cell, done: done.length, total: cells.length, left });
    await setImmediate(); // Experiments in plain arrays never wait, and the progress would not be drawn.
    const start = clock();
    const observations = await experiment
      .run(cell, experiment.sizes[scale], directory)
      .catch((cause) => {
        throw new Error(`${cell.setting}, ${cell.method}, seed ${cell.seed} has failed`, { cause });
      });
    store.add({ ...cell, seconds: clock() - start, observations });
  }
  return seconds(planned());
}
