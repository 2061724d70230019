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
  const tracer = new Tracer();
  const { calls, uses } = tracer;
  const ins = engine(model).inputs.map(({ shape, name }): Wire => {
    const input = {
      expected:
        "units that are not coupled to an input of the model (put a dense or 1 x 1 convolution behind it)",
      actual: (grown: string) => `${grown}, coupled to ${name}`,
    };
    const last = (axis: number) => axis > 0 && axis === shape.length - 1;
    return { shape, layout: shape.map((size, i) => (last(i) ? fixed(size, input) : undefined)) };
  });
  for (const wire of tracer.model(model, ins, "")) {
    const end = calls.find(({ outs }) => outs.includes(wire));
    const output = {
      expected: "a hidden layer, not an output of the model",
      actual: (grown: string) => {
        const same = !end || describe(end.layer) === grown;
        return same ? grown : `${grown}, whose units reach it through ${end.address}`;
      },
    };
    wire.layout.forEach((units) => hinderAbove(units, output));
  }
  join(calls, uses);
  return { calls, uses };
}

type Shapes = readonly Wire["shape"][];

/** Runs models on wires instead of tensors, and notes what happens to units. */
class Tracer {
  readonly calls: Call[] = [];
  readonly uses = new Map<LayerVariable, Use>();
  private readonly own = new Map<Layer, Block>();
  /** Whether activations, by their names, act on every unit for itself. */
  private readonly unitwise = new Map<string, boolean>();

  model(model: LayersModel, ins: readonly Wire[], prefix: string): Wire[] {
    const inner = engine(model);
    const { inputs, outputs } = inner;
    const names = namesIn(model);
    const addressOf = (layer: Layer) => prefix + (names.get(layer) ?? layer.name);
    const wires = new Map<SymbolicTensor, Wire>(inputs.map((tensor, i) => [tensor, ins[i]!]));
    inputs.forEach(({ sourceLayer: layer }, i) => {
      const own = [ins[i]!];
      this.note(layer, addressOf(layer), "same", own, own);
    });
    for (const step of steps(inner)) {
      if (step.outputs.every((tensor) => wires.has(tensor))) continue;
      const given = step.inputs.map((tensor) => wires.get(tensor)!);
      const shapes = step.outputs.map(({ shape }) => shape);
      const made = this.layer(step.layer, addressOf(step.layer), given, shapes);
      step.outputs.forEach((tensor, i) => wires.set(tensor, made[i]!));
    }
    return outputs.map((tensor) => wires.get(tensor)!);
  }

  private note(
    layer: Layer,
    address: string,
    passage: Call["passage"],
    ins: readonly Wire[],
    outs: Wire[],
  ): Wire[] {
    this.calls.push({ layer, address, passage, ins, outs });
    return outs;
  }

  private layer(layer: Layer, address: string, ins: readonly Wire[], shapes: Shapes): Wire[] {
    if (kindOf(layer).role === "model") {
      return this.model(layer as unknown as LayersModel, ins, `${address}/`);
    }
    const name = layer.getClassName();
    if (name === "TimeDistributed") return this.timeDistributed(layer, address, ins, shapes);
    if (name === "Bidirectional") return this.bidirectional(layer, address, ins, shapes);
    const { passage } = channelsOf(layer);
    const outs =
      passage === "units"
        ? this.units(layer, ins, shapes)
        : shapes.map((shape) => ({ shape, layout: pass(passage, layer, ins, shape) }));
    const block = this.own.get(layer);
    use(this.uses, layer, address, ins[0]!, block ? [{ block, each: 1 }] : []);
    if (name === "BatchNormalization") besides(layer, ins[0]!);
    for (const { layout } of outs) this.checkActivation(layer, layout.at(-1));
    if (attributes(layer).dataFormat !== "channelsFirst") {
      return this.note(layer, address, passage, ins, outs);
    }
    const last = because('dataFormat "channelsLast"', layer);
    for (const { layout } of [...ins, ...outs]) layout.forEach((units) => hinder(units, last));
    // The units are not where the layouts say.
    const bare = shapes.map((shape) => ({ shape, layout: shape.map(() => undefined) }));
    return this.note(layer, address, passage, ins, bare);
  }

