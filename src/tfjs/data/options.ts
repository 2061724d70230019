/** The options of `initializeFromData` and their checks. */
import {
  checkFlag,
  checkFunction,
  checkInteger,
  checkNames,
  checkNumber,
  checkOneOf,
  checkSeed,
  checkSignal,
  checkSingle,
  known,
} from "../../arguments.ts";
import type { EncodeOptions } from "../../init/data/encode.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { Targets } from "./labels.ts";
import type { LayerReport } from "./report.ts";
import type { Thread } from "./threads.ts";

/**
 * A latent code of the user's own: computes the values that the pre-activations of a layer's units should take.
 *
 * @param x a batch of vectors that enter the layer, one per row
 * @param y the label vectors of x, those of all outputs side by side; undefined if samples have no single label vector
 * @param units number of units of the layer
 * @param layer name of the layer
 * @returns one row of `units` values for each row of x
 */
export type CodeFunction = (
  x: Matrix<Float64Array>,
  y: Matrix<Float64Array> | undefined,
  units: number,
  layer: string,
) => Matrix;

const methods = ["sylvester", "lsuv", "orthogonal-lsuv"] as const;
const codes = ["pca", "labels", "random", "randomProjection"] as const;
const rescales = ["variance", "he", "none"] as const;

/** Options of `initializeFromData`. */
export interface DataOptions extends Partial<EncodeOptions> {
  /**
   * How weights are made; default "sylvester".
   *
   * - "sylvester": weights that solve an equation of the data.
   * - "orthogonal-lsuv": orthonormal weights, scaled until pre-activations have variance 1 (Mishkin and Matas, "All you
   *   need is a good init", ICLR 2016).
   * - "lsuv": the same scaling, applied to the weights that the model has.
   */
  method?: (typeof methods)[number];
  /** Latent code of all layers except those that are solved for `ys`; default "pca". */
  code?: (typeof codes)[number] | CodeFunction;
  /**
   * Labels or targets as `fit` takes them, either of the output's shape or class indices. For a model with several
   * outputs: an array, or an object by output name. For an array of batches: an array of any of these. In a Dataset the
   * labels come with the samples.
   */
  ys?: Targets | readonly Targets[];
  /** Largest number of samples to use, counted from the first one; default all. */
  samples?: number;
  /**
   * Bytes of activations that may be kept from layer to layer; default 2^28, 256 MiB. If the activations of all samples
   * at each point of the model fit, every layer is run once; samples that do not fit run through the preceding layers
   * again and again. The weights do not depend on this option.
   */
  memory?: number;
  /** Integer from 0 to 2^53 − 1 for all random draws (with the code "pca" there are often none); default 0. */
  seed?: number;
  /** Names of the only layers to set; default all. */
  layers?: readonly string[];
  /** Names of layers to leave alone. */
  skip?: readonly string[];
  /** Scale by 1/√b the last layer of each of b branches that an Add layer sums; default true. */
  branches?: boolean;
  /**
   * Where equations are solved; the resulting bits are the same. Default false.
   *
   * - false: on the calling thread.
   * - true: in a worker that this package starts.
   * - A Web Worker or worker thread of yours, which runs the module "tfjs-initializers/worker" and meanwhile nothing
   *   else. Use it where a bundler does not bundle the package's own worker (esbuild, and Rollup without a plugin), or
   *   where the page's policy forbids it.
   */
  worker?: boolean | Worker | Thread;
  /** Called after every layer, for each of its reports, with the number of layers done and that of all layers. */
  onProgress?: (done: number, total: number, layer: LayerReport) => void;
  /** Aborts the run: the model gets its old weights back, and the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

export type Checked = Required<Omit<DataOptions, "ys" | "layers" | "onProgress" | "signal">> &
  Pick<DataOptions, "ys" | "layers" | "onProgress" | "signal">;

/**
 * Checks options and fills in their defaults.
 *
 * @throws ArgumentError for an option that is unknown or cannot be used
 */
export function checked(options: DataOptions): Checked {
  const defaults = {
    method: "sylvester",
    code: "pca",
    alpha: 1,
    beta: 1,
    ridge: "auto",
    rescale: "variance",
    samples: Infinity,
    memory: 2 ** 28,
    seed: 0,
    skip: [],
    branches: true,
    worker: false,
  } as const;
  const rest = ["ys", "layers", "onProgress", "signal"] as const;
  const names = Object.keys(defaults) as (keyof typeof defaults)[];
  const given = Object.entries(known(options, [...names, ...rest]));
  const present = given.filter(([, value]) => value !== undefined);
  const all: Checked = { ...defaults, ...Object.fromEntries(present) };
  checkOneOf("method", all.method, methods);
  if (typeof all.code !== "function") checkOneOf("code", all.code, codes);
  checkOneOf("rescale", all.rescale, rescales);
  checkNames("layers", all.layers);
  checkNames("skip", all.skip);
  checkSingle("alpha", all.alpha, "positive");
  checkSingle("beta", all.beta, "non-negative");
  if (all.ridge !== "auto") checkSingle("ridge", all.ridge, "non-negative");
  if (all.samples !== Infinity) checkInteger("samples", all.samples, 1);
  if (all.memory !== Infinity) checkNumber("memory", all.memory, "non-negative");
  checkSeed(all.seed);
  checkFlag("branches", all.branches);
  checkWorker(all.worker);
  checkFunction("onProgress", all.onProgress);
  checkSignal("signal", all.signal);
  return all;
}

function checkWorker(worker: unknown): void {
  if (typeof (worker as Partial<Worker> | null)?.postMessage !== "function") {
    checkFlag("worker", worker);
  }
}
