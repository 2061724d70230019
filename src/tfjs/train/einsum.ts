/**
 * tf.einsum as batched products (tensorflow/tfjs#7439), and its gradient.
 *
 * The labels of two tensors fall into those that both have and the result too (batch), that both have and
 * the result has not (inner), and those of one alone, which the result has (free) or which are summed before.
 * So each tensor becomes a stack of matrices, batch x free x inner, and tf.matMul does the rest.
 */
import * as tf from "@tensorflow/tfjs-core";

/** An axis is called by a number; the result's come first, in its order. */
type Label = number;

interface Term {
  readonly x: tf.Tensor;
  readonly labels: readonly Label[];
}

/** The labels of the tensors and of the result, by TensorFlow.js's own reading of an equation. */
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

/** The sum over all labels but those that are wanted. */
function summed({ x, labels }: Term, wanted: (label: Label) => boolean): Term {
  const axes = labels.flatMap((label, axis) => (wanted(label) ? [] : [axis]));
  return axes.length ? { x: tf.sum(x, axes), labels: labels.filter(wanted) } : { x, labels };
}

/** Two tensors summed over what the result has not; its labels may come in another order. */
function product(a: Term, b: Term, result: readonly Label[]): Term {
  const common = a.labels.filter((label) => b.labels.includes(label));
  const batch = result.filter((label) => common.includes(label));
  const inner = common.filter((label) => !result.includes(label));
  const free = (x: Term) => result.filter((label) => x.labels.includes(label) && !common.includes(label)); // prettier-ignore
  const [freeA, freeB] = [free(a), free(b)];
  // The tensor whose labels the result has first makes its rows.
  if (freeB.length > 0 && (freeA[0] ?? Infinity) > freeB[0]!) return product(b, a, result);

  const sizes = new Map([...sizesOf(a), ...sizesOf(b)]);
  const size = (labels: readonly Label[]) => labels.reduce((n, label) => n * sizes.get(label)!, 1);
  const [stack, m, n, k] = [size(batch), size(freeA), size(freeB), size(inner)];
  const labels = [...batch, ...freeA, ...freeB];
  const shape = labels.map((label) => sizes.get(label)!);
  const rows = (x: Term, free: readonly Label[]) => arranged(x, [...batch, ...free, ...inner]);

  const whole = a.x.dtype !== "float32" || b.x.dtype !== "float32";
  if (whole || inner.length === 0 || m * n === 1) {
    // Outer and elementwise products, dot products; numbers that tf.matMul does not take on this backend.
    const left = tf.reshape(rows(a, freeA), [stack, m, 1, k]);
    const right = tf.reshape(rows(b, freeB), [stack, 1, n, k]);
    const products = tf.mul(left, right);
    return { x: tf.reshape(inner.length ? tf.sum(products, 3) : products, shape), labels };
  }
  // Factors as they lie in memory, transposed or not, if one of these ways they need no rearranging.
  const lies = (x: Term, order: readonly Label[]) => x.labels.every((label, i) => label === order[i]); // prettier-ignore
  const transposeA = lies(a, [...batch, ...inner, ...freeA]);
  const transposeB = !lies(b, [...batch, ...inner, ...freeB]);
  const left = tf.reshape(transposeA ? a.x : rows(a, freeA), transposeA ? [stack, k, m] : [stack, m, k]); // prettier-ignore
  const right = tf.reshape(transposeB ? rows(b, freeB) : b.x, transposeB ? [stack, n, k] : [stack, k, n]); // prettier-ignore
  return { x: tf.reshape(tf.matMul(left, right, transposeA, transposeB), shape), labels };
}

const sizesOf = ({ x, labels }: Term) => labels.map((label, axis) => [label, x.shape[axis]!] as const); // prettier-ignore

/** A tensor with its axes in this order. */
function arranged({ x, labels }: Term, order: readonly Label[]): tf.Tensor {
  const perm = order.map((label) => labels.indexOf(label));
  return perm.every((axis, i) => axis === i) ? x : tf.transpose(x, perm);
}

/** The gradient with respect to a tensor is the product of dy and the other one, repeated over what was summed. */
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
