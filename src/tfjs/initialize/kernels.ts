/** The numbers of new weights: kernels of linear layers, and the weights of cells, embeddings and normalizations. */
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { seedsOf } from "../../init/draws.ts";
import { lpsKernel, type LpsLayer } from "../../init/lps/lps.ts";
import { zerO } from "../../init/identity.ts";
import { orthogonal } from "../../init/orthogonal.ts";
import { centreOf, size } from "../../init/shape.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf, type LinearMap } from "../layers/kinds.ts";

/** New values for weights. */
export type Values = [weight: LayerVariable, values: Float32Array][];

/** How kernels are drawn: independent normal numbers, or orthonormal rows or columns. */
export type Weights = "gaussian" | "orthogonal";

/** How kernels are made: drawn, or the identities and Hadamard matrices of ZerO, which have no variance to choose. */
export type Kernels = Weights | "zerO";

/** The option `layer` of `lpsKernel` for each linear map. */
export const NAMES: Record<LinearMap, LpsLayer> = {
  dense: "dense",
  convolution: "dense",
  transposed: "transpose",
  depthwise: "depthwise",
  separable: "separable",
};

/** Which axes of a kernel consist of pairs of opposite entries. */
export interface Pairs {
  /** Input i and i + channels / 2 of every run of `channels` inputs meet opposite weights. */
  readonly channels?: number;
  /** Unit j and j + units / 2 have opposite weights. */
  readonly units: boolean;
  /** All taps of a convolution but the central one are zero. */
  readonly central?: boolean;
}

export interface KernelOptions {
  /** Mean square of a weight times the fan-in. */
  readonly variance: number;
  readonly weights: Kernels;
  readonly pairs?: Pairs;
  readonly seed: number | undefined;
}

/** New kernels and a bias of zeros for a linear layer. */
export function linearValues(layer: Layer, options: KernelOptions): Values {
  const { kernel, depthwiseKernel, pointwiseKernel, bias, strides } = attributes(layer);
  const kind = NAMES[kindOf(layer).map!];
  const [first, second] = seedsOf(options.seed, 2);
  const zeros: Values = bias ? [[bias, float32(size(bias.shape as number[]))]] : [];
  if (kind !== "separable") {
    const weight = (kind === "depthwise" ? depthwiseKernel : kernel)!;
    return [[weight, kernelValues(weight, kind, { ...options, seed: first }, strides)], ...zeros];
  }
  // No activation stands between the two kernels, so the first keeps the variance.
  const { weights } = options;
  const filters = kernelValues(depthwiseKernel!, "depthwise", {
    variance: 1,
    weights,
    seed: first,
  });
  const mixing = kernelValues(pointwiseKernel!, "dense", { ...options, seed: second });
  return [[depthwiseKernel!, filters], [pointwiseKernel!, mixing], ...zeros]; // prettier-ignore
}

function kernelValues(
  weight: LayerVariable,
  layer: LpsLayer,
  { variance, weights, pairs, seed }: KernelOptions,
  strides?: number | number[],
): Float32Array {
  const shape = weight.shape as number[];
  if (variance === 0) return float32(size(shape));
  if (weights === "zerO") return zerO(shape, { layer });
  if (!pairs || (pairs.channels === undefined && !pairs.units)) {
    return lpsKernel(shape, { variance, weights, layer, strides, seed });
  }
  const { channels, units, central } = pairs;
  const spatial = shape.slice(0, -2);
  const transposed = layer === "transpose";
  const [a, b] = shape.slice(-2) as [number, number];
  const halved = (length: number, half: boolean) => (half ? length / 2 : length);
  const [rows, cols] = transposed
    ? [units, channels !== undefined]
    : [channels !== undefined, units];
  const own = [...(central ? [] : spatial), halved(a, rows), halved(b, cols)];
  // With half the inputs, the same mean square is that of half the variance.
  const part = channels === undefined ? variance : variance / 2;
  const half = lpsKernel(own, { variance: part, weights, layer, strides, seed });
  const input = opposite(channels ?? 0);
  const unit = opposite(units ? (transposed ? a : b) : 0);
  const [row, col] = transposed ? [unit, input] : [input, unit];
  const values = float32(size(shape));
  const first = central ? centreOf(spatial) : 0;
  const taps = central ? 1 : size(spatial);
  for (let at = first * a * b, tap = 0; tap < taps; tap++) {
    for (let i = 0; i < a; i++) {
      for (let j = 0; j < b; j++, at++) {
        const from = (tap * own.at(-2)! + row.index(i)) * own.at(-1)! + col.index(j);
        values[at] = row.sign(i) * col.sign(j) * half[from]!;
      }
    }
  }
  return values;
}

