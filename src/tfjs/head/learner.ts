/** What a head has learnt: its classes by name, its samples or their moments, and its random features. */
import { float64 } from "../../arrays.ts";
import { ArgumentError, show } from "../../errors.ts";
import { softmax } from "../../init/head/calibrate.ts";
import { Head, type HeadOptions, type Learnt, type Linear } from "../../init/head/head.ts";
import { randomFeatures, type Projection } from "../../init/head/projection.ts";
import type { Batch } from "../../init/head/store.ts";
import type { Targets } from "../../init/head/targets.ts";
import { matmul } from "../../linalg/matmul.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { Features } from "./features.ts";
import { isLabel, labelsOf, valuesOf, type Label } from "./labels.ts";
import type { Checked } from "./options.ts";

export class Learner {
  classes: Label[] = [];
  /** Absent before the first sample. */
  head: Head | undefined;
  projection: Projection | undefined;

  constructor(readonly options: Checked) {}

  get classifies(): boolean {
    return this.options.task === "classification";
  }

  private get headOptions(): HeadOptions {
    return { ...this.options, kind: this.classifies ? "classes" : "values" };
  }

  get count(): number {
    return this.head?.count ?? 0;
  }

  /** A learner that learns on without changing this one. */
  copy(): Learner {
    const copy = new Learner(this.options);
    copy.classes = [...this.classes];
    copy.head = this.head?.copy();
    copy.projection = this.projection;
    return copy;
  }

  /** Learns samples. If an error is thrown, nothing is learnt. */
  add(features: Features, labels: unknown): void {
    const { count } = features;
    if (this.classifies) {
      const found = labelsOf(labels, count);
      const classes = [...this.classes];
      const values = indices(found, classes);
      this.commit(features, { kind: "classes", width: classes.length, values });
      this.classes = classes;
    } else {
      const { width, values } = valuesOf(labels, count);
      const wanted = this.head?.width ?? width;
      if (width !== wanted) {
        throw new ArgumentError("labels", `${wanted} numbers for each sample`, `${width}`);
      }
      this.commit(features, { kind: "values", width, values });
    }
  }

  private commit(features: Features, y: Targets): void {
    const { projection, x } = this.lifted(features);
    const size = x.length / features.count;
    const head = this.head ?? new Head(size, y.kind === "classes" ? 0 : y.width, this.headOptions);
    head.add({ x, y });
    [this.head, this.projection] = [head, projection];
  }

  /** The features that the head sees. */
  lifted(features: Features): { projection: Projection | undefined; x: Float32Array } {
    const { randomFeatures: width, seed } = this.options;
    const known = this.projection?.rows ?? this.head?.size;
    if (known !== undefined && known !== features.size) {
      throw new ArgumentError("inputs", `${known} features a sample`, `${features.size}`);
    }
    if (width === undefined) return { projection: undefined, x: features.x };
    const projection = this.projection ?? randomFeatures(features.size, width, seed);
    return { projection, x: projection.apply(features.x) };
  }

  /**
   * Forgets samples that it has learnt.
   *
   * @throws ArgumentError if they cannot have been learnt, or are not kept
   */
  remove(features: Features, labels: unknown): void {
    const head = this.learnt();
    if (!head.keeps) {
      throw new ArgumentError("inputs", "a head that keeps its samples: fewer, or more memory", "moments"); // prettier-ignore
    }
    const { x } = this.lifted(features);
    const batch: Batch = { x, y: this.targets(labels, features.count) };
    if (!head.remove(batch)) {
      throw new ArgumentError("inputs", "samples that were added with these labels", "another one");
    }
    // From the last to the first, because those after a class move up.
    for (let c = head.counts.length - 1; c >= 0; c--) if (head.counts[c] === 0) this.drop(c);
    if (head.count === 0) this.head = this.projection = undefined;
  }

  removeClass(label: Label): void {
    const at = this.classes.indexOf(label);
    if (at < 0) throw new ArgumentError("label", this.expected(), show(label));
    const { head } = this;
    if (!head!.keeps && !this.options.removable) {
      throw new ArgumentError("removable", "true, to remove a class of samples beyond memory", "false"); // prettier-ignore
    }
    this.drop(at);
  }

