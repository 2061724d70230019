/**
 * Watches what src returns from tf.tidy. TensorFlow.js looks for tensors in every element of a result, by key, which
 * takes a second for a typed array of a million numbers. With this file imported, a tf.tidy of src that returns such
 * an array throws.
 */
import * as core from "@tensorflow/tfjs-core";

/** Whether a result contains an array of numbers. */
function holdsNumbers(result: unknown): boolean {
  if (ArrayBuffer.isView(result)) return true;
  if (typeof result !== "object" || result === null || result instanceof core.Tensor) return false;
  return Array.isArray(result) && typeof result[0] === "number"
    ? true
    : Object.values(result).some(holdsNumbers);
}

/** The first file on the stack that is neither TensorFlow.js nor this one. */
function caller(): string | undefined {
  const frames = new Error().stack!.split("\n").slice(1);
  return frames.find((frame) => !/tfjs-core|test\/tfjs\/tidies/.test(frame.replaceAll("\\", "/")));
}

const engine = core.engine();
const { tidy } = engine;
engine.tidy = function (this: typeof engine, ...args: Parameters<typeof tidy>) {
  const result = tidy.apply(this, args);
  if (holdsNumbers(result)) {
    const from = caller();
    if (from && /src[\\/]tfjs/.test(from))
      throw new Error(`numbers out of a tf.tidy, ${from.trim()}`);
  }
  return result;
} as typeof tidy;
