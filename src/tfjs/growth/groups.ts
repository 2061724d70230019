/** Groups: all axes of weights that widen together when a layer gets more units. */
import { ArgumentError, show } from "../../errors.ts";
import type { AxisRole } from "../layers/channels.ts";
import type { Layer } from "../layers/graph.ts";
import { axesOf, describe } from "./passages.ts";
import { carries, includes, resolved, type Block, type Hindrance } from "./blocks.ts";
import type { Call, Trace } from "./trace.ts";
import type { Use } from "./uses.ts";

/** A weight with the axis on which a group's units are. */
export interface Place {
  readonly use: Use;
  readonly axis: number;
}

export interface Group {
  readonly block: Block;
  /** The addresses of the layers that make the units, keys included; each names the group. */
  readonly layers: readonly string[];
  /** Weights whose new entries make the new units. */
  readonly producers: readonly Place[];
  /** Weights whose new entries read the new units. */
  readonly consumers: readonly Place[];
  /** Layers that make the units with which a Dot multiplies these, and so read these (contractions.ts). */
  readonly keys: readonly Layer[];
  /** Weights with numbers for each unit. */
  readonly passengers: readonly Place[];
  /** The calls with the units in their inputs or outputs, in order. */
  readonly calls: readonly Call[];
  /** The layer normalizations over the units, whose statistics stay only if all units are split equally often. */
  readonly standardized: readonly Call[];
  readonly hindrance: Hindrance | undefined;
}

const PRODUCING: readonly AxisRole[] = ["o", "g"];
const CONSUMING: readonly AxisRole[] = ["i", "m", "r", "k"];

/** The groups of a model, in the order of the layers that make their units. */
export function groupsOf(trace: Trace): Group[] {
  const places = [...trace.uses.values()].flatMap((use) =>
    use.axes.map((_, axis) => ({ use, axis })),
  );
  const of = (place: Place, roles: readonly AxisRole[]) => roles.includes(roleOf(place));
  const made = places.filter((place) => of(place, PRODUCING));
  const blocks = new Set(
    made.flatMap((place) => resolved(unitsAt(place)).map(({ block }) => block)),
  );
  return [...blocks].map((block) => {
    const own = places.filter((place) => includes(place.use.axes[place.axis]!.units, block));
    const producers = own.filter((place) => of(place, PRODUCING));
    const keys = own.filter((place) => of(place, ["k"]));
    const calls = trace.calls.filter(({ ins, outs }) =>
      [...ins, ...outs].some(({ layout }) => carries(layout, block)),
    );
    const standardized = calls.filter(
      ({ passage, layer, ins: [input] }) =>
        passage === "standardized" &&
        axesOf(layer, input!.shape.length).some((axis) => includes(input!.layout[axis], block)),
    );
    return {
      block,
      layers: [...new Set([...producers, ...keys].map(({ use }) => use.address))],
      producers,
      consumers: own.filter((place) => of(place, CONSUMING)),
      keys: [...new Set(keys.map(({ use }) => use.layer))],
      passengers: own.filter((place) => !of(place, [...PRODUCING, ...CONSUMING])),
      calls,
      standardized,
      hindrance: block.hindrance ?? besides(standardized, block),
    };
  });
}

const roleOf = ({ use, axis }: Place): AxisRole => use.axes[axis]!.role;

/** The units along the axis of a weight. */
export const unitsAt = ({ use, axis }: Place) => use.axes[axis]!.units ?? [];

/** Layer normalizations that take statistics of other units together with those of a block. */
function besides(standardized: readonly Call[], block: Block): Hindrance | undefined {
  const call = standardized.find(({ layer, ins: [input] }) =>
    axesOf(layer, input!.shape.length).some((axis) =>
      resolved(input!.layout[axis] ?? []).some((one) => one.block !== block),
    ),
  );
  if (!call) return undefined;
  return {
    expected:
      "units that are not normalized together with others, whose statistics new units change",
    actual: (grown) => `${grown} and others in ${describe(call.layer)}`,
  };
}

/**
 * The group of a layer.
 *
 * @throws ArgumentError for an address without a layer, a layer without units of its own, or units that cannot grow
 */
export function groupOf(trace: Trace, name: string): Group {
  const groups = groupsOf(trace).filter(({ layers }) => layers.includes(name));
  // The units of a layer are in several groups if they are added to concatenated ones.
  const found = groups.find(({ hindrance }) => !hindrance) ?? groups[0];
  const call = trace.calls.find(({ address }) => address === name);
  if (!call) {
    const addresses = [...new Set(trace.calls.map(({ address }) => address))];
    throw new ArgumentError("layer", `one of ${addresses.join(", ")}`, show(name));
  }
  if (!found) {
    const known =
      [...trace.uses.values()].some(({ address }) => address === name) ||
      call.passage !== "unknown";
    const expected = known
      ? "a layer with units (dense, convolutional, recurrent, embedding)"
      : "a layer that grow knows, with units";
    throw new ArgumentError("layer", expected, describe(call.layer));
  }
  if (found.hindrance) {
    const { expected, actual } = found.hindrance;
    throw new ArgumentError("layer", expected, actual(describe(call.layer)));
  }
  return found;
}
