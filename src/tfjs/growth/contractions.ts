/**
 * Products that a Dot sums over units, such as those of queries and keys. If one of the two layers that make the units is
 * linear and makes them for nothing else, its weights are to the units of the other what the weights of a reading layer
 * are: they enter the sum linearly. The units then grow as one group, in which that layer, the key, reads the others.
 */
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { activationOf } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import { kindOf } from "../layers/kinds.ts";
import { carries, couple, hinder, includes, resolved, type Segments } from "./blocks.ts";
import { because, summedAxes } from "./passages.ts";
import type { Call } from "./trace.ts";
import type { Use } from "./uses.ts";

/** Joins the units on both sides of every Dot of a model that sums over units. */
export function join(calls: readonly Call[], uses: Map<LayerVariable, Use>): void {
  for (const call of calls.filter(({ passage }) => passage === "contracted")) {
    const { layer, ins } = call;
    const summed = summedAxes(layer, ins);
    const [one, two] = ins.map(({ layout }, i) => layout[summed[i]!]);
    const sums = because(
      "units that a Dot sums over together with those of a dense layer without activation, which nothing else reads",
      layer,
    );
    const { normalize } = layer as unknown as { normalize?: boolean };
    const both = one && two && normalize !== true;
    const key = both && (keyOf(two, one, call, calls, uses) ?? keyOf(one, two, call, calls, uses));
    if (!key) {
      hinder(one, sums);
      hinder(two, sums);
      continue;
    }
    couple(one!, two!, sums);
    for (const use of key) {
      const axes = use.axes.map(
        ({ role, units }) => ({ role: role === "o" || role === "b" ? "k" : role, units }) as const,
      );
      uses.set(use.weight, { ...use, axes });
    }
  }
}

/** The weights of the layer that makes units, if it can be a key to other units; else undefined. */
function keyOf(
  units: Segments,
  other: Segments,
  dot: Call,
  calls: readonly Call[],
  uses: ReadonlyMap<LayerVariable, Use>,
): Use[] | undefined {
  const [only, ...more] = resolved(units);
  const [first, ...rest] = resolved(other);
  if (more.length > 0 || rest.length > 0 || only!.block === first!.block) return undefined;
  const { block } = only!;
  const own = [...uses.values()].filter(({ axes }) =>
    axes.some(({ units }) => includes(units, block)),
  );
  const [maker] = new Set(own.map(({ layer }) => layer));
  if (!maker || maker.getClassName() !== "Dense" || activationOf(maker) || block.hindrance)
    return undefined;
  const apart = own.every(
    ({ layer, axes }) =>
      layer === maker && !axes.some((axis) => includes(axis.units, first!.block)),
  );
  const linear = calls
    .filter(({ ins }) => ins.some(({ layout }) => carries(layout, block)))
    .every((call) => call === dot || passes(call));
  return apart && linear && calls.filter(({ layer }) => layer === maker).length === 1
    ? own
    : undefined;
}

/** Whether a call hands units on as they are. */
function passes({ layer, passage }: Call): boolean {
  if (["permuted", "reshaped", "folded", "unfolded"].includes(passage)) return true;
  return (
    passage === "same" &&
    ["identity", "input"].includes(kindOf(layer).role) &&
    !attributes(layer).activation
  );
}
