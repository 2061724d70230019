/** Pooling of sequences, images and volumes by maxima and averages, and its layers. */
import * as tf from "@tensorflow/tfjs";
import { given, type Case, type Input, type Run, type Shape } from "../support/outcomes.ts";
import { layered } from "./layered.ts";

/** How a pooling goes: window, stride, dilation, padding, rounding of sizes. */
interface Way {
  readonly f?: number | number[];
  readonly s?: number | number[];
  readonly d?: number | number[];
  readonly p?: unknown;
  readonly rounding?: string;
}
type Rest = Way & Partial<Case>;

type Pool = (x: any, f: any, s: any, p: any, rounding: any, d: any) => tf.Tensor | tf.Tensor[];

const size = (f: number | number[], axes: number) =>
  Array.from({ length: axes }, (_, i) => [f].flat()[i] ?? [f].flat()[0]!).reduce((a, b) => a * b, 1); // prettier-ignore

/**
 * A table of poolings. A gradient of a maximum takes a sum of dy over windows, and an average a sum over a window: in
 * both as many terms as the window has entries. Which entry is largest changes with magnitudes, so a largest number
 * is what bounds errors.
 */
const table =
  (kind: string, axes: number, pool: Pool) =>
  (x: Shape, { f = 2, s = 1, d = 1, p = "valid", rounding, ...rest }: Rest = {}): Case => ({
    name: `${kind} x=[${x}] f=${f} s=${s} d=${d} p=${Array.isArray(p) ? "explicit" : p}${rounding ? ` ${rounding}` : ""}`,
    inputs: [x],
    run: (x) => pool(x, f, s, p, rounding, d),
    terms: size(f, axes),
    ...(kind.includes("max") ? { bound: "largest" } : {}),
    ...rest,
  }); // prettier-ignore

const maxPool = table("maxPool", 2, (x, f, s, p, rounding) => tf.maxPool(x, f, s, p, rounding));
const avgPool = table("avgPool", 2, (x, f, s, p, rounding) => tf.avgPool(x, f, s, p, rounding));
const maxPool3d = table("maxPool3d", 3, (x, f, s, p, rounding) => tf.maxPool3d(x, f, s, p, rounding)); // prettier-ignore
const avgPool3d = table("avgPool3d", 3, (x, f, s, p, rounding) => tf.avgPool3d(x, f, s, p, rounding)); // prettier-ignore
const pool = (kind: "max" | "avg") => table(`pool ${kind}`, 2, (x, f, s, p, rounding, d) => tf.pool(x, f, kind, p, d, s, rounding)); // prettier-ignore

const refused = { forward: "refused" } as const;
/** The backend rounds sizes down whatever the mode, takes NaN for −∞, and 0 for a largest number below zero. */
const wrong = { forward: "wrong", gradients: "none" } as const;
const same = { p: "same" };
const explicit = (top: number, bottom: number, left: number, right: number) => ({ p: [[0, 0], [top, bottom], [left, right], [0, 0]] }); // prettier-ignore
const unsuited = [{ p: "same" }, { p: "valid" }, { p: 2.2 }, explicit(2, 2, 2.2, 2)].map((way) => ({ ...way, rounding: "round", ...refused })); // prettier-ignore

const images: Case[] = [maxPool, avgPool].flatMap((pool) => [
  pool([1, 1, 1], { f: 1 }),
  pool([3, 3, 1]),
  pool([3, 3, 1], { ...same }),
  pool([3, 3, 1], { f: 3, ...explicit(1, 1, 0, 0) }),
  pool([2, 3, 3, 1]),
  pool([3, 3, 2]),
  pool([4, 4, 1], { s: 2 }),
  pool([4, 4, 2]),
  pool([2, 2, 1], same),
  pool([2, 2, 3]),
  pool([5, 5, 1], { f: 3, s: 2 }),
  pool([5, 5, 2], { f: 3, s: 2, ...same }),
  pool([2, 7, 6, 3], { f: [3, 2], s: [2, 1], ...same }),
  pool([2, 7, 6, 3], { f: [2, 4], s: [1, 3], ...explicit(1, 0, 2, 1) }),
  pool([1, 9, 9, 2], { f: 5, s: 2 }),
  pool([1, 9, 1, 2], { f: [4, 1], s: 1 }),
  pool([1, 8, 8, 1], { f: 2, s: 3 }),
  pool([1, 5, 5, 3], { f: 5 }),
  ...["floor", undefined].map((rounding) => pool([2, 2, 3], { s: 3, p: 1, rounding })),
  pool([1, 6, 6, 2], { f: 3, s: 2, p: 1, rounding: "floor" }),
  pool([1, 6, 6, 2], { f: 3, s: 2, p: 1, rounding: "ceil", ...wrong }),
  pool([2, 2], refused),
  ...unsuited.map((way) => pool([3, 3, 1], way)),
]);

