/** The way of new units through a group: their values in every tensor, without those of old units. */
import {
  add,
  concat,
  maximum,
  minimum,
  mul,
  prelu,
  reshape,
  scalar,
  transpose,
  zeros,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { functionOf } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { carries, type Block } from "./blocks.ts";
import type { Group } from "./groups.ts";
import { placesOf, runsOf } from "./numbers.ts";
import { channelwise, linearly, scaleOf } from "./channelwise.ts";
import { axesOf, type Wire } from "./passages.ts";
import type { Call } from "./trace.ts";
import { PRELU } from "./weights.ts";

/** How activations treat new units: by their slopes at zero, or as they are. */
export type Slopes = ReadonlyMap<Layer, number> | undefined;

/**
 * The new units as they arrive at the calls that read them.
 *
 * @param start the pre-activations of the units that a layer makes; undefined for layers whose new units are zero
 * @param count number of new units
 */
export function arrivals(
  group: Group,
  start: (layer: Layer) => Tensor | undefined,
  count: number,
  slopes: Slopes,
): Map<Call, Tensor> {
  const values = new Map<Wire, Tensor>();
  const found = new Map<Call, Tensor>();
  const readers = new Set(group.consumers.map(({ use }) => use.layer));
  const { block } = group;
  for (const call of group.calls) {
    const { layer, ins, outs } = call;
    const arrived = ins[0] && values.get(ins[0]);
    if (arrived && readers.has(layer)) found.set(call, arrived);
    const out = outs[0]!;
    if (!carries(out.layout, block) || values.has(out)) continue;
    const z = call.passage === "units" ? start(layer) : passed(call, values, block, count, slopes);
    if (z) values.set(out, activated(layer, z, slopes));
  }
  return found;
}

/** The new units behind a call of a layer without units of its own, before its activation. */
function passed(
  { layer, passage, ins, outs }: Call,
  values: ReadonlyMap<Wire, Tensor>,
  block: Block,
  count: number,
  slopes: Slopes,
): Tensor | undefined {
  const given = ins.map((wire) => values.get(wire));
  const present = given.filter((x) => x !== undefined);
  const [x] = present;
  if (!x) return undefined;
  const [out] = outs;
  // As tf.layers does it for inputs of different ranks.
  const rank = out!.shape.length;
  const flat = (y: Tensor) =>
    reshape(y, [y.shape[0]!, ...Array<number>(rank - y.rank).fill(1), ...y.shape.slice(1)]);
  switch (passage) {
    case "sum": {
      const sum = present.map(flat).reduce((a, b) => add(a, b));
      return layer.getClassName() === "Average" ? mul(sum, 1 / ins.length) : sum;
    }
    case "product":
      return present.map(flat).reduce((a, b) => mul(a, b));
    case "extremum": {
      const choose = layer.getClassName() === "Minimum" ? minimum : maximum;
      return present.map(flat).reduce((a, b) => choose(a, b));
    }
    case "concatenated": {
      const parts = given.flatMap((tensor, i) => {
        const shape = lengths(x.shape[0]!, ins[i]!, block, count);
        const has = shape.at(-1)! > 0;
        return has ? [tensor ?? zeros(shape)] : [];
      });
      return concat(parts, joinedAxis(layer, rank));
    }
    case "reshaped":
      return reshape(x, lengths(x.shape[0]!, out!, block, count));
    case "permuted": {
      const { dims } = layer as unknown as { dims: readonly number[] };
      return transpose(x, [0, ...dims]);
    }
    case "folded": {
      const swapped = transpose(
        x,
        x.shape.map((_, i) => (i < 2 ? 1 - i : i)),
      );
      return reshape(swapped, [-1, ...x.shape.slice(2)]);
    }
    case "unfolded": {
      const time = out!.shape[1]!;
      const swapped = reshape(x, [time, x.shape[0]! / time, ...x.shape.slice(1)]);
      return transpose(
        swapped,
        swapped.shape.map((_, i) => (i < 2 ? 1 - i : i)),
      );
    }
    default:
      return slopes ? linearly(layer, x) : channelwise(layer, x);
  }
}

/** Concatenate joins on an axis of its own, Bidirectional on the last one. */
const joinedAxis = (layer: Layer, rank: number) =>
  layer.getClassName() === "Concatenate" ? axesOf(layer, rank)[0]! : rank - 1;

/** The shape of a wire with only the new units on the axis of the units. */
function lengths(samples: number, { shape, layout }: Wire, block: Block, count: number): number[] {
  return shape.map((size, axis) => {
    if (axis === 0) return samples;
    const places = placesOf(runsOf(layout[axis] ?? [], block));
    const units = places > 0 || axis === shape.length - 1;
    return units ? places * count : size!;
  });
}

function activated(layer: Layer, z: Tensor, slopes: Slopes): Tensor {
  if (kindOf(layer).role === "normalization") return mul(z, scaleOf(layer));
  if (slopes) return slopes.has(layer) ? mul(z, slopes.get(layer)!) : z;
  if (layer.getClassName() === "PReLU") return prelu(z, scalar(PRELU));
  return functionOf(attributes(layer).cell ?? layer)?.(z) ?? z;
}

/**
 * The factor that stands between what a layer emits and what arrives at the calls that read it, with slopes at zero; NaN
 * where there is more between than factors.
 */
export function factors(
  group: Group,
  from: Layer,
  slopes: ReadonlyMap<Layer, number>,
): Map<Call, number> {
  const values = new Map<Wire, number>();
  const found = new Map<Call, number>();
  const readers = new Set(group.consumers.map(({ use }) => use.layer));
  for (const call of group.calls) {
    const { layer, passage, ins, outs } = call;
    const given = ins.flatMap((wire) => values.get(wire) ?? []);
    if (given.length > 0 && readers.has(layer) && values.has(ins[0]!)) found.set(call, given[0]!);
    const out = outs[0]!;
    if (!carries(out.layout, group.block) || values.has(out)) continue;
    const start = passage === "units" ? (layer === from ? [1] : []) : given;
    if (start.length === 0) continue;
    const sum = start.reduce((a, b) => a + b, 0);
    const own = (slopes.get(layer) ?? 1) * scaleOf(layer);
    const shares = layer.getClassName() === "Average" ? 1 / ins.length : 1;
    const plain =
      ["units", "sum", "same"].includes(passage) ||
      (passage === "concatenated" && start.length === 1);
    values.set(out, plain ? sum * own * shares : NaN);
  }
  return found;
}
