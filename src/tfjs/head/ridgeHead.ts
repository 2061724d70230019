import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkFunction, checkSignal, known } from "../../arguments.ts";
import { ArgumentError } from "../../errors.ts";
import type { Layer } from "../layers/graph.ts";
import { outside } from "../outside.ts";
import { asLayer, asModel } from "./asLayers.ts";
import { isDataset } from "../data/source.ts";
import { features, type Inputs, type RunOptions } from "./features.ts";
import { gathered } from "./gathered.ts";
import { fromJSON, toJSON, type RidgeHeadJSON } from "./json.ts";
import { read, type Label, type Labels, type Values } from "./labels.ts";
import { Learner } from "./learner.ts";
import { checked, type RidgeHeadOptions } from "./options.ts";
import { accuracies, errors, prediction, type Classifying, type Regressing } from "./results.ts";

export class RidgeHead<Task extends Classifying | Regressing = Classifying | Regressing> {
  #learner: Learner | undefined;
  /** Calls run one after the other, in their order. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RidgeHeadOptions) {
    this.#learner = new Learner(checked(options));
  }

  /** The labels of the classes, in the order in which they came; empty for regression. */
  get classes(): readonly Label[] {
    return [...this.#alive().classes];
  }

  /** Number of samples learnt. */
  get count(): number {
    return this.#alive().count;
  }

  /** Number of samples of each class, in the order of `classes`. */
  get counts(): readonly number[] {
    return [...(this.#alive().head?.counts ?? [])];
  }

  /** The λ of the present solution, in units of squared features. */
  get lambda(): number {
    return this.#alive().lambda;
  }

  /**
   * Learns samples. Labels of new classes make new classes. If the promise is rejected, the head is as before.
   *
   * @param inputs a tensor of samples or, with a base that says what it takes, of one sample; pixels; an array of these;
   *   or a Dataset of { xs, ys }, which is walked once. Without a base, features: [samples, …], or a vector for one
   * @param labels a string or an integer for all samples; an array with one for each sample (for an array of inputs,
   *   with one entry for each of these); a tensor of integers, strings or one-hot rows. For regression numbers, or rows of
   *   numbers
   * @param run `signal` aborts the call, and the head is as before; `onProgress` gets the number of samples so far. They
   *   are options of `remove`, `predict` and `evaluate`, too. To solve for the head, when asked, takes one go
   */
  add(
    inputs: Inputs,
    labels?: Labels | Values | readonly (Labels | Values)[],
    run?: RunOptions,
  ): Promise<void> {
    return this.#turn(run, async (learner) => {
      const { base } = learner.options;
      if (!isDataset(inputs)) {
        const found = await gathered(base, inputs, labels, learner.classifies, run);
        return this.#alive().add(found.features, found.labels);
      }
      // A Dataset may be larger than memory. It goes to a copy, which then takes the learner's place.
      const staged = learner.copy();
      for await (const { labels: own, ...batch } of features(base, inputs, labels, run)) {
        staged.add(batch, (await read(own)).labels);
      }
      if (staged.count === learner.count) throw new ArgumentError("inputs", "at least one sample", "none"); // prettier-ignore
      this.#replace(staged);
    });
  }

  /**
   * Forgets samples as if they had never been added; a class without samples goes, too. Samples must be kept (`memory`).
   *
   * @throws ArgumentError if no sample with these features and labels was added, or samples are no longer kept
   */
  remove(
    inputs: Inputs,
    labels?: Labels | Values | readonly (Labels | Values)[],
    run?: RunOptions,
  ): Promise<void> {
    return this.#turn(run, async (learner) => {
      const { base } = learner.options;
      const found = await gathered(base, inputs, labels, learner.classifies, run);
      this.#alive().remove(found.features, found.labels);
    });
  }

  /** Forgets a class as if it had never been added. Beyond `memory`, only with the option `removable`. */
  removeClass(label: Label): Promise<void> {
    return this.#turn(undefined, async (learner) => learner.removeClass(label));
  }

  /** Predicts: for each sample its class with probabilities or, for regression, its row of numbers. */
  predict(inputs: Inputs, run?: RunOptions): Promise<Task["one"][]> {
    return this.#asked(run, async (learner) => {
      const rows: number[][] = [];
      for await (const batch of features(learner.options.base, inputs, undefined, run)) {
        const { cols, data } = learner.predict(batch);
        for (let at = 0; at < data.length; at += cols) rows.push([...data.subarray(at, at + cols)]);
      }
      return learner.classifies ? rows.map((row) => prediction(row, learner.classes)) : rows;
    });
  }

  /** Measures how well the head predicts labels or targets that are known. */
  evaluate(
    inputs: Inputs,
    labels?: Labels | Values | readonly (Labels | Values)[],
    run?: RunOptions,
  ): Promise<Task["all"]> {
    return this.#asked(run, async (learner) => {
      const found: number[][] = [];
      const wanted: number[][] = [];
      for await (const { labels: own, ...batch } of features(
        learner.options.base,
        inputs,
        labels,
        run,
      )) {
        const { values } = learner.targets((await read(own)).labels, batch.count);
        const { cols, data } = learner.predict(batch);
        const each = values.length / batch.count;
        for (let i = 0; i < batch.count; i++) {
          found.push([...data.subarray(i * cols, (i + 1) * cols)]);
          wanted.push([...values.subarray(i * each, (i + 1) * each)]);
        }
      }
      if (found.length === 0) throw new ArgumentError("inputs", "at least one sample", "none");
      return learner.classifies ? accuracies(found, wanted) : errors(found, wanted);
    });
  }

  /**
   * The solved head as a layer of tf.layers, to fine-tune or to save: Dense with softmax for classes, linear for regression.
   * With random features a model of two Dense layers, the first of which is not trainable. The layer is the caller's.
   */
  toLayer(): Layer {
    const learner = this.#alive();
    return learner.asked(() => asLayer(learner));
  }

  /** Base and head as one model. The base must be a model of tf.layers, whose layers are shared; or none. */
  toModel(): LayersModel {
    const learner = this.#alive();
    return learner.asked(() => asModel(learner.options.base, learner));
  }

  /** Everything that was learnt, and all options but the base, as plain data for JSON.stringify. */
  toJSON(): RidgeHeadJSON {
    return toJSON(this.#alive());
  }

  /** Takes over what `toJSON` returned, in place of everything learnt; the base stays. */
  fromJSON(json: RidgeHeadJSON): this {
    this.#replace(fromJSON(json, this.#alive().options.base));
    return this;
  }

  /** Gives up all memory. The head cannot be used after that; the base can. */
  dispose(): void {
    this.#learner = undefined;
  }

  #alive(): Learner {
    if (this.#learner) return this.#learner;
    throw new ArgumentError("head", "one that is not disposed", "one that is");
  }

  #replace(learner: Learner): void {
    this.#alive();
    this.#learner = learner;
  }

  #asked<T>(run: RunOptions | undefined, job: (learner: Learner) => Promise<T>): Promise<T> {
    return this.#turn(run, (learner) => learner.asked(() => job(learner)));
  }

  async #turn<T>(run: RunOptions | undefined, job: (learner: Learner) => Promise<T>): Promise<T> {
    if (run !== undefined) known(run, ["onProgress", "signal"], "run");
    checkFunction("onProgress", run?.onProgress);
    checkSignal("signal", run?.signal);
    const before = this.#last;
    const own = (async () => {
      await outside();
      await before.catch(() => {}); // whose caller has the error
      run?.signal?.throwIfAborted();
      return job(this.#alive());
    })();
    this.#last = own;
    return own;
  }
}

