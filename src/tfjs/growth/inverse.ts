/** GradMax with the sides exchanged: incoming weights are found by optimisation, outgoing weights are zero. */
import {
  add,
  concat,
  dispose,
  div,
  grad,
  keep,
  mul,
  reshape,
  slice,
  sum,
  tensor,
  tidy,
  zerosLike,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { ascend } from "../../init/growth/ascent.ts";
import type { Weights } from "../../init/growth/neurons.ts";
import type { Layer } from "../layers/graph.ts";
import { differentiating } from "../layers/undone.ts";
import { arrivals } from "./flow.ts";
import { withGradients, type Batch } from "./gradient.ts";
import { unitsAt, type Group } from "./groups.ts";
import { runsOf } from "./numbers.ts";
import { byUnit, kernelGradient, mixed, toKernel } from "./kernels.ts";
import { accumulate, arrived, numbersOf, seen } from "./patches.ts";
import { rowsAt } from "./weights.ts";

/** A piece of the batch: what the kernels of the units multiply, and the deltas of the layers that read them. */
interface Piece {
  readonly inputs: ReadonlyMap<Layer, Tensor>;
  readonly deltas: ReadonlyMap<Layer, Tensor>;
}

/**
 * Incoming weights of new units with zero outgoing weights, chosen such that the gradient of the outgoing weights,
 * ‖E[h ⊗ ∂L/∂z]‖_F, is large. They are orthogonal and have the norm of `start`.
 *
 * @returns the incoming weights, and the loss of the batch
 */
export function inverseGradmax(
  batch: Batch,
  group: Group,
  start: Weights,
): { incoming: Weights; loss: number } {
  const pieces: Piece[] = [];
  try {
    const loss = withGradients(batch, group, ({ inputs, deltas }) => {
      const held = [...inputs].map(([layer, x]) => [layer, keep(seen(layer, x))] as const);
      const slopes = [...deltas].map(([layer, delta]) => [layer, keep(delta)] as const);
      pieces.push({ inputs: new Map(held), deltas: new Map(slopes) });
    });
    return { incoming: ascend(start, (at) => slopeAt(group, pieces, at)), loss };
  } finally {
    for (const { inputs, deltas } of pieces) dispose([...inputs.values(), ...deltas.values()]);
  }
}

/**
 * The gradient of ‖G(w)‖ at the incoming weights w = `at`, where G is the gradient of the outgoing weights. Since
 * d‖G‖ = ⟨dG, G/‖G‖⟩, and ⟨G, v⟩ = ⟨z(w, v), ∂L/∂z⟩ for fixed outgoing weights v, in which z is linear, it is the
 * gradient of ⟨z(w, v), ∂L/∂z⟩ at v = G/‖G‖.
 */
function slopeAt(group: Group, pieces: readonly Piece[], at: Weights): Float32Array {
  const slope = tidy((): Tensor => {
    const w = tensor(at.data, [at.rows, at.cols]);
    let outgoing: Tensor | undefined;
    for (const piece of pieces)
      outgoing = accumulate(
        outgoing,
        tidy(() => gradientFor(group, piece, w)),
      );
    const length = Math.sqrt(sum(mul(outgoing!, outgoing!)).dataSync()[0]!);
    if (length === 0) return zerosLike(w);
    const direction = div(outgoing!, length);
    let slope: Tensor | undefined;
    for (const piece of pieces) {
      slope = accumulate(
        slope,
        tidy(() =>
          differentiating(() => grad((v: Tensor) => along(group, piece, v, direction))(w)),
        ),
      );
    }
    return slope!;
  });
  return numbersOf(slope);
}

/** The gradient of the outgoing weights, o x k, for incoming weights w. */
function gradientFor(group: Group, piece: Piece, w: Tensor): Tensor {
  const found = unitsOf(group, piece, w);
  const kernels = group.consumers.map((place) => {
    const { layer } = place.use;
    const kernel = kernelGradient(layer, found.get(layer)!, piece.deltas.get(layer)!);
    return byUnit(kernel, runsOf(unitsAt(place), group.block), w.shape[1]!);
  });
  return concat(kernels, 0);
}

/** ⟨z(w, v), ∂L/∂z⟩ for incoming weights w and outgoing weights v. */
function along(group: Group, piece: Piece, w: Tensor, v: Tensor): Tensor {
  const found = unitsOf(group, piece, w);
  let row = 0;
  const parts = group.consumers.map((place) => {
    const { layer, weight } = place.use;
    const rows = rowsAt(place, group);
    const own = slice(v, [row, 0], [rows, -1]);
    row += rows;
    const inner = weight.shape.slice(place.axis + 1).reduce<number>((all, n) => all * n!, 1);
    const kernel = toKernel(own, runsOf(unitsAt(place), group.block), inner);
    const delta = piece.deltas.get(layer)!;
    const z = mixed(layer, found.get(layer)!, kernel, delta);
    return sum(mul(z, reshape(delta, z.shape)));
  });
  return parts.reduce((a, b) => add(a, b));
}

/** The outputs of k units with incoming weights w, d x k, and bias 0, as they arrive where they are read. */
function unitsOf(group: Group, { inputs }: Piece, w: Tensor): Map<Layer, Tensor> {
  const k = w.shape[1]!;
  let row = 0;
  const made = new Map(
    group.producers.map((place) => {
      const rows = rowsAt(place, group);
      const own = slice(w, [row, 0], [rows, k]);
      row += rows;
      const x = inputs.get(place.use.layer)!;
      return [place.use.layer, mixed(place.use.layer, x, reshape(own, [-1, x.shape.at(-1)!, k]))];
    }),
  );
  const found = arrivals(group, (layer) => made.get(layer), k, undefined);
  return new Map([...found].map(([{ layer }, x]) => [layer, arrived(layer, x)]));
}
