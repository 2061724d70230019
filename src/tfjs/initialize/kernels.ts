/** The numbers of new weights: kernels of linear layers, and the weights of cells, embeddings and normalizations. */
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { float32 } from "../../arrays.ts";
import { seedsOf } from "../../init/draws.ts";
import { lpsKernel, type LpsLayer } from "../../init/lps/lps.ts";
import { size } from "../../init/shape.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf, type LinearMap } from "../layers/kinds.ts";

/** New values for weights. */
export type Values = [weight: LayerVariable, values: Float32Array][];

/** How kernels are drawn: independent normal numbers, or orthonormal rows or columns. */
export type Weights = "gaussian" | "orthogonal";

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
}

export interface KernelOptions {
  /** Mean square of a weight times the fan-in. */
  readonly variance: number;
  readonly weights: Weights;
  readonly pairs?: Pairs;
  readonly seed: number | undefined;
}

/** New kernels and a bias of zeros for a linear layer. */
export function linearValues(layer: Layer, options: KernelOptions): Values {
  const { kernel, depthwiseKernel, pointwiseKernel, bias, strides } = attributes(layer);
  const { variance, weights, seed } = options;
  const zeros: Values = bias ? [[bias, float32(size(bias.shape as number[]))]] : [];
  const { map } = kindOf(layer);
  if (map === "separable") {
    // No activation stands between the two kernels, so the first keeps the variance.
    const [first, second] = seedsOf(seed, 2);
    const depthwise = lpsKernel(depthwiseKernel!.shape as number[], { variance: 1, weights, layer: "depthwise", seed: first }); // prettier-ignore
    const pointwise = kernelValues(pointwiseKernel!.shape as number[], "dense", { ...options, seed: second }); // prettier-ignore
    return [[depthwiseKernel!, depthwise], [pointwiseKernel!, pointwise], ...zeros]; // prettier-ignore
  }
  const variable = (map === "depthwise" ? depthwiseKernel : kernel)!;
  const values = kernelValues(variable.shape as number[], NAMES[map!], { ...options, seed }, strides); // prettier-ignore
  return [[variable, variance === 0 ? values.fill(0) : values], ...zeros];
}

function kernelValues(
  shape: readonly number[],
  layer: LpsLayer,
  { variance, weights, pairs, seed }: KernelOptions,
  strides?: number | number[],
): Float32Array {
  if (!pairs || (pairs.channels === undefined && !pairs.units)) {
    return lpsKernel(shape, { variance, weights, layer, strides, seed });
  }
  const { channels, units } = pairs;
  const transposed = layer === "transpose";
  const [a, b] = shape.slice(-2) as [number, number];
  const halved = (length: number, half: boolean) => (half ? length / 2 : length);
  const [rows, cols] = transposed ? [units, channels !== undefined] : [channels !== undefined, units];
  const own = [...shape.slice(0, -2), halved(a, rows), halved(b, cols)];
  // With half the inputs, the same mean square is that of half the variance.
  const part = channels === undefined ? variance : variance / 2;
  const half = lpsKernel(own, { variance: part, weights, layer, strides, seed });
  const input = opposite(channels ?? 0);
  const unit = opposite(units ? (transposed ? a : b) : 0);
  const [row, col] = transposed ? [unit, input] : [input, unit];
  const values = float32(size(shape));
  const taps = size(shape.slice(0, -2));
  for (let at = 0, tap = 0; tap < taps; tap++) {
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
  const { kernel, recurrentKernel, bias, unitForgetBias } = attributes(cell);
  const gates = kindOf(cell).gates!;
  const [first, second] = seedsOf(seed, 2);
  const values: Values = [
    [kernel!, gateValues(kernel!.shape as number[], gates, weights, first)],
    [recurrentKernel!, gateValues(recurrentKernel!.shape as number[], gates, "orthogonal", second)],
  ];
  if (!bias) return values;
  const length = bias.shape[0]!;
  const units = length / gates;
  const biases = float32(length);
  if (unitForgetBias) biases.fill(1, units, 2 * units);
  return [...values, [bias, biases]];
}

function gateValues(shape: number[], gates: number, weights: Weights, seed: number | undefined) {
  const units = shape.at(-1)! / gates;
  const values = float32(size(shape));
  seedsOf(seed, gates).forEach((own, gate) => {
    const one = lpsKernel([...shape.slice(0, -1), units], { variance: 1, weights, seed: own });
    for (let row = 0; row * units < one.length; row++) {
      const part = one.subarray(row * units, (row + 1) * units);
      values.set(part, (row * gates + gate) * units);
    }
  });
  return values;
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
