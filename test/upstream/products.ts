/** Products: matMul of matrices and stacks, dot, outerProduct, einsum, fused matMul. */
import * as tf from "@tensorflow/tfjs";
import { given, ints, type Case, type Input, type Shape } from "../support/outcomes.ts";

const show = (input: Input) => (Array.isArray(input) ? `[${input}]` : "values");
const ways = [[false, false], [false, true], [true, false], [true, true]] as const; // prettier-ignore
const marks = ["", "ᵀ"];

/** tf.matMul of factors of these shapes, as they lie. */
const matMul = (a: Input, b: Input, [ta, tb]: readonly [boolean, boolean] = [false, false], rest: Partial<Case> = {}): Case => ({
  name: `matMul ${show(a)}${marks[+ta]} x ${show(b)}${marks[+tb]}`,
  inputs: [a, b],
  run: (a, b) => tf.matMul(a, b, ta, tb),
  ...rest,
}); // prettier-ignore

/** All four products of stacks of m x k and k x n matrices, transposed or not. */
const transposed = (stackA: Shape, stackB: Shape, [m, k, n]: Shape, rest: Partial<Case> = {}) =>
  ways.map((way) => {
    const a = way[0] ? [k!, m!] : [m!, k!];
    const b = way[1] ? [n!, k!] : [k!, n!];
    return matMul([...stackA, ...a], [...stackB, ...b], way, rest);
  });

/** Of stacks that are broadcast: stock TensorFlow.js has wrong products of some, and the gradients of none. */
const broadcast = (stackA: Shape, stackB: Shape, sizes: Shape) => {
  const stack = tf.broadcast_util.assertAndGetBroadcastShape([...stackA], [...stackB]);
  const whole = (x: tf.Tensor) => tf.broadcastTo(x, [...stack, ...x.shape.slice(-2)]);
  return transposed(stackA, stackB, sizes).map((tested, i) => ({
    ...tested,
    instead: (a: tf.Tensor, b: tf.Tensor) => tf.matMul(whole(a), whole(b), ...ways[i]!),
  }));
};

const refused = { forward: "refused" } as const;
const nan = given([1, NaN, 2, 3, -Infinity, 4], "float32", [2, 3]);
const text = given(["a", "b"], "string", [1, 2]);

const plain: Case[] = [
  ...[[2, 3, 2], [1, 1, 1], [7, 1, 3], [1, 5, 3], [8, 4, 8], [13, 17, 9], [33, 16, 5], [2, 1001, 1]].flatMap((sizes) => transposed([], [], sizes)),
  ...transposed([3], [3], [2, 3, 4]),
  ...transposed([2, 3], [2, 3], [3, 2, 5]),
  ...transposed([1], [1], [4, 4, 4]),
  ...[[1, 1001, 1], [2, 1001, 1], [1, 1001, 2]].flatMap((sizes) => transposed([3], [3], sizes)),
  ...broadcast([4], [1], [3, 2, 1]),
  ...broadcast([2, 2], [], [3, 2, 1]),
  ...transposed([1, 2, 2], [], [3, 2, 1], { gradients: "gained" }),
  ...broadcast([2, 1], [1, 3], [2, 3, 2]),
  ...broadcast([], [5], [3, 2, 4]),
  matMul([0, 3], [3, 2]),
  matMul([2, 3, 3], [2, 3, 0]),
  matMul(nan, [3, 2]),
  matMul([2, 2], nan),
  matMul([2, 3], [2, 3], undefined, refused),
  matMul([2, 3], [3, 2], [false, true], refused),
  matMul([2, 3], [3, 2], [true, false], refused),
  matMul([3, 2], [3, 2], [true, true], refused),
  matMul([2, 3, 2], [4, 2], undefined, refused),
  matMul([2, 2], [2], undefined, refused),
  matMul([2, 2, 3], [3, 3, 2], undefined, refused),
  matMul(text, [2, 2], undefined, refused),
  { ...matMul([2, 3], ints([0, 1, -3, 2, 2, 1], [3, 2])), name: "matMul, float32 x int32", bound: "largest", terms: 3 },
  { ...matMul(ints([1, 2, 3, 4, 5, 6], [2, 3]), given([1, 0, 1, 1, 0, 1], "bool", [3, 2])), name: "matMul, int32 x bool", forward: "limit" },
  { name: "matMul of what is not a tensor", inputs: [], run: () => tf.matMul({} as tf.Tensor, tf.ones([2, 2])), ...refused },
  { name: "matMul of arrays", inputs: [], run: () => tf.matMul([[1, 2, 3], [4, 5, 6]], [[0, 1], [-3, 2], [2, 1]]) },
  { name: "matMul, three factors, the first empty", inputs: [[0, 5], [5, 3], [3, 4]], run: (a, b, c) => tf.matMul(tf.matMul(a, b), c) },
  { name: "matMul of a tensor with itself", inputs: [[4, 4]], run: (a) => tf.matMul(a, a) },
  { name: "matMul, a Gram matrix", inputs: [[2, 5, 3]], run: (a) => tf.matMul(a, a, true) },
  { name: "matMul, then mul", inputs: [[2, 2], [2, 3], [2, 3]], run: (a, b, c) => tf.mul(tf.matMul(a, b), c) },
  { name: "matMul of clones", inputs: [[3, 2], [4, 2]], run: (a, b) => tf.clone(tf.matMul(tf.clone(a), tf.clone(b), false, true)) },
  { name: "matMul twice, into memory that was freed", inputs: [[3, 2, 2], [3, 2, 2]], run: (a, b) => { tf.matMul(a, b, true).dispose(); return tf.matMul(b, a, true); } },
]; // prettier-ignore