/**
 * Makes a head that is solved instead of trained: the last layer of a classifier or of a regression on the features of a
 * frozen base, for few-shot and transfer learning. Samples and classes can be added and removed at any time.
 *
 * Mathematics, in float64: ridge regression on the features x with an intercept, in the targets' own mean and scale,
 *
 *   ŷ = ȳ + W (x − x̄),   W minimises Σ ‖y − ŷ‖² + λ ‖W‖²,
 *
 * where y of a class is a one-hot row. The offset of features and targets does not matter, and their scale changes λ alone.
 *
 * What is kept: the samples' features up to `memory` (64 MiB are 13,000 samples of 1280 features), beyond that
 * their moments, d² + C d numbers for C classes or targets, however many samples come.
 *
 * - While samples are kept, λ is the best of exact leave-one-out, by one eigen-decomposition of order min(n, d) for all λ
 *   from 2⁶ to 2⁻⁴⁶ times the largest eigenvalue; samples and classes can be removed as if they had never been added.
 * - Beyond `memory`, λ is the best of generalized cross-validation, single samples cannot be removed, and classes only
 *   if `removable` was set, for which a matrix of d² numbers is kept for each class.
 * - λ is chosen anew when the samples have grown by a tenth, when a class is new, and when something was removed. Any
 *   other new sample is an update at fixed λ, of rank one.
 *
 * Probabilities of classes: with z_c = (ŷ_c − p_c) / p_c, p_c the share of class c in the samples, the logits are
 *
 *   β (z_c − θ_c) + log π_c,   θ_c = ½ E(z_c | c),
 *
 * so that the prior π and uneven numbers of samples are corrections of the bias. θ and the slope β (one over the temperature
 * of the softmax, by least cross-entropy) come from leave-one-out scores, beyond `memory` from the moments. Samples
 * of one each class say nothing of the slope, which then is 1.
 *
 * Nothing is solved before it is needed: `add` only learns, and the next `predict`, `evaluate`, `toLayer`, `toModel` or
 * `lambda` solves. The same calls with the same features give the same bits everywhere; when λ is chosen matters, unless
 * the options give it. No tensors are held.
 *
 * Sources: Hoerl and Kennard, Technometrics 12, 1970 (ridge); Golub, Heath and Wahba, Technometrics 21, 1979
 * (cross-validation); Chan, Golub and LeVeque, The American Statistician 37, 1983 (moments); McDonnell et al., RanPAC, NeurIPS
 * 2023 (random features). Thresholds and slope are our formulation.
 *
 * @param options see `RidgeHeadOptions`; all of them have defaults
 * @throws ArgumentError for options that cannot be used. Methods throw it, or reject with it, for samples and labels that
 *   do not fit each other or what was learnt before, NaN and infinities, samples removed that were not added, fewer than
 *   two classes to tell apart, and a head that is disposed; then the head is as it was before the call
 *
 * @example
 * const head = ridgeHead({ base: mobilenet });
 * await head.add(webcam, "cat"); // pixels, tensors, batches, Datasets
 * await head.add(images, labels);
 * const [{ label, probability }] = await head.predict(webcam);
 * localStorage.head = JSON.stringify(head); // ridgeHead({ base }).fromJSON(JSON.parse(localStorage.head)) goes on
 * const model = head.toModel(); // base and head, to fine-tune or to save
 */
export function ridgeHead(
  options: RidgeHeadOptions & { task: "regression" },
): RidgeHead<Regressing>;
export function ridgeHead(
  options?: RidgeHeadOptions & { task?: "classification" },
): RidgeHead<Classifying>;
export function ridgeHead(options?: RidgeHeadOptions): RidgeHead;
export function ridgeHead(options: RidgeHeadOptions = {}): RidgeHead {
  return new RidgeHead(options);
}
