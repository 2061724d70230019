import { dispose } from "@tensorflow/tfjs-core";
import type { LayersModel, ModelFitArgs, ModelFitDatasetArgs } from "@tensorflow/tfjs-layers";
import {
  checkFunction,
  checkInteger,
  checkNumber,
  checkObject,
  checkOneOf,
} from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import type { Dataset } from "../data/source.ts";
import { seedsOf } from "../../init/draws.ts";
import { engine } from "../layers/graph.ts";
import { outside } from "../outside.ts";
import { grow, planned, type GrowOptions, type LayerGrowth } from "./grow.ts";
import type { Tensors } from "./gradient.ts";
import { discard } from "./rebuild.ts";
import { isDataset, onDataset, onTensors, type Training } from "./training.ts";

/** Which layers grow when and by how much, with the options of `grow` for all events. */
export interface Schedule extends Omit<GrowOptions, "layer" | "units" | "xs" | "ys" | "optimizer"> {
  layers: string | readonly string[];
  /** Epochs from one event to the next, ≥ 1. */
  every: number;
  /** Epochs before the first event, ≥ 0; default `every`. */
  from?: number;
  /** Number of events; default: as many as come before the last epoch. */
  events?: number;
  /** New units of a layer in an event, as a fraction of the layer's width at the start; at least 1 unit. */
  fraction?: number;
  /** Number of new units of a layer in an event, instead of `fraction`. */
  units?: number;
  /** Whether every event grows all layers (default) or one layer after the other. */
  order?: "all" | "round robin";
  /**
   * Number of samples for an event, drawn anew for each; default 128, as in Evci et al. 2022. From a Dataset they are
   * the first ones of a new iterator, so the Dataset should shuffle.
   */
  samples?: number;
}

/** The growth before an epoch. */
export interface GrowthEvent {
  readonly epoch: number;
  readonly report: readonly LayerGrowth[];
}

interface Growing {
  schedule: Schedule;
  /** Called after every event, with the model that is trained from then on. */
  onGrow?: (event: GrowthEvent, model: LayersModel) => void | Promise<void>;
}

export interface FitGrowingArgs extends ModelFitArgs, Growing {}

export interface FitGrowingDatasetArgs extends ModelFitDatasetArgs<unknown>, Growing {}

/** The result of `fitGrowing`. */
export interface GrownFit {
  readonly model: LayersModel;
  /** The epochs of the whole training, as in the History that `model.fit` returns. */
  readonly epoch: number[];
  readonly history: Record<string, number[]>;
  readonly events: GrowthEvent[];
}

/** Thrown by `fitGrowing` when an error, its `cause`, stops the training. `fit` has the results up to then. */
export class TrainingError extends Error {
  override readonly name = "TrainingError";

  constructor(
    cause: unknown,
    /** The last model, which is yours to continue with or to dispose, the history of all completed fits, the events. */
    readonly fit: GrownFit,
  ) {
    const message = cause instanceof Error ? cause.message : show(cause);
    super(`after ${fit.epoch.length} epochs: ${message}`, { cause });
  }
}

/**
 * Trains a model that grows in the course of the training, by a schedule. The training runs `model.fit`, or with a
 * Dataset `model.fitDataset`, in pieces with `grow` between them, because fit cannot exchange the model that it trains.
 * Every piece starts the Dataset from its beginning.
 *
 * All arguments of fit keep their meaning. Callbacks see one training: onTrainBegin and onTrainEnd are called once,
 * epochs are numbered throughout, and setModel is called for every piece. A callback that stops training must stop the
 * model that setModel or onGrow gave it, not the first one; this ends the whole training.
 *
 * @param model a compiled model, which is trained up to the first event and stays yours to dispose
 * @param xs tensors as `model.fit` takes them, then ys and args; or a Dataset as for `model.fitDataset`, then args
 * @param args the arguments of `model.fit` or `model.fitDataset`, with `schedule` and, optionally, `onGrow`
 * @returns the last model (the first one if nothing grew), the events, and one history of all epochs
 * @throws ArgumentError before any training, for an impossible schedule and for everything that `grow` refuses
 * @throws TrainingError once training has begun, for everything that fit, grow, onGrow or a callback throws. `cause` is
 *   that error and `fit` the results up to then, with the last model, which is not disposed.
 */
