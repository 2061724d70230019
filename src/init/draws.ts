/** Random draws other than matrices: seeds and permutations. */
import { normal } from "../linalg/normal.ts";

/**
 * Derives `count` seeds from one. Their streams are unrelated to each other and to those of nearby seeds: the seeds are
 * the mantissas of normal numbers drawn with the given seed. Without a seed, none of the derived seeds is defined.
 *
 * Every place with more than one draw (layers, groups, kernel and bias) takes its seeds from here and never uses
 * neighbours of the user's seed. A larger `count` gives the same seeds first.
 */
export function seedsOf(seed: number | undefined, count: number): (number | undefined)[] {
  if (seed === undefined) return Array<undefined>(count).fill(undefined);
  const { data } = normal(1, count, { seed, dtype: "float64" });
  const view = new DataView(data.buffer, data.byteOffset);
  return Array.from(data, (_, i) => {
    const low = view.getUint32(8 * i, true);
    const high = view.getUint32(8 * i + 4, true) & 0xfffff;
    return high * 2 ** 32 + low;
  });
}

/** The numbers 0 … count − 1, every order equally likely. */
export function permutation(count: number, seed?: number): number[] {
  const { data } = normal(1, count, { seed, dtype: "float64" });
  return Array.from(data.keys()).sort((i, j) => data[i]! - data[j]! || i - j);
}
