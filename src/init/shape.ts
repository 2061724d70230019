/** Shapes of kernels. */
import { allPass } from "../arguments.ts";
import { ArgumentError, MemoryError, show } from "../errors.ts";

/** The number of weights in a kernel of this shape. */
export function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * The tap that sees the position which an output stands for: the number of the spatial centre, ⌊(length − 1)/2⌋ along
 * each axis. With padding "same", this is where an even kernel of TensorFlow.js has its centre, too.
 */
export function centreOf(spatial: readonly number[]): number {
  return spatial.reduce((tap, length) => tap * length + Math.floor((length - 1) / 2), 0);
}

/** The most numbers that WebAssembly, and so the kernels, can address in 4 GiB. */
const MOST = 2 ** 30;

/** Requires a shape of rank `least` to `most`; throws a MemoryError for a shape that exceeds memory. */
export function checkShape(shape: readonly number[], least: number, most: number): void {
  const ranks = most === Infinity ? `${least} or more` : `${least} to ${most}`;
  const ok =
    Array.isArray(shape) &&
    shape.length >= least &&
    shape.length <= most &&
    allPass(shape, (length) => Number.isSafeInteger(length) && (length as number) >= 0);
  if (!ok) throw new ArgumentError("shape", `${ranks} non-negative integers`, show(shape));
  if (size(shape) > MOST) throw new MemoryError(`shape: ${show(shape)} passes 4 GiB`);
}