export function fitGrowing(
  model: LayersModel,
  xs: Tensors,
  ys: Tensors,
  args: FitGrowingArgs,
): Promise<GrownFit>;
export function fitGrowing(
  model: LayersModel,
  dataset: Dataset,
  args: FitGrowingDatasetArgs,
): Promise<GrownFit>;
export async function fitGrowing(
  model: LayersModel,
  xs: Tensors | Dataset,
  ...rest: [FitGrowingDatasetArgs] | [Tensors, FitGrowingArgs]
): Promise<GrownFit> {
  await outside();
  const args = (isDataset(xs) ? rest[0] : rest[1]) as FitGrowingArgs | FitGrowingDatasetArgs;
  const fit = isDataset(xs) ? "model.fitDataset, next to the Dataset," : "model.fit";
  checkObject("args", args, `those of ${fit} with a schedule`);
  const { schedule, onGrow, ...fitArgs } = args;
  const { epochs = 1, initialEpoch = 0 } = fitArgs;
  checkFunction("onGrow", onGrow);
  checkInteger("epochs", epochs);
  checkInteger("initialEpoch", initialEpoch);
  const training = isDataset(xs) ? onDataset(xs) : onTensors(xs, rest[0] as Tensors);
  const at = await check(model, training, schedule, initialEpoch, epochs);
  const callbacks = throughout(fitArgs.callbacks);
  const unitsFor = (names: readonly string[]) =>
    names.map((name) => newUnits(schedule, at.sizes.get(name)!));
  if (at.epochs.length > 0) {
    // A rehearsal of the first event, because errors of `grow` should not appear only after hours of training.
    discard((await event(model, training, schedule, at.names, unitsFor(at.names), 0)).model);
  }
  const epoch: number[] = [];
  const history: Record<string, number[]> = {};
  const events: GrowthEvent[] = [];
  let current = model;
  try {
    for (let done = initialEpoch, i = 0; ; i++) {
      const next = at.epochs[i] ?? epochs;
      if (next > done) {
        const piece = { ...fitArgs, epochs: next, initialEpoch: done, callbacks: callbacks.piece };
        const found = await training.fit(current, piece);
        epoch.push(...found.epoch);
        for (const [key, values] of Object.entries(found.history)) {
          (history[key] ??= []).push(...(values as number[]));
        }
      }
      done = next;
      if (i >= at.epochs.length || engine(current).stopTraining) break;
      const names = at.inTurn ? [at.names[i % at.names.length]!] : at.names;
      const grown = await event(current, training, schedule, names, unitsFor(names), i);
      if (current !== model) discard(current);
      current = grown.model;
      events.push({ epoch: done, report: grown.report });
      await onGrow?.(events.at(-1)!, current);
    }
    await callbacks.end();
  } catch (error) {
    throw new TrainingError(error, { model: current, epoch, history, events });
  }
  return { model: current, epoch, history, events };
}

/** Default number of samples for an event, as in Evci et al. */
const SAMPLES = 128;

const newUnits = ({ units, fraction }: Schedule, width: number) =>
  units ?? Math.max(1, Math.round(fraction! * width));

async function event(
  model: LayersModel,
  training: Training,
  schedule: Schedule,
  layer: readonly string[],
  units: readonly number[],
  i: number,
): ReturnType<typeof grow> {
  const seed = seedsOf(schedule.seed, i + 1)[i];
  const options = optionsOf(schedule);
  if (schedule.method !== "gradmax") return grow(model, { ...options, layer, units, seed });
  const { xs, ys } = await training.draw(model, schedule.samples ?? SAMPLES, seed);
  try {
    return await grow(model, { ...options, layer, units, seed, xs, ys });
  } finally {
    dispose([xs, ys]);
  }
}

/** The options of `grow` among those of a schedule. */
function optionsOf(schedule: Schedule) {
  const { layers, every, from, events, fraction, units, order, samples, ...options } = schedule;
  return options;
}

/** Wraps callbacks so that all pieces appear to them as one training. */
function throughout(given: ModelFitArgs["callbacks"]) {
  type Callback = { onTrainBegin?: unknown; onTrainEnd?: (logs?: object) => void | Promise<void> };
  const originals = (given === undefined ? [] : [given].flat()) as Callback[];
  const begun = new Set<Callback>();
  const proxies = originals.map(
    (callback) =>
      new Proxy(callback, {
        get(target, key) {
          if (key === "onTrainEnd") return async () => {};
          if (key === "onTrainBegin") {
            if (begun.has(target)) return async () => {};
            begun.add(target);
          }
          const value = Reflect.get(target, key) as unknown;
          // Methods are bound, because on the proxy they could not reach private fields.
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        },
      }),
  );
  return {
    piece: proxies as ModelFitArgs["callbacks"],
    async end() {
      for (const callback of originals) await callback.onTrainEnd?.({});
    },
  };
}

/** Checks the schedule. Returns the layers, and the epochs before which something grows. */
async function check(
  model: LayersModel,
  training: Training,
  schedule: Schedule,
  initialEpoch: number,
  epochs: number,
): Promise<{
  names: readonly string[];
  sizes: ReadonlyMap<string, number>;
  epochs: number[];
  inTurn: boolean;
}> {
  checkObject("schedule", schedule);
  const { layers, every, from = every, order = "all", fraction, units, samples } = schedule;
  const integer = (name: string, value: number | undefined, least: number) => {
    if (value !== undefined) checkInteger(`schedule.${name}`, value, least);
  };
  integer("every", every ?? NaN, 1);
  integer("from", from, 0);
  integer("events", schedule.events, 0);
  integer("units", units, 1);
  integer("samples", samples, 1);
  checkOneOf("schedule.order", order, ["all", "round robin"]);
  if ((units === undefined) === (fraction === undefined)) {
    throw new ArgumentError("schedule", "either units or fraction", units ? "both" : "neither");
  }
  if (fraction !== undefined) checkNumber("schedule.fraction", fraction, "positive");
  const needed = schedule.method === "gradmax";
  const batch = needed ? await training.draw(model, 1, 0) : undefined;
  const options = { ...optionsOf(schedule), layer: layers, units: units ?? 1, ...batch };
  let jobs: ReturnType<typeof planned>;
  try {
    jobs = planned(model, options);
  } finally {
    dispose(Object.values(batch ?? {}));
  }
  const last = schedule.events ?? Infinity;
  const at: number[] = [];
  for (let e = initialEpoch + from; e < epochs && at.length < last; e += every) at.push(e);
  const names = jobs.map(({ name }) => name);
  const sizes = new Map(jobs.map(({ name, size }) => [name, size]));
  return { names, sizes, epochs: at, inTurn: order === "round robin" };
}
