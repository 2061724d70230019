/** What a head keeps of its samples: the samples themselves, or their moments. */
import type { Calibration } from "./calibrate.ts";
import type { Solved } from "./solution.ts";
import type { Targets } from "./targets.ts";

/** Samples, and their targets. */
export interface Batch {
  /** A row of features for each sample. */
  readonly x: Float32Array;
  readonly y: Targets;
}

export interface Store {
  /** Adds samples. If an error is thrown, nothing has been added. */
  add(batch: Batch): void;
  /** Removes a class; the classes after it move up. */
  removeClass(label: number): void;
  /**
   * The store as it is once the head is solved for the first `chosen` samples or, if it cannot tell these from the later
   * ones, for all. This one stays as it is, because what comes after may fail.
   */
  ready(chosen: number | undefined): Store;
  /**
   * Solves for the head. The store is a ready one.
   *
   * @param lambda λ, or "auto": by cross-validation
   * @param width number of targets or classes
   * @param chosen solve for the first `chosen` samples only, if this store can tell them from the later ones
   */
  solve(lambda: number | "auto", width: number, chosen: number | undefined): Outcome;
  copy(): Store;
  /** Everything, as plain data. */
  state(): State;
}

export interface Outcome {
  readonly solved: Solved;
  /** Calibrates the scores of classes under a prior. */
  calibrate(prior: Float64Array): Calibration;
  /** The samples that were not solved for. */
  readonly later: Batch;
}

export type State =
  | { readonly kind: "samples"; readonly x: Float32Array; readonly y: Float64Array }
  | { readonly kind: "moments"; readonly sums: readonly SumsState[] };

/** Moments, and the samples that are in no moment yet. */
export interface SumsState {
  readonly count: number;
  readonly mean: Float64Array;
  readonly scatter: Float64Array;
  readonly centre: Float64Array;
  readonly cross: Float64Array;
  readonly energy: Float64Array;
  readonly x: Float32Array;
  readonly y: Float64Array;
}
