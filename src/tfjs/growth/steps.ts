/** Training data as batches that can be handed out in parts, for trainings that stop in the middle of an epoch. */
import { dispose, gather, tensor1d, util, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, ModelFitArgs, ModelFitDatasetArgs } from "@tensorflow/tfjs-layers";
import { checkInteger } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { isDataset, walked, type Dataset } from "../data/source.ts";
import { engine } from "../layers/graph.ts";
import { part, type Tensors } from "./gradient.ts";

interface Element {
  readonly xs: unknown;
  readonly ys: unknown;
}

/** The batches of an epoch, or of a Dataset that is read from epoch to epoch. */
export interface Batches {
  /** The next batches, at most `count`, as a Dataset; and the numbers of batches and samples that were read of it. */
  part(count: number): { dataset: Dataset; seen(): { batches: number; samples: number } };
  /** Whether no batch is left. */
  over(): Promise<boolean>;
  /** Disposes a batch that was looked at but not handed out. */
  close(): void;
}

export interface Steps {
  open(): Promise<Batches>;
  /** Loss and metrics on the validation data, as `val_loss` and so on; empty without such data. */
  validate(model: LayersModel): Promise<Record<string, number>>;
}

/** Batches that `next` makes, until it returns undefined. */
function batchesOf(next: () => Promise<Element | undefined>): Batches {
  let ahead: Promise<Element | undefined> | undefined;
  const look = () => (ahead ??= next());
  return {
    part(count) {
      const seen = { batches: 0, samples: 0 };
      const step = async () => {
        const value = seen.batches < count ? await look() : undefined;
        if (value === undefined) return { done: true, value: null };
        ahead = undefined;
        seen.batches++;
        seen.samples += samplesOf(value.xs);
        return { done: false, value };
      };
      return { dataset: { iterator: async () => ({ next: step }) } as Dataset, seen: () => seen };
    },
    over: async () => (await look()) === undefined,
    close: () => void ahead?.then((value) => dispose(value as never)).catch(() => {}),
  };
}

/** The number of samples in tensors alone, in an array, or by name. */
function samplesOf(xs: unknown): number {
  const { shape } = xs as Tensor;
  return shape ? shape[0]! : samplesOf(Object.values(xs as Record<string, Tensor>)[0]);
}

const list = (all: Tensors) => (Array.isArray(all) ? all : [all]);

export function stepsOfTensors(xs: Tensors, ys: Tensors, count: number, args: ModelFitArgs): Steps {
  const { batchSize = 32, shuffle = true, validationSplit = 0, validationData } = args;
  // Model.fit, which would check them, gets batches that are made of them.
  checkInteger("batchSize", batchSize, 1);
  const own = Math.floor(count * (1 - validationSplit));
  if (!(Number.isFinite(validationSplit) && validationSplit >= 0 && own > 0)) {
    throw new ArgumentError("validationSplit", "a fraction that leaves samples to train on", show(validationSplit)); // prettier-ignore
  }
  return {
    async open() {
      const order = util.createShuffledIndices(own);
      let at = 0;
      return batchesOf(async () => {
        if (at >= own) return undefined;
        const size = Math.min(batchSize, own - at);
        const rows = tensor1d(
          Array.from({ length: size }, (_, i) => (shuffle ? order[at + i]! : at + i)),
          "int32",
        );
        at += size;
        const [x, y] = [xs, ys].map((all) => list(all).map((one) => gather(one, rows)));
        rows.dispose();
        return { xs: x, ys: y };
      });
    },
    async validate(model) {
      const [x, y] = (validationData ?? []) as [Tensors?, Tensors?];
      if (x && y) return evaluated(model, x, y, batchSize);
      if (validationSplit === 0) return {};
      const [a, b] = [xs, ys].map((all) => list(all).map((one) => part(one, own, count - own)));
      try {
        return await evaluated(model, a!, b!, batchSize);
      } finally {
        dispose([a!, b!]);
      }
    },
  };
}

export function stepsOfDataset(dataset: Dataset, args: ModelFitDatasetArgs<unknown>): Steps {
  const { validationData, validationBatches: batches, validationBatchSize = 32 } = args;
  checkInteger("batchesPerEpoch", args.batchesPerEpoch ?? 1, 1);
  return {
    async open() {
      const next = await walked("dataset", dataset);
      return batchesOf(async () => {
        const { done, value } = await next();
        return done ? undefined : (value as Element);
      });
    },
    async validate(model) {
      if (!validationData) return {};
      if (!isDataset(validationData)) {
        const given = validationData as unknown as
          [Tensors, Tensors] | { xs: Tensors; ys: Tensors };
        const [x, y] = Array.isArray(given) ? given : [given.xs, given.ys];
        return evaluated(model, x, y, validationBatchSize);
      }
      return named(
        model,
        await model.evaluateDataset(validationData as never, { batches } as never),
      );
    },
  };
}

const evaluated = (model: LayersModel, xs: Tensors, ys: Tensors, batchSize: number) =>
  named(model, model.evaluate(xs, ys, { batchSize, verbose: 0 }));

/** The numbers of an evaluation by the names of metrics. */
function named(model: LayersModel, found: Tensors): Record<string, number> {
  const values = list(found);
  const numbers = values.map((value) => value.dataSync()[0]!);
  dispose(values);
  return Object.fromEntries(
    numbers.map((value, i) => [`val_${engine(model).metricsNames[i]!}`, value]),
  );
}
