/** Inputs of a head as features: tensors, pixels, arrays of these and Datasets, through the base. */
import {
  browser,
  cast,
  dispose,
  engine,
  expandDims,
  slice,
  Tensor,
  tidy,
  type DataType,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { allFinite, float32 } from "../../arrays.ts";
import { ArgumentError, show } from "../../errors.ts";
import { described } from "../data/labels.ts";
import { resting } from "../data/resting.ts";
import { isDataset, walked, type Dataset } from "../data/source.ts";

/** A model with `predict`, of which a GraphModel is one. */
export interface Predicting {
  readonly inputs?: readonly {
    readonly shape?: readonly (number | null)[] | null;
    readonly dtype?: DataType;
  }[];
  predict(x: Tensor): unknown;
}

/** What makes features of inputs. */
export type Base = LayersModel | Predicting | ((x: Tensor) => Tensor | Promise<Tensor>);

/** What tf.browser.fromPixels takes. */
export type Pixels = Parameters<typeof browser.fromPixels>[0];

/** Samples for a head. */
export type Inputs = Tensor | Pixels | readonly (Tensor | Pixels)[] | Dataset;

/** Features of some samples, a row each. */
export interface Features {
  readonly x: Float32Array;
  readonly count: number;
  readonly size: number;
}

/** How samples are run through the base. */
export interface RunOptions {
  /** Called after every tensor, picture or batch of a Dataset, with the number of samples so far. */
  onProgress?: (done: number) => void;
  /** Aborts the call: the head is as before, and the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

type Rest = () => Promise<void>;

/** Samples that run through the base together: so many images of 224 x 224 take 20 MB. */
const TOGETHER = 32;

export function checkBase(base: unknown): void {
  const predicts = typeof (base as Partial<Predicting> | null | undefined)?.predict === "function";
  if (base === undefined || typeof base === "function" || predicts) return;
  throw new ArgumentError("base", "a model or a function from a batch to features", show(base));
}

/**
 * Yields the features of one tensor or picture after the other, with the labels that belong to them.
 *
 * @param labels undefined: the elements of a Dataset must be samples alone, or its labels are not wanted
 */
export async function* features(
  base: Base | undefined,
  inputs: Inputs,
  labels?: unknown,
  { onProgress, signal }: RunOptions = {},
): AsyncGenerator<Features & { labels: unknown }> {
  const rest = resting(signal);
  let total = 0;
  const passed = ({ count }: Features) => onProgress?.((total += count));
  if (isDataset(inputs)) {
    if (labels !== undefined) {
      throw new ArgumentError("labels", "labels in the Dataset, as { xs, ys }", "labels beside it");
    }
    const next = await walked("inputs", inputs, signal);
    for (;;) {
      await rest();
      const { done, value } = await next();
      if (done) break;
      try {
        const pair = isPair(value) ? value : { xs: value, ys: undefined };
        const found = await one(base, pair.xs, rest);
        yield { ...found, labels: pair.ys };
        passed(found);
      } finally {
        dispose(value as Tensor);
      }
    }
  } else if (Array.isArray(inputs)) {
    if (inputs.length === 0) throw new ArgumentError("inputs", "at least one sample", "none");
    const own = Array.isArray(labels) && labels.length === inputs.length;
    if (labels !== undefined && !own && typeof labels === "object") {
      throw new ArgumentError("labels", `labels for ${inputs.length} inputs, in an array`, described(labels)); // prettier-ignore
    }
    for (let i = 0; i < inputs.length; i++) {
      await rest();
      const found = await one(base, inputs[i], rest);
      yield { ...found, labels: own ? (labels as unknown[])[i] : labels };
      passed(found);
    }
  } else {
    const found = await one(base, inputs, rest);
    yield { ...found, labels };
    passed(found);
  }
  signal?.throwIfAborted();
}

/** The features of one tensor or picture. */
async function one(base: Base | undefined, input: unknown, rest: Rest): Promise<Features> {
  const x = input instanceof Tensor ? input : pixels(input);
  try {
    if (x.isDisposed) throw new ArgumentError("inputs", "tensors that are not disposed", "one that is"); // prettier-ignore
    if (x.dtype === "string" || x.dtype === "complex64") {
      throw new ArgumentError("inputs", "numbers", `${x.dtype}s`);
    }
    return base === undefined ? await flat(x) : await through(base, x, input !== x, rest);
  } finally {
    if (x !== input) x.dispose();
  }
}

function pixels(input: unknown): Tensor {
  const { width, height } = (input ?? {}) as { width?: unknown; height?: unknown };
  if (typeof width !== "number" || typeof height !== "number") {
    throw new ArgumentError("inputs", "a tensor, pixels, an array of them, or a Dataset", described(input)); // prettier-ignore
  }
  try {
    return browser.fromPixels(input as Pixels);
  } catch (error) {
    const actual = `${show(input)}, and: ${(error as Error).message}`;
    throw new ArgumentError("inputs", "pixels that tf.browser.fromPixels reads", actual.slice(0, 300)); // prettier-ignore
  }
}

/** The numbers of a tensor as features: a vector is one sample. */
async function flat(x: Tensor, count = x.rank === 1 ? 1 : x.shape[0]): Promise<Features> {
  if (!count || x.size === 0) {
    throw new ArgumentError("inputs", "features of at least one sample", described(x));
  }
  const values = await x.data();
  const data = values instanceof Float32Array ? values : float32(values as ArrayLike<number>);
  if (!allFinite(data)) {
    throw new ArgumentError("inputs", "finite features", "a NaN or an infinity");
  }
  return { x: data, count, size: x.size / count };
}

/** Runs a batch, or a single sample, through the base. */
async function through(base: Base, x: Tensor, single: boolean, rest: Rest): Promise<Features> {
  const wanted = typeof base === "function" ? undefined : base.inputs?.[0]?.shape;
  const alone = single || (wanted ? x.rank === wanted.length - 1 : false);
  const dtype = typeof base === "function" ? undefined : base.inputs?.[0]?.dtype;
  // Pixels are integers, and a GraphModel takes its own type alone.
  const batch = tidy(() => {
    const rows = alone ? expandDims(x, 0) : x;
    return dtype && dtype !== x.dtype ? cast(rows, dtype) : rows;
  });
  try {
    if (batch.rank === 0 || batch.size === 0) throw new ArgumentError("inputs", "at least one sample", described(x)); // prettier-ignore
    if (wanted && !fits(batch.shape, wanted)) {
      const shape = wanted.map((size, axis) => (axis === 0 ? "samples" : (size ?? "any")));
      throw new ArgumentError("inputs", `shape [${shape.join(", ")}] for the base`, show(x.shape));
    }
    const count = batch.shape[0]!;
    const parts: Features[] = [];
    for (let first = 0; first < count; first += TOGETHER) {
      await rest();
      const size = Math.min(TOGETHER, count - first);
      parts.push(await applied(base, batch, first, size));
    }
    const { size } = parts[0]!;
    const x32 = float32(count * size);
    parts.forEach((part, i) => x32.set(part.x, i * TOGETHER * size));
    return { x: x32, count, size };
  } finally {
    if (batch !== x) batch.dispose();
  }
}

function fits(shape: readonly number[], wanted: readonly (number | null)[]): boolean {
  const same = (size: number | null, axis: number) =>
    axis === 0 || size === null || size === -1 || size === shape[axis];
  return shape.length === wanted.length && wanted.every(same);
}

async function applied(base: Base, batch: Tensor, first: number, size: number): Promise<Features> {
  const part = size < batch.shape[0]! ? slice(batch, first, size) : batch;
  let out: unknown;
  try {
    out = await run(base, part);
    if (!(out instanceof Tensor) || out.isDisposed || out.rank === 0 || out.shape[0] !== size) {
      throw new ArgumentError("base", `one that makes a tensor of ${size} samples`, described(out));
    }
    return await flat(out, size);
  } finally {
    dispose([out === batch || out === part ? [] : out, part === batch ? [] : part] as Tensor[]);
  }
}

/** Runs the base, and disposes what it makes on the way to its result. */
function run(base: Base, x: Tensor): unknown {
  if (typeof base !== "function") return tidy(() => base.predict(x) as Tensor);
  let later: unknown;
  const out = tidy(() => {
    const made = base(x) as Tensor;
    if (typeof (made as unknown as Promise<Tensor>)?.then !== "function") return made;
    // The tensors of a function that is not done yet are its own.
    engine().state.activeScope.track = [];
    later = made;
    return [];
  });
  return later ?? out;
}

function isPair(value: unknown): value is { xs: unknown; ys: unknown } {
  return typeof value === "object" && value !== null && "xs" in value && "ys" in value;
}