const dot = (a: Shape, b: Shape, rest: Partial<Case> = {}): Case => ({
  name: `dot [${a}], [${b}]`,
  inputs: [a, b],
  run: (a, b) => tf.dot(a, b),
  ...rest,
});

const dots: Case[] = [
  dot([4], [4]), dot([1], [1]), dot([3], [3, 4]), dot([4, 3], [3]), dot([4, 3], [3, 5]), dot([17, 1], [1, 9]),
  dot([3], [2], refused), dot([2, 3], [2, 3], refused), dot([2, 2, 2], [2], refused),
  { name: "dot, NaN", inputs: [given([2, NaN])], run: (v) => tf.dot(v, [2, 1]) },
  { name: "outerProduct [2], [3]", inputs: [[2], [3]], run: (a, b) => tf.outerProduct(a, b) },
  { name: "outerProduct [1], [7]", inputs: [[1], [7]], run: (a, b) => tf.outerProduct(a, b) },
  { name: "outerProduct of arrays", inputs: [], run: () => tf.outerProduct([2, 3], [2, 1]) },
  { name: "outerProduct of a matrix", inputs: [[2, 2], [2]], run: (a, b) => tf.outerProduct(a, b), ...refused },
]; // prettier-ignore

const sizes: Record<string, number> = { a: 2, b: 3, c: 4, d: 5, e: 2, i: 3, j: 4, k: 5 };

/** Stock TensorFlow.js has no gradient of tf.einsum: the same as a product of all numbers and a sum. */
function productAndSum(equation: string, x: tf.Tensor[]): tf.Tensor {
  const [terms, result] = equation.split("->").map((side) => side.split(",")) as [string[], string[]];
  const labels = [...new Set(terms.join("") + result[0]!)];
  const apart = x.map((tensor, i) => {
    const own = [...terms[i]!];
    const order = labels.flatMap((label) => (own.includes(label) ? [own.indexOf(label)] : []));
    return tf.reshape(tf.transpose(tensor, order), labels.map((label) => (own.includes(label) ? sizes[label]! : 1)));
  });
  const summed = labels.flatMap((label, axis) => (result[0]!.includes(label) ? [] : [axis]));
  const rest = labels.filter((label) => result[0]!.includes(label));
  const sum = tf.sum(apart.reduce((a, b) => tf.mul(a, b)), summed);
  return tf.transpose(sum, [...result[0]!].map((label) => rest.indexOf(label)));
} // prettier-ignore

