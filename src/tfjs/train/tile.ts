import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/** Kernel Tile: a tensor repeated along its axes. The backend's own kernel copies single numbers. */
export const tile =
  (stock: tf.KernelFunc): tf.KernelFunc =>
  (args) => {
    const x = args.inputs.x!;
    const { reps } = args.attrs as unknown as { reps: number[] };
    if (x.dtype === "string" || x.dtype === "complex64" || reps.length !== x.shape.length) return stock(args); // prettier-ignore
    const backend = args.backend as BackendWasm;
    const output = backend.makeOutput(
      x.shape.map((size, axis) => size * reps[axis]!),
      x.dtype,
    );
    // Views are taken after the allocation, which may move the memory.
    repeat(x.shape, reps, backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(output));
    return output;
  };

type Numbers = ReturnType<BackendWasm["typedArrayFromHeap"]>;

/** Writes each block of the input once, then copies the written block for its repetitions, from the last axis on. */
function repeat(shape: readonly number[], reps: readonly number[], x: Numbers, to: Numbers): void {
  // The axes behind the last repeated one form one run.
  const axes = Math.max(0, ...reps.map((count, axis) => (count === 1 ? 0 : axis + 1)));
  const run = tf.util.sizeFromShape(shape.slice(axes) as number[]);
  let from = 0;
  /** Writes the entries of an axis from the address `at` on, and returns the end address. */
  const write = (axis: number, at: number): number => {
    if (axis === axes) {
      if (run === 1) to[at] = x[from]!;
      else to.set(x.subarray(from, from + run), at);
      from += run;
      return at + run;
    }
    let end = at;
    for (let i = 0; i < shape[axis]!; i++) end = write(axis + 1, end);
    const block = end - at;
    const last = at + block * reps[axis]!;
    if (block === 1) to.fill(to[at]!, end, last);
    else for (; end < last; end += block) to.copyWithin(end, at, at + block);
    return last;
  };
  if (to.length > 0) write(0, 0);
}

/** The gradient of tf.tile is the sum over the repetitions, which become axes of their own. */
export const tileGradient = (): tf.GradConfig["gradFunc"] => (dy, saved, attrs) => {
  const [x] = saved as [tf.Tensor];
  const reps = attrs["reps"] as number[];
  return {
    x: () => {
      const shape = x.shape.flatMap((size, axis) => (reps[axis] === 1 ? [size] : [reps[axis]!, size])); // prettier-ignore
      const axes = x.shape.flatMap((_, axis) => (reps[axis] === 1 ? [0] : [1, 0]));
      const repeated = axes.flatMap((repeats, axis) => (repeats ? [axis] : []));
      return tf.sum(tf.reshape(dy as tf.Tensor, shape), repeated);
    },
  };
};
