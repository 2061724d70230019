/** Convolutions of volumes [n, depth, height, width, channels] as sums of convolutions of their planes. */
import * as tf from "@tensorflow/tfjs-core";
import { inputAt, type Axis } from "../../linalg/conv/axis.ts";
import type { Convolution } from "../../linalg/conv/filterGradient.ts";

/** A convolution of images with one plane of the filter, or its gradient with respect to the images. */
type Plane = (images: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor4D;

/** y[o] = Σ over taps t of x[o · stride + t · dilation − before] * filter[t] */
export function convolveVolumes(
  { depth, images, rows, cols, filters }: Convolution,
  x: tf.Tensor5D,
  filter: tf.Tensor5D,
  plane: Plane,
): tf.Tensor5D {
  const { output, stride } = depth;
  const reached = Array.from({ length: depth.kernel }, (_, t) => inputAt(depth, 0, t));
  const span = (output - 1) * stride + 1;
  const products = planesOf(filter).map((part, t) => {
    const lines = takeDepth(x, reached[t]!, span);
    const [n, , h, w, c] = x.shape;
    const met = stride === 1 ? lines : tf.stridedSlice(lines, [0, 0, 0, 0, 0], lines.shape, [1, stride, 1, 1, 1]); // prettier-ignore
    return plane(tf.reshape(met, [n * output, h, w, c]), part);
  });
  return tf.reshape(tf.addN(products), [images, output, rows.output, cols.output, filters]);
}

/** The gradient of `convolveVolumes` with respect to x. */
export function backpropVolumes(
  { depth, images, rows, cols, channels }: Convolution,
  dy: tf.Tensor5D,
  filter: tf.Tensor5D,
  plane: Plane,
): tf.Tensor5D {
  const [n, out, h, w, c] = dy.shape;
  const outputs = tf.reshape<tf.Rank.R4>(dy, [n * out, h, w, c]);
  const shape = [images, out, rows.input, cols.input, channels] as const;
  const parts = planesOf(filter).map((part, t) => {
    const planes = tf.reshape<tf.Rank.R5>(plane(outputs, part), [...shape]);
    return takeDepth(spread(planes, depth), -inputAt(depth, 0, t), depth.input);
  });
  return tf.addN(parts) as tf.Tensor5D;
}

/** The planes of a filter, one for each tap of its depth. */
const planesOf = (filter: tf.Tensor5D) => tf.unstack(filter) as tf.Tensor4D[];

/** `size` planes from `first` on; planes outside are zero. */
function takeDepth(x: tf.Tensor5D, first: number, size: number): tf.Tensor5D {
  const [n, depth, h, w, c] = x.shape;
  const [from, to] = [Math.max(first, 0), Math.min(first + size, depth)];
  if (from >= to) return tf.zeros([n, size, h, w, c]);
  const own = from === 0 && to === depth ? x : tf.slice(x, [0, from, 0, 0, 0], [n, to - from, h, w, c]); // prettier-ignore
  const zeros: [number, number] = [from - first, first + size - to];
  return zeros[0] + zeros[1] === 0 ? own : tf.pad(own, [[0, 0], zeros, [0, 0], [0, 0], [0, 0]]);
}

/** Planes with stride − 1 planes of zeros after each. */
function spread(x: tf.Tensor5D, { stride }: Axis): tf.Tensor5D {
  if (stride === 1) return x;
  const [n, depth, h, w, c] = x.shape;
  const lines = tf.pad(tf.reshape<tf.Rank.R3>(x, [n * depth, 1, h * w * c]), [[0, 0], [0, stride - 1], [0, 0]]); // prettier-ignore
  return tf.reshape(lines, [n, depth * stride, h, w, c]);
}
