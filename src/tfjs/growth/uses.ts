/** The units along the axes of weights. */
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { attributes } from "../layers/attributes.ts";
import { channelsOf, weightsOf, type AxisRole } from "../layers/channels.ts";
import type { Layer } from "../layers/graph.ts";
import { couple, multiplied, type Segments } from "./blocks.ts";
import { axesOf, because, fixed, type Wire } from "./passages.ts";

/** What an axis of a weight counts, and the units along it. */
export interface UsedAxis {
  readonly role: AxisRole;
  readonly units: Segments | undefined;
}

/** A weight that depends on units. */
export interface Use {
  readonly layer: Layer;
  readonly address: string;
  /** The attribute of the layer that holds the weight. */
  readonly name: string;
  readonly weight: LayerVariable;
  readonly axes: readonly UsedAxis[];
}

/**
 * Notes the units along the axes of a layer's weights. A shared layer has the same units in all its calls.
 *
 * @param input of the layer
 * @param units that the layer makes, none for other layers
 */
export function use(
  uses: Map<LayerVariable, Use>,
  layer: Layer,
  address: string,
  { shape, layout }: Wire,
  units: Segments,
): void {
  const { gates = 1 } = channelsOf(layer);
  const { depthMultiplier = 1 } = attributes(layer);
  const last = layout.at(-1) ?? fixed(shape.at(-1) ?? null, because("units", layer));
  const normal = axesOf(layer, shape.length);
  const along = (role: AxisRole, axis: number, length: number | null): Segments | undefined => {
    switch (role) {
      case "i":
      case "c":
        return last;
      case "m":
      case "d":
        return last && multiplied(last, depthMultiplier);
      case "o":
      case "b":
      case "r":
        return units;
      case "g":
      case "h":
        return Array.from({ length: gates }, () => units).flat();
      case "n":
        return layout[normal[axis]!];
      case "a":
        return length === 1 ? undefined : layout[axis + 1];
      default:
        return undefined;
    }
  };
  const shared = because("units that reach all calls of a shared layer in the same order", layer);
  for (const { name, weight, roles } of weightsOf(layer)) {
    const axes = roles.map((role, axis) => ({
      role,
      units: along(role, axis, weight.shape[axis]!),
    }));
    const before = uses.get(weight);
    if (!before) uses.set(weight, { layer, address, name, weight, axes });
    before?.axes.forEach(({ units: known }, i) => {
      if (known && axes[i]!.units) couple(known, axes[i]!.units, shared);
    });
  }
}