/** Where rows and columns of the window differ in number, the cpu backend mistakes one for the other in a gradient. */
const volumes: Case[] = [maxPool3d, avgPool3d].flatMap((pool) => [
  pool([2, 2, 2, 1]),
  pool([2, 2, 2, 1], { f: [1, 2, 2] }),
  pool([1, 1, 1, 1, 1], { f: 1 }),
  pool([1, 2, 2, 2, 1]),
  pool([1, 2, 2, 2, 1], same),
  pool([1, 3, 3, 3, 1]),
  pool([1, 3, 3, 3, 1], same),
  pool([2, 3, 3, 3, 1]),
  pool([1, 3, 3, 3, 2]),
  pool([1, 4, 4, 4, 1], { s: 2 }),
  pool([2, 5, 4, 6, 2], { f: [2, 3, 3], s: [2, 1, 3] }),
  pool([1, 1, 1, 4, 1], { f: 1, s: [1, 1, 2] }),
  pool([2, 2, 1], refused),
  ...unsuited.slice(0, 3).map((way) => pool([1, 2, 2, 2, 1], way)),
]);

const dilated: Case[] = (["max", "avg"] as const).map(pool).flatMap((pool) => [
  pool([3, 3, 1]),
  pool([4, 4, 1], { s: 2 }),
  pool([2, 2, 1], same),
  pool([3, 3, 1], { f: 3, ...explicit(1, 1, 0, 0) }),
  pool([3, 3, 1], { f: 3, s: 3, ...explicit(1, 1, 1, 1), rounding: "floor" }),
  ...["round", "ceil"].map((rounding) => pool([3, 3, 1], { f: 3, s: 3, ...explicit(1, 1, 1, 1), rounding, ...wrong })), // prettier-ignore
  pool([3, 3, 1], { d: 2 }),
  pool([4, 3, 1], { d: 2 }),
  pool([2, 4, 4, 1], { d: 2 }),
  pool([5, 4, 2], { f: [2, 3], d: [3, 1], ...same }),
  pool([3, 3, 1], { s: 2, d: 2, ...refused }),
]);

