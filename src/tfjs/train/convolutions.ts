import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { zerosAround } from "../../linalg/conv/axis.ts";
import { filterGradient, type Convolution } from "../../linalg/conv/filterGradient.ts";
import { convolutionOf, fitting, type ConvolutionAttrs } from "./geometry.ts";
import { backpropInput, type Convolve } from "./images.ts";
import { backpropVolumes, convolveVolumes } from "./volumes.ts";

type Pair = [number, number];

/** The gradient of a convolution with respect to its filter, by the kernels of this package. */
const filterKernel =
  (depthwise: boolean): tf.KernelFunc =>
  ({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as unknown as Record<"x" | "dy", tf.Tensor>;
    const { filterShape, ...rest } = attrs as unknown as ConvolutionAttrs & {
      filterShape: number[];
    };
    const convolution = convolutionOf(x.shape, filterShape, rest, depthwise);
    // A view of the tensor's own memory, which stays in place: nothing is allocated there while the view is in use.
    const view = (tensor: tf.TensorInfo) =>
      (backend as BackendWasm).typedArrayFromHeap(tensor) as Float32Array;
    return tf.tidy(() => {
      const given = fitting(dy, convolution);
      const values = filterGradient(convolution, view(x), view(given), depthwise);
      return tf.tensor(values, filterShape, "float32");
    });
  };

type InputAttrs = ConvolutionAttrs & { readonly inputShape: number[] };

/** The gradient of a convolution with respect to its input, by convolutions of dy with parts of the turned filter. */
const inputKernel =
  (depthwise: boolean, convolve: Convolve): tf.KernelFunc =>
  ({ inputs, attrs }) => {
    const { dy, filter } = inputs as unknown as Record<"dy" | "filter", tf.Tensor4D>;
    const { inputShape, ...rest } = attrs as unknown as InputAttrs;
    const convolution = convolutionOf(inputShape, filter.shape, rest, depthwise);
    return tf.tidy(() =>
      backpropInput(convolution, { dy: fitting(dy, convolution), filter }, convolve),
    );
  };

const convolve: Convolve = (dy, turned, dilations) =>
  tf.conv2d(dy, tf.transpose(turned, [0, 1, 3, 2]), 1, "valid", "NHWC", dilations);

/**
 * A convolution of images, by explicit zeros where the backend takes the padding for another one. With "same" and a
 * stride larger than the filter it computes nothing, and whatever dimRoundingMode says it rounds sizes down.
 */
export const padded =
  (stock: tf.KernelFunc): tf.KernelFunc =>
  (args) => {
    const { x, filter } = args.inputs as Record<"x" | "filter", tf.TensorInfo>;
    const attrs = args.attrs as unknown as ConvolutionAttrs;
    const { pad, dimRoundingMode, dataFormat = "NHWC" } = attrs;
    const rounded = dimRoundingMode === "round" || dimRoundingMode === "ceil";
    if ((pad !== "same" && !rounded) || dataFormat !== "NHWC") return stock(args);
    const convolution = convolutionOf(x.shape, filter.shape, attrs);
    const apart = [convolution.rows, convolution.cols].some(({ stride, kernel }) => stride > kernel); // prettier-ignore
    if (!apart && !rounded) return stock(args);
    const explicit = { ...attrs, pad: zerosOf(convolution), dimRoundingMode: undefined };
    return stock({ ...args, attrs: explicit as unknown as tf.NamedAttrMap });
  };

/** The zeros around images with which a VALID convolution has the same outputs. */
const zerosOf = ({ rows, cols }: Convolution): tf.backend_util.ExplicitPadding => [
  [0, 0],
  zerosAround(rows),
  zerosAround(cols),
  [0, 0],
];

/** Kernel Conv2DBackpropFilter: the gradient of tf.conv2d with respect to its filter. */
export const conv2dBackpropFilter = filterKernel(false);

/** Kernel Conv2DBackpropInput: the gradient of tf.conv2d with respect to its input, and tf.conv2dTranspose itself. */
export const conv2dBackpropInput = inputKernel(false, convolve);

/** Kernel DepthwiseConv2dNativeBackpropFilter: the gradient of tf.depthwiseConv2d with respect to its filter. */
export const depthwiseBackpropFilter = filterKernel(true);

/**
 * Kernel DepthwiseConv2dNativeBackpropInput: the gradient of tf.depthwiseConv2d with respect to its input, a sum over
 * the filters of a channel.
 */
export const depthwiseBackpropInput = inputKernel(true, (dy, turned, dilations) => {
  const [height, width, channels, mult] = turned.shape;
  const each = tf.reshape<tf.Rank.R4>(turned, [height, width, channels * mult, 1]);
  const products = tf.depthwiseConv2d(dy, each, 1, "valid", "NHWC", dilations);
  if (mult === 1) return products;
  const [n, h, w] = products.shape;
  return tf.reshape(tf.sum(tf.reshape(products, [-1, mult]), 1), [n, h, w, channels]);
});

/** Kernel Conv3D: tf.conv3d as tf.conv2d of each plane; for other types than float32 the backend's own kernel. */
export const conv3d =
  (stock: tf.KernelFunc): tf.KernelFunc =>
  (args) => {
    const { x, filter } = args.inputs as unknown as Record<"x" | "filter", tf.Tensor5D>;
    if (x.dtype !== "float32" || filter.dtype !== "float32") return stock(args);
    const { attrs } = args;
    const convolution = convolutionOf(x.shape, filter.shape, attrs as unknown as ConvolutionAttrs);
    const { rows, cols } = convolution;
    const pad = zerosOf(convolution);
    const [strides, dilations] = [[rows.stride, cols.stride], [rows.dilation, cols.dilation]] as [Pair, Pair]; // prettier-ignore
    return tf.tidy(() =>
      convolveVolumes(convolution, x, filter, (images, part) =>
        tf.conv2d(images, part, strides, pad, "NHWC", dilations),
      ),
    );
  };

/** Kernel Conv3DBackpropFilterV2: the gradient of tf.conv3d with respect to its filter. */
export const conv3dBackpropFilter = filterKernel(false);

/** Kernel Conv3DBackpropInputV2: the gradient of tf.conv3d with respect to its input, and tf.conv3dTranspose itself. */
export const conv3dBackpropInput: tf.KernelFunc = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as unknown as Record<"dy" | "filter", tf.Tensor5D>;
  const { inputShape, ...rest } = attrs as unknown as InputAttrs;
  const convolution = convolutionOf(inputShape, filter.shape, rest);
  return tf.tidy(() => {
    const given = fitting(dy, convolution);
    return backpropVolumes(convolution, given, filter, (images, part) =>
      backpropInput(
        { ...convolution, images: images.shape[0] },
        { dy: images, filter: part },
        convolve,
      ),
    );
  });
};