  private drop(at: number): void {
    this.head!.removeClass(at);
    this.classes.splice(at, 1);
    if (this.classes.length === 0) this.head = this.projection = undefined;
  }

  /** Labels or targets of known classes, or of the known width. */
  targets(labels: unknown, count: number): Targets {
    const head = this.learnt();
    if (!this.classifies) {
      const { width, values } = valuesOf(labels, count);
      if (width === head.width) return { kind: "values", width, values };
      throw new ArgumentError("labels", `${head.width} numbers for each sample`, `${width}`);
    }
    const values = float64(labelsOf(labels, count), (label) => {
      const at = this.classes.indexOf(label);
      if (at < 0) throw new ArgumentError("labels", this.expected(), show(label));
      return at;
    });
    return { kind: "classes", width: this.classes.length, values };
  }

  private expected(): string {
    const names = this.classes.slice(0, 8).map((one) => show(one));
    return `one of ${names.join(", ")}${this.classes.length > 8 ? ", …" : ""}`;
  }

  private learnt(): Head {
    if (this.head) return this.head;
    throw new ArgumentError("inputs", "a head that has samples", "one without any");
  }

  /** The head, checked to be solvable. */
  private ready(): Head {
    const head = this.learnt();
    const { prior } = this.options;
    if (!this.classifies) return head;
    const { length } = this.classes;
    if (length < 2)
      throw new ArgumentError("labels", "samples of two classes or more", `${length}`);
    if (Array.isArray(prior) && prior.length !== length) {
      throw new ArgumentError("prior", `${length} numbers, one for each class`, `${prior.length}`);
    }
    return head;
  }

  get lambda(): number {
    return this.ready().lambda;
  }

  /** The solved layer: logits of classes, or values. */
  linear(): Linear {
    return this.ready().linear();
  }

  /** Runs a job that only asks. If it fails, what it has solved for is given up: when λ is chosen is part of the state. */
  asked<T>(job: () => T): T {
    const undo = this.head?.marked();
    const fail = (error: unknown): never => {
      undo?.();
      throw error;
    };
    try {
      const result = job();
      return result instanceof Promise ? (result.catch(fail) as T) : result;
    } catch (error) {
      return fail(error);
    }
  }

  /** A row for each sample: the probabilities of the classes, or values. */
  predict(features: Features): Matrix<Float64Array> {
    const { x } = this.lifted(features);
    const { weights, bias } = this.linear();
    const rows = { rows: features.count, cols: weights.cols, data: float64(x) };
    const out = matmul(rows, weights, { transposeB: true });
    out.data.forEach((value, at) => (out.data[at] = value + bias[at % out.cols]!));
    if (this.classifies) {
      for (let i = 0; i < out.rows; i++) {
        const row = out.data.subarray(i * out.cols, (i + 1) * out.cols);
        row.set(softmax(row));
      }
    }
    return out;
  }

  static from(
    options: Checked,
    classes: readonly Label[],
    inputs: number,
    learnt: Learnt,
  ): Learner {
    const learner = new Learner(options);
    learner.classes = [...classes];
    const { randomFeatures: width, seed } = options;
    if (width !== undefined) learner.projection = randomFeatures(inputs, width, seed);
    learner.head = Head.from(width ?? inputs, learnt, learner.headOptions);
    return learner;
  }
}

/** The index of every label in `classes`, to which new ones are added. */
function indices(labels: readonly Label[], classes: Label[]): Float64Array {
  const known = new Map(classes.map((label, at) => [label, at]));
  const kind = typeof (classes[0] ?? labels[0]);
  return float64(labels, (label) => {
    if (!isLabel(label) || typeof label !== kind) {
      throw new ArgumentError("labels", `${kind}s, as those before`, show(label));
    }
    const at = known.get(label) ?? classes.length;
    if (at === classes.length) {
      known.set(label, at);
      classes.push(label);
    }
    return at;
  });
}
