/** The growth matrix of a layer, exact for every chain. */
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

/** Numbers of patches alive at a time: 32 MB. */
const BLOCK = 2 ** 23;

/**
 * M = Σ patches ⊗ ∂L/∂z, d x o: the gradient of the incoming weights of a new unit is M·v while they
 * are zero, where v are its outgoing weights. d counts the inputs of the layer (for a convolution
 * kh·kw·in), o the consumers' taps and output channels, in order.
 *
 * It is the gradient of the consumer's kernel, had it one input channel for each of the d numbers that
 * a unit can weight: those channels are the patches of the layer's input, taken through the layers
 * between. So strides, paddings, pooling, flattening are all what the operations of tfjs make of
 * them. Blocked by samples, so that patches take 32 MB at most unless one sample takes more. Two
 * convolutions go a shorter way (composed.ts).
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

/** The part of a path, [taps, d, out]. */
function pathMatrix(chain: Chain, path: Path, input: Tensor, delta: Tensor): Tensor3D {
  if (composes(chain, path)) return composedMatrix(chain, path, input, delta);
  return patchedMatrix(chain, path, input, delta);
}

/** The same for every path, by patches. */
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
