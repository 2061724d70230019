/** The gradient of a convolution with respect to its filters, by its definition, in f64. */
import type { Axis } from "../../src/linalg/conv/axis.ts";
import type { Convolution } from "../../src/linalg/conv/filterGradient.ts";

/** Sums and the sums of absolute values, which bound their rounding errors. */
export function filterGradient(
  { images, channels, filters, depth, rows, cols }: Convolution,
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  depthwise: boolean,
): { value: Float64Array; magnitude: Float64Array } {
  const axes = [depth, rows, cols];
  const mult = depthwise ? filters / channels : filters;
  const taps = positions(axes.map(({ kernel }) => kernel));
  const value = new Float64Array(taps.length * channels * mult);
  const magnitude = new Float64Array(value.length);
  const outputs = positions(axes.map(({ output }) => output));
  for (let b = 0; b < images; b++)
    outputs.forEach((output, at) =>
      taps.forEach((tap, t) => {
        const input = axes.map((axis, i) => output[i] * axis.stride + tap[i] * axis.dilation - axis.before); // prettier-ignore
        if (!axes.every((axis, i) => input[i] >= 0 && input[i] < axis.input)) return;
        const pixel = axes.reduce((index, axis, i) => index * axis.input + input[i], b) * channels;
        const given = (b * outputs.length + at) * filters;
        for (let c = 0; c < channels; c++) {
          const to = (t * channels + c) * mult;
          const from = given + (depthwise ? c * mult : 0);
          for (let k = 0; k < mult; k++) {
            const product = x[pixel + c] * dy[from + k];
            value[to + k] += product;
            magnitude[to + k] += Math.abs(product);
          }
        }
      }),
    );
  return { value, magnitude };
}

/** All positions of a grid, in order. */
const positions = (sizes: number[]): number[][] =>
  sizes.reduce<number[][]>(
    (found, size) => found.flatMap((at) => Array.from({ length: size }, (_, i) => [...at, i])),
    [[]],
  );

/** An axis with zeros before and after. */
export function axis(
  input: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation = 1,
): Axis {
  const reach = (kernel - 1) * dilation + 1;
  const output = Math.max(0, Math.floor((input + before + after - reach) / stride) + 1);
  return { input, kernel, stride, dilation, before, output };
}

/** The axis that is not there. */
export const point = axis(1, 1, 1, 0, 0);
