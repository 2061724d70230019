/** The training data of a growing model: tensors as `model.fit` takes them, or a Dataset as `model.fitDataset`. */
import { concat, dispose, gather, tensor1d, Tensor, tidy } from "@tensorflow/tfjs-core";
import type {
  History,
  LayersModel,
  ModelFitArgs,
  ModelFitDatasetArgs,
} from "@tensorflow/tfjs-layers";
import { allPass } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { normal } from "../../linalg/normal.ts";
import { walked, type Dataset } from "../data/source.ts";
import { engine } from "../layers/graph.ts";
import { part, type Tensors } from "./gradient.ts";
import { stepsOfDataset, stepsOfTensors, type Steps } from "./steps.ts";

/** The uses of training data. */
export interface Training {
  /** Trains a model without interruption. */
  fit(model: LayersModel, args: object): Promise<History>;
  /** Draws at most `samples` samples for a growth event. The caller disposes them. */
  draw(model: LayersModel, samples: number, seed: number | undefined): Promise<Batch>;
  /** The batches of epochs, and the validation behind an epoch, for a training that stops between batches. */
  steps(args: object): Steps;
}

export interface Batch {
  readonly xs: Tensors;
  readonly ys: Tensors;
}

/**
 * All tensors of a batch.
 *
 * @param instead alternatives to tensors, for the error message
 * @throws ArgumentError for values that are not tensors, or are disposed
 */
export function tensorsOf(xs: unknown, ys: unknown, instead = ""): Tensor[] {
  const both = [xs, ys].map((data): unknown[] => (Array.isArray(data) ? data : [data]));
  const alive = (one: unknown) => one instanceof Tensor && !one.isDisposed;
  if (both.every((list) => list.length > 0 && allPass(list, alive))) return both.flat() as Tensor[];
  const expected = `tensors or arrays of tensors, not disposed${instead}`;
  throw new ArgumentError("xs, ys", expected, `${described(xs)} and ${described(ys)}`);
}

/**
 * Training on tensors.
 *
 * @throws ArgumentError for values that are not tensors, or tensors with different numbers of samples
 */
export function onTensors(xs: Tensors, ys: Tensors): Training {
  const tensors = tensorsOf(xs, ys, "; or a Dataset with the arguments behind it");
  const counts = tensors.map((one) => one.shape[0]!);
  if (!counts.every((count) => count === counts[0])) {
    throw new ArgumentError("xs, ys", "the same number of samples in all", show(counts));
  }
  return {
    fit: (model, args) => model.fit(xs, ys, args as ModelFitArgs),
    steps: (args) => stepsOfTensors(xs, ys, counts[0]!, args as ModelFitArgs),
    draw: async (_, samples, seed) => {
      const rows = tensor1d(shuffled(counts[0]!, seed).slice(0, samples), "int32");
      const pick = (all: Tensors): Tensors =>
        Array.isArray(all) ? all.map((one) => gather(one, rows)) : gather(all, rows);
      try {
        return { xs: pick(xs), ys: pick(ys) };
      } finally {
        rows.dispose();
      }
    },
  };
}

const described = (data: unknown): string => {
  if (Array.isArray(data)) return `[${Array.from(data.slice(0, 8), described).join(", ")}]`;
  if (!(data instanceof Tensor)) return show(data);
  return data.isDisposed ? "a disposed tensor" : "a tensor";
};

/** The numbers 0 to count − 1 in a random order. */
function shuffled(count: number, seed: number | undefined): number[] {
  const keys = normal(1, count, { seed }).data;
  return Array.from(keys, (_, i) => i).sort((i, j) => keys[i]! - keys[j]! || i - j);
}

/** Training on a Dataset. Samples for an event are the first of a new iterator, in the dataset's own order. */
export function onDataset(dataset: Dataset): Training {
  return {
    fit: (model, args) => model.fitDataset(dataset as never, args as ModelFitDatasetArgs<unknown>),
    steps: (args) => stepsOfDataset(dataset, args as ModelFitDatasetArgs<unknown>),
    draw: async (model, samples) => {
      const next = await walked("dataset", dataset);
      const batches: Tensor[][] = [];
      try {
        for (let count = 0; count < samples; count += batches.at(-1)![0]!.shape[0]!) {
          const { done, value } = await next();
          if (done) break;
          batches.push(inOrder(engine(model), value));
        }
        if (batches.length === 0) throw new ArgumentError("dataset", "at least one batch", "none");
        const all = batches[0]!.map((_, i) =>
          tidy(() => {
            const whole = concat(
              batches.map((batch) => batch[i]!),
              0,
            );
            return part(whole, 0, Math.min(samples, whole.shape[0]!));
          }),
        );
        const inputs = model.inputs.length;
        return { xs: all.slice(0, inputs), ys: all.slice(inputs) };
      } finally {
        dispose(batches);
      }
    },
  };
}

/** The tensors of an element { xs, ys }, in the order of the model's inputs and outputs. */
function inOrder({ inputNames, outputNames }: LayersModel, element: unknown): Tensor[] {
  const { xs, ys } = (element ?? {}) as { xs?: unknown; ys?: unknown };
  const tensors = [listed(xs, inputNames), listed(ys, outputNames)].flat();
  const expected = inputNames.length + outputNames.length;
  const fit =
    tensors.length === expected && tensors.every((one) => one instanceof Tensor && one.rank > 0);
  if (fit) return tensors as Tensor[];
  const actual = described(element);
  dispose(element as Tensor);
  throw new ArgumentError(
    "dataset",
    `elements { xs, ys } of tensors for ${[...inputNames, ...outputNames].join(", ")}`,
    actual,
  );
}

/** Tensors given alone, in an array, or by name, as an array. */
function listed(data: unknown, names: readonly string[]): unknown[] {
  if (data instanceof Tensor || Array.isArray(data)) return [data].flat();
  return names.map((name) => (data as Record<string, unknown> | undefined)?.[name]);
}