/** What is equal, in which window the first or the last has the gradient; not a number; nothing above zero. */
const values = (kind: string, x: Input, run: Run, rest: Partial<Case> = {}): Case => ({
  name: `${kind}`,
  inputs: [x],
  run,
  bound: "largest",
  terms: 9,
  ...rest,
});
const ties = { ...given([1, 1, 2, 2, 0, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0, 3], "float32", [1, 4, 4, 1]), differentiable: true }; // prettier-ignore
const below = { ...given([-1, -2, -3, -4, -5, -6, -7, -8, -9], "float32", [1, 3, 3, 1]), differentiable: true }; // prettier-ignore
const zeros = { ...given(new Array(16).fill(0), "float32", [1, 4, 4, 1]), differentiable: true };
const nan = given([1, 2, 3, 4, NaN, 6, 7, 8, 9], "float32", [1, 3, 3, 1]);
const deep = (x: ReturnType<typeof given>, shape: Shape) => ({ ...x, shape });
const special: Case[] = [
  values("maxPool of equal numbers", ties, (x) => tf.maxPool(x, 2, 1, "valid")),
  values("maxPool of equal numbers, same", ties, (x) => tf.maxPool(x, 3, 2, "same")),
  values("maxPool below zero", below, (x) => tf.maxPool(x, 2, 1, "same")),
  values("maxPool of zeros", zeros, (x) => tf.maxPool(x, 2, 2, "valid")),
  values("maxPool of NaN", nan, (x) => tf.maxPool(x, 2, 1, "valid"), wrong),
  values("avgPool of NaN", nan, (x) => tf.avgPool(x, 2, 1, "valid"), wrong),
  values("maxPool3d of equal numbers", deep(ties, [1, 4, 2, 2, 1]), (x) => tf.maxPool3d(x, 2, 1, "valid")),
  values("maxPool3d below zero", deep(below, [1, 3, 1, 3, 1]), (x) => tf.maxPool3d(x, 2, 1, "same")),
  values("maxPool3d of zeros", deep(zeros, [1, 4, 2, 2, 1]), (x) => tf.maxPool3d(x, 2, 2, "valid")),
  values("avgPool of int32", given([1, 2, 3, 4], "int32", [2, 2, 1]), (x) => tf.avgPool(x, 2, 1, 0), refused),
  values("avgPool3d of int32", given([1, 2, 3, 4], "int32", [1, 2, 2, 1]), (x) => tf.avgPool3d(x, 1, 1, 0), refused),
  values("maxPool of what is not a tensor", given([]), () => tf.maxPool({} as tf.Tensor4D, 2, 1, "valid"), refused),
  values("maxPool of clones", [1, 3, 3, 1], (x) => tf.clone(tf.maxPool(tf.clone(x), 2, 1, 0))),
  values("avgPool of clones", [1, 3, 3, 1], (x) => tf.clone(tf.avgPool(tf.clone(x), 2, 1, 0))),
  ...[false, true].map((batch) =>
    values(`maxPoolWithArgmax, ${batch}`, [2, 3, 4, 2], (x) => Object.values(tf.maxPoolWithArgmax(x, 2, 1, "valid", batch)), wrong)),
]; // prettier-ignore

const { layers } = tf;
const first = { dataFormat: "channelsFirst" } as const;
const largest = { bound: "largest", terms: 16 } as const;
const ofLayers: Case[] = [
  layered("maxPooling1d", () => layers.maxPooling1d({ poolSize: 3, strides: 2, padding: "same" }), [2, 7, 3], largest),
  layered("averagePooling1d", () => layers.averagePooling1d({ poolSize: 3, strides: 1 }), [2, 7, 3], largest),
  layered("maxPooling2d", () => layers.maxPooling2d({ poolSize: [3, 2], strides: 1 }), [2, 6, 5, 3], largest),
  layered("maxPooling2d, channels first", () => layers.maxPooling2d({ ...first, poolSize: 2 }), [2, 3, 6, 5], largest),
  layered("averagePooling2d", () => layers.averagePooling2d({ poolSize: [3, 2], strides: [2, 3], padding: "same" }), [2, 6, 5, 3], largest),
  layered("averagePooling2d, channels first", () => layers.averagePooling2d({ ...first, poolSize: 2, strides: 1 }), [2, 3, 6, 5], largest),
  layered("maxPooling3d", () => layers.maxPooling3d({ poolSize: 2, strides: 1, padding: "same" }), [2, 4, 3, 5, 2], largest),
  layered("maxPooling3d, channels first", () => layers.maxPooling3d({ ...first, poolSize: 2 }), [2, 2, 4, 3, 5], largest),
  layered("averagePooling3d", () => layers.averagePooling3d({ poolSize: 2 }), [2, 4, 3, 5, 2], largest),
  layered("globalMaxPooling1d", () => layers.globalMaxPooling1d({}), [2, 7, 3], largest),
  layered("globalAveragePooling1d", () => layers.globalAveragePooling1d({}), [2, 7, 3], largest),
  layered("globalMaxPooling2d", () => layers.globalMaxPooling2d({}), [2, 4, 4, 3], largest),
  layered("globalMaxPooling2d, channels first", () => layers.globalMaxPooling2d(first), [2, 3, 4, 4], largest),
  layered("globalAveragePooling2d", () => layers.globalAveragePooling2d({}), [2, 4, 4, 3], largest),
  layered("globalAveragePooling2d, channels first", () => layers.globalAveragePooling2d(first), [2, 3, 4, 4], largest),
]; // prettier-ignore

export const pooling: Case[] = [...images, ...volumes, ...dilated, ...special, ...ofLayers];
