/** Conversion of the weights around a group's units into the matrices of growth methods, and back. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { size } from "../../init/shape.ts";
import { zeroWeights, type Neurons, type Weights } from "../../init/growth/neurons.ts";
import { attributes } from "../layers/attributes.ts";
import { unitsAt, type Group, type Place } from "./groups.ts";
import {
  columnsAt,
  placesOf,
  replaced,
  runsOf,
  widened,
  type Fill,
  type Numbers,
  type Runs,
} from "./numbers.ts";
import type { Use } from "./uses.ts";

/** The weights of new units, as a method makes them. */
export interface Growth extends Neurons {
  /** For copies: the old unit that each new unit copies. */
  readonly sources?: readonly number[];
  /** New outgoing weights of the old units, if these change. */
  readonly divided?: Weights;
}

/** How a weight and the slots that an optimizer has for it get wider. */
export interface Widening {
  /** The wider weight. */
  value(): Numbers;
  /** A slot of the same shape, with an initial value for the new units. */
  slot(old: Numbers, initial: number): Numbers;
}

/** The weights of the old model that get wider. */
export type Widenings = ReadonlyMap<LayerVariable, Widening>;

export function numbersAt(value: Tensor): Numbers {
  return { data: value.dataSync<"float32">(), shape: value.shape };
}

const runsAt = (place: Place, { block }: Group): Runs => runsOf(unitsAt(place), block);

/** The number of rows that a place has in the matrices of growth methods. */
export const rowsAt = (place: Place, group: Group): number =>
  (size(place.use.weight.shape as number[]) / place.use.weight.shape[place.axis]!) *
  placesOf(runsAt(place, group));

/**
 * The incoming and outgoing weights of a group's m units: d x m and o x m. Rows are those of all producers, then of all
 * consumers, one below the other; each in the order of the weight's numbers.
 */
export function neuronsOf(group: Group): Neurons {
  return { incoming: stacked(group.producers, group), outgoing: stacked(group.consumers, group) };
}

function stacked(places: readonly Place[], group: Group): Weights {
  const parts = places.map((place) =>
    columnsAt(numbersAt(place.use.weight.read()), place.axis, runsAt(place, group)),
  );
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const whole = zeroWeights(rows, group.block.size);
  let at = 0;
  for (const { data } of parts) {
    whole.data.set(data, at);
    at += data.length;
  }
  return whole;
}

/** Every weight that gets wider by a growth of k units. */
export function widenings(group: Group, k: number, growth: Growth): Widenings {
  const rows = new Map<Place, number>();
  for (const side of [group.producers, group.consumers]) {
    let first = 0;
    for (const place of side) {
      rows.set(place, first);
      first += rowsAt(place, group);
    }
  }
  // Consumed units first: new rows are known for old columns only, and new columns then get zeros, or copies, there.
  const { consumers, passengers, producers } = group;
  const places = [...consumers, ...passengers, ...producers];
  const weights = new Set(places.map(({ use }) => use.weight));
  return new Map(
    [...weights].map((weight): [LayerVariable, Widening] => {
      const own = places.filter(({ use }) => use.weight === weight);
      return [
        weight,
        {
          value: () => grownBy(own, group, k, growth, rows),
          slot: (old, initial) =>
            own.reduce(
              (now, place) => widened(now, place.axis, runsAt(place, group), k, () => initial),
              old,
            ),
        },
      ];
    }),
  );
}

/** A weight with new units at all its places. */
function grownBy(
  places: readonly Place[],
  group: Group,
  k: number,
  { incoming, outgoing, sources, divided }: Growth,
  rows: ReadonlyMap<Place, number>,
): Numbers {
  let now = numbersAt(places[0]!.use.weight.read());
  // The row of a number of one unit before other places got wider; −1 for numbers between two new units.
  const done: Place[] = [];
  for (const place of places) {
    const { axis, use } = place;
    const runs = runsAt(place, group);
    const first = rows.get(place) ?? 0;
    const consumed = group.consumers.includes(place);
    if (consumed && divided) now = replaced(now, axis, runs, divided, first);
    const old = oldRows(place, runs, done, group, k);
    const given =
      (from: Weights): Fill =>
      (row, j) => {
        const at = old[row]!;
        return at < 0 ? 0 : from.data[(first + at) * from.cols + j]!;
      };
    const copies =
      (from: Weights): Fill =>
      (row, j) =>
        from.data[row * from.cols + sources![j]!]!;
    let fill: Fill;
    if (consumed) fill = given(outgoing);
    else if (sources) fill = copies(columnsAt(now, axis, runs));
    else if (group.producers.includes(place)) fill = given(incoming);
    else fill = initial(use, axis, runs);
    now = widened(now, axis, runs, k, fill);
    done.push(place);
  }
  return now;
}

/** For every row of one unit's numbers, its row before other places of the weight got wider; −1 for new rows. */
function oldRows(
  place: Place,
  runs: Runs,
  done: readonly Place[],
  group: Group,
  k: number,
): Float32Array {
  const shape = place.use.weight.shape.map((n, i) => (i === place.axis ? placesOf(runs) : n!));
  const rows: Numbers = { shape, data: float32(float32(size(shape)), (_, row) => row) };
  return done.reduce((now, one) => widened(now, one.axis, runsAt(one, group), k, () => -1), rows)
    .data;
}

/** The slope of new units of PReLU below zero, the initial value of He et al., ICCV 2015. */
export const PRELU = 0.25;

/** The initial numbers of new units in a weight that has numbers for each unit. */
function initial({ name, layer, weight }: Use, axis: number, runs: Runs): Fill {
  switch (name) {
    case "gamma":
    case "movingVariance":
      return () => 1;
    case "alpha":
      return () => PRELU;
    case "depthwiseKernel": {
      const taps = centreTap(weight.shape.slice(0, axis) as number[]);
      const each = placesOf(runs) * weight.shape[axis + 1]!;
      return (row) => taps[Math.floor(row / each)]!;
    }
    case "bias": {
      const { cell } = attributes(layer);
      const forget = (cell as unknown as { unitForgetBias?: boolean } | undefined)?.unitForgetBias;
      // The gates of an LSTM are those of input, forgetting, candidate and output.
      return (row) => Number(forget === true && row === 1);
    }
    default:
      return () => 0;
  }
}

/** A kernel with 1 at its centre (⌊(size − 1)/2⌋ on every axis) and 0 elsewhere. */
export function centreTap(sizes: readonly number[]): Float32Array {
  const kernel = float32(size(sizes));
  kernel[sizes.reduce((at, length) => at * length + Math.floor((length - 1) / 2), 0)] = 1;
  return kernel;
}

/** The total size of all weights of a group with k more units. */
export function sizeOf(group: Group, k: number): number {
  const places = [...group.producers, ...group.consumers, ...group.passengers];
  const weights = [...new Set(places.map(({ use }) => use.weight))];
  return weights.reduce((sum, weight) => {
    const shape = weight.shape.slice() as number[];
    for (const place of places.filter(({ use }) => use.weight === weight)) {
      shape[place.axis]! += k * placesOf(runsAt(place, group));
    }
    return sum + size(shape);
  }, 0);
}
