/** Where the units of a layer's inputs are in its output. */
import { attributes } from "../layers/attributes.ts";
import type { Passage } from "../layers/channels.ts";
import type { Layer } from "../layers/graph.ts";
import {
  Block,
  couple,
  hinder,
  multiplied,
  type Hindrance,
  type Layout,
  type Segments,
} from "./blocks.ts";
import { reshaped } from "./reshape.ts";

/** A tensor of a model: its shape, and the units along its axes. */
export interface Wire {
  readonly shape: readonly (number | null)[];
  readonly layout: Layout;
}

export const describe = (layer: Layer) => `${layer.name} (${layer.getClassName()})`;

/** A layer on the way cannot take more units. */
export const because = (expected: string, layer: Layer, detail = ""): Hindrance => ({
  expected,
  actual: (grown) => {
    const end = describe(layer);
    return (grown === end ? end : `${grown}, whose units reach ${end}`) + detail;
  },
});

/** Layers that `grow` does not know, or that mix units without weights. */
export const feeding = (layer: Layer): Hindrance => ({
  expected:
    "a layer that grow knows behind it (dense, convolutional, recurrent, embedding, normalization, activation, " +
    "pooling, merge and shape layers of tf.layers)",
  actual: (grown) => `${grown} feeding ${describe(layer)}`,
});

/** An axis without units of a layer, which keeps its length. */
export const fixed = (size: number | null, hindrance: Hindrance): Segments | undefined =>
  size === null ? undefined : [{ block: new Block(size, hindrance), each: 1 }];

/** The axes that a layer names, counted from 0. */
export function axesOf(layer: Layer, rank: number): number[] {
  const { axis = -1 } = attributes(layer);
  return [axis].flat().map((one) => (one < 0 ? one + rank : one));
}

/** The layout behind a layer that has no units of its own. */
export function pass(
  passage: Passage,
  layer: Layer,
  ins: readonly Wire[],
  shape: Wire["shape"],
): Layout {
  const first = ins[0]!;
  const { layout } = first;
  switch (passage) {
    case "same":
    case "standardized":
      return layout;
    case "last":
      return onLast(layer, first, shape, layout.at(-1));
    case "multiplied": {
      const { depthMultiplier = 1 } = attributes(layer);
      const units = layout.at(-1);
      return onLast(layer, first, shape, units && multiplied(units, depthMultiplier));
    }
    case "sum":
    case "product":
    case "extremum":
      return merged(layer, ins, shape);
    case "concatenated":
      return concatenated(layer, ins, shape);
    case "reshaped": {
      const whole = because(
        "shapes that keep the units on one axis (layers before and behind it can be grown)",
        layer,
      );
      const broken = (before: Layout, after: Wire["shape"]) => {
        before.forEach((units) => hinder(units, whole));
        return after.map((size) => fixed(size, whole));
      };
      return [
        undefined,
        ...reshaped(first.shape.slice(1), layout.slice(1), shape.slice(1), broken),
      ];
    }
    case "permuted": {
      const { dims } = layer as unknown as { dims: readonly number[] };
      return [undefined, ...dims.map((axis) => layout[axis])];
    }
    case "contracted":
      return contracted(layer, ins, shape);
    default: {
      const unknown = feeding(layer);
      ins.forEach((wire) => wire.layout.forEach((units) => hinder(units, unknown)));
      return shape.map((size, i) => (i === 0 ? undefined : fixed(size, unknown)));
    }
  }
}

/** The layout of an output with these units on its last axis, of a layer that works along the other axes. */
export function onLast(
  layer: Layer,
  { layout }: Wire,
  shape: Wire["shape"],
  units: Segments | undefined,
): Layout {
  const along = because("layers that work along other axes than that of the units", layer);
  layout.slice(0, -1).forEach((other) => hinder(other, along));
  return shape.map((_, axis) => (axis === shape.length - 1 ? units : undefined));
}

/** Inputs of different ranks get axes of length 1 behind the first axis, as tf.layers does it. */
function aligned(ins: readonly Wire[], rank: number): Wire[] {
  return ins.map(({ shape, layout }) => {
    const more = rank - shape.length;
    const insert = <T>(list: readonly T[], value: T) => [
      list[0]!,
      ...Array<T>(more).fill(value),
      ...list.slice(1),
    ];
    return { shape: insert(shape, 1), layout: insert(layout, undefined) };
  });
}

function merged(layer: Layer, ins: readonly Wire[], shape: Wire["shape"]): Layout {
  const wires = aligned(ins, shape.length);
  return shape.map((size, axis) => together(layer, wires, axis, size));
}

/** The units of an axis that inputs have in common. */
function together(
  layer: Layer,
  wires: readonly Wire[],
  axis: number,
  size: number | null,
): Segments | undefined {
  const narrow = because("units that are not repeated to fit others", layer);
  const other = because("units that meet units in the same order", layer);
  const wide = wires.filter((wire) => {
    const broadcast = wire.shape[axis] === 1 && size !== 1;
    if (broadcast) hinder(wire.layout[axis], narrow);
    return !broadcast;
  });
  const all = wide.flatMap(({ layout }) => (layout[axis] ? [layout[axis]] : []));
  if (all.length < wide.length) all.forEach((units) => hinder(units, other));
  all.slice(1).forEach((units) => couple(all[0]!, units, other));
  return all[0];
}

function concatenated(layer: Layer, ins: readonly Wire[], shape: Wire["shape"]): Layout {
  const [joined] = axesOf(layer, shape.length);
  const plain = because("units", layer);
  return shape.map((size, axis) => {
    if (axis !== joined) return together(layer, ins, axis, size);
    if (ins.every(({ layout }) => !layout[axis])) return undefined;
    return ins.flatMap((wire) => wire.layout[axis] ?? fixed(wire.shape[axis]!, plain) ?? []);
  });
}

/** The axis of each input that a Dot sums over. */
export function summedAxes(layer: Layer, ins: readonly Wire[]): number[] {
  const { axes } = layer as unknown as { axes: number | readonly number[] };
  return ins.map(({ layout }, i) => {
    const axis = Array.isArray(axes) ? (axes as number[])[i]! : (axes as number);
    return axis < 0 ? axis + layout.length : axis;
  });
}

function contracted(layer: Layer, ins: readonly Wire[], shape: Wire["shape"]): Layout {
  const summed = summedAxes(layer, ins);
  const [one, two] = ins.map(({ layout }, i) => layout.filter((_, at) => at !== summed[i]));
  const layout = [...one!, ...two!.slice(1)];
  return layout.length === shape.length ? layout : shape.map(() => undefined);
}
