/** What heads say of samples, and how good that is. */
import { log } from "../../elementary.ts";
import type { Label } from "./labels.ts";

/** What a classifying head says of a sample. */
export interface Prediction {
  /** The most probable class. */
  readonly label: Label;
  readonly probability: number;
  /** The probabilities of all classes, in the order of `classes`. */
  readonly probabilities: readonly number[];
}

/** How well a classifying head does on samples. */
export interface Accuracies {
  readonly count: number;
  readonly accuracy: number;
  /** Mean of the accuracies on the single classes. */
  readonly balancedAccuracy: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}

/** How well a head of regression does on samples. */
export interface Errors {
  readonly count: number;
  /** Mean squared error, over all targets. */
  readonly meanSquaredError: number;
  /** 1 − Σ (y − ŷ)² / Σ (y − ȳ)², mean over the targets; NaN for a single sample. */
  readonly r2: number;
}

/** Whatever a head of the task in the options gives for a sample, and for many. */
export interface Classifying {
  readonly one: Prediction;
  readonly all: Accuracies;
}
export interface Regressing {
  readonly one: number[];
  readonly all: Errors;
}

export function prediction(probabilities: number[], classes: readonly Label[]): Prediction {
  const at = largest(probabilities);
  return { label: classes[at]!, probability: probabilities[at]!, probabilities };
}

const largest = (row: readonly number[]) =>
  row.reduce((best, value, at) => (value > row[best]! ? at : best), 0);

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function accuracies(found: readonly number[][], wanted: readonly number[][]): Accuracies {
  const right = found.map((row, i) => Number(largest(row) === wanted[i]![0]));
  const classes = new Set(wanted.map(([label]) => label));
  const single = [...classes].map((c) => mean(right.filter((_, i) => wanted[i]![0] === c)));
  const losses = found.map((row, i) => -log(Math.max(row[wanted[i]![0]!]!, LEAST)));
  return { count: found.length, accuracy: mean(right), balancedAccuracy: mean(single), loss: mean(losses) }; // prettier-ignore
}

/** The least probability whose logarithm counts: the smallest normal number. */
const LEAST = 2 ** -1022;

export function errors(found: readonly number[][], wanted: readonly number[][]): Errors {
  const columns = wanted[0]!.map((_, j) => j);
  const squares = columns.map((j) => mean(found.map((row, i) => (row[j]! - wanted[i]![j]!) ** 2)));
  const centre = columns.map((j) => mean(wanted.map((row) => row[j]!)));
  const variances = columns.map((j) => mean(wanted.map((row) => (row[j]! - centre[j]!) ** 2)));
  const r2 = mean(columns.map((j) => 1 - squares[j]! / variances[j]!));
  return { count: found.length, meanSquaredError: mean(squares), r2 };
}
