/** One spatial axis of a convolution: output p meets with tap r the input p · stride + r · dilation − before. */
export interface Axis {
  readonly input: number;
  /** Taps of the filter. */
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the first entry. */
  readonly before: number;
  readonly output: number;
}

/** The input that an output meets with a tap; it may lie outside. */
export const inputAt = ({ stride, dilation, before }: Axis, output: number, tap: number) =>
  output * stride + tap * dilation - before;

/**
 * The gradient with respect to the input along an axis, in phases: input pixels that are equal modulo the
 * stride meet the same taps. Those of phase i, with zeros before the first of all, are a convolution of
 * stride 1 of the outputs with the taps i, i + stride, … in reverse order.
 *
 * Where the dilation is not 1 the stride must be, as everywhere in TensorFlow.js: all is one phase.
 */
export function phasesOf({ input, kernel, stride, dilation, before, output }: Axis) {
  const first = Math.floor(before / stride);
  const count = Math.ceil((before + input) / stride) - first;
  const taps = (i: number) => Math.max(0, Math.ceil((kernel - i) / stride));
  return {
    /** Pixels of a phase. */
    count,
    /** Of all phases woven together, how many come before the input. */
    skip: before - first * stride,
    /** Taps that a phase meets. */
    taps,
    /** Zeros before and after the outputs with which their convolution has `count` pixels; negative: too many outputs. */
    margins: (i: number): readonly [before: number, after: number] => [
      (taps(i) - 1) * dilation - first,
      first + count - output,
    ],
  };
}
