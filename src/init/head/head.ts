/**
 * A head that learns samples, forgets them, and is solved when it is asked for its weights. Samples are kept while they are
 * within a budget; beyond it their moments are.
 */
import { float64 } from "../../arrays.ts";
import { log } from "../../elementary.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { Calibration } from "./calibrate.ts";
import { Kept } from "./kept.ts";
import { Pool } from "./pool.ts";
import { Solution } from "./solution.ts";
import type { Batch, State } from "./store.ts";
import { stride, type Targets } from "./targets.ts";
import { dot } from "./vectors.ts";

export interface HeadOptions {
  readonly kind: Targets["kind"];
  /** λ, or "auto": by cross-validation. */
  readonly lambda: number | "auto";
  /** Bytes of features that may be kept. */
  readonly memory: number;
  /** Whether a class can be removed also when its samples are not kept; then moments are kept for each class. */
  readonly removable: boolean;
  readonly prior: Prior;
}

/** The probabilities of the classes before anything is known of a sample: all equal, by their counts, or as given. */
export type Prior = "balanced" | "data" | readonly number[];

/** z = W x + b, a row of W for each unit. */
export interface Linear {
  readonly weights: Matrix<Float64Array>;
  readonly bias: Float64Array;
}

export interface Learnt {
  readonly width: number;
  readonly count: number;
  readonly counts: readonly number[];
  /** Number of samples on which λ was chosen. */
  readonly chosen?: number;
  readonly store: State;
}

interface Answer {
  readonly solution: Solution;
  readonly calibration?: Calibration;
}

/** A probability of zero counts as this one, whose logarithm a float32 holds. */
const LEAST = 2 ** -100;

export class Head {
  count = 0;
  /** Number of samples of each class. */
  counts: number[] = [];
  private store: Kept | Pool;
  private answer: Answer | undefined;
  /** Number of samples on which λ is chosen; undefined for all. */
  private chosen: number | undefined;

  /**
   * @param size number of features
   * @param width number of targets or of classes
   */
  constructor(
    readonly size: number,
    public width: number,
    private readonly options: HeadOptions,
  ) {
    this.store = new Kept(size, options.kind, width);
  }

  /** Whether the samples are kept. */
  get keeps(): boolean {
    return this.store instanceof Kept;
  }

  /** The features of the samples of each class, while they are kept. */
  samples(): Float32Array[] | undefined {
    const { store } = this;
    return store instanceof Kept ? this.counts.map((_, label) => store.ofClass(label)) : undefined;
  }

  /** A head that learns on without changing this one. */
  copy(): Head {
    const copy = new Head(this.size, this.width, this.options);
    copy.count = this.count;
    copy.counts = [...this.counts];
    copy.store = this.store.copy();
    return copy;
  }

  /** Adds samples of finite features. */
  add(batch: Batch): void {
    const { x, y } = batch;
    const rows = x.length / this.size;
    const total = this.count + rows;
    const old = this.store;
    const full = old instanceof Kept && 4 * this.size * total > this.options.memory;
    const store = full ? this.pool(old) : old;
    const settled = store instanceof Pool && store.settled;
    store.add(batch);
    const same = store === old && y.width === this.width;
    const still = settled === (store instanceof Pool && store.settled);
    [this.store, this.count, this.width] = [store, total, y.width];
    if (this.options.kind === "classes") this.tally(y);
    // λ is chosen anew when the number of samples has grown by a tenth. Moments of single classes have no order.
    const updates = same && still && !(settled !== false && this.options.removable);
    const { answer, chosen } = this;
    if (!updates || chosen === undefined || 10 * total >= 11 * chosen) return this.forget();
    this.answer = undefined;
    if (answer === undefined) return; // it will be solved for the first samples and then updated
    if (!answer.solution.updatable) return this.forget();
    try {
      update(answer.solution, batch);
      this.answer = answer;
    } catch {
      this.forget(); // the samples are learnt, and without memory for an update are solved for when they are asked for
    }
  }

  private tally({ width, values }: Targets): void {
    while (this.counts.length < width) this.counts.push(0);
    values.forEach((label) => this.counts[label]!++);
  }

  private forget(): void {
    this.answer = this.chosen = undefined;
  }

