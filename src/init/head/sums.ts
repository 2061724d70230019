/**
 * Moments of samples x and their targets y, pooled, in memory that does not grow with the number of samples. Rows
 * gather in a buffer; a full buffer is centred about its own mean, and its moments are added by the pairwise rule of Chan,
 * Golub and LeVeque (1983): with n samples so far, b new ones, and δ the differences of the means,
 *
 *   S += S_b + δx δxᵀ n b/(n + b),   P += P_b + δy δxᵀ n b/(n + b),   x̄ += δx b/(n + b),   ȳ += δy b/(n + b).
 *
 * Nothing large is ever subtracted from something large, wherever the origin of x and y lies.
 */
import { float64 } from "../../arrays.ts";
import { gram } from "../../linalg/gram.ts";
import { zeros, type Matrix } from "../../linalg/matrix.ts";
import { addScatter, centreRows, HEIGHT } from "../data/moments.ts";
import { Rows } from "./rows.ts";
import type { SumsState } from "./store.ts";
import { crossed, energyOf, meanOf, stride, type Targets } from "./targets.ts";
import { accumulate } from "./vectors.ts";

export interface Pooled {
  readonly count: number;
  /** x̄ */
  readonly mean: Float64Array;
  /** S = Σ (x − x̄)(x − x̄)ᵀ, exactly symmetric. */
  readonly scatter: Matrix<Float64Array>;
  /** ȳ */
  readonly centre: Float64Array;
  /** P = Σ (y − ȳ)(x − x̄)ᵀ, a row for each target. */
  readonly cross: Matrix<Float64Array>;
  /** Σ (y − ȳ)² of each target. */
  readonly energy: Float64Array;
}

export class Sums {
  /** The moments of all samples but those that wait. */
  pooled: Pooled;
  /** Samples that are in no moment yet. */
  private readonly waiting: Rows<Float32Array>;
  private readonly wanted: Rows<Float64Array>;

  /** @param width of the targets; those of classes become wider as classes come */
  constructor(
    readonly size: number,
    readonly kind: Targets["kind"],
    width: number,
  ) {
    this.pooled = empty(size, width);
    this.waiting = Rows.single(size);
    this.wanted = Rows.double(kind === "classes" ? 1 : width);
  }

  get width(): number {
    return this.pooled.centre.length;
  }

  /** Number of samples in the moments, without those that wait. */
  get settled(): number {
    return this.pooled.count;
  }

  add(x: Float32Array, y: Targets): void {
    const each = stride(y);
    const rows = x.length / this.size;
    this.widen(y.width);
    for (let first = 0; first < rows;) {
      const end = Math.min(rows, first + HEIGHT - this.waiting.count);
      this.waiting.push(x.subarray(first * this.size, end * this.size));
      this.wanted.push(y.values.subarray(first * each, end * each));
      first = end;
      if (this.waiting.count === HEIGHT) this.flush();
    }
  }

  /** Makes room for some more samples, which do not fill the buffer; without memory nothing is changed. */
  reserve(rows: number): void {
    this.waiting.reserve(rows * this.size);
    this.wanted.reserve(rows * this.wanted.width);
  }

  /** Whether so many more samples fill the buffer. */
  fills(rows: number): boolean {
    return this.waiting.count + rows >= HEIGHT;
  }

  copy(): Sums {
    const state = this.state();
    return Sums.from(this.size, this.kind, {
      ...state,
      mean: float64(state.mean),
      scatter: float64(state.scatter),
      centre: float64(state.centre),
      cross: float64(state.cross),
      energy: float64(state.energy),
    });
  }

  /** Everything, as plain data in this order: views that are valid until the next change. */
  state(): SumsState {
    const { count, mean, centre, energy, scatter, cross } = this.pooled;
    const [x, y] = [this.waiting.data, this.wanted.data];
    return { count, mean, centre, energy, scatter: scatter.data, cross: cross.data, x, y };
  }

  static from(size: number, kind: Targets["kind"], state: SumsState): Sums {
    const { x, y, scatter, cross, ...rest } = state;
    const width = rest.centre.length;
    const sums = new Sums(size, kind, width);
    sums.pooled = {
      ...rest,
      scatter: { rows: size, cols: size, data: scatter },
      cross: { rows: width, cols: size, data: cross },
    };
    sums.waiting.push(x);
    sums.wanted.push(y);
    return sums;
  }

  /** Makes room for more classes. */
  private widen(width: number): void {
    const { pooled, size } = this;
    if (width <= this.width) return;
    const wider = (old: Float64Array, length: number) => {
      const array = float64(length);
      array.set(old);
      return array;
    };
    const cross = { rows: width, cols: size, data: wider(pooled.cross.data, width * size) };
    this.pooled = { ...pooled, cross, centre: wider(pooled.centre, width), energy: wider(pooled.energy, width) }; // prettier-ignore
  }

  /** The same samples, of which none waits. These sums stay as they are. */
  flushed(): Sums {
    if (this.waiting.count === 0) return this;
    const copy = this.copy();
    copy.flush();
    return copy;
  }

  private flush(): void {
    const { waiting, wanted, kind, width, size } = this;
    const count = waiting.count;
    if (count === 0) return;
    const y: Targets = { kind, width, values: wanted.data };
    const rows = { rows: count, cols: size, data: float64(waiting.data) };
    const mean = centreRows(rows);
    const centre = meanOf(y, count);
    this.pooled = merged(this.pooled, {
      count,
      mean,
      scatter: gram(rows),
      centre,
      cross: crossed(y, centre, rows),
      energy: energyOf(y, count, centre),
    });
    waiting.clear();
    wanted.clear();
  }
}

export function empty(size: number, width: number): Pooled {
  return {
    count: 0,
    mean: float64(size),
    scatter: zeros(size, size),
    centre: float64(width),
    cross: zeros(width, size),
    energy: float64(width),
  };
}

/** The moments of two sets of samples together. The arrays of `a` are used again. */
export function merged(a: Pooled, b: Pooled): Pooled {
  const count = a.count + b.count;
  if (b.count === 0) return a;
  const weight = (a.count * b.count) / count;
  const root = Math.sqrt(weight);
  const share = b.count / count;
  const dx = float64(b.mean, (m, j) => m - a.mean[j]!);
  const dy = float64(b.centre, (m, c) => m - a.centre[c]!);
  addScatter(
    a.scatter.data,
    b.scatter.data,
    float64(dx, (x) => x * root),
  );
  const d = dx.length;
  dy.forEach((step, c) => {
    const row = a.cross.data.subarray(c * d, (c + 1) * d);
    accumulate(row, b.cross.data, 1, c * d);
    accumulate(row, dx, step * weight);
    a.energy[c]! += b.energy[c]! + step * step * weight;
    a.centre[c]! += step * share;
  });
  accumulate(a.mean, dx, share);
  return { ...a, count };
}
