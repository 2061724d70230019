/** Gathers, scatters and slices: gather, gatherND, scatterND, embeddings, slice, stridedSlice, segment sums, tile, stack and split. */
import * as tf from "@tensorflow/tfjs";
import { given, ints, type Case, type Input, type Run, type Shape } from "../support/outcomes.ts";
import { layered } from "./layered.ts";

const refused = { forward: "refused" } as const;
const none = { gradients: "none" } as const;

/** A case of one operation; its name says what it does. */
const of = (name: string, inputs: readonly Input[], run: Run, rest: Partial<Case> = {}): Case => ({ name, inputs, run, ...rest }); // prettier-ignore
const shown = (input: Input): string => (Array.isArray(input) ? `[${input}]` : `${(input as ReturnType<typeof given>).dtype} [${(input as ReturnType<typeof given>).shape}]`); // prettier-ignore

const gather = (x: Input, indices: number | number[] | number[][], axis = 0, batchDims = 0, rest: Partial<Case> = {}): Case =>
  of(`gather x=${shown(x)} at ${JSON.stringify(indices)} axis ${axis} batch ${batchDims}`, [x], (x) => tf.gather(x, tf.tensor(indices as number[], undefined, "int32"), axis, batchDims), rest); // prettier-ignore

const whole = given([1, 0, 3, 4], "int32", [4]);
const flags = given([1, 0, 1, 1], "bool", [4]);

const gathers: Case[] = [
  gather([3], 1),
  gather([3], [0, 2, 0, 1]),
  gather([3], [[0, 2, 0, 1]]),
  ...[0, 1].flatMap((axis) => [
    gather([2, 2], 1, axis),
    gather([2, 2], [1, 0, 0, 1], axis),
    gather([2, 2], [[1, 0], [0, 1]], axis),
    gather([2, 3, 2], [1, 0, 0, 1, 1], axis),
    gather([2, 3, 2], [[1, 0], [0, 1]], axis),
  ]), // prettier-ignore
  gather([4, 1], [0, 3, 3, 2]),
  gather([1, 4, 4], [0, 0]),
  gather([1, 4, 4], [[1, 3], [3, 1]], 2), // prettier-ignore
  gather([2, 2], [[1, 0], [0, 1]], 1, 1), // prettier-ignore
  gather([2, 2], [[1, 0], [0, 1]], 1, -1, { gradients: "refused" }), // prettier-ignore
  gather([1, 2, 3], [[1, 0, 1]], 2, 1),
  gather([1, 2, 3], [[[1, 0, 1]]] as never, 2, 3, refused),
  gather([1, 2, 3], [[1, 0, 1]], 2, 3, refused),
  gather([2, 3, 4], [[1, 0, 1]], 2, 1, refused),
  gather([2, 2], [100], 0, 0, refused),
  gather([2, 2], [-1], 0, 0, refused),
  gather(whole, [0, 2, 0, 1]),
  gather(whole, [[0, 2], [0, 1]]), // prettier-ignore
  gather(flags, [0, 2, 0, 1]),
  gather(flags, [[0, 2], [0, 1]]), // prettier-ignore
  gather(given([1, NaN, 3]), [1, 0, 1]),
  of("gather by float32", [[4]], (x) => tf.gather(x, tf.tensor1d([0, 1])), refused),
  of("gather of clones", [[4, 2]], (x) => tf.clone(tf.gather(tf.clone(x), tf.clone(tf.tensor1d([2, 2, 0], "int32"))))),
  of("gather of many, some rows often", [[7, 3]], (x) => tf.gather(x, tf.tensor1d(Array.from({ length: 90 }, (_, i) => (i * i) % 7), "int32"))),
  of("gather into nothing", [[4, 2]], (x) => tf.gather(x, tf.tensor1d([], "int32")), none),
  layered("embedding", () => tf.layers.embedding({ inputDim: 5, outputDim: 3 }), [2, 4], { x: ints([0, 4, 1, 1, 3, 3, 3, 3], [2, 4]) }),
  layered("embedding, masked", () => tf.layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true }), [2, 4], { x: ints([0, 4, 1, 1, 3, 0, 3, 0], [2, 4]) }),
]; // prettier-ignore

const gatherND = (x: Shape, indices: unknown, rest: Partial<Case> = {}) =>
  of(`gatherND x=[${x}] at ${JSON.stringify(indices)}`, [x], (x) => tf.gatherND(x, tf.tensor(indices as number[], undefined, "int32")), { gradients: "refused", ...rest }); // prettier-ignore