  /** Gives up the samples for their moments. */
  private pool(kept: Kept): Pool {
    const pool = new Pool(this.size, this.options.kind, this.options.removable);
    if (this.count > 0) pool.add(kept.batch(this.width));
    return pool;
  }

  /**
   * Removes samples with these features and targets, while the samples are kept; false, and none removed, if there are no
   * such samples. A class stays, also without samples.
   */
  remove(batch: Batch): boolean {
    if (!(this.store instanceof Kept) || !this.store.remove(batch)) return false;
    this.count -= batch.x.length / this.size;
    if (this.options.kind === "classes") batch.y.values.forEach((label) => this.counts[label]!--);
    this.forget();
    return true;
  }

  /** Removes a class, while the samples are kept or where moments are kept for each class; classes after it move up. */
  removeClass(label: number): void {
    this.store.removeClass(label);
    this.count -= this.counts[label]!;
    this.counts.splice(label, 1);
    this.width--;
    this.forget();
  }

  /** The solution for all samples so far. */
  private solved(): Answer {
    return (this.answer ??= this.solve(this.chosen));
  }

  /** Solves for the first `chosen` samples, and updates the solution with the later ones. If it fails, nothing is changed. */
  private solve(chosen: number | undefined): Answer {
    const { lambda, kind } = this.options;
    const store = this.store.ready(chosen);
    const { solved, calibrate, later } = store.solve(lambda, this.width, chosen);
    const solution = new Solution(solved);
    if (later.x.length > 0 && !solution.updatable) return this.solve(undefined);
    const counts = float64(solved.centre, (share) => Math.round(share * solved.count));
    const calibration = kind === "classes" ? calibrate(this.shares(counts)) : undefined;
    update(solution, later);
    [this.store, this.chosen] = [store, solved.count];
    return { solution, ...(calibration && { calibration }) };
  }

  /** Returns a function that gives up what is solved from now on. */
  marked(): () => void {
    const { answer, chosen, store } = this;
    return () => void ([this.answer, this.chosen, this.store] = [answer, chosen, store]);
  }

  get lambda(): number {
    return this.solved().solution.lambda;
  }

  /** The prior as a probability of each class. */
  shares(counts: ArrayLike<number> = this.counts): Float64Array {
    const { prior } = this.options;
    if (prior === "balanced") return float64(counts, () => 1 / counts.length);
    const parts = float64(prior === "data" ? counts : prior);
    const sum = parts.reduce((total, one) => total + one, 0);
    return float64(parts, (one) => one / sum);
  }

  /** The layer of the head: logits of classes, or values. */
  linear(): Linear {
    const { solution, calibration } = this.solved();
    const { weights, centre, mean, count } = solution;
    const { rows, cols, data } = weights;
    const gains = float64(centre, (_, c) => calibration ? (calibration.slope * count) / this.counts[c]! : 1); // prettier-ignore
    const own = float64(data, (w, at) => gains[Math.floor(at / cols)]! * w);
    const shares = this.shares();
    const bias = float64(centre, (value, c) => {
      const start = calibration
        ? log(Math.max(shares[c]!, LEAST)) - calibration.slope * calibration.thresholds[c]!
        : value;
      return start - dot(own, c * cols, mean);
    });
    return { weights: { rows, cols, data: own }, bias };
  }

  learnt(): Learnt {
    const { width, count, counts, chosen } = this;
    return { width, count, counts, ...(chosen && { chosen }), store: this.store.state() };
  }

  static from(size: number, learnt: Learnt, options: HeadOptions): Head {
    const head = new Head(size, learnt.width, options);
    head.count = learnt.count;
    head.counts = [...learnt.counts];
    head.chosen = learnt.chosen;
    const { store } = learnt;
    head.store =
      store.kind === "samples"
        ? Kept.from(size, options.kind, learnt.width, store)
        : Pool.from(size, options.kind, options.removable, store.sums);
    return head;
  }
}

function update(solution: Solution, { x, y }: Batch): void {
  const [size, each] = [solution.mean.length, stride(y)];
  for (let i = 0; i * size < x.length; i++) {
    const own = y.values.subarray(i * each, (i + 1) * each);
    solution.add(x.subarray(i * size, (i + 1) * size), own, y.kind === "classes");
  }
}
