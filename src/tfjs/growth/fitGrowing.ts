import type { LayersModel, ModelFitArgs, ModelFitDatasetArgs } from "@tensorflow/tfjs-layers";
import { checkFunction, checkInteger, checkObject, checkSignal } from "../../arguments.ts";
import { show } from "../../errors.ts";
import { isDataset, type Dataset } from "../data/source.ts";
import { engine } from "../layers/graph.ts";
import { outside } from "../outside.ts";
import { inEpochs, inSteps } from "./course.ts";
import type { Tensors } from "./gradient.ts";
import type { LayerGrowth } from "./grow.ts";
import { discard } from "./rebuild.ts";
import { event, plan, type Schedule } from "./schedule.ts";
import { onDataset, onTensors } from "./training.ts";

/** The growth before an epoch, or within one. */
export interface GrowthEvent {
  readonly epoch: number;
  /** With a schedule in steps: the number of steps before. */
  readonly step?: number;
  readonly report: readonly LayerGrowth[];
}

interface Growing {
  schedule: Schedule;
  /** Called after every event, with the model that is trained from then on. */
  onGrow?: (event: GrowthEvent, model: LayersModel) => void | Promise<void>;
  /** Aborts the training behind the present batch: see the errors of `fitGrowing`. For progress, use `callbacks`. */
  signal?: AbortSignal;
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
 * With a schedule in epochs, every piece starts the Dataset from its beginning, as every epoch does. With a schedule in
 * steps, events come between two batches, wherever in an epoch they are; samples go through `model.fitDataset` then, and
 * an epoch goes on behind an event with the batches that are left of it.
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
 * @throws the signal's reason if it is aborted before any training
 * @throws TrainingError once training has begun, for everything that fit, grow, onGrow or a callback throws, and if the
 *   signal is aborted. `cause` is that error, or the signal's reason, and `fit` the results up to then, with the last
 *   model, which is not disposed.
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
  const { schedule, onGrow, signal, ...fitArgs } = args;
  const { epochs = 1, initialEpoch = 0 } = fitArgs;
  checkFunction("onGrow", onGrow);
  checkSignal("signal", signal);
  signal?.throwIfAborted();
  checkInteger("epochs", epochs);
  checkInteger("initialEpoch", initialEpoch);
  const training = isDataset(xs) ? onDataset(xs) : onTensors(xs, rest[0] as Tensors);
  const planned = await plan(model, training, schedule, initialEpoch, epochs);
  const course = (schedule.unit === "steps" ? inSteps : inEpochs)(training, fitArgs);
  if (planned.time(0) < Infinity) {
    // A rehearsal of the first event, because errors of `grow` should not appear only after hours of training.
    discard((await event(model, training, schedule, planned, 0)).model);
  }
  const { epoch, history } = course;
  const events: GrowthEvent[] = [];
  let current = model;
  const stop = () => void (engine(current).stopTraining = true);
  signal?.addEventListener("abort", stop);
  try {
    for (let i = 0; ; i++) {
      const at = planned.time(i);
      signal?.throwIfAborted();
      const goesOn = await course.until(current, at);
      signal?.throwIfAborted();
      if (!goesOn || at === Infinity) break;
      const grown = await event(current, training, schedule, planned, i);
      if (current !== model) discard(current);
      current = grown.model;
      events.push({ ...course.place(), report: grown.report });
      await onGrow?.(events.at(-1)!, current);
    }
    await course.end();
    signal?.throwIfAborted();
  } catch (error) {
    throw new TrainingError(error, { model: current, epoch, history, events });
  } finally {
    signal?.removeEventListener("abort", stop);
    course.close();
  }
  return { model: current, epoch, history, events };
}
