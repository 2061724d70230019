/** The course of a training that is interrupted by events: in whole epochs, or in steps. */
import type { LayersModel, ModelFitArgs, ModelFitDatasetArgs } from "@tensorflow/tfjs-layers";
import { engine } from "../layers/graph.ts";
import type { Batches } from "./steps.ts";
import type { Training } from "./training.ts";

type FitArgs = ModelFitArgs | ModelFitDatasetArgs<unknown>;

/** A training in pieces, which appears as one. */
export interface Course {
  /** The epochs so far, as in the History of `model.fit`, and the means of loss and metrics in each. */
  readonly epoch: number[];
  readonly history: Record<string, number[]>;
  /** Trains up to an epoch or a step. Returns whether training goes on, or has reached its end or been stopped. */
  until(model: LayersModel, time: number): Promise<boolean>;
  /** Where the training is. */
  place(): { epoch: number; step?: number };
  /** Tells callbacks that the training is over. */
  end(): Promise<void>;
  /** Lets go of what is left of data. */
  close(): void;
}

/** A training by `model.fit` or `model.fitDataset`, some epochs at a time. */
export function inEpochs(training: Training, args: FitArgs): Course {
  const { epochs = 1, initialEpoch = 0 } = args;
  const callbacks = throughout(args.callbacks, ["onTrainEnd"]);
  const epoch: number[] = [];
  const history: Record<string, number[]> = {};
  let done = initialEpoch;
  return {
    epoch,
    history,
    async until(model, time) {
      const next = Math.min(time, epochs);
      if (next > done) {
        const piece = { ...args, epochs: next, initialEpoch: done, callbacks: callbacks.piece };
        const found = await training.fit(model, piece);
        epoch.push(...found.epoch);
        record(history, found.history as Record<string, number[]>);
      }
      done = next;
      return !engine(model).stopTraining;
    },
    place: () => ({ epoch: done }),
    end: () => callbacks.tell("onTrainEnd", {}),
    close: () => {},
  };
}

const record = (
  history: Record<string, number[]>,
  found: Readonly<Record<string, readonly number[]>>,
) => {
  for (const [key, values] of Object.entries(found)) (history[key] ??= []).push(...values);
};

/** A training by `model.fitDataset`, some batches at a time. Epochs begin and end by their batches. */
export function inSteps(training: Training, args: FitArgs): Course {
  const { epochs = 1, initialEpoch = 0 } = args;
  const { batchesPerEpoch = Infinity } = args as ModelFitDatasetArgs<unknown>;
  const source = training.steps(args);
  const epoch: number[] = [];
  const history: Record<string, number[]> = {};
  let [at, steps, inside] = [initialEpoch, 0, 0];
  let begun = false;
  let batches: Batches | undefined;
  /** Sums of loss and metrics over the samples of the epoch. */
  let sums: Record<string, number> = {};
  let samples = 0;
  const own = ["onTrainBegin", "onTrainEnd", "onEpochBegin", "onEpochEnd"];
  const callbacks = throughout(args.callbacks, own, () => inside);

  const train = async (model: LayersModel, count: number) => {
    const piece = batches!.part(count);
    const { validationData, validationSplit, batchSize, shuffle, batchesPerEpoch, ...rest } =
      args as ModelFitArgs & ModelFitDatasetArgs<unknown>;
    const found = await model.fitDataset(piece.dataset as never, {
      ...rest,
      epochs: at + 1,
      initialEpoch: at,
      callbacks: callbacks.piece,
    });
    const seen = piece.seen();
    for (const [key, values] of Object.entries(found.history)) {
      sums[key] = (sums[key] ?? 0) + (values.at(-1) as number) * seen.samples;
    }
    samples += seen.samples;
    steps += seen.batches;
    inside += seen.batches;
  };

  const finish = async (model: LayersModel) => {
    const logs = Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, sum / samples]));
    Object.assign(logs, await source.validate(model));
    epoch.push(at);
    record(history, Object.fromEntries(Object.entries(logs).map(([key, value]) => [key, [value]])));
    await callbacks.tell("onEpochEnd", at, logs);
    [at, inside, sums, samples] = [at + 1, 0, {}, 0];
  };

  return {
    epoch,
    history,
    async until(model, time) {
      await callbacks.tell("setModel", model);
      if (!begun) await callbacks.tell("onTrainBegin", {});
      begun = true;
      while (at < epochs && steps < time) {
        if (inside === 0) {
          // With a number of batches for each epoch, a Dataset goes on from one epoch to the next.
          if (batches === undefined || batchesPerEpoch === Infinity) batches = await source.open();
          await callbacks.tell("onEpochBegin", at, {});
        }
        await train(model, Math.min(time - steps, batchesPerEpoch - inside));
        const stopped = engine(model).stopTraining;
        const over = inside >= batchesPerEpoch || (await batches!.over());
        if (over || stopped) await finish(model);
        if (stopped || engine(model).stopTraining) return false;
        if (over && batchesPerEpoch < Infinity && (await batches!.over())) batches = undefined;
      }
      return at < epochs;
    },
    place: () => ({ epoch: at, step: steps }),
    end: () => callbacks.tell("onTrainEnd", {}),
    close: () => batches?.close(),
  };
}

/**
 * Wraps callbacks so that all pieces appear to them as one training.
 *
 * @param muted the calls by tf.layers that do not reach the callbacks
 * @param offset added to the numbers of batches
 */
function throughout(
  given: ModelFitArgs["callbacks"],
  muted: readonly string[],
  offset: () => number = () => 0,
) {
  type Callback = Record<string, unknown>;
  const originals = (given === undefined ? [] : [given].flat()) as unknown as Callback[];
  const begun = new Set<Callback>();
  const proxies = originals.map(
    (callback) =>
      new Proxy(callback, {
        get(target, key: string) {
          if (muted.includes(key)) return async () => {};
          if (key === "onTrainBegin") {
            if (begun.has(target)) return async () => {};
            begun.add(target);
          }
          const value = Reflect.get(target, key);
          if (typeof value !== "function") return value;
          if (key === "onBatchBegin" || key === "onBatchEnd") {
            return (batch: number, logs: object) =>
              value.call(target, batch + offset(), logs) as unknown;
          }
          // Methods are bound, because on the proxy they could not reach private fields.
          return value.bind(target) as unknown;
        },
      }),
  );
  return {
    piece: proxies as ModelFitArgs["callbacks"],
    async tell(name: string, ...args: unknown[]) {
      for (const callback of originals) {
        const method = callback[name];
        if (typeof method === "function") await method.apply(callback, args);
      }
    },
  };
}
