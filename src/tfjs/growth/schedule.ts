/** When and by how much a model grows in the course of a training. */
import { dispose } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkInteger, checkNumber, checkObject, checkOneOf } from "../../arguments.ts";
import { ArgumentError } from "../../errors.ts";
import { seedsOf } from "../../init/draws.ts";
import { grow, type GrowOptions } from "./grow.ts";
import { planned } from "./planned.ts";
import type { Training } from "./training.ts";

/** Which layers grow when and by how much, with the options of `grow` for all events. */
export interface Schedule extends Omit<
  GrowOptions,
  "layer" | "units" | "xs" | "ys" | "optimizer" | "onProgress" | "signal"
> {
  layers: string | readonly string[];
  /** What `every` and `from` count: `"epochs"` (default), or `"steps"`, the batches trained by this call. */
  unit?: "epochs" | "steps";
  /** Epochs or steps from one event to the next, ≥ 1. */
  every: number;
  /** Epochs or steps before the first event, ≥ 0; default `every`. */
  from?: number;
  /** Number of events; default: as many as come before the end of the training. */
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

/** Default number of samples for an event, as in Evci et al. */
const SAMPLES = 128;

/** The numbers of new units of layers in an event. */
const newUnits = ({ units, fraction }: Schedule, sizes: readonly number[]) =>
  sizes.map((size) => units ?? Math.max(1, Math.round(fraction! * size)));

/** Grows the layers of an event. */
export async function event(
  model: LayersModel,
  training: Training,
  schedule: Schedule,
  { names, sizes }: Plan,
  i: number,
): ReturnType<typeof grow> {
  const layer = schedule.order === "round robin" ? [names[i % names.length]!] : names;
  const units = newUnits(
    schedule,
    layer.map((name) => sizes.get(name)!),
  );
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
  const { layers, unit, every, from, events, fraction, units, order, samples, ...options } =
    schedule;
  return options;
}

/** What a schedule plans for a training. */
export interface Plan {
  readonly names: readonly string[];
  /** The numbers of units at the start. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The epoch or step before which event i comes; Infinity if there is none. */
  time(i: number): number;
}

/** Checks a schedule for epochs from `initialEpoch` to `epochs` − 1. */
export async function plan(
  model: LayersModel,
  training: Training,
  schedule: Schedule,
  initialEpoch: number,
  epochs: number,
): Promise<Plan> {
  checkObject("schedule", schedule);
  const {
    layers,
    unit = "epochs",
    every,
    from = every,
    order = "all",
    fraction,
    units,
    samples,
  } = schedule;
  const integer = (name: string, value: number | undefined, least: number) => {
    if (value !== undefined) checkInteger(`schedule.${name}`, value, least);
  };
  checkOneOf("schedule.unit", unit, ["epochs", "steps"]);
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
  const [start, end] = unit === "epochs" ? [initialEpoch, epochs] : [0, Infinity];
  const time = (i: number) => {
    const at = start + from + i * every;
    return i < last && at < end && epochs > initialEpoch ? at : Infinity;
  };
  const sizes = new Map(jobs.map(({ name, size }) => [name, size]));
  return { names: jobs.map(({ name }) => name), sizes, time };
}
