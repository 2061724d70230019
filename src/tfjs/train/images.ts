/** The gradient of a two-dimensional convolution with respect to its input. */
import * as tf from "@tensorflow/tfjs-core";
import { phasesOf } from "../../linalg/conv/axis.ts";
import type { Convolution } from "../../linalg/conv/filterGradient.ts";
import type { Shape4D } from "./geometry.ts";

/** A VALID convolution of dy, of stride 1, with a filter turned by 180°: dy's channels to those of the input. */
export type Convolve = (
  dy: tf.Tensor4D,
  turned: tf.Tensor4D,
  dilations: [number, number],
) => tf.Tensor4D;

/**
 * The gradient with respect to the input, by convolutions of dy, of stride 1, with parts of the filter.
 *
 * Rows v = i (mod stride) of the padded input meet only some rows of the filter, without dilation i, i + stride, ….
 * So dx falls into strideHeight x strideWidth phases, and each phase is the convolution of dy with one part of the
 * filter, turned by 180°. This takes the flops of the forward convolution, and no zeros between the pixels of dy.
 */
export function backpropInput(
  { images, channels, rows, cols }: Convolution,
  { dy, filter }: { dy: tf.Tensor4D; filter: tf.Tensor4D },
  convolve: Convolve,
): tf.Tensor4D {
  const mult = filter.shape[3];
  const [across, along] = [phasesOf(rows), phasesOf(cols)];
  const phase = (i: number, j: number): tf.Tensor4D => {
    const [down, right] = [across.phase(i), along.phase(j)];
    const [height, width] = [down.taps, right.taps];
    if (height * width === 0) return tf.zeros([images, across.count, along.count, channels]);
    const part = tf.stridedSlice(filter, [down.tap, right.tap, 0, 0], filter.shape, [across.step, along.step, 1, 1]); // prettier-ignore
    const turned = tf.reshape<tf.Rank.R4>(tf.reverse(part, [0, 1]), [height, width, channels, mult]); // prettier-ignore
    const framed = window(dy, down.margins, right.margins);
    return convolve(framed, turned, [across.dilation, along.dilation]);
  };
  const line = (i: number) =>
    weave(Array.from({ length: cols.stride }, (_, j) => phase(i, j)), 2); // prettier-ignore
  const whole = weave(Array.from({ length: rows.stride }, (_, i) => line(i)), 1); // prettier-ignore
  return crop(whole, [across.skip, rows.input], [along.skip, cols.input]);
}

type Side = readonly [before: number, after: number];

/** Adds rows and columns of zeros around images; negative numbers remove rows and columns. */
function window(x: tf.Tensor4D, rows: Side, cols: Side): tf.Tensor4D {
  const sides: Side[] = [[0, 0], rows, cols, [0, 0]];
  const zeros = sides.map(([before, after]): [number, number] => [Math.max(before, 0), Math.max(after, 0)]); // prettier-ignore
  const padded = zeros.flat().some((n) => n > 0) ? (tf.pad(x, zeros) as tf.Tensor4D) : x;
  const [, height, width] = padded.shape;
  const kept = (size: number, [before, after]: Side): Side => [
    Math.max(-before, 0),
    size - Math.max(-before, 0) - Math.max(-after, 0),
  ];
  return crop(padded, kept(height, rows), kept(width, cols));
}

/** Cuts out the given numbers of rows and columns, from the given first ones on. */
function crop(
  x: tf.Tensor4D,
  [top, height]: readonly [first: number, size: number],
  [left, width]: readonly [first: number, size: number],
): tf.Tensor4D {
  const [n, rows, cols, channels] = x.shape;
  if (height === rows && width === cols) return x;
  return tf.slice(x, [0, top, left, 0], [n, height, width, channels]);
}

/** Interleaves the rows (axis 1) or columns (axis 2) of images. */
function weave(images: tf.Tensor4D[], axis: 1 | 2): tf.Tensor4D {
  if (images.length === 1) return images[0]!;
  const [n, h, w, c] = images[0]!.shape;
  const lines = images.map((x) => tf.reshape(x, axis === 1 ? [n * h, w * c] : [n * h * w, c]));
  const shape = axis === 1 ? [n, h * images.length, w, c] : [n, h, w * images.length, c];
  return tf.reshape(tf.concat(lines, 1), shape as Shape4D);
}