/** tf.einsum of tensors of these sizes. */
const einsum = (equation: string, rest: Partial<Case> = {}): Case => ({
  name: `einsum ${equation}`,
  inputs: equation.split(/-?>/)[0]!.split(",").map((term) => [...term].map((label) => sizes[label] ?? 1)),
  run: (...x) => tf.einsum(equation, ...x),
  instead: rest.forward ? undefined : (...x) => productAndSum(equation, x),
  ...rest,
}); // prettier-ignore

const einsums: Case[] = [
  ...",-> i,-> i,->i i-> ij-> ij,ji-> ij,-> i,i-> i,j->ij ij,j->i ij->j ij->i ij->ji ij->ij ij,jk->ik ij,jk->ki bi,bi->b bi,bj->bij bij,bjk->bik adc,abc->abd adc,abc->adb bij->bji abcd,cde->abe aecd,abcd->acbe aecd,abcd->abe".split(" ").map((equation) => einsum(equation)),
  ...["ii->", "ij->ik", "ij,jk>ik", "ij,jk->ik->i", "ij,jk,kc->ic", "ij,jk", "", "...i,ij->j"].map((equation) => einsum(equation, refused)),
  einsum("ij,jk->ik", { name: "einsum, sizes that do not fit", inputs: [[2, 3], [4, 2]], ...refused }),
  einsum("ij->ji", { name: "einsum, too many tensors", inputs: [[2, 3], [3, 2]], ...refused }),
]; // prettier-ignore

type Fused = Parameters<typeof tf.fused.matMul>[0];

/** tf.fused.matMul of stacks of 5 x 4 and 4 x 6 matrices; biases and slopes are further inputs. */
function fused(activation: Fused["activation"], bias?: Shape, slopes?: Shape, rest: Partial<Case> & Partial<Fused> & { stack?: Shape } = {}): Case {
  const { stack = [], transposeA = false, transposeB = false, leakyreluAlpha, ...others } = rest;
  const sizes = [[...stack, ...(transposeA ? [4, 5] : [5, 4])], [...stack, ...(transposeB ? [6, 4] : [4, 6])]];
  const of = (activation: Fused["activation"], x: tf.Tensor2D[]) =>
    tf.fused.matMul({ a: x[0]!, b: x[1]!, transposeA, transposeB, bias: bias && x[2], activation, preluActivationWeights: slopes && x[x.length - 1], leakyreluAlpha });
  return {
    name: `fused matMul, ${activation}, stack [${stack}]${marks[+transposeA]}${marks[+transposeB]}, bias ${bias ? `[${bias}]` : "none"}${slopes ? `, slopes [${slopes}]` : ""}${leakyreluAlpha ? `, alpha ${leakyreluAlpha}` : ""}`,
    inputs: [...sizes, ...(bias ? [bias] : []), ...(slopes ? [slopes] : [])],
    run: (...x) => of(activation, x),
    // Of the same slopes, prelu(z) is within |z| (1 + |alpha|).
    linear: (...x) => {
      const z = of("linear", x);
      return slopes ? tf.add(z, tf.mul(z, x[x.length - 1])) : z;
    },
    ...others,
  };
} // prettier-ignore

const activations = ["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu"] as const;
const fusions: Case[] = [
  ...activations.flatMap((activation) => [
    fused(activation),
    fused(activation, [6]),
    fused(activation, [6], undefined, { transposeA: true }),
    fused(activation, [6], undefined, { transposeB: true, stack: [3] }),
  ]),
  fused("leakyrelu", [6], undefined, { leakyreluAlpha: 0.3, transposeA: true, transposeB: true }),
  fused("prelu", [6], [6]),
  fused("prelu", undefined, [1, 6], { transposeB: true }),
  fused("tanh" as "relu", [6], undefined, refused),
  fused("relu", [5, 6], undefined, { forward: "limit", gradients: "none" }),
  fused("relu", [1, 6], undefined, { forward: "limit", gradients: "none" }),
  fused("relu", [5], undefined, refused),
]; // prettier-ignore

export const products: Case[] = [...plain, ...dots, ...einsums, ...fusions];
