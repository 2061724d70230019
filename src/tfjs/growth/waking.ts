/** Whether new units can begin to learn: what their values and slopes are at zero weights. */
import { ArgumentError } from "../../errors.ts";
import { activationOf, around, functionOf } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { replacements } from "../relu1.ts";
import { carries } from "./blocks.ts";
import type { Group, Place } from "./groups.ts";
import { describe, type Wire } from "./passages.ts";
import type { Call } from "./trace.ts";
import { PRELU } from "./weights.ts";

/** The side, incoming or outgoing, on which alone the weights of new units are zero; undefined for both or neither. */
export type Zero = "in" | "out" | undefined;

/** How the activations of a group let new units begin to learn. */
export interface Waking {
  /** The layers whose relu is replaced by relu1. */
  readonly relu1: readonly Layer[];
  /** The slopes f′(0) of the activations. */
  readonly slopes: ReadonlyMap<Layer, number>;
}

/** The methods to recommend in errors, by the side that is zero. */
const OTHERS = {
  in: '"orthogonal" with side "in" or "pair", "gradmax" or "random" with inverse: true',
  out: '"split", "orthogonal" with side "out" or "pair", "gradmax" or "random" without inverse',
};

/** The name of a layer's stock relu or relu6, which have gradient 0 at 0; undefined for other activations. */
export function stockRelu(layer: Layer): string | undefined {
  const activation = activationOf(attributes(layer).cell ?? layer);
  const name =
    activation?.name === "relu" && activation.parameter === 6 ? "relu6" : activation?.name;
  const plain = activation?.parameter === undefined || activation.parameter === 6;
  return name !== undefined && plain && Object.hasOwn(replacements, name) ? name : undefined;
}

/** The value of new units in a tensor, and their slope: 0 where no gradient passes. */
interface State {
  readonly value: number;
  readonly slope: number;
  /** The last layer that changed the value from zero or the slope to zero. */
  readonly by: Layer;
}

/**
 * Checks that new units can begin to learn: that their zero weights are trained, and that the layers on their way
 * suit them.
 *
 * @param zero the side that is zero; with zero incoming weights, new units must be zero where they are read, with a slope
 * @throws ArgumentError that names the layer and the methods that work with it
 */
export function waking(group: Group, zero: Zero): Waking {
  checkTrained(group, zero);
  const relu1: Layer[] = [];
  const slopes = new Map<Layer, number>();
  if (zero !== "in") return { relu1, slopes };
  const states = new Map<Wire, State>();
  const readers = new Set(group.consumers.map(({ use }) => use.layer));
  for (const call of group.calls) {
    const { layer } = call;
    const given = call.ins.flatMap((wire) => states.get(wire) ?? []);
    if (readers.has(layer) && has(call.ins[0], group)) checkAwake(given[0]);
    if (call.passage === "contracted") given.forEach(checkAwake);
    if (group.keys.includes(layer)) continue;
    const outs = call.outs.filter((wire) => has(wire, group));
    if (outs.length === 0) continue;
    const state = through(call, given, group, relu1, slopes);
    if (state) outs.forEach((wire) => states.set(wire, state));
  }
  return { relu1: [...new Set(relu1)], slopes };
}

const has = (wire: Wire | undefined, { block }: Group) =>
  wire !== undefined && carries(wire.layout, block);

/** The state behind a call. */
function through(
  { layer, passage }: Call,
  given: readonly State[],
  { producers }: Group,
  relu1: Layer[],
  slopes: Map<Layer, number>,
): State | undefined {
  const start = { value: 0, slope: 1, by: layer };
  const product = (list: readonly number[]) => list.reduce((all, x) => all * x, 1);
  const values = given.map(({ value }) => value);
  let state: State | undefined;
  switch (passage) {
    case "units":
      // A dense layer along another axis adds its biases to new units.
      state = producers.some(({ use }) => use.layer === layer) ? start : { ...start, value: NaN };
      break;
    case "sum":
      state = {
        value: values.reduce((sum, x) => sum + x, 0),
        slope: steepest(given),
        by: awake(given, layer),
      };
      break;
    case "product": {
      const slope = Math.max(
        ...given.map((one, i) => Math.abs(one.slope * product(values.filter((_, at) => at !== i)))),
      );
      state = { value: product(values), slope, by: slope === 0 ? layer : awake(given, layer) };
      break;
    }
    case "extremum":
      state = { value: Math.max(...values), slope: steepest(given), by: awake(given, layer) };
      break;
    case "concatenated":
      state = given.find(({ value }) => value !== 0) ?? given[0];
      break;
    default:
      state = given[0];
  }
  return state && activated(layer, state, relu1, slopes);
}

const steepest = (given: readonly State[]) =>
  Math.max(...given.map(({ slope }) => Math.abs(slope)));
const awake = (given: readonly State[], layer: Layer) =>
  given.find(({ value, slope }) => value !== 0 || slope === 0)?.by ?? layer;

/** The state behind the activation of a layer. */
function activated(layer: Layer, state: State, relu1: Layer[], slopes: Map<Layer, number>): State {
  if (kindOf(layer).role === "normalization") return state;
  if (layer.getClassName() === "PReLU") {
    slopes.set(layer, PRELU);
    return state.value > 0 ? state : { ...state, value: PRELU * state.value };
  }
  const holder = attributes(layer).cell ?? layer;
  const f = functionOf(holder);
  if (f === undefined) return state;
  if (state.value === 0 && stockRelu(layer)) {
    relu1.push(layer);
    return state;
  }
  const at = around(f, state.value);
  if (state.value === 0) slopes.set(layer, at.slope);
  const spoiled = (state.value === 0 && at.value !== 0) || at.slope === 0;
  return { value: at.value, slope: state.slope * at.slope, by: spoiled ? layer : state.by };
}

function checkAwake(state: State | undefined): void {
  if (!state || (state.value === 0 && state.slope !== 0)) return;
  const { by } = state;
  const f = functionOf(attributes(by).cell ?? by);
  const at = f ? around(f, 0) : state;
  const kind = `${describe(by)}, ${attributes(attributes(by).cell ?? by).activation?.getClassName() ?? "its own"}`;
  throw new ArgumentError(
    "method",
    `one whose new incoming weights are not zero ("split", ${OTHERS.in}), as zero ones need an activation ` +
      "with f(0) = 0 and f′(0) ≠ 0",
    `f(0) = ${at.value} and f′(0) = ${at.slope} in ${kind}`,
  );
}

/** Checks that zero weights are not in frozen layers, where they would stay zero and the units without effect. */
function checkTrained({ producers, consumers }: Group, zero: Zero): void {
  if (zero === undefined) return;
  const ends: readonly Place[] = zero === "in" ? producers : consumers;
  if (!ends.every(({ use }) => use.layer.trainableWeights.length === 0)) return;
  const side = zero === "in" ? "incoming" : "outgoing";
  const layers = [...new Set(ends.map(({ use }) => use.layer))];
  throw new ArgumentError(
    "method",
    `one whose new ${side} weights are not zero (${OTHERS[zero]}), as zeros in a frozen layer stay zero`,
    `${layers.map(describe).join(", ")}, frozen`,
  );
}
