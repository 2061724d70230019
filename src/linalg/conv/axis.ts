/** One spatial axis of a convolution: output p and tap r meet at the input p · stride + r · dilation − before. */
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

/** Makes an axis by TensorFlow's rules of padding. */
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

/** The input position where an output and a tap meet; it may lie outside the input. */
export const inputAt = ({ stride, dilation, before }: Axis, output: number, tap: number) =>
  output * stride + tap * dilation - before;

/**
 * The gradient with respect to the input along an axis, decomposed into phases: input pixels that are equal modulo the
 * stride, with the zeros before the first pixel counted in, meet the same taps. Pixel q · stride + i meets tap r at the
 * output q + (i − r · dilation) / stride, if that is whole. So the taps of a phase are `step` apart, and the phase is
 * a convolution of stride 1 of the outputs with its taps in reverse order.
 */
export function phasesOf({ input, kernel, stride, dilation, before, output }: Axis) {
  const first = Math.floor(before / stride);
  const count = Math.ceil((before + input) / stride) - first;
  let step = 1;
  while ((step * dilation) % stride !== 0) step++;
  /** The outputs that taps a step apart meet are so far apart. */
  const apart = (step * dilation) / stride;
  /** The first tap that meets phase i; `kernel` if none does. */
  const firstTap = (i: number): number => {
    for (let tap = 0; tap < Math.min(step, kernel); tap++) {
      if ((tap * dilation - i) % stride === 0) return tap;
    }
    return kernel;
  };
  return {
    /** Pixels of a phase. */
    count,
    /** When all phases are interleaved, the number of pixels that lie before the input. */
    skip: before - first * stride,
    step,
    dilation: apart,
    /**
     * The taps that meet the pixels of phase i, and the zeros before and after the outputs with which its convolution
     * has `count` pixels; a negative number means that many outputs too many.
     */
    phase: (i: number) => {
      const tap = firstTap(i);
      const taps = Math.ceil((kernel - tap) / step);
      const from = first + (i - tap * dilation) / stride;
      const margins: readonly [before: number, after: number] = [
        (taps - 1) * apart - from,
        from + count - output,
      ];
      return { tap, taps, margins };
    },
  };
}
