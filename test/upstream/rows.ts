/** What the tables of convolutions have in common: rows, their names, and how they go. */
import * as tf from "@tensorflow/tfjs";
import type { Case, Run, Shape } from "../support/outcomes.ts";

/** How a convolution goes: stride, dilation, padding, the format of the data, rounding of sizes. */
interface Way {
  readonly s?: number | number[];
  readonly d?: number | number[];
  readonly p?: unknown;
  readonly format?: string;
  readonly rounding?: string;
}
export type Rest = Way & Partial<Case>;

/** Splits a row of a table into the way of a convolution and the rest of a case, and names both. */
export function row(kind: string, shapes: Shape[], { s = 1, d = 1, p = "valid", format, rounding, ...rest }: Rest) {
  const [x, ...filters] = shapes;
  const name = [
    `${kind} x=[${x}] f=${filters.map((f) => `[${f}]`).join(" ")} s=${s} d=${d} p=${Array.isArray(p) ? "explicit" : p}`,
    format,
    rounding,
  ].filter(Boolean);
  return { way: { s, d, p, format, rounding }, rest: { name: name.join(" "), inputs: shapes, ...rest } };
} // prettier-ignore

/** A filter with zeros between its taps: the cpu backend has no gradients of dilated convolutions. */
export const stuffed = (filter: tf.Tensor, d: number | number[]) =>
  tf.tidy(() => {
    const rates = [d].flat();
    const spatial = filter.rank - 2;
    return Array.from({ length: spatial }, (_, axis) => rates[axis] ?? rates[0]!).reduce((w, rate, axis) => {
      if (rate === 1) return w;
      const size = w.shape[axis]!;
      const [before, behind] = [w.shape.slice(0, axis), w.shape.slice(axis + 1)].map((sizes) => sizes.reduce((a, b) => a * b, 1)) as [number, number];
      const apart = tf.pad(tf.reshape(w, [before * size, 1, behind]), [[0, 0], [0, rate - 1], [0, 0]]);
      const whole = tf.reshape(apart, [before, size * rate, behind]);
      const kept = tf.slice(whole, [0, 0, 0], [before, (size - 1) * rate + 1, behind]);
      return tf.reshape(kept, [...w.shape.slice(0, axis), (size - 1) * rate + 1, ...w.shape.slice(axis + 1)]);
    }, filter);
  }); // prettier-ignore

type Convolve = (x: any, filter: any, s: any, p: any, format: any, d: any, rounding: any) => tf.Tensor; // prettier-ignore

/** A table of convolutions with one filter. */
export const table =
  (kind: string, convolve: Convolve) =>
  (x: Shape, filter: Shape, given: Rest = {}): Case => {
    const { way, rest } = row(kind, [x, filter], given);
    const { s, d, p, format, rounding } = way;
    const dilated = [d].flat().some((rate) => rate > 1) && rest.forward === undefined;
    const run: Run = (x, w) => convolve(x, w, s, p, format, d, rounding);
    const instead: Run = (x, w) => convolve(x, stuffed(w, d), s, p, format, 1, rounding);
    return { run, instead: dilated ? instead : undefined, ...rest };
  };

export const refused = { forward: "refused" } as const;
export const limit = { forward: "limit", gradients: "none" } as const;
export const NCHW = { format: "NCHW", ...limit };
export const same = { p: "same" };
export const explicit = (top: number, bottom: number, left: number, right: number) => ({ p: [[0, 0], [top, bottom], [left, right], [0, 0]] }); // prettier-ignore
/** Paddings and roundings that do not go together. */
export const unsuited = [{ p: "same" }, { p: "valid" }, { p: 2.2 }, explicit(2, 2, 2.2, 2)].map((way) => ({ ...way, rounding: "round", ...refused })); // prettier-ignore
