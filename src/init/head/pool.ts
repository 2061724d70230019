/** The moments of a head's samples: of all together or, so that classes can be removed, of each class apart. */
import { float64 } from "../../arrays.ts";
import { zeros } from "../../linalg/matrix.ts";
import { byMoments } from "./calibrate.ts";
import { fromMoments } from "./fromMoments.ts";
import type { Batch, Outcome, State, Store, SumsState } from "./store.ts";
import { empty, merged, Sums, type Pooled } from "./sums.ts";
import type { Targets } from "./targets.ts";

export class Pool implements Store {
  /** @param apart whether each of `sums` holds the moments of one class */
  constructor(
    private readonly size: number,
    private readonly kind: Targets["kind"],
    private readonly apart: boolean,
    private sums: Sums[] = [],
  ) {}

  add({ x, y }: Batch): void {
    // Moments change when a buffer is full. They are copied first, because memory may run out in the midst of that.
    const rows = x.length / this.size;
    const full = this.sums.some((one) => one.fills(rows));
    const sums = full ? this.sums.map((one) => one.copy()) : [...this.sums];
    if (this.apart) this.spread(sums, x, y, full);
    else {
      if (sums.length === 0) sums.push(new Sums(this.size, this.kind, y.width));
      if (!full) sums[0]!.reserve(rows);
      sums[0]!.add(x, y);
    }
    this.sums = sums;
  }

  private spread(sums: Sums[], x: Float32Array, y: Targets, full: boolean): void {
    while (sums.length < y.width) sums.push(new Sums(this.size, "classes", 1));
    const one: Targets = { kind: "classes", width: 1, values: float64(1) };
    const counts = new Map<number, number>();
    for (const label of y.values) counts.set(label, (counts.get(label) ?? 0) + 1);
    // Of several buffers either all have room or none is changed.
    if (!full) counts.forEach((count, label) => sums[label]!.reserve(count));
    y.values.forEach((label, i) => {
      sums[label]!.add(x.subarray(i * this.size, (i + 1) * this.size), one);
    });
  }

  removeClass(label: number): void {
    this.sums.splice(label, 1);
  }

  ready(chosen: number | undefined): Pool {
    if (!this.apart && this.settled === chosen) return this;
    const sums = this.sums.map((one) => one.flushed());
    return new Pool(this.size, this.kind, this.apart, sums);
  }

  /** The samples that wait, as they do in a store that is ready for the settled ones, are the later ones. */
  solve(lambda: number | "auto", width: number): Outcome {
    const first = this.sums[0]!;
    const pooled = this.apart ? this.pooled(width) : first.pooled;
    const solved = fromMoments(pooled, lambda);
    const { x, y } = first.state();
    return {
      solved,
      calibrate: (prior) => byMoments(pooled, solved, prior),
      later: { x, y: { kind: this.kind, width, values: y } },
    };
  }

  /** The moments of all classes together. */
  private pooled(width: number): Pooled {
    return this.sums.reduce(
      (total, one, c) => {
        const centre = float64(width);
        centre[c] = 1;
        const cross = zeros(width, this.size);
        return merged(total, { ...one.pooled, centre, cross, energy: float64(width) });
      },
      empty(this.size, width),
    );
  }

  /** Number of samples in the moments, which changes when a buffer is full. */
  get settled(): number {
    return this.sums.reduce((sum, one) => sum + one.settled, 0);
  }

  copy(): Pool {
    const sums = this.sums.map((one) => one.copy());
    return new Pool(this.size, this.kind, this.apart, sums);
  }

  state(): State {
    return { kind: "moments", sums: this.sums.map((one) => one.state()) };
  }

  static from(
    size: number,
    kind: Targets["kind"],
    apart: boolean,
    states: readonly SumsState[],
  ): Pool {
    return new Pool(size, kind, apart, states.map((state) => Sums.from(size, kind, state))); // prettier-ignore
  }
}
