/** What is drawn from a seed besides matrices. */
import { normal } from "../linalg/normal.ts";

/**
 * Seeds made of one, which give streams unrelated to each other and to those of nearby seeds: the
 * mantissas of its normal numbers. Without a seed none has one. Every place with more than one draw (layers,
 * groups, kernel and bias) takes its seeds from here, never neighbours of the user's; more of them begin with the same ones.
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
