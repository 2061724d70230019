/** GradMax with the sides exchanged: incoming weights are found by optimisation, outgoing weights are zero. */
import {
  add,
  conv2d,
  dispose,
  grad,
  keep,
  matMul,
  mul,
  div,
  reshape,
  slice,
  sum,
  tensor,
  tidy,
  zerosLike,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ascend } from "../../init/growth/ascent.ts";
import type { Weights } from "../../init/growth/neurons.ts";
import type { Layer } from "../layers/graph.ts";
import { functionOf } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import type { Chain, Path } from "./chain.ts";
import { withGradients, type Tensors } from "./gradient.ts";
import { isDilated } from "../layers/axes.ts";
import { accumulate, forward, kernelGradient, numbersOf, tapsOf } from "./patches.ts";

/** A piece of the batch: the input of the grown layer and the deltas of the paths' consumers. */
interface Piece {
  readonly input: Tensor;
  readonly deltas: readonly Tensor[];
}

/**
 * Incoming weights of new units with zero outgoing weights, chosen such that the gradient of the outgoing weights,
 * ‖E[h ⊗ ∂L/∂z]‖_F, is large. They are orthogonal and have the norm of `start`.
 *
 * @returns the incoming weights, and the loss of the batch
 */
export function inverseGradmax(
  model: LayersModel,
  chain: Chain,
  start: Weights,
  xs: Tensors,
  ys: Tensors,
  batchSize: number,
): { incoming: Weights; loss: number } {
  const pieces: Piece[] = [];
  try {
    const loss = withGradients(model, chain, xs, ys, batchSize, ({ input, deltas }) => {
      pieces.push({ input: keep(input), deltas: deltas.map((delta) => keep(delta)) });
    });
    return { incoming: ascend(start, (at) => slopeAt(chain, pieces, at)), loss };
  } finally {
    for (const { input, deltas } of pieces) dispose([input, ...deltas]);
  }
}

/**
 * The gradient of ‖G(w)‖ at the incoming weights w = `at`, where G is the gradient of the outgoing weights. Since
 * d‖G‖ = ⟨dG, G/‖G‖⟩, and ⟨G, v⟩ = ⟨z(w, v), ∂L/∂z⟩ for fixed outgoing weights v, in which z is linear, it is the
 * gradient of ⟨z(w, v), ∂L/∂z⟩ at v = G/‖G‖.
 */
function slopeAt(chain: Chain, pieces: readonly Piece[], at: Weights): Float32Array {
  const slope = tidy((): Tensor => {
    const w = tensor(at.data, [at.rows, at.cols]);
    const k = at.cols;
    const outgoing = chain.paths.map((path, i) => {
      let total: Tensor3D | undefined;
      for (const { input, deltas } of pieces) {
        const gradient = tidy(() =>
          kernelGradient(path.consumer, units(chain, path, input, w), deltas[i]!, k),
        );
        total = accumulate(total, gradient);
      }
      return total!;
    });
    const square = outgoing.map((g) => sum(mul(g, g))).reduce((a, b) => add(a, b));
    const length = Math.sqrt(square.dataSync()[0]!);
    if (length === 0) return zerosLike(w);
    let slope: Tensor | undefined;
    for (const { input, deltas } of pieces) {
      const piece = tidy(() =>
        grad((v: Tensor) =>
          chain.paths
            .map((path, i) => {
              const z = consume(
                path.consumer,
                units(chain, path, input, v),
                div(outgoing[i]!, length),
              );
              return sum(mul(z, reshape(deltas[i]!, z.shape)));
            })
            .reduce((a, b) => add(a, b)),
        )(w),
      );
      slope = accumulate(slope, piece);
    }
    return slope!;
  });
  return numbersOf(slope);
}

/** The outputs of k units with incoming weights w, d x k, and bias 0, as they arrive at the consumer. */
function units(chain: Chain, path: Path, input: Tensor, w: Tensor): Tensor {
  const { layer } = chain;
  const z = consume(layer, input, reshape(w, [1, w.shape[0]!, w.shape[1]!]));
  return path.between.reduce((x, one) => {
    const y = forward(one, x);
    // `forward` computes every layer with its activation, except this one.
    return one.getClassName() === "DepthwiseConv2D" ? functionOf(one)!(y) : y;
  }, functionOf(layer)!(z));
}

/** The linear part of a Dense or Conv2D layer, with another kernel of [taps, channels, out]. */
function consume(layer: Layer, x: Tensor, kernel: Tensor): Tensor {
  const out = kernel.shape.at(-1)!;
  if (layer.getClassName() === "Dense") {
    const inputs = x.shape.at(-1)!;
    const z = matMul(reshape(x, [-1, inputs]), reshape(kernel, [inputs, out]));
    return reshape(z, [...x.shape.slice(0, -1), out]);
  }
  const { kernelSize, strides, padding } = attributes(layer);
  const [height, width] = kernelSize as [number, number];
  const filter = reshape(kernel, [height * width, 1, x.shape[3]!, out]);
  if (isDilated(layer)) {
    return tapsOf(layer, x)
      .map((seen, tap) => {
        const own = slice(filter, [tap, 0, 0, 0], [1, 1, -1, -1]) as Tensor4D;
        return conv2d(seen as Tensor4D, own, strides!, "valid");
      })
      .reduce((a, b) => add(a, b));
  }
  const whole = reshape(filter, [height, width, x.shape[3]!, out]) as Tensor4D;
  return conv2d(x as Tensor4D, whole, strides!, padding!);
}
