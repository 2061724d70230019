/** The two precisions, with the constants of assembly/real.ts derived anew from IEEE 754. */
import type { Data, Dtype } from "../../src/wasm/memory.ts";

export interface Precision {
  readonly dtype: Dtype;
  readonly array: { new (count: number): Data; from(values: ArrayLike<number>): Data };
  readonly bytes: number;
  /** Unit roundoff, half the distance from 1 to the next number. */
  readonly u: number;
  /** Smallest and largest normal number, smallest subnormal number. */
  readonly safmin: number;
  readonly max: number;
  readonly tiny: number;
  /** Columns of a panel, and normals of a group: the layouts that seeds are bound to. */
  readonly panel: number;
  readonly group: number;
}

export const single: Precision = {
  dtype: "float32",
  array: Float32Array,
  bytes: 4,
  u: 2 ** -24,
  safmin: 2 ** -126,
  max: (2 - 2 ** -23) * 2 ** 127,
  tiny: 2 ** -149,
  panel: 8,
  group: 32,
};

export const double: Precision = {
  dtype: "float64",
  array: Float64Array,
  bytes: 8,
  u: 2 ** -53,
  safmin: 2 ** -1022,
  max: Number.MAX_VALUE,
  tiny: 2 ** -1074,
  panel: 4,
  group: 16,
};

export const precisions = [single, double];

export const precisionOf = (data: Data) => (data.BYTES_PER_ELEMENT === 4 ? single : double);
