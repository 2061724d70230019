/** The growth matrix of a group, computed exactly. */
import {
  concat,
  keep,
  mul,
  tidy,
  transpose,
  zeros,
  type Tensor,
  type Tensor3D,
} from "@tensorflow/tfjs-core";
import { ArgumentError } from "../../errors.ts";
import type { Weights } from "../../init/growth/neurons.ts";
import type { Layer } from "../layers/graph.ts";
import { composedKernel, composes } from "./composed.ts";
import { arrivals, factors } from "./flow.ts";
import { part, withGradients, type Batch, type Gradients } from "./gradient.ts";
import { unitsAt, type Group, type Place } from "./groups.ts";
import { runsOf } from "./numbers.ts";
import { byUnit, kernelGradient } from "./kernels.ts";
import { accumulate, arrived, numbersOf, patches, seen } from "./patches.ts";
import { rowsAt } from "./weights.ts";

/** Largest number of patch entries in memory at a time: 32 MB. */
const BLOCK = 2 ** 23;

/**
 * M = Σ patches ⊗ ∂L/∂z, d x o: if a new unit has zero incoming weights and outgoing weights v, the gradient of its
 * incoming weights is M·v. d counts the numbers that one unit weights in all layers that make it (for a convolution
 * kh·kw·in), o those with which it is read in all kernels, in their order.
 *
 * M is the gradient that the reading kernels would have with one input channel for each of the d numbers that a unit
 * weights. These channels are the patches of the layer's input, passed through the layers between. Strides, paddings,
 * pooling and flattening are thus computed by the operations of tfjs themselves. The samples are processed in blocks,
 * so that patches take at most 32 MB unless one sample takes more. Pairs of convolutions have a faster way
 * (composed.ts).
 *
 * @param slopes the slopes of activations at zero
 * @returns the matrix, and the loss of the batch
 */
export function growthMatrix(
  batch: Batch,
  group: Group,
  slopes: ReadonlyMap<Layer, number>,
): { matrix: Weights; loss: number } {
  /** [d, rows] for each layer that makes units, side by side for those that read them. */
  const sums: (Tensor | undefined)[] = group.producers.map(() => undefined);
  try {
    const loss = withGradients(batch, group, (gradients) => {
      group.producers.forEach((place, i) => {
        sums[i] = keep(accumulate(sums[i], keep(rowsOf(place, group, slopes, gradients))));
      });
    });
    const whole = tidy(() =>
      concat(
        sums.map((sum) => sum!),
        0,
      ),
    );
    const rows = whole.shape[0]!;
    const matrix = numbersOf(whole);
    if (!matrix.every(Number.isFinite)) {
      throw new ArgumentError("xs, ys", "a batch with finite gradients", "NaN or infinite ones");
    }
    return { matrix: { rows, cols: matrix.length / rows, data: matrix }, loss };
  } finally {
    sums.forEach((sum) => sum?.dispose());
  }
}

/** The rows of the matrix for one layer that makes units. */
function rowsOf(
  { use }: Place,
  group: Group,
  slopes: ReadonlyMap<Layer, number>,
  { inputs, deltas }: Gradients,
): Tensor {
  return tidy(() => {
    const x = seen(use.layer, inputs.get(use.layer)!);
    const between = factors(group, use.layer, slopes);
    const count = (patches(use.layer, part(x, 0, 1)) as Tensor).shape.at(-1)!;
    const quick = (reader: Layer) => {
      const factor = [...between].find(([{ layer }]) => layer === reader)?.[1];
      if (factor === undefined || Number.isNaN(factor) || !composes(use.layer, reader)) return;
      return mul(composedKernel(use.layer, reader, x, deltas.get(reader)!), factor) as Tensor3D;
    };
    const readers = [...new Set(group.consumers.map(({ use }) => use.layer))];
    const kernels = new Map(readers.map((layer) => [layer, quick(layer)]));
    if (readers.some((layer) => kernels.get(layer) === undefined)) {
      slowly(use.layer, group, slopes, x, deltas).forEach((kernel, layer) => {
        if (!kernels.get(layer)) kernels.set(layer, kernel);
      });
    }
    const parts = group.consumers.map((place) => {
      const runs = runsOf(unitsAt(place), group.block);
      const kernel = kernels.get(place.use.layer);
      // A layer before the one that makes the units does not read them.
      return kernel ? byUnit(kernel, runs, count) : zeros([rowsAt(place, group), count]);
    });
    return transpose(concat(parts, 0));
  });
}

/** The gradients of all kernels that read units of a layer, from patches; works for every group. */
function slowly(
  maker: Layer,
  group: Group,
  slopes: ReadonlyMap<Layer, number>,
  x: Tensor,
  deltas: ReadonlyMap<Layer, Tensor>,
): Map<Layer, Tensor3D> {
  const samples = x.shape[0]!;
  // Where time is folded into the samples of one layer only, samples cannot be taken apart.
  const apart = [...deltas.values()].every((delta) => delta.shape[0] === samples);
  const one = tidy(() => patches(maker, part(x, 0, 1)));
  const [count, size] = [one.shape.at(-1)!, one.size];
  const block = apart ? Math.max(1, Math.floor(BLOCK / size)) : samples;
  const kernels = new Map<Layer, Tensor3D>();
  for (let at = 0; at < samples; at += block) {
    const length = Math.min(block, samples - at);
    let readers: Layer[] = [];
    const pieces = tidy(() => {
      const channels = patches(maker, part(x, at, length));
      const found = arrivals(
        group,
        (layer) => (layer === maker ? channels : undefined),
        count,
        slopes,
      );
      readers = [...found.keys()].map(({ layer }) => layer);
      return [...found].map(([{ layer }, y]) =>
        kernelGradient(
          layer,
          arrived(layer, y),
          apart ? part(deltas.get(layer)!, at, length) : deltas.get(layer)!,
        ),
      );
    });
    readers.forEach((layer, i) => kernels.set(layer, accumulate(kernels.get(layer), pieces[i]!)));
  }
  return kernels;
}
