/**
 * Kernels that read new units: their gradients, and layers with such kernels. Kernels are [outer, channels, inner] here,
 * where channels are those of the input.
 */
import {
  add,
  concat,
  conv2d,
  conv2dTranspose,
  matMul,
  reshape,
  slice,
  tidy,
  transpose,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { size } from "../../init/shape.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf } from "../layers/kinds.ts";
import { placesOf, type Runs } from "./numbers.ts";
import { filterGradient, isDilated, planar, tapsOf, unimaged } from "./patches.ts";

/**
 * The gradient that a kernel would have with the channels x as input: [outer, channels, inner], where outer counts the
 * taps of a convolution kernel.
 *
 * @param x what the kernel multiplies
 */
export function kernelGradient(consumer: Layer, x: Tensor, delta: Tensor): Tensor3D {
  return tidy(() => {
    const channels = x.shape.at(-1)!;
    const out = delta.shape.at(-1)!;
    const conv = planar(consumer);
    if (!conv) {
      // On the wasm backend tf.matMul with transposeA is many times slower.
      const rows = transpose(reshape(x, [-1, channels]));
      return reshape(matMul(rows, reshape(delta, [-1, out])), [1, channels, out]) as Tensor3D;
    }
    const { kernelSize, strides, padding } = conv;
    if (kindOf(consumer).map === "transposed") {
      const gradient = filterGradient(delta, x, [...kernelSize, out, channels], strides, padding);
      return reshape(gradient, [-1, channels, 1]) as Tensor3D;
    }
    const dy =
      delta.rank === 3 ? reshape(delta, [delta.shape[0]!, 1, ...delta.shape.slice(1)]) : delta;
    if (isDilated(conv)) {
      const one = [1, 1, channels, out];
      const gradients = tapsOf(consumer, x).map((tap) =>
        filterGradient(tap, dy, one, strides, "valid"),
      );
      return reshape(concat(gradients, 0), [-1, channels, out]) as Tensor3D;
    }
    const gradient = filterGradient(x, dy, [...kernelSize, channels, out], strides, padding);
    return reshape(gradient, [-1, channels, out]) as Tensor3D;
  });
}

/**
 * The linear part of a layer with another kernel, [outer, channels, inner].
 *
 * @param x what the kernel multiplies
 * @param like a tensor of the output's shape, which transposed convolutions need
 */
export function mixed(layer: Layer, x: Tensor, kernel: Tensor, like?: Tensor): Tensor {
  const [channels, out] = [x.shape.at(-1)!, kernel.shape[2]!];
  const conv = planar(layer);
  if (!conv) {
    const z = matMul(reshape(x, [-1, channels]), reshape(kernel, [channels, out]));
    return reshape(z, [...x.shape.slice(0, -1), out]);
  }
  const { kernelSize, strides, padding } = conv;
  if (kindOf(layer).map === "transposed") {
    const shape = like!.shape as [number, number, number, number];
    const filter = reshape(kernel, [...kernelSize, shape[3], channels]) as Tensor4D;
    return conv2dTranspose(x as Tensor4D, filter, shape, strides, padding);
  }
  if (isDilated(conv)) {
    const filter = reshape(kernel, [size(kernelSize), 1, channels, out]);
    const parts = tapsOf(layer, x).map((tap, i) => {
      const own = slice(filter, [i, 0, 0, 0], [1, 1, -1, -1]) as Tensor4D;
      return conv2d(tap as Tensor4D, own, strides, "valid");
    });
    return unimaged(
      layer,
      parts.reduce((a, b) => add(a, b)),
    );
  }
  const filter = reshape(kernel, [...kernelSize, channels, out]) as Tensor4D;
  return unimaged(layer, conv2d(x as Tensor4D, filter, strides, padding));
}

/** Runs in which units take the same number of places, taken together: positions that were flattened are many. */
function pieces({ runs }: Runs): { each: number; times: number }[] {
  const [first] = runs;
  if (runs.every(({ each }) => each === first!.each))
    return [{ each: first!.each, times: runs.length }];
  return runs.map(({ each }) => ({ each, times: 1 }));
}

/** A kernel [outer, channels, inner] of new units as a matrix with a column for each unit. */
export function byUnit(kernel: Tensor3D, runs: Runs, count: number): Tensor {
  const [outer, , inner] = kernel.shape;
  let from = 0;
  const parts = pieces(runs).map(({ each, times }) => {
    const part = slice(kernel, [0, from, 0], [outer, times * count * each, inner]);
    from += part.shape[1];
    const units = transpose(reshape(part, [outer * times, count, each * inner]), [0, 2, 1]);
    return reshape(units, [outer, times * each * inner, count]);
  });
  return reshape(parts.length === 1 ? parts[0]! : concat(parts, 1), [-1, count]);
}

/** The kernel [outer, channels, inner] of which `byUnit` makes a matrix. */
export function toKernel(matrix: Tensor, runs: Runs, inner: number): Tensor {
  const count = matrix.shape[1]!;
  const whole = reshape(matrix, [-1, placesOf(runs) * inner, count]);
  const outer = whole.shape[0]!;
  let from = 0;
  const parts = pieces(runs).map(({ each, times }) => {
    const part = slice(whole, [0, from, 0], [outer, times * each * inner, count]);
    from += times * each * inner;
    const units = transpose(reshape(part, [outer * times, each * inner, count]), [0, 2, 1]);
    return reshape(units, [outer, times * count * each, inner]);
  });
  return parts.length === 1 ? parts[0]! : concat(parts, 1);
}
