/**
 * Turns the user's samples (one tensor, an array of batches, or a tf.data Dataset) into batches of tensors. The batches
 * can be walked several times.
 */
import { Tensor, dispose, slice, tensor, type TypedArray } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { allPass } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { described, targetsOf, type Targets } from "./labels.ts";
import { unless } from "./unless.ts";

/** The used members of tf.data's Dataset. */
export interface Dataset {
  iterator(): Promise<{ next(): Promise<{ done?: boolean; value: unknown }> }>;
}

/**
 * Samples for a model.
 *
 * - With one input: a tensor (first axis: samples), an array of batches, or a Dataset of batches.
 * - With several inputs: an array of tensors, one for each input, or a Dataset.
 *
 * The elements of a Dataset are xs or { xs, ys }, as `predict` and `fitDataset` take them.
 */
export type Samples = Tensor | readonly Tensor[] | Dataset;

/** One batch: a tensor for each input of the model, and a tensor for each output that has labels. */
export interface Batch {
  readonly inputs: readonly Tensor[];
  readonly labels: readonly (Tensor | undefined)[];
}

/** A model's inputs and the names of its outputs. */
type Ends = Pick<LayersModel, "inputs" | "inputNames" | "outputNames">;

/** Number of samples in a batch that is cut from one tensor of all samples. */
const BATCH = 256;

/**
 * Returns a function that walks all batches, once per call. A batch lives until the next one is requested.
 *
 * @param samples at most this many samples will be used
 * @param signal ends the wait for a Dataset's next batch
 * @throws ArgumentError if xs and ys do not fit each other or the model
 */
export function source(
  model: Ends,
  xs: Samples,
  ys: Targets | readonly Targets[] | undefined,
  samples: number,
  signal: AbortSignal | undefined,
): () => AsyncGenerator<Batch> {
  if (isDataset(xs)) {
    if (ys !== undefined) {
      throw new ArgumentError("ys", "labels in the Dataset, as { xs, ys }", "ys beside it");
    }
    return () => fromDataset(model, xs, signal);
  }
  const batched = Array.isArray(xs) && model.inputNames.length === 1;
  const whole = batched ? pairs(model, xs as readonly Tensor[], ys) : [batch(model, xs, ys)];
  return batched ? () => fromBatches(whole) : fromWhole(whole[0]!, samples);
}

/** Cuts tensors of all samples into batches. */
function fromWhole(whole: Batch, samples: number): () => AsyncGenerator<Batch> {
  const tensors = [...whole.inputs, ...whole.labels.filter((one) => one !== undefined)];
  const count = Math.min(tensors[0]!.shape[0]!, samples);
  let cutters: Promise<Cutter[]> | undefined;
  return async function* () {
    const cuts = await (cutters ??= Promise.all(tensors.map((x) => cutter(x, count))));
    for (let first = 0; first < count; first += BATCH) {
      const parts: Tensor[] = [];
      try {
        for (const cut of cuts) parts.push(cut(first, Math.min(BATCH, count - first)));
        let at = whole.inputs.length;
        const labels = whole.labels.map((one) => one && parts[at++]);
        yield { inputs: parts.slice(0, whole.inputs.length), labels };
      } finally {
        dispose(parts);
      }
    }
  };
}

type Cutter = (first: number, size: number) => Tensor;

/**
 * Returns a function that cuts pieces from the first `count` samples of a tensor. The tensor is read only once, because
 * on the wasm backend every tf.slice copies the whole tensor.
 */
async function cutter(x: Tensor, count: number): Promise<Cutter> {
  if (x.dtype === "string") return (first, size) => slice(x, first, size);
  const part = slice(x, 0, count);
  const values = (await part.data().finally(() => dispose(part))) as TypedArray;
  const each = values.length / count;
  return (first, size) => {
    const own = values.subarray(first * each, (first + size) * each);
    return tensor(own, [size, ...x.shape.slice(1)], x.dtype);
  };
}

async function* fromBatches(batches: readonly Batch[]): AsyncGenerator<Batch> {
  for (const { inputs, labels } of batches) {
    inputs.forEach((x) => checkAlive("xs", x));
    labels.forEach((one) => one && checkAlive("ys", one));
    yield { inputs, labels };
  }
}