const scatterND = (indices: unknown, updates: Input, shape: number[], rest: Partial<Case> = {}) =>
  of(`scatterND ${shown(updates)} at ${JSON.stringify(indices)} into [${shape}]`, [updates], (x) => tf.scatterND(tf.tensor(indices as number[], undefined, "int32"), x, shape), { gradients: "refused", ...rest }); // prettier-ignore

const many: Case[] = [
  gatherND([9], [[0], [4], [8]]),
  gatherND([3, 4], [[0], [2]]),
  gatherND([3, 4], [[0, 2], [1, 1]]), // prettier-ignore
  gatherND([3, 4, 2], [[0, 2], [1, 1]]), // prettier-ignore
  gatherND([9], [[[0]], [[4]], [[2]]]),
  gatherND([3, 4, 2], [[[0, 2]], [[1, 1]]]),
  gatherND([9], 1, { ...refused, ...none }),
  gatherND([], [[0]], { ...refused, ...none }),
  gatherND([3, 4], [[0, 4, 2]], { ...refused, ...none }),
  scatterND([[0], [4], [2]], given([100, 101, 102, 7, 8, 9, 10, 11, 12], "int32", [3, 3]), [5, 3], none),
  scatterND([3], [1], [5]),
  scatterND([0, 4, 2], [3], [5]),
  scatterND([[0], [2]], [2, 4, 4], [4, 4, 4]),
  scatterND([[0, 2], [0, 1]], [2], [3, 3]), // prettier-ignore
  scatterND([[1, 0], [0, 1], [0, 1]], [3, 256], [2, 2, 256]), // prettier-ignore
  scatterND([0, 4, 2, 1, 3, 0], [6], [8]),
  scatterND([[0], [4], [2]], [3, 4], [5, 3], { ...refused, ...none }),
  scatterND([[0], [4], [2]], [2, 3], [5, 3], { ...refused, ...none }),
  scatterND(1, [2, 3], [5, 3], { ...refused, ...none }),
  scatterND([0, 4, 2], [], [5, 3], { ...refused, ...none }),
  scatterND([0, 4, 2], [3], [5.55, 2.22], { ...refused, ...none }),
  of("tensorScatterUpdate", [[5, 3], [3, 3]], (x, updates) => tf.tensorScatterUpdate(x, tf.tensor2d([0, 4, 2], [3, 1], "int32"), updates), { gradients: "refused" }),
]; // prettier-ignore

const segments = (x: Input, ids: number[], count: number, rest: Partial<Case> = {}) =>
  of(`unsortedSegmentSum ${shown(x)} by ${ids.length > 9 ? ids.length : ids} into ${count}`, [x], (x) => tf.unsortedSegmentSum(x, tf.tensor1d(ids, "int32"), count), rest); // prettier-ignore

const sums: Case[] = [
  segments([4], [0, 2, 0, 1], 3),
  segments([2, 3], [0, 0], 2),
  segments([3, 2, 2], [2, 1, 2], 3),
  segments([4], [0, 2, -1, 1], 3),
  segments([4, 3], [5, 0, -1, 0], 2, none),
  segments([300], Array.from({ length: 300 }, (_, i) => i % 5), 7), // prettier-ignore
  segments([3, 2], [1, 1, 1], 1, none),
  segments(ints([1, 2, 3, 4]), [0, 1, 1, 1], 2, none),
  of("unsortedSegmentSum of arrays", [], () => tf.unsortedSegmentSum([1, 2, 3, 4], [0, 2, 0, 1], 3)),
  of("unsortedSegmentSum of clones", [[4]], (x) => tf.clone(tf.unsortedSegmentSum(tf.clone(x), tf.tensor1d([0, 2, 0, 1], "int32"), 3))),
  of("unsortedSegmentSum by float32", [[3]], (x) => tf.unsortedSegmentSum(x, tf.tensor1d([0.5, 1, 1]), 2), refused),
]; // prettier-ignore

const slice = (x: Input, begin: number | number[], size?: number | number[], rest: Partial<Case> = {}) =>
  of(`slice ${shown(x)} from ${JSON.stringify(begin)} of ${JSON.stringify(size)}`, [x], (x) => tf.slice(x, begin, size), rest); // prettier-ignore

const strided = (x: Shape, begin: number[], end: number[], strides: number[], masks: number[] = [], rest: Partial<Case> = {}) =>
  of(`stridedSlice [${x}] ${JSON.stringify([begin, end, strides])} masks ${masks}`, [x], (x) => tf.stridedSlice(x, begin, end, strides, ...masks), { gradients: "refused", ...rest }); // prettier-ignore

