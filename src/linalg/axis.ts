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

/** An axis by TensorFlow's rules of padding. */
export function axisOf(
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: "valid" | "same",
): Axis {
  const reach = (kernel - 1) * dilation + 1;
  const sizes = { input, kernel, stride, dilation };
  if (padding === "valid") {
    return { ...sizes, before: 0, output: Math.max(0, Math.floor((input - reach) / stride) + 1) };
  }
  const output = Math.ceil(input / stride);
  const zeros = Math.max(0, (output - 1) * stride + reach - input);
  return { ...sizes, before: Math.floor(zeros / 2), output };
}

/** Zeros before the first entry and after the last one that the taps reach. */
export function zerosAround(axis: Axis): [before: number, after: number] {
  const last = inputAt(axis, axis.output - 1, axis.kernel - 1);
  return [axis.before, Math.max(0, last + 1 - axis.input)];
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
