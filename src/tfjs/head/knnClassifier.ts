import { Tensor, tensor2d, tidy, type Tensor2D } from "@tensorflow/tfjs-core";
import { known } from "../../arguments.ts";
import { allFinite, float32 } from "../../arrays.ts";
import { ArgumentError, show } from "../../errors.ts";
import { described } from "../data/labels.ts";
import type { Features } from "./features.ts";
import type { Label } from "./labels.ts";
import { Learner } from "./learner.ts";
import { checked, type RidgeHeadOptions } from "./options.ts";

export type RidgeClassifierOptions = Pick<
  RidgeHeadOptions,
  "lambda" | "prior" | "memory" | "removable"
>;

/** The interface of `KNNClassifier` in @tensorflow-models/knn-classifier. */
export class RidgeClassifier {
  #learner: Learner;

  /** Indices of labels in the order in which they first came; a class that was cleared keeps its index. */
  readonly #indices = new Map<Label, number>();

  constructor(options: RidgeClassifierOptions) {
    const names = ["lambda", "prior", "memory", "removable"] as const;
    this.#learner = new Learner(checked(known(options, names)));
  }

  /** Adds the features of one sample: a tensor of any shape, which is read at once and stays the caller's. */
  addExample(example: Tensor, label: Label): void {
    this.#learner.add(flat("example", example), named(label));
    this.#index();
  }

  #index(): void {
    for (const label of this.#learner.classes) {
      if (!this.#indices.has(label)) this.#indices.set(label, this.#indices.size);
    }
  }

  /**
   * Predicts the class of one sample from its features.
   *
   * @param k taken and ignored: there are no neighbours
   * @returns the label, as a string; its index, in the order in which the classes first came, which a cleared class keeps;
   *   and the probability of each class
   */
  async predictClass(
    input: Tensor,
    k?: number,
  ): Promise<{ label: string; classIndex: number; confidences: Record<string, number> }> {
    void k;
    const learner = this.#learner;
    const { classes } = learner;
    const features = flat("input", input);
    // With a single class there is nothing to solve for, but the features must fit.
    const single = classes.length === 1 && learner.lifted(features);
    const data = single ? [1] : learner.predict(features).data;
    const best = classes.reduce<number>((top, _, at) => (data[at]! > data[top]! ? at : top), 0);
    const confidences = Object.fromEntries(classes.map((label, at) => [label, data[at]!]));
    const label = classes[best]!;
    return { label: String(label), classIndex: this.#indices.get(label)!, confidences };
  }

  /** Removes a class and its samples. */
  clearClass(label: Label): void {
    this.#learner.removeClass(named(label));
  }

  clearAllClasses(): void {
    this.#learner = new Learner(this.#learner.options);
  }

  /** Number of samples of each class. */
  getClassExampleCount(): Record<string, number> {
    const { classes, head } = this.#learner;
    return Object.fromEntries(classes.map((label, at) => [label, head!.counts[at]!]));
  }

  getNumClasses(): number {
    return this.#learner.classes.length;
  }

  /** The features of each class as a tensor [samples, features], which is the caller's. */
  getClassifierDataset(): Record<string, Tensor2D> {
    const { classes, head } = this.#learner;
    const kept = head?.samples();
    if (head && !kept) {
      throw new ArgumentError("memory", "room for all samples, for getClassifierDataset", "less");
    }
    const made = (label: Label, at: number) =>
      [label, tensor2d(kept![at]!, [head!.counts[at]!, head!.size])] as const;
    return tidy(() => Object.fromEntries(classes.map(made)));
  }

  /** Takes the features of each class, [samples, features], in place of everything learnt. */
  setClassifierDataset(dataset: Record<string, Tensor2D>): void {
    if (typeof dataset !== "object" || dataset === null) {
      throw new ArgumentError("dataset", "an object with a tensor for each class", show(dataset));
    }
    const staged = new Learner(this.#learner.options);
    for (const [label, examples] of Object.entries(dataset)) {
      const { x, size } = flat("dataset", examples);
      if (examples.rank !== 2) {
        throw new ArgumentError("dataset", "tensors [samples, features]", described(examples));
      }
      const [count] = examples.shape;
      staged.add({ x, count, size: size / count }, named(label));
    }
    this.#learner = staged;
    this.#index();
  }

  /** Gives up all memory. */
  dispose(): void {
    this.clearAllClasses();
  }
}

/** Labels are names, as keys of objects are: 1 and "1" are one class. */
const named = (label: unknown): string => {
  if (typeof label === "string" || Number.isSafeInteger(label)) return String(label);
  throw new ArgumentError("label", "a string or an integer", show(label));
};

/** The numbers of a tensor as the features of one sample. */
function flat(name: string, x: Tensor): Features {
  if (!(x instanceof Tensor) || x.isDisposed || x.dtype === "string" || x.size === 0) {
    throw new ArgumentError(name, "a tensor of numbers", described(x));
  }
  const values = float32(x.dataSync());
  if (!allFinite(values)) {
    throw new ArgumentError(name, "finite features", "a NaN or an infinity");
  }
  return { x: values, count: 1, size: x.size };
}

/**
 * A classifier with the interface of @tensorflow-models/knn-classifier on a ridge head, so that an app changes one line:
 * `knnClassifier.create()` becomes `knnClassifier()`.
 */
export function knnClassifier(options: RidgeClassifierOptions = {}): RidgeClassifier {
  return new RidgeClassifier(options);
}