async function* fromDataset(
  model: Ends,
  xs: Dataset,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch> {
  const next = await walked("xs", xs, signal);
  for (;;) {
    const { done, value } = await next();
    if (done) return;
    try {
      const { xs: inputs, ys: labels } = isLabelled(value) ? value : { xs: value, ys: undefined };
      yield batch(model, inputs, labels);
    } finally {
      dispose(value as Tensor);
    }
  }
}

/**
 * Begins to walk a Dataset. Returns the function that gives the next element, whose wait the signal ends.
 *
 * @throws ArgumentError, named after the argument, for an iterator that is none
 */
export async function walked(name: string, xs: Dataset, signal?: AbortSignal) {
  const expected = "a Dataset, whose iterator's next gives { done, value }";
  const iterator = await unless(signal, Promise.resolve(xs.iterator()));
  if (typeof (iterator?.next as unknown) !== "function") {
    throw new ArgumentError(name, expected, show(iterator));
  }
  return async () => {
    const pending = Promise.resolve(iterator.next());
    const found = await unless(signal, pending).catch((error: unknown) => {
      // After an abort nobody else disposes a batch that still arrives.
      pending.then((late) => dispose(late.value as Tensor)).catch(() => {});
      throw error;
    });
    if (typeof found === "object" && found !== null) return found;
    throw new ArgumentError(name, expected, show(found));
  };
}

/** The batches of a model with one input, with their labels. */
function pairs(
  model: Ends,
  xs: readonly Tensor[],
  ys: Targets | readonly Targets[] | undefined,
): Batch[] {
  if (xs.length === 0) throw new ArgumentError("xs", "at least one batch", "none");
  if (ys !== undefined && (!Array.isArray(ys) || ys.length !== xs.length)) {
    throw new ArgumentError("ys", `an array of ${xs.length} batches, as xs`, described(ys));
  }
  // Array.from visits the holes of sparse arrays, which map skips.
  return Array.from(xs, (x, i) => batch(model, x, (ys as readonly Targets[] | undefined)?.[i]));
}

/** Checks one batch: one tensor for each input, in an array, by name or alone, all with equally many samples. */
function batch(model: Ends, xs: unknown, ys: unknown): Batch {
  const { inputNames: names, outputNames } = model;
  const inputs: readonly unknown[] = Array.isArray(xs)
    ? xs
    : xs instanceof Tensor
      ? [xs]
      : names.map((name) => (xs as Record<string, unknown> | null)?.[name]);
  const tensors = allPass(inputs, (x) => x instanceof Tensor && x.rank > 0);
  if (!tensors || inputs.length !== names.length) {
    const wanted = names.length === 1 ? "a tensor" : `tensors for ${names.join(", ")}`;
    throw new ArgumentError("xs", wanted, described(xs));
  }
  const all = inputs as Tensor[];
  all.forEach((x, i) => checkInput(names[i]!, model.inputs[i]!.shape, x));
  const count = all[0]!.shape[0]!;
  const other = all.find((x) => x.shape[0] !== count);
  if (other) throw new ArgumentError("xs", `${count} samples in every input`, `${other.shape[0]}`);
  const labels = targetsOf(outputNames, ys, count);
  labels.forEach((one) => one && checkAlive("ys", one));
  return { inputs: all, labels };
}

function checkInput(name: string, shape: readonly (number | null)[], x: Tensor): void {
  checkAlive("xs", x);
  const fits = (size: number | null, axis: number) => axis === 0 || [null, x.shape[axis]].includes(size); // prettier-ignore
  if (x.rank !== shape.length || !shape.every(fits)) {
    const wanted = shape.map((size, axis) => (axis === 0 ? "samples" : (size ?? "any")));
    throw new ArgumentError("xs", `shape [${wanted.join(", ")}] for ${name}`, show(x.shape));
  }
}

function checkAlive(name: string, { isDisposed }: Tensor): void {
  if (isDisposed) throw new ArgumentError(name, "tensors that are not disposed", "one that is");
}

export function isDataset(xs: unknown): xs is Dataset {
  return typeof (xs as Dataset | null)?.iterator === "function";
}

function isLabelled(value: unknown): value is { xs: unknown; ys: unknown } {
  return typeof value === "object" && value !== null && "xs" in value && "ys" in value;
}
