/** The samples of a head, in the order in which they came. */
import { byLeaveOneOut } from "./calibrate.ts";
import { fromSamples } from "./fromSamples.ts";
import { Rows } from "./rows.ts";
import type { Batch, Outcome, State, Store } from "./store.ts";
import { stride, type Targets } from "./targets.ts";

export class Kept implements Store {
  private x: Rows<Float32Array>;
  private y: Rows<Float64Array>;

  /** @param width number of targets; that of classes may grow */
  constructor(
    private readonly size: number,
    private readonly kind: Targets["kind"],
    width: number,
  ) {
    this.x = Rows.single(size);
    this.y = Rows.double(kind === "classes" ? 1 : width);
  }

  add({ x, y }: Batch): void {
    this.y.reserve(y.values.length);
    this.x.push(x);
    this.y.push(y.values);
  }

  /** All samples. */
  batch(width: number): Batch {
    return { x: this.x.data, y: { kind: this.kind, width, values: this.y.data } };
  }

  /** The features of the samples of a class. */
  ofClass(label: number): Float32Array {
    return this.x.filter((i) => this.y.row(i)[0] === label).data;
  }

  /** Removes for each of these samples the nearest with its targets; false, and none removed, if one has none. */
  remove({ x, y }: Batch): boolean {
    const each = stride(y);
    const found = new Set<number>();
    for (let i = 0; i * this.size < x.length; i++) {
      const targets = y.values.subarray(i * each, (i + 1) * each);
      const row = x.subarray(i * this.size, (i + 1) * this.size);
      const at = this.nearest(row, targets, found);
      if (at === undefined) return false;
      found.add(at);
    }
    this.filter((i) => !found.has(i));
    return true;
  }

  private nearest(
    x: Float32Array,
    y: Float64Array,
    except: ReadonlySet<number>,
  ): number | undefined {
    let found: number | undefined;
    let least = NEAR * NEAR * x.reduce((sum, value) => sum + value * value, 0);
    for (let at = this.x.count - 1; at >= 0; at--) {
      if (except.has(at) || !this.y.row(at).every((value, j) => value === y[j])) continue;
      const row = this.x.row(at);
      let distance = 0;
      for (let j = 0; j < row.length && distance <= least; j++) distance += (row[j]! - x[j]!) ** 2;
      // Of equals the last one.
      if (distance < least || (distance === least && found === undefined)) [found, least] = [at, distance]; // prettier-ignore
    }
    return found;
  }

  removeClass(label: number): void {
    this.filter((i) => this.y.row(i)[0] !== label);
    const { data } = this.y;
    data.forEach((own, i) => own > label && (data[i] = own - 1));
  }

  ready(): Kept {
    return this;
  }

  solve(lambda: number | "auto", width: number, chosen = this.x.count): Outcome {
    const { kind, size } = this;
    const each = this.y.width;
    const targets = (values: Float64Array): Targets => ({ kind, width, values });
    const [x, y] = [this.x.data, this.y.data];
    const first = { x: x.subarray(0, chosen * size), y: targets(y.subarray(0, chosen * each)) };
    const { solved, modes } = fromSamples({ count: chosen, size, ...first }, lambda);
    return {
      solved,
      calibrate: (prior) => byLeaveOneOut(modes, solved.lambda, prior),
      later: { x: x.subarray(chosen * size), y: targets(y.subarray(chosen * each)) },
    };
  }

  copy(): Kept {
    const { x, y } = this.state();
    return Kept.from(this.size, this.kind, this.y.width, { x, y });
  }

  state(): State & { kind: "samples" } {
    return { kind: "samples", x: this.x.data, y: this.y.data };
  }

  static from(
    size: number,
    kind: Targets["kind"],
    width: number,
    { x, y }: { x: Float32Array; y: Float64Array },
  ): Kept {
    const kept = new Kept(size, kind, width);
    kept.x.push(x);
    kept.y.push(y);
    return kept;
  }

  private filter(passes: (i: number) => boolean): void {
    [this.x, this.y] = [this.x.filter(passes), this.y.filter(passes)];
  }
}

/**
 * A sample is found again by features that differ by less than this share of their length: a base may round otherwise in
 * a batch of another size, by some 2^-20.
 */
const NEAR = 2 ** -12;