/** Entry i of an axis of pairs: its number among the entries that are drawn, and its sign. 0 stands for no pairs. */
function opposite(channels: number) {
  const half = channels / 2;
  return {
    index: (i: number) =>
      channels ? Math.floor(i / channels) * half + ((i % channels) % half) : i,
    sign: (i: number) => (channels && i % channels >= half ? -1 : 1),
  };
}

/** The cells of a recurrent layer, or of the two layers of a Bidirectional. */
export function cellsOf(layer: Layer): Layer[] {
  const { forwardLayer, backwardLayer, cell, cells } = attributes(layer);
  const inner = [forwardLayer, backwardLayer, cell, ...(cells ?? [])].filter((one) => one != null);
  return inner.length > 0 ? inner.flatMap(cellsOf) : [layer];
}

/**
 * New weights of a cell, gate by gate: input kernels that keep the variance, orthogonal recurrent kernels, and biases of
 * zero, but 1 for the forget gate of an LSTM (Gers et al. 2000; Jozefowicz et al. 2015).
 */
export function cellValues(cell: Layer, weights: Weights, seed: number | undefined): Values {
  const { kernel, recurrentKernel, bias } = attributes(cell);
  const gates = kindOf(cell).gates!;
  const [first, second] = seedsOf(seed, 2);
  const shape = kernel!.shape as number[];
  const values: Values = [
    [kernel!, weights === "orthogonal" ? gateValues(shape, gates, first) : lpsKernel(shape, { variance: 1, seed: first })], // prettier-ignore
    [recurrentKernel!, orthogonal(recurrentKernel!.shape as number[], { gates, seed: second })],
  ];
  if (!bias) return values;
  const length = bias.shape[0]!;
  const units = length / gates;
  const biases = float32(length);
  if (forgets(cell)) biases.fill(1, units, 2 * units);
  return [...values, [bias, biases]];
}

/** Whether a cell has a forget gate, the second of four, to start open; tf.layers leaves the option undefined. */
export function forgets(cell: Layer): boolean {
  return kindOf(cell).gates === 4 && attributes(cell).unitForgetBias !== false;
}

/** Orthonormal rows or columns for each gate, of mean square 1 / fan-in. */
function gateValues(shape: readonly number[], gates: number, seed: number | undefined) {
  const inputs = size(shape.slice(0, -1));
  const gain = Math.sqrt(Math.max(1, shape.at(-1)! / gates / inputs));
  return orthogonal(shape, { gates, gain, seed });
}

/** The weights with which a normalization changes nothing; with gamma 0, its output is zero. */
export function normalizationValues(layer: Layer, gamma: 0 | 1): Values {
  const { gamma: factors, beta, movingMean, movingVariance } = attributes(layer);
  const wanted: [LayerVariable | null | undefined, number][] = [
    [factors, gamma],
    [beta, 0],
    [movingMean, 0],
    [movingVariance, 1],
  ];
  return wanted.flatMap(([weight, value]): Values => {
    return weight ? [[weight, float32(size(weight.shape as number[])).fill(value)]] : [];
  });
}
