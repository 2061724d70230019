/** Gradients of operations for which TensorFlow.js has none, or refuses some attributes. */
import * as tf from "@tensorflow/tfjs-core";
import { einsumGradient } from "./einsum.ts";
import { isDilated, type ConvolutionAttrs } from "./geometry.ts";
import { slopes } from "./slopes.ts";
import { tileGradient } from "./tile.ts";

type GradFunc = tf.GradConfig["gradFunc"];

const zeros = (x: tf.Tensor) => () => tf.zeros(x.shape);

/** The gradient, zero, of an operation that is constant between its steps. */
const step = (...inputsToSave: string[]) => ({
  inputsToSave,
  gradFunc: ((_, saved) =>
    Object.fromEntries(inputsToSave.map((name, i) => [name, zeros(saved[i]!)]))) as GradFunc,
});

const run = (name: string, inputs: tf.NamedTensorMap, attrs: object) =>
  tf.engine().runKernel<tf.Tensor>(name, inputs, attrs as tf.NamedAttrMap);

/** Kernels of the gradients of a convolution with respect to its input and its filter. */
const kernels: Record<string, readonly [input: string, filter: string]> = {
  Conv2D: ["Conv2DBackpropInput", "Conv2DBackpropFilter"],
  Conv3D: ["Conv3DBackpropInputV2", "Conv3DBackpropFilterV2"],
  DepthwiseConv2dNative: [
    "DepthwiseConv2dNativeBackpropInput",
    "DepthwiseConv2dNativeBackpropFilter",
  ],
};

/** The gradients of a convolution by kernels that, on the wasm backend, support dilations. */
export const convolutionGradient =
  (kernelName: string): GradFunc =>
  (dy, saved, attrs) => {
    const [x, filter] = saved as [tf.Tensor, tf.Tensor];
    const [ofInput, ofFilter] = kernels[kernelName]!;
    const given = dy as tf.Tensor;
    return {
      x: () => run(ofInput, { dy: given, filter }, { ...attrs, inputShape: x.shape }),
      filter: () => run(ofFilter, { x, dy: given }, { ...attrs, filterShape: filter.shape }),
    };
  };

/** Whether only this package has a gradient of a convolution of these attributes. */
export const isOurs = (attrs: tf.NamedAttrMap) =>
  tf.getBackend() === "wasm" && isDilated(attrs as unknown as ConvolutionAttrs);

/** The gradient found, but for dilated convolutions on the wasm backend, which it refuses, this package's. */
const orDilated =
  (kernelName: string) =>
  (found: GradFunc): GradFunc =>
  (dy, saved, attrs) =>
    (isOurs(attrs) ? convolutionGradient(kernelName) : found)(dy, saved, attrs);

/** The gradient found, with the sum over broadcast axes that it leaves out. */
const broadcast =
  (found: GradFunc): GradFunc =>
  (dy, saved, attrs) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    const { transposeA, transposeB } = attrs as unknown as Record<string, boolean>;
    const gradients = found(dy, saved, attrs);
    const tall = (x: tf.Tensor) => tf.reshape(x, [-1, x.shape[x.rank - 1]!]);
    /** For a stack times one matrix: one product of tall matrices, instead of a sum of products. */
    const ofMatrix = () => {
      const [x, y] = [tall(a), tall(dy as tf.Tensor)];
      return transposeB ? tf.matMul(y, x, true) : tf.matMul(x, y, true);
    };
    const isMatrix = b.rank === 2 && a.rank > 2 && !transposeA;
    return {
      a: () => reduced(gradients.a!(), a.shape),
      b: isMatrix ? ofMatrix : () => reduced(gradients.b!(), b.shape),
    };
  };

/** The gradient found, for a list of gradients also where there is one alone, as of a sequence of one step. */
const single =
  (found: GradFunc): GradFunc =>
  (dy, saved, attrs) =>
    found([dy].flat(), saved, attrs);

/**
 * The gradient of batch normalization, y = scale (x − mean) r + offset, r = 1 / √(variance + ε). The gradient of
 * TensorFlow.js sums over broadcast axes only if the statistics are vectors, that is, if channels are last.
 */
const batchNorm = (): GradFunc => (given, saved, attrs) => {
  const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?];
  const dy = given as tf.Tensor;
  const r = tf.rsqrt(tf.add(variance, attrs["varianceEpsilon"] as number));
  const slope = scale ? tf.mul(r, scale) : r;
  const sum = tf.tidy(() => reduced(dy, mean.shape));
  /** Σ dy (x − mean) */
  const product = () => reduced(tf.mul(dy, tf.sub(x, mean)), mean.shape);
  return {
    x: () => tf.mul(dy, slope),
    mean: () => tf.neg(tf.mul(sum, slope)),
    variance: () => tf.mul(product(), tf.mul(tf.mul(slope, tf.square(r)), -0.5)),
    scale: () => tf.mul(product(), r),
    offset: () => sum,
  };
};

/** The sum over the axes along which a tensor of this shape was broadcast. */
function reduced(x: tf.Tensor, shape: number[]): tf.Tensor {
  if (tf.util.arraysEqual(x.shape, shape)) return x;
  const axes = tf.broadcast_util.getReductionAxes(shape, x.shape);
  return tf.reshape(tf.sum(x, axes), shape);
}

/** Gradients by kernel, registered where TensorFlow.js has none. */
export const missing: Record<string, Omit<tf.GradConfig, "kernelName">> = {
  All: step("x"),
  Any: step("x"),
  Equal: step("a", "b"),
  Greater: step("a", "b"),
  Less: step("a", "b"),
  LessEqual: step("a", "b"),
  LogicalAnd: step("a", "b"),
  LogicalNot: step("x"),
  LogicalOr: step("a", "b"),
  NotEqual: step("a", "b"),
  Einsum: einsumGradient,
  /** This kernel is the forward computation of tf.conv3dTranspose. */
  Conv3DBackpropInputV2: {
    inputsToSave: ["dy", "filter"],
    gradFunc: (ddx, saved, attrs) => {
      const [dy, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
      const x = ddx as tf.Tensor5D;
      const { strides, pad } = attrs as unknown as ConvolutionAttrs;
      const filterShape = filter.shape;
      return {
        dy: () => tf.conv3d(x, filter, strides as [number, number, number], pad as "valid"),
        filter: () => run("Conv3DBackpropFilterV2", { x, dy }, { strides, pad, filterShape }),
      };
    },
  },
};

/** Gradients by kernel, made from those of TensorFlow.js. */
export const mended: Record<string, (found: GradFunc) => GradFunc> = {
  BatchMatMul: broadcast,
  Conv2D: orDilated("Conv2D"),
  Conv3D: orDilated("Conv3D"),
  DepthwiseConv2dNative: orDilated("DepthwiseConv2dNative"),
  FusedBatchNorm: batchNorm,
  Tile: tileGradient,
  Unpack: single,
  ...slopes,
};
