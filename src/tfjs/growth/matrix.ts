/** The growth matrix of a layer, computed exactly for every chain. */
import {
  concat,
  keep,
  mul,
  reshape,
  tidy,
  transpose,
  type Tensor,
  type Tensor3D,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import type { Weights } from "../../init/growth/neurons.ts";
import type { Chain, Path } from "./chain.ts";
import { composedMatrix, composes } from "./composed.ts";
import { part, withGradients, type Tensors } from "./gradient.ts";
import { accumulate, kernelGradient, linear, numbersOf, patches } from "./patches.ts";

/** Largest number of patch entries in memory at a time: 32 MB. */
const BLOCK = 2 ** 23;

/**
 * M = Σ patches ⊗ ∂L/∂z, d x o: if a new unit has zero incoming weights and outgoing weights v, the gradient of its
 * incoming weights is M·v. d counts the inputs of the layer (for a convolution kh·kw·in), o the consumers' taps and
 * output channels, in order.
 *
 * M is the gradient that the consumer's kernel would have with one input channel for each of the d numbers that a unit
 * weights. These channels are the patches of the layer's input, passed through the layers between. Strides, paddings,
 * pooling and flattening are thus computed by the operations of tfjs themselves. The samples are processed in blocks,
 * so that patches take at most 32 MB unless one sample takes more. Pairs of convolutions have a faster way
 * (composed.ts).
 *
 * @param slope factor of the matrix: the product of the activations' slopes at zero
 * @returns the matrix, and the loss of the batch
 */
export function growthMatrix(
  model: LayersModel,
  chain: Chain,
  slope: number,
  xs: Tensors,
  ys: Tensors,
  batchSize: number,
): { matrix: Weights; loss: number } {
  const sums: (Tensor3D | undefined)[] = chain.paths.map(() => undefined);
  try {
    const loss = withGradients(model, chain, xs, ys, batchSize, ({ input, deltas }) => {
      chain.paths.forEach((path, i) => {
        const piece = keep(pathMatrix(chain, path, input, deltas[i]!));
        sums[i] = keep(accumulate(sums[i], piece));
      });
    });
    const whole = tidy(() => {
      // [taps, d, out] → [d, taps · out], side by side for all paths
      const parts = sums.map((sum) => reshape(transpose(sum!, [1, 0, 2]), [sum!.shape[1], -1]));
      return mul(concat(parts, 1), slope);
    });
    const matrix = numbersOf(whole);
    if (!matrix.every(Number.isFinite)) {
      throw new ArgumentError("xs, ys", "a batch with finite gradients", "NaN or infinite ones");
    }
    const rows = sums[0]!.shape[1];
    return { matrix: { rows, cols: matrix.length / rows, data: matrix }, loss };
  } finally {
    sums.forEach((sum) => sum?.dispose());
  }
}

/** One path's part of the growth matrix, [taps, d, out]. */
function pathMatrix(chain: Chain, path: Path, input: Tensor, delta: Tensor): Tensor3D {
  if (composes(chain, path)) return composedMatrix(chain, path, input, delta);
  return patchedMatrix(chain, path, input, delta);
}

/** One path's part of the growth matrix, computed from patches; works for every path. */
function patchedMatrix(chain: Chain, path: Path, input: Tensor, delta: Tensor): Tensor3D {
  return tidy(() => {
    const samples = input.shape[0]!;
    const size = (patches(chain.layer, part(input, 0, 1)) as Tensor).size;
    const block = Math.max(1, Math.floor(BLOCK / size));
    let total: Tensor3D | undefined;
    for (let at = 0; at < samples; at += block) {
      const count = Math.min(block, samples - at);
      const piece = tidy(() => {
        const channels = patches(chain.layer, part(input, at, count));
        const d = channels.shape[channels.shape.length - 1]!;
        const arrived = path.between.reduce((x, layer) => linear(layer, x), channels);
        return kernelGradient(path.consumer, arrived, part(delta, at, count), d);
      });
      total = accumulate(total, piece);
    }
    return total!;
  });
}
