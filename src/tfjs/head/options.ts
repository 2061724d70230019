import {
  allPass,
  checkFlag,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkSeed,
  known,
} from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import type { Prior } from "../../init/head/head.ts";
import { checkBase, type Base } from "./features.ts";

export interface RidgeHeadOptions {
  /**
   * What makes the features of a sample: a model of tf.layers or a GraphModel, or a function from a batch of inputs to a
   * tensor of features, [samples, …], or to a promise of one. Default none: the inputs are the features. The base is
   * neither changed nor disposed.
   */
  base?: Base;
  /** Classes (default), or real numbers, one or many for each sample. */
  task?: "classification" | "regression";
  /**
   * λ in units of the squared features, > 0: W minimises Σ ‖y − ȳ − W (x − x̄)‖² + λ ‖W‖². Default "auto": by
   * cross-validation.
   */
  lambda?: number | "auto";
  /**
   * Probabilities of the classes before anything is known of a sample: all equal ("balanced", default), their shares of
   * the samples ("data"), or numbers in the order of `classes`, of which only the ratios count.
   */
  prior?: Prior;
  /** Bytes of features that may be kept, 4 for each number; default 2^26, 64 MiB. 0 keeps moments alone. */
  memory?: number;
  /**
   * Whether classes can be removed also beyond `memory`. Then moments are kept for each class, d² numbers each, and every
   * new sample is solved for anew. Default false.
   */
  removable?: boolean;
  /** Number of random features to use in place of the features, relu(x R) with a Gaussian matrix R; default none. */
  randomFeatures?: number;
  /** Integer from 0 to 2^53 − 1 for R; default 0. */
  seed?: number;
}

export type Checked = Required<Omit<RidgeHeadOptions, "base" | "randomFeatures">> &
  Pick<RidgeHeadOptions, "base" | "randomFeatures">;

const defaults = {
  task: "classification",
  lambda: "auto",
  prior: "balanced",
  memory: 2 ** 26,
  removable: false,
  seed: 0,
} as const;

/**
 * Checks options and fills in their defaults.
 *
 * @throws ArgumentError for an option that is unknown or cannot be used
 */
export function checked(options: RidgeHeadOptions): Checked {
  const names = Object.keys(defaults) as (keyof typeof defaults)[];
  const given = Object.entries(known(options, [...names, "base", "randomFeatures"]));
  const present = given.filter(([, value]) => value !== undefined);
  const all: Checked = { ...defaults, ...Object.fromEntries(present) };
  checkBase(all.base);
  checkOneOf("task", all.task, ["classification", "regression"]);
  if (all.lambda !== "auto") checkNumber("lambda", all.lambda, "positive");
  checkPrior(all.prior);
  if (all.memory !== Infinity) checkNumber("memory", all.memory, "non-negative");
  checkFlag("removable", all.removable);
  if (all.removable && all.task === "regression") {
    throw new ArgumentError("removable", "false for regression, which has no classes", "true");
  }
  if (all.randomFeatures !== undefined) checkInteger("randomFeatures", all.randomFeatures, 1);
  checkSeed(all.seed);
  return all;
}

function checkPrior(prior: unknown): void {
  if (!Array.isArray(prior)) {
    if (prior === "balanced" || prior === "data") return;
    throw new ArgumentError("prior", '"balanced", "data" or an array of numbers', show(prior));
  }
  const good = allPass(prior, (one) => Number.isFinite(one) && (one as number) >= 0);
  if (good && prior.some((one) => one > 0)) return;
  const actual = prior.length === 0 ? "none" : good ? "zeros alone" : show(prior);
  throw new ArgumentError("prior", "finite non-negative numbers, not all zero", actual);
}