  /** The output of a layer with units of its own; a recurrent layer's states have the same units. */
  private units(layer: Layer, ins: readonly Wire[], shapes: Shapes): Wire[] {
    const first = attributes(layer).dataFormat === "channelsFirst";
    const block = this.own.get(layer) ?? new Block(shapes[0]!.at(first ? 1 : -1)!);
    this.own.set(layer, block);
    const units: Segments = [{ block, each: 1 }];
    const state = because("states of units of the same layer", layer);
    for (const { layout } of ins.slice(1)) {
      const given = layout.at(-1);
      if (given) couple(units, given, state);
      else hinder(units, state);
    }
    const [input] = ins;
    return shapes.map((shape) => {
      // A dense layer leaves other axes alone.
      const others = layer.getClassName() === "Dense" && input!.layout.slice(0, -1);
      return { shape, layout: others ? [...others, units] : onLast(layer, input!, shape, units) };
    });
  }

  /** Time becomes part of the samples, and is taken out of them again behind the layer inside. */
  private timeDistributed(
    layer: Layer,
    address: string,
    ins: readonly Wire[],
    shapes: Shapes,
  ): Wire[] {
    const [input] = ins;
    const [shape] = shapes;
    const samples = {
      shape: [null, ...input!.shape.slice(2)],
      layout: [undefined, ...input!.layout.slice(2)],
    };
    hinder(input!.layout[1], because("layers that work along other axes", layer));
    const folded = this.note(layer, address, "folded", ins, [samples]);
    const inside = attributes(layer).layer!;
    const made = this.layer(inside, address, folded, [[null, ...shape!.slice(2)]]);
    const layout = [undefined, undefined, ...made[0]!.layout.slice(1)];
    return this.note(layer, address, "unfolded", made, [{ shape: shape!, layout }]);
  }

  /** Both layers of a Bidirectional are made from one configuration, so they grow together. */
  private bidirectional(
    layer: Layer,
    address: string,
    ins: readonly Wire[],
    shapes: Shapes,
  ): Wire[] {
    const { forwardLayer, backwardLayer, mergeMode } = attributes(layer);
    const apart = mergeMode === null;
    const [input, ...states] = ins;
    const half = states.length / 2;
    const [shape] = shapes;
    const ways = [forwardLayer!, backwardLayer!].map((inner, i) => {
      const size = inner.weights[0]!.shape.at(-1)! / channelsOf(inner).gates!;
      const sequence = [...shape!.slice(0, -1), size];
      const outs = apart ? shapes.length / 2 : (shapes.length + 1) / 2;
      const own = Array.from({ length: outs }, (_, at) => (at === 0 ? sequence : [null, size]));
      return this.layer(inner, address, [input!, ...states.slice(i * half, (i + 1) * half)], own);
    });
    const both = ways.map(([out]) => out!);
    const [one, two] = both.map(({ layout }) => layout.at(-1)!);
    couple(one!, two!, because("units", layer));
    const ends = ways.flatMap((outs) => outs.slice(1));
    if (apart) return [...both, ...ends];
    const joined = mergeMode === "concat";
    const units = joined ? [...one!, ...two!] : one;
    const layout = shape!.map((_, i) => (i === shape!.length - 1 ? units : undefined));
    const passage = joined ? "concatenated" : mergeMode === "mul" ? "product" : "sum";
    return [...this.note(layer, address, passage, both, [{ shape: shape!, layout }]), ...ends];
  }

  /** Units behind an activation that mixes them, such as softmax, cannot grow. */
  private checkActivation(layer: Layer, units: Segments | undefined): void {
    const inner = attributes(layer).cell ?? layer;
    const name = activationOf(inner)?.name ?? "linear";
    if (!this.unitwise.has(name)) {
      const { activation } = attributes(inner);
      const alone = !activation || !Number.isNaN(around((x) => activation.apply(x), 0).value);
      this.unitwise.set(name, name !== "softmax" && alone);
    }
    if (this.unitwise.get(name)) return;
    hinder(units, because("activations that act on every unit for itself", layer, `, ${name}`));
  }
}
