/** Options of `initializeFromData`, checked. */
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
 * A latent code of the user's own: from a batch of vectors x that enter a layer, one a row, and their label vectors y
 * (of all outputs side by side; undefined where there is not one a sample), the values that the units' pre-activations are to take, one row of `units` values for each row of x.
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

export interface DataOptions extends Partial<EncodeOptions> {
  /**
   * "sylvester" (default): weights solved for from the data. "orthogonal-lsuv": orthonormal weights, scaled until
   * pre-activations have variance 1 (Mishkin and Matas, "All you need is a good init", ICLR 2016); "lsuv": the
   * same scaling of the weights that the model has.
   */
  method?: (typeof methods)[number];
  /** Latent code of all layers but those that are solved for ys; default "pca". */
  code?: (typeof codes)[number] | CodeFunction;
  /**
   * Labels or targets as `fit` takes them, of the output's shape or class indices; for a model with several outputs an
   * array or an object by name. For batches of samples an array of these; in a Dataset they come with the samples.
   */
  ys?: Targets | readonly Targets[];
  /** Use at most this many samples, the first ones; default all. */
  samples?: number;
  /**
   * Bytes of activations that may be kept from layer to layer; default 2^28, 256 MiB. As long as what the samples are
   * at one point of the model fits, every layer is run once; samples beyond that are sent through the layers before again
   * and again. The weights do not depend on it.
   */
  memory?: number;
  /** Integer from 0 to 2^53 − 1 for what is drawn at random, which with the code "pca" is often nothing; default 0. */
  seed?: number;
  /** Names of the only layers to set; default all. */
  layers?: readonly string[];
  /** Names of layers to leave alone. */
  skip?: readonly string[];
  /** Scale the last layer of each of b branches that an Add adds up by 1/√b; default true. */
  branches?: boolean;
  /**
   * Solve off the main thread: `true` for a worker of our own, or a Web Worker or worker thread of yours that runs the
   * module "tfjs-initializers/worker" and meanwhile nothing else, where a bundler does not see to the file of ours
   * (esbuild and Rollup without a plugin) or the page's policy forbids it. Same bits; default false.
   */
  worker?: boolean | Worker | Thread;
  /** Called after every layer. */
  onProgress?: (done: number, total: number, layer: LayerReport) => void;
  /** Stops the run: the model gets its old weights back, and the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

export type Checked = Required<Omit<DataOptions, "ys" | "layers" | "onProgress" | "signal">> &
  Pick<DataOptions, "ys" | "layers" | "onProgress" | "signal">;

/** @throws ArgumentError for an option that cannot be used, unknown ones included */
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
