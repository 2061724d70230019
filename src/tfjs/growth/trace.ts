/** The units of a whole model: every call of a layer, nested models unfolded, with the units of its tensors and weights. */
import type { LayersModel, LayerVariable, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { activationOf, around } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import { channelsOf, type Passage } from "../layers/channels.ts";
import { engine, steps, type Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { Block, couple, hinder, hinderAbove, type Segments } from "./blocks.ts";
import { join } from "./contractions.ts";
import { axesOf, because, describe, fixed, onLast, pass, type Wire } from "./passages.ts";
import { use, type Use } from "./uses.ts";

/** One call of a layer. A wrapper around layers is replaced by calls of what it contains. */
export interface Call {
  readonly layer: Layer;
  /** The name of the layer, behind the names of the models around it: "outer/inner". */
  readonly address: string;
  /** What the call does with units; time is folded into the samples, and unfolded again, around TimeDistributed. */
  readonly passage: Passage | "folded" | "unfolded";
  readonly ins: readonly Wire[];
  readonly outs: readonly Wire[];
}

export interface Trace {
  readonly calls: readonly Call[];
  readonly uses: ReadonlyMap<LayerVariable, Use>;
}

/**
 * The layers of a model by their addresses. A Sequential that starts with a model calls the layers of this model as if
 * they were its own, so layers inside of models are named, too.
 */
function namesIn(model: LayersModel): Map<Layer, string> {
  const inside = model.layers.flatMap((outer): [Layer, string][] =>
    kindOf(outer).role === "model"
      ? [...namesIn(outer as unknown as LayersModel)].map(([layer, name]) => [
          layer,
          `${outer.name}/${name}`,
        ])
      : [],
  );
  return new Map([...inside, ...model.layers.map((layer): [Layer, string] => [layer, layer.name])]);
}

/** Units along another axis than the normalized one cannot grow: new ones change the statistics of all. */
function besides(layer: Layer, { shape, layout }: Wire): void {
  const normal = axesOf(layer, shape.length);
  const detail = ` over axis ${normal.join(", ")}`;
  const statistics = because("batch normalization of the last axis", layer, detail);
  layout.forEach((other, axis) => normal.includes(axis) || hinder(other, statistics));
}

/** Follows the units of every layer through a model. */
export function traced(model: LayersModel): Trace {
  const calls: Call[] = [];
  const uses = new Map<LayerVariable, Use>();
  const own = new Map<Layer, Block>();
  const unitwise = new Map<string, boolean>();

  const through = (model: LayersModel, ins: readonly Wire[], prefix: string): Wire[] => {
    const inner = engine(model);
    const { inputs, outputs } = inner;
    const names = namesIn(model);
    const addressOf = (layer: Layer) => prefix + (names.get(layer) ?? layer.name);
    const wires = new Map<SymbolicTensor, Wire>(inputs.map((tensor, i) => [tensor, ins[i]!]));
    inputs.forEach(({ sourceLayer: layer }, i) => {
      const own = [ins[i]!];
      calls.push({ layer, address: addressOf(layer), passage: "same", ins: own, outs: own });
    });
    for (const step of steps(inner)) {
      if (step.outputs.every((tensor) => wires.has(tensor))) continue;
      const given = step.inputs.map((tensor) => wires.get(tensor)!);
      const shapes = step.outputs.map(({ shape }) => shape);
      const made = call(step.layer, addressOf(step.layer), given, shapes);
      step.outputs.forEach((tensor, i) => wires.set(tensor, made[i]!));
    }
    return outputs.map((tensor) => wires.get(tensor)!);
  };

  const call = (
    layer: Layer,
    address: string,
    ins: readonly Wire[],
    shapes: readonly Wire["shape"][],
  ): Wire[] => {
    const put = (passage: Call["passage"], outs: Wire[]): Wire[] => {
      calls.push({ layer, address, passage, ins, outs });
      return outs;
    };
    if (kindOf(layer).role === "model") {
      return through(layer as unknown as LayersModel, ins, `${address}/`);
    }
    if (layer.getClassName() === "TimeDistributed") {
      const samples = ({ shape, layout }: Wire): Wire => ({
        shape: [null, ...shape.slice(2)],
        layout: [undefined, ...layout.slice(2)],
      });
      hinder(ins[0]!.layout[1], because("layers that work along other axes", layer));
      const [folded] = put("folded", [samples(ins[0]!)]);
      const one = samples({ shape: shapes[0]!, layout: [] }).shape;
      const [made] = call(attributes(layer).layer!, address, [folded!], [one]);
      const layout = [undefined, undefined, ...made!.layout.slice(1)];
      const out = { shape: shapes[0]!, layout };
      calls.push({ layer, address, passage: "unfolded", ins: [made!], outs: [out] });
      return [out];
    }
    if (layer.getClassName() === "Bidirectional") return bidirectional(layer, address, ins, shapes);
    const { passage } = channelsOf(layer);
    const { dataFormat } = attributes(layer);
    if (dataFormat === "channelsFirst") {
      const last = because('dataFormat "channelsLast"', layer);
      ins.forEach((wire) => wire.layout.forEach((units) => hinder(units, last)));
      if (passage !== "units")
        return put(
          "unknown",
          shapes.map((shape) => ({ shape, layout: [] })),
        );
    }
    const outs =
      passage === "units" ? unitsOf(layer, ins, shapes) : passing(layer, passage, ins, shapes);
    if (passage === "units" && dataFormat === "channelsFirst") {
      hinder(outs[0]!.layout.at(-1), because('dataFormat "channelsLast"', layer));
    }
    const block = own.get(layer);
    use(uses, layer, address, ins[0]!, block ? [{ block, each: 1 }] : []);
    if (layer.getClassName() === "BatchNormalization") besides(layer, ins[0]!);
    for (const { layout } of outs) mixed(layer, layout.at(-1));
    return put(passage, outs);
  };

  const passing = (
    layer: Layer,
    passage: Passage,
    ins: readonly Wire[],
    shapes: readonly Wire["shape"][],
  ) => shapes.map((shape) => ({ shape, layout: pass(passage, layer, ins, shape) }));

  /** The output of a layer with units of its own; a recurrent layer's states have the same units. */
  const unitsOf = (
    layer: Layer,
    ins: readonly Wire[],
    shapes: readonly Wire["shape"][],
  ): Wire[] => {
    const first = attributes(layer).dataFormat === "channelsFirst";
    const block = own.get(layer) ?? new Block(shapes[0]!.at(first ? 1 : -1)!);
    own.set(layer, block);
    const units: Segments = [{ block, each: 1 }];
    const state = because("states of units of the same layer", layer);
    for (const { layout } of ins.slice(1)) {
      const given = layout.at(-1);
      if (given) couple(units, given, state);
      else hinder(units, state);
    }
    const dense = layer.getClassName() === "Dense";
    return shapes.map((shape) => ({
      shape,
      layout: dense
        ? [...ins[0]!.layout.slice(0, -1), units]
        : onLast(layer, ins[0]!, shape, units),
    }));
  };

  /** Both layers of a Bidirectional are made from one configuration, so they grow together. */
  const bidirectional = (
    layer: Layer,
    address: string,
    ins: readonly Wire[],
    shapes: readonly Wire["shape"][],
  ): Wire[] => {
    const { forwardLayer, backwardLayer, mergeMode } = attributes(layer);
    const half = (ins.length - 1) / 2;
    const ways = [forwardLayer!, backwardLayer!].map((inner, i) => {
      const states = ins.slice(1 + i * half, 1 + (i + 1) * half);
      const size = inner.weights[0]!.shape.at(-1)! / channelsOf(inner).gates!;
      const outs = mergeMode === null ? shapes.length / 2 : (shapes.length + 1) / 2;
      const sequence = [...shapes[0]!.slice(0, -1), size];
      const own = Array.from({ length: outs }, (_, at) => (at === 0 ? sequence : [null, size]));
      return call(inner, address, [ins[0]!, ...states], own);
    });
    const [one, two] = ways.map(([out]) => out!.layout.at(-1)!);
    couple(one!, two!, because("units", layer));
    const states = ways.flatMap((outs) => outs.slice(1));
    if (mergeMode === null) return [ways[0]![0]!, ways[1]![0]!, ...states];
    const units = mergeMode === "concat" ? [...one!, ...two!] : one;
    const shape = shapes[0]!;
    const out = {
      shape,
      layout: shape.map((_, i) => (i === shape.length - 1 ? units : undefined)),
    };
    const passage =
      mergeMode === "concat" ? "concatenated" : mergeMode === "mul" ? "product" : "sum";
    calls.push({ layer, address, passage, ins: ways.map(([first]) => first!), outs: [out] });
    return [out, ...states];
  };

  /** Units behind an activation that mixes them, such as softmax, cannot grow. */
  const mixed = (layer: Layer, units: Segments | undefined) => {
    const inner = attributes(layer).cell ?? layer;
    const name = activationOf(inner)?.name ?? "linear";
    if (!unitwise.has(name)) {
      const { activation } = attributes(inner);
      const alone = !activation || !Number.isNaN(around((x) => activation.apply(x), 0).value);
      unitwise.set(name, name !== "softmax" && alone);
    }
    if (unitwise.get(name)) return;
    hinder(units, because("activations that act on every unit for itself", layer, `, ${name}`));
  };

  const whole = engine(model);
  const ins = whole.inputs.map(({ shape, name }): Wire => {
    const input = {
      expected:
        "units that are not coupled to an input of the model (put a dense or 1 x 1 convolution behind it)",
      actual: (grown: string) => `${grown}, coupled to ${name}`,
    };
    const last = (axis: number) => axis > 0 && axis === shape.length - 1;
    return { shape, layout: shape.map((size, i) => (last(i) ? fixed(size, input) : undefined)) };
  });
  through(model, ins, "").forEach((wire) => {
    const end = calls.find(({ outs }) => outs.includes(wire));
    const output = {
      expected: "a hidden layer, not an output of the model",
      actual: (grown: string) => {
        const same = !end || describe(end.layer) === grown;
        return same ? grown : `${grown}, whose units reach it through ${end.address}`;
      },
    };
    wire.layout.forEach((units) => hinderAbove(units, output));
  });
  join(calls, uses);
  return { calls, uses };
}
