/** New channels through layers that keep channels apart: the layers' weights for them are the initial ones. */
import {
  avgPool,
  gather,
  reshape,
  sum,
  tensor1d,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { inputAt, type Axis } from "../../linalg/conv/axis.ts";
import { attributes } from "../layers/attributes.ts";
import { axesOf } from "../layers/axes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { centred, padded } from "./patches.ts";

/** Passes new channels through a layer in inference mode, without its activation. */
export function channelwise(layer: Layer, x: Tensor): Tensor {
  if (layer.getClassName() === "DepthwiseConv2D") return centred(layer, x);
  const { role } = kindOf(layer);
  // Activations and factors follow apart; input layers do nothing.
  return role === "pooling" || role === "shape"
    ? (layer.call(x, { training: false }) as Tensor)
    : x;
}

/** Passes channels through a layer, linearized at zero, without its activation. */
export function linearly(layer: Layer, x: Tensor): Tensor {
  const { role, pooling } = kindOf(layer);
  if (role !== "pooling") return channelwise(layer, x);
  // For equal maxima, TensorFlow.js gives the gradient of global maxima to all of them …
  if (pooling === "global maximum") return sum(x, x.shape.map((_, i) => i).slice(1, -1));
  if (pooling === "global average") return channelwise(layer, x);
  // … and that of windows to the first one.
  if (layer.getClassName().startsWith("Max")) return firsts(layer, x);
  // The gradient of average pooling counts the zeros outside of the image, unlike its values.
  return paddedAverage(layer, x);
}

/** The factor by which batch normalization multiplies new channels; 1 for other layers. */
export function scaleOf(layer: Layer): number {
  if (layer.getClassName() !== "BatchNormalization") return 1;
  return 1 / Math.sqrt(1 + attributes(layer).epsilon!);
}

/** The values at the first position of every pooling window that lies inside of the image. */
function firsts(layer: Layer, x: Tensor): Tensor {
  const positions = (axis: Axis) =>
    tensor1d(
      Array.from({ length: axis.output }, (_, i) => Math.max(0, inputAt(axis, i, 0))),
      "int32",
    );
  const axes = axesOf(layer, x.shape.slice(1, -1));
  return axes.reduce((y, axis, i) => gather(y, positions(axis), i + 1), x);
}

/** The averages over pooling windows that include the zeros around the image. */
function paddedAverage(layer: Layer, x: Tensor): Tensor {
  const wide = padded(layer, x);
  const { poolSize, strides } = attributes(layer);
  const [height, width = 1] = poolSize!;
  const [down, across = 1] = strides as number[];
  const image = reshape(wide, [
    wide.shape[0]!,
    wide.shape[1]!,
    x.rank === 3 ? 1 : wide.shape[2]!,
    wide.shape.at(-1)!,
  ]);
  const y = avgPool(image as Tensor4D, [height!, width], [down!, across], "valid");
  return x.rank === 3 ? reshape(y, [y.shape[0], y.shape[1], y.shape[3]]) : y;
}
