/** Conversion of the weights around a layer's units into the matrices of growth methods, and back into tensors. */
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { size } from "../../init/shape.ts";
import { zeroWeights, type Neurons, type Weights } from "../../init/growth/neurons.ts";
import type { Layer } from "../layers/graph.ts";
import { attributes } from "../layers/attributes.ts";
import type { Chain } from "./chain.ts";
import { centreTap } from "./patches.ts";
import type { Widening, Widenings } from "./rebuild.ts";

/** The weights of new units, as a method makes them. */
export interface Growth extends Neurons {
  /** For copies: the old unit that each new unit copies. */
  readonly sources?: readonly number[];
  /** New outgoing weights of the old units, if these change. */
  readonly divided?: Weights;
}

/** The number of units of a layer. */
export function widthOf(layer: Layer): number {
  return kernelWeight(layer).shape.at(-1)!;
}

/** A kernel whose shape is known, as in every built layer. */
type Kernel = LayerVariable & { readonly shape: number[] };

export function kernelWeight(layer: Layer): Kernel {
  return layer.weights.find((weight) => kindOf(weight) === "kernel") as Kernel;
}

const kindOf = (weight: LayerVariable) => weight.originalName.split("/").at(-1)!;

/** The incoming and outgoing weights of a layer's m units: d x m and o x m, with d and o as in the growth matrix. */
export function neuronsOf({ layer, paths }: Chain): Neurons {
  const m = widthOf(layer);
  const kernel = kernelWeight(layer).read().dataSync<"float32">();
  const parts = paths.map(({ consumer }) => kernelWeight(consumer));
  const numbers = parts.reduce((sum, { shape }) => sum + size(shape), 0);
  const outgoing = zeroWeights(numbers / m, m);
  let row = 0;
  for (const part of parts) {
    const data = part.read().dataSync<"float32">();
    const out = part.shape.at(-1)!;
    // [taps, m, out] → [taps · out, m]
    for (let at = 0, tap = 0; at < data.length; tap++) {
      for (let j = 0; j < m; j++) {
        for (let l = 0; l < out; l++) outgoing.data[(row + tap * out + l) * m + j] = data[at++]!;
      }
    }
    row += data.length / m;
  }
  return { incoming: { rows: kernel.length / m, cols: m, data: kernel }, outgoing };
}

/** Every weight that gets wider by a growth, and its new numbers. */
export function widenings({ layer, paths, between }: Chain, growth: Growth): Widenings {
  const units = widthOf(layer);
  const { incoming, outgoing, sources, divided } = growth;
  const map = new Map<LayerVariable, Widening>();
  const kernel = kernelWeight(layer);
  map.set(kernel, {
    axis: kernel.shape.length - 1,
    units,
    fill: (i, j) => incoming.data[i * incoming.cols + j]!,
  });
  for (const one of [layer, ...between]) {
    for (const weight of one.weights) {
      if (weight === kernel) continue;
      map.set(weight, channels(one, weight, units, sources));
    }
  }
  let row = 0;
  for (const { consumer } of paths) {
    const weight = kernelWeight(consumer);
    const axis = weight.shape.length - 2;
    const out = weight.shape.at(-1)!;
    const first = row;
    const at = (i: number, l: number) => first + i * out + l;
    map.set(weight, {
      axis,
      units,
      fill: (i, j, l) => outgoing.data[at(i, l) * outgoing.cols + j]!,
      ...(divided && { old: outgoingKernel(divided, first, weight.shape) }),
    });
    row += size(weight.shape) / units;
  }
  return map;
}

/** The rows of an o x m matrix that belong to one consumer, from row `first` on, in the layout of its kernel. */
function outgoingKernel({ cols: m, data }: Weights, first: number, shape: number[]): Float32Array {
  const out = shape.at(-1)!;
  const kernel = float32(size(shape));
  for (let at = 0, tap = 0; at < kernel.length; tap++) {
    for (let j = 0; j < m; j++) {
      for (let l = 0; l < out; l++) kernel[at++] = data[(first + tap * out + l) * m + j]!;
    }
  }
  return kernel;
}

/** The widening of a weight with numbers for each channel: those of the copied channels, else initial values. */
function channels(
  layer: Layer,
  weight: LayerVariable,
  units: number,
  sources?: readonly number[],
): Widening {
  const shape = weight.shape as number[];
  const depthwise = kindOf(weight) === "depthwise_kernel";
  const axis = depthwise ? 2 : shape.length - 1;
  if (sources !== undefined) {
    const data = weight.read().dataSync<"float32">();
    return { axis, units, fill: (i, j) => data[i * units + sources[j]!]! };
  }
  if (depthwise) {
    const taps = centreTap(attributes(layer).kernelSize!);
    return { axis, units, fill: (i) => taps[i]! };
  }
  const one = ["gamma", "moving_variance"].includes(kindOf(weight));
  return { axis, units, fill: () => Number(one) };
}

/** The total size of all kernels around a layer with k more units. */
export function sizeOf({ layer, paths }: Chain, k: number): number {
  const m = widthOf(layer);
  const kernels = [layer, ...paths.map(({ consumer }) => consumer)].map(kernelWeight);
  return kernels.reduce((sum, { shape }) => sum + (size(shape) / m) * (m + k), 0);
}