const slices: Case[] = [
  slice([3], [0], [3]),
  slice([5], 1, 2),
  slice([5, 4], [1, 2], [2, 2]),
  slice([2, 2, 2], [0, 1, 1]),
  slice([2, 2, 2], 1),
  slice([2, 2, 2], [0, 1], [2, 1]),
  slice([2, 3, 2], [0, 1], [-1, 2]),
  slice([2, 3, 4, 2], [1, 0, 2, 0], [1, 3, 1, 2]),
  slice([2, 2, 2, 2, 2], [1, 0, 0, 0, 0], [1, 2, 2, 2, 2], none),
  slice(ints([1, 2, 3, 4, 5]), [2], [2]),
  slice(flags, [1], [3]),
  slice([2, 2, 2], [-1, 1, 1], undefined, refused),
  strided([3], [0], [3], [2]),
  strided([3], [10], [3], [2], [], none),
  strided([3], [-3], [3], [1]),
  strided([3], [-5], [3], [1]),
  strided([3], [1], [-2], [1], [], none),
  strided([3], [5], [-2], [-1]),
  strided([3], [2], [-4], [-1]),
  strided([3], [1], [3], [1], [1]),
  strided([3], [1], [3], [1], [0, 1]),
  strided([3], [1], [3], [1], [0, 0, 0, 0, 1]),
  strided([2, 3], [0, 0], [2, 3], [2, 2]),
  strided([2, 3], [1, -1], [2, -4], [2, -1]),
  strided([2, 3], [1, -2], [2, -4], [1, -1], [2]),
  strided([2, 3, 2], [-1, -1, -1], [-3, -4, -3], [-1, -1, -1]),
  strided([2, 3, 2], [0, 0, 0], [2, 3, 2], [2, 2, 2]),
  strided([2, 3, 2], [1, 0], [2, 3], [1, 1]),
  strided([2, 3, 4, 5], [1, 0], [2, 3], [1, 2], [0, 0, 2]),
  strided([2, 3, 4], [0, 1], [2, 3], [1, 1], [0, 0, 1, 2]),
];

const tile = (x: Input, reps: number[], rest: Partial<Case> = {}) => of(`tile ${shown(x)} x [${reps}]`, [x], (x) => tf.tile(x, reps), rest); // prettier-ignore

const copies: Case[] = [
  tile([3], [1]),
  tile([3], [4]),
  tile([2, 2], [1, 3]),
  tile([2, 2], [3, 2]),
  tile([2, 1, 3], [2, 3, 2]),
  tile([2, 1, 2, 3], [1, 2, 3, 2]),
  tile([1, 2, 1, 2, 1], [2, 1, 2, 1, 3], { gradients: "gained" }),
  tile([1, 2, 1, 2, 1, 2], [2, 1, 2, 1, 3, 2], { gradients: "gained" }),
  tile([2, 3], [0, 2], none),
  tile([2, 3], [0, 1], none),
  tile(given([1, NaN, 3]), [2]),
  tile(whole, [3]),
  tile(flags, [2]),
  tile([2, 2], [2], refused),
  of("concat", [[2, 3], [1, 3], [4, 3]], (...x) => tf.concat(x, 0)),
  of("concat, the last axis", [[2, 1, 3], [2, 1, 5]], (...x) => tf.concat(x, -1)),
  of("concat, empty", [[0, 3], [2, 3]], (...x) => tf.concat(x, 0)),
  of("concat, sizes that do not fit", [[2, 3], [2, 2]], (...x) => tf.concat(x, 0), refused),
  of("stack", [[2, 3], [2, 3]], (...x) => tf.stack(x, 1)),
  of("stack, shapes that differ", [[2, 3], [2, 2]], (...x) => tf.stack(x), refused),
  ...[0, 1, -1].map((axis) => of(`unstack ${axis}`, [[3, 2, 4]], (x) => tf.unstack(x, axis))),
  of("unstack one", [[1, 4]], (x) => tf.unstack(x, 0), { gradients: "gained" }),
  of("unstack, no such axis", [[3]], (x) => tf.unstack(x, 3), refused),
  of("split", [[2, 6]], (x) => tf.split(x, 3, 1)),
  of("split into sizes", [[2, 6]], (x) => tf.split(x, [1, 2, -1], 1)),
  of("split, uneven", [[2, 5]], (x) => tf.split(x, 2, 1), refused),
  of("oneHot", [], () => tf.oneHot(tf.tensor1d([0, 2, 5, -1], "int32"), 3, 2, -1)),
  of("spaceToBatchND", [[2, 2, 4, 1]], (x) => tf.spaceToBatchND(x, [2, 2], [[0, 0], [2, 0]])),
  of("batchToSpaceND", [[4, 2, 2, 1]], (x) => tf.batchToSpaceND(x, [2, 2], [[0, 0], [1, 0]])),
]; // prettier-ignore

export const lookups: Case[] = [...gathers, ...many, ...sums, ...slices, ...copies];
