/**
 * The patches that a convolution multiplies by its kernel: from images [height, width, channels], as rows in the
 * kernel's order (kh, kw, channel).
 */
import { inputAt, type Axis } from "../../linalg/conv/axis.ts";

/**
 * Samples `count` output positions of one image, one in each of `count` equal stretches. The place within the stretches
 * moves from image to image by the golden ratio, so that all positions are sampled without a random number.
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
  const [p, q] = [Math.floor(position / cols.output), position % cols.output];
  let at = 0;
  for (let a = 0; a < rows.kernel; a++) {
    const y = inputAt(rows, p, a);
    for (let b = 0; b < cols.kernel; b++) {
      const x = inputAt(cols, q, b);
      const inside = y >= 0 && y < rows.input && x >= 0 && x < cols.input;
      const from = (y * cols.input + x) * channels;
      for (let c = 0; c < channels; c++) row[at++] = inside ? image[from + c]! : 0;
    }
  }
}
