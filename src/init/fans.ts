/**
 * Fans of kernels: from how many numbers a unit is summed (`fanIn`), and into how many sums an input goes (`fanOut`).
 * This is the one place that knows them; variances of weights are quotients of a scale and a fan.
 */
import { checkOneOf } from "../arguments.ts";
import { checkShape, size } from "./shape.ts";

export const kernelLayers = ["dense", "depthwise", "separable", "transpose", "embedding"] as const;

/** What kind of layer a kernel belongs to, which its shape does not tell. */
export type KernelLayer = (typeof kernelLayers)[number];

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

export function checkKernelLayer(layer: unknown): void {
  checkOneOf("layer", layer, kernelLayers);
}

/**
 * The fans of a kernel of this shape, with r the product of its spatial axes:
 *
 *   layer          kernel                 fanIn    fanOut
 *   "dense"        […, in, out]           r · in   r · out          dense, recurrent and convolution kernels
 *   "transpose"    […, out, in]           r · in   r · out          transposed convolutions
 *   "depthwise"    […, in, multiplier]    r        r · multiplier   a filter sees one channel
 *   "separable"    with r > 1 as depthwise, with r = 1 (the pointwise kernel) as dense
 *   "embedding"    [vocabulary, units]    1        units            a lookup reads one row
 *
 * As in Keras, a vector of n numbers has both fans n, and a scalar 1. Strides do not count: a convolution with stride s
 * sends an input into 1/s of these sums along each axis, and a transposed one sums a unit from 1/s of them.
 */
export function fansOf(shape: readonly number[], layer: KernelLayer = "dense"): Fans {
  checkKernelLayer(layer);
  checkShape(shape, layer === "dense" ? 0 : layer === "embedding" ? 2 : 3, Infinity);
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const taps = size(shape.slice(0, -2));
  const [rows, cols] = shape.slice(-2) as [number, number];
  if (layer === "transpose") return { fanIn: taps * cols, fanOut: taps * rows };
  if (layer === "embedding") return { fanIn: 1, fanOut: cols };
  if (layer === "depthwise" || (layer === "separable" && taps > 1)) {
    return { fanIn: taps, fanOut: taps * cols };
  }
  return { fanIn: taps * rows, fanOut: taps * cols };
}

/** Whether this is the second kernel of a separable convolution, which gets its own draw. */
export function isPointwise(shape: readonly number[], layer: KernelLayer): boolean {
  return layer === "separable" && size(shape.slice(0, -2)) === 1;
}
