import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { checkAlive, engine } from "../layers/graph.ts";
import { carries } from "./blocks.ts";
import { groupsOf, unitsAt, type Place } from "./groups.ts";
import type { methods, MethodOptions } from "./methods.ts";
import { runsOf } from "./numbers.ts";
import { describe } from "./passages.ts";
import { suited } from "./suited.ts";
import { traced } from "./trace.ts";

/** An axis of a weight that gets wider with a group. */
export interface GrowableAxis {
  /** Address of the layer. */
  readonly layer: string;
  /** The attribute of the layer, or of its cell, that holds the weight: "kernel", "bias", "gamma", … */
  readonly weight: string;
  readonly axis: number;
  /** Where the group's units begin on the axis: once, for every gate, or for every position that was flattened. */
  readonly offsets: readonly number[];
  /** Number of neighbouring places of one unit; more than 1 behind depth multipliers. */
  readonly each: number;
}

/** A method with the option that decides about zero weights, as `grow` takes them. */
export interface GrowthMethod extends Pick<MethodOptions, "side" | "inverse"> {
  readonly method: keyof typeof methods;
  /** Why the method cannot grow this group; absent where it can. */
  readonly prevents?: string;
}

/** Units that grow together. */
export interface Growable {
  /** Addresses of the layers that make the units, "outer/inner" in nested models. Each names the group in `grow`. */
  readonly layers: readonly string[];
  /** Number of units. */
  readonly size: number;
  /** Addresses of the layers whose weights read the units. */
  readonly consumers: readonly string[];
  /** Addresses of the layers that the units pass through. */
  readonly passengers: readonly string[];
  /** The axes of weights that get wider. */
  readonly axes: readonly GrowableAxis[];
  /** What the number of new units must be a multiple of: 1, or with layer normalization the size. */
  readonly multiple: number;
  readonly methods: readonly GrowthMethod[];
  /** Why the group cannot grow at all; absent where it can. */
  readonly prevents?: string;
}

/** Every method, with each option that decides about zero weights. */
const WAYS: readonly Omit<GrowthMethod, "prevents">[] = [
  { method: "gradmax" },
  { method: "gradmax", inverse: true },
  { method: "orthogonal", side: "in" },
  { method: "orthogonal", side: "out" },
  { method: "orthogonal", side: "pair" },
  { method: "split" },
  { method: "random" },
  { method: "random", inverse: true },
  { method: "zero" },
];

/**
 * Lists what `grow` can grow: the groups of units of a model that grow together.
 *
 * Growing one layer often means to grow others. Where a sum joins the outputs of two layers, as in every residual
 * stream, both get the new units; batch normalization between gets new scales; and every layer that reads the units gets
 * new weights for them. A group is all of this (as in structural pruning; Fang et al., CVPR 2023, turned round).
 *
 * @param model any model of tf.layers; it need not be compiled
 * @returns the groups, in the order of the layers that make their units. Groups that cannot grow, such as the units of
 *   the output layer, have `prevents`
 * @throws ArgumentError for anything that is not a model, and for a disposed one
 *
 * @example
 * const names = growable(model).filter((group) => !group.prevents).map((group) => group.layers[0]);
 */
export function growable(model: LayersModel): Growable[] {
  checkAlive(engine(model));
  const trace = traced(model);
  return groupsOf(trace).map((group): Growable => {
    const { block, layers, producers, consumers, passengers, standardized, hindrance } = group;
    const makers = new Set(producers.map(({ use }) => use.layer));
    const passed = group.calls.filter(
      ({ layer, outs }) => !makers.has(layer) && outs.some(({ layout }) => carries(layout, block)),
    );
    const axes = [...producers, ...consumers, ...passengers].map((place: Place): GrowableAxis => {
      const { runs } = runsOf(unitsAt(place), block);
      return {
        layer: place.use.address,
        weight: place.use.name,
        axis: place.axis,
        offsets: runs.map(({ start }) => start),
        each: runs[0]!.each,
      };
    });
    const reason = (error: unknown) => {
      if (!(error instanceof ArgumentError)) throw error;
      return error.message;
    };
    const prevents = hindrance && new ArgumentError("layer", hindrance.expected, hindrance.actual(describe(producers[0]!.use.layer))).message; // prettier-ignore
    const methods = WAYS.map((way): GrowthMethod => {
      if (prevents) return { ...way, prevents };
      try {
        suited(trace, group, way);
        return way;
      } catch (error) {
        return { ...way, prevents: reason(error) };
      }
    });
    const barred = methods.every((way) => way.prevents !== undefined) && methods[0]!.prevents;
    return {
      layers,
      size: block.size,
      consumers: [...new Set(consumers.map(({ use }) => use.address))],
      passengers: [...new Set(passed.map(({ address }) => address))],
      axes,
      multiple: standardized.length > 0 ? block.size : 1,
      methods,
      ...(prevents || barred ? { prevents: (prevents ?? barred) as string } : {}),
    };
  });
}
