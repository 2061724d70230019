/**
 * What a convolution multiplies its kernel with: patches of images [height, width, channels], as rows
 * in the kernel's order (kh, kw, channel).
 */

/** Extent along one spatial axis. */
export interface Axis {
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the first entry. */
  readonly before: number;
  readonly output: number;
}

/** An axis by TensorFlow's rules of padding. */
export function axis(
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

/**
 * Output positions of one image: `count` of them, one in each of as many equal stretches. The place
 * within the stretches moves from image to image by the golden ratio, so that all positions get their
 * turn without a random number.
 */
export function positions(available: number, count: number, image: number): number[] {
  if (count >= available) return Array.from({ length: available }, (_, p) => p);
  const phase = (image * GOLDEN) % 1;
  const stretch = available / count;
  return Array.from({ length: count }, (_, i) => Math.floor((i + phase) * stretch));
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Writes the patch at one output position into `row` (kh · kw · channels numbers).
 *
 * @param image height · width · channels numbers
 */
export function patch(
  image: ArrayLike<number>,
  rows: Axis,
  cols: Axis,
  channels: number,
  position: number,
  row: Float64Array,
): void {
  const top = Math.floor(position / cols.output) * rows.stride - rows.before;
  const left = (position % cols.output) * cols.stride - cols.before;
  let at = 0;
  for (let a = 0; a < rows.kernel; a++) {
    const y = top + a * rows.dilation;
    for (let b = 0; b < cols.kernel; b++) {
      const x = left + b * cols.dilation;
      const inside = y >= 0 && y < rows.input && x >= 0 && x < cols.input;
      const from = (y * cols.input + x) * channels;
      for (let c = 0; c < channels; c++) row[at++] = inside ? image[from + c]! : 0;
    }
  }
}
