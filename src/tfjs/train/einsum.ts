/**
 * tf.einsum as batched products (tensorflow/tfjs#7439), and its gradient.
 *
 * A label of two tensors is of one of four kinds:
 * - batch: both tensors and the result have the label,
 * - inner: both tensors have the label, the result does not,
 * - free: one tensor and the result have the label,
 * - only one tensor has the label: the tensor is summed over this axis first.
 *
 * So each tensor becomes a stack of matrices, batch x free x inner, and tf.matMul multiplies the stacks.
 */
import * as tf from "@tensorflow/tfjs-core";

/** The number of a label; the labels of the result come first, in the order of its axes. */
type Label = number;

interface Term {
  readonly x: tf.Tensor;
  readonly labels: readonly Label[];
}

/** The labels of the tensors and of the result, as TensorFlow.js itself reads the equation. */
function parse(equation: string, tensors: tf.Tensor[]) {
  const { decodeEinsumEquation, checkEinsumDimSizes } = tf.backend_util;
  const { allDims, summedDims, idDims } = decodeEinsumEquation(equation, tensors.length);
  checkEinsumDimSizes(allDims.length, idDims, tensors);
  const result = allDims.map((_, label) => label).filter((label) => !summedDims.includes(label));
  return { labels: idDims, result };
}

/** Kernel Einsum. */
export const einsum: tf.KernelFunc = ({ inputs, attrs }) => {
  const tensors = Object.values(inputs) as tf.Tensor[];
  const { labels, result } = parse((attrs as { equation: string }).equation, tensors);
  return tf.tidy(() => {
    const terms = tensors.map((x, i) => {
      const others = labels.flatMap((own, j) => (i === j ? [] : own));
      return summed({ x, labels: labels[i]! }, (label) => result.includes(label) || others.includes(label)); // prettier-ignore
    });
    const [a, b] = terms as [Term, Term?];
    const found = b ? product(a, b, result) : a;
    const whole = arranged(found, result);
    return whole === tensors[0] ? tf.clone(whole) : whole;
  });
};

/** Sums a term over all labels but those that are wanted. */
function summed({ x, labels }: Term, wanted: (label: Label) => boolean): Term {
  const axes = labels.flatMap((label, axis) => (wanted(label) ? [] : [axis]));
  return axes.length ? { x: tf.sum(x, axes), labels: labels.filter(wanted) } : { x, labels };
}

/** The product of two terms, summed over the labels that the result does not have; its axes may need rearranging. */
function product(a: Term, b: Term, result: readonly Label[]): Term {
  const common = a.labels.filter((label) => b.labels.includes(label));
  const batch = result.filter((label) => common.includes(label));
  const inner = common.filter((label) => !result.includes(label));
  const free = (x: Term) => result.filter((label) => x.labels.includes(label) && !common.includes(label)); // prettier-ignore
  const [freeA, freeB] = [free(a), free(b)];
  // The term with the first free label of the result becomes the left factor.
  if (freeB.length > 0 && (freeA[0] ?? Infinity) > freeB[0]!) return product(b, a, result);

  const sizes = new Map([...sizesOf(a), ...sizesOf(b)]);
  const size = (labels: readonly Label[]) => labels.reduce((n, label) => n * sizes.get(label)!, 1);
  const [stack, m, n, k] = [size(batch), size(freeA), size(freeB), size(inner)];
  const labels = [...batch, ...freeA, ...freeB];
  const shape = labels.map((label) => sizes.get(label)!);
  const rows = (x: Term, free: readonly Label[]) => arranged(x, [...batch, ...free, ...inner]);

  const whole = a.x.dtype !== "float32" || b.x.dtype !== "float32";
  if (whole || inner.length === 0 || m * n === 1) {
    // Outer, elementwise and dot products, and types that tf.matMul does not accept on this backend.
    const left = tf.reshape(rows(a, freeA), [stack, m, 1, k]);
    const right = tf.reshape(rows(b, freeB), [stack, 1, n, k]);
    const products = tf.mul(left, right);
    return { x: tf.reshape(inner.length ? tf.sum(products, 3) : products, shape), labels };
  }
  // A factor that is a stack of matrices in memory, transposed or not, needs no rearranging.
  const lies = (x: Term, order: readonly Label[]) => x.labels.every((label, i) => label === order[i]); // prettier-ignore
  const transposeA = lies(a, [...batch, ...inner, ...freeA]);
  const transposeB = !lies(b, [...batch, ...inner, ...freeB]);
  const left = tf.reshape(transposeA ? a.x : rows(a, freeA), transposeA ? [stack, k, m] : [stack, m, k]); // prettier-ignore
  const right = tf.reshape(transposeB ? rows(b, freeB) : b.x, transposeB ? [stack, n, k] : [stack, k, n]); // prettier-ignore
  return { x: tf.reshape(tf.matMul(left, right, transposeA, transposeB), shape), labels };
}

const sizesOf = ({ x, labels }: Term) => labels.map((label, axis) => [label, x.shape[axis]!] as const); // prettier-ignore

/** The tensor of a term with its axes in this order. */
function arranged({ x, labels }: Term, order: readonly Label[]): tf.Tensor {
  const perm = order.map((label) => labels.indexOf(label));
  return perm.every((axis, i) => axis === i) ? x : tf.transpose(x, perm);
}

/** The gradient with respect to a tensor is the product of dy and the other tensor, repeated along the summed axes. */
export const einsumGradient: Omit<tf.GradConfig, "kernelName"> = {
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const { labels, result } = parse(attrs["equation"] as string, saved);
    const letters = (term: readonly Label[]) => String.fromCodePoint(...term.map((label) => 0x4e00 + label)); // prettier-ignore
    const gradient = (i: number) => () => {
      const own = labels[i]!;
      const others = saved.flatMap((x, j) => (i === j ? [] : [{ x, labels: labels[j]! }]));
      const given = [{ x: dy as tf.Tensor, labels: result }, ...others];
      const known = own.filter((label) => given.some((term) => term.labels.includes(label)));
      const equation = `${given.map((term) => letters(term.labels)).join(",")}->${letters(known)}`;
      const x = tf.einsum(equation, ...given.map((term) => term.x));
      if (known.length === own.length) return x;
      const { shape } = saved[i]!;
      const apart = shape.map((size, axis) => (known.includes(own[axis]!) ? size : 1));
      return tf.broadcastTo(tf.reshape(x, apart), shape);
    };
    return Object.fromEntries(saved.map((_, i) => [i, gradient(i)]));
  },
};
