/** What is undone after an error: weights that were written, and what TensorFlow.js saved for a gradient. */
import { clone, dispose, engine, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";

/** Gives a weight a value that it had before. `write` would apply the constraint of its layer. */
export function putBack(weight: LayerVariable, value: Tensor): void {
  (weight as unknown as { val: Variable }).val.assign(value as never);
}

/** Runs a job that writes weights. If it throws, they get their old values back. */
export function orAsBefore<T>(weights: readonly LayerVariable[], job: () => T): T {
  const saved: Tensor[] = [];
  try {
    for (const weight of weights) saved.push(clone(weight.read()));
    try {
      return job();
    } catch (error) {
      saved.forEach((value, i) => putBack(weights[i]!, value));
      throw error;
    }
  } finally {
    dispose(saved);
  }
}

/** Runs a job of TensorFlow.js that makes variables. If it throws, those that it has made by then are disposed. */
export function orNoVariables<T>(job: () => T): T {
  const { registeredVariables } = engine().state;
  const before = new Set(Object.values(registeredVariables));
  try {
    return job();
  } catch (error) {
    for (const one of Object.values(registeredVariables)) if (!before.has(one)) one.dispose();
    throw error;
  }
}

/**
 * Runs a job that computes gradients. If an operation throws, TensorFlow.js forgets the tensors that it has saved for
 * the gradient; they are disposed here.
 */
export function differentiating<T>(job: () => T): T {
  const now = engine();
  const { keep } = now;
  const own = Object.hasOwn(now, "keep");
  const kept: Tensor[] = [];
  now.keep = (x) => {
    kept.push(x);
    return keep.call(now, x) as typeof x;
  };
  try {
    return job();
  } catch (error) {
    dispose(kept);
    throw error;
  } finally {
    if (own) now.keep = keep;
    else delete (now as { keep?: unknown }).keep;
  }
}
