/**
 * Linear algebra as kernels of TensorFlow.js, so that tidy, dispose, profile and gradients work with its functions.
 *
 * A kernel is registered with a backend when it first runs there. Every backend will do: the work is done in this
 * package's own memory, and a backend is only asked to read and to write tensors. (The setup hook of TensorFlow.js
 * is of no use here: backends call it only while they start.)
 */
import * as tf from "@tensorflow/tfjs-core";
import { float32 } from "../../arrays.ts";
import { ArgumentError, show } from "../../errors.ts";
import type { Batch, Matrix } from "../../linalg/index.ts";

/** A result for one matrix of a batch: a matrix, a vector or a number. */
type Result = Matrix<Float32Array> | Float32Array | number;

/** The results for all matrices of a batch, one after the other; `shape` is the shape of one result. */
export interface Stack {
  readonly shape: number[];
  readonly values: Float32Array;
}

/** A function on matrices, as TensorFlow.js registers it. */
export interface Kernel<Options extends object> {
  /** The name that `tf.profile` shows. */
  readonly name: string;
  /** Computes the results for batches of equal count, after checking the options. */
  compute(batches: Batch<Float32Array>[], options: Options): Stack[];
  /** Absent if the function has no gradient: tf.grad then throws an error that names the kernel. */
  readonly gradient?: Omit<tf.GradConfig, "kernelName">;
}

/**
 * Runs a kernel on tensors […batch, rows, cols] of equal batch. A result has the shape […batch, …shape], where
 * `shape` is that of its stack.
 *
 * @throws ArgumentError (named after the input) for anything but float32 tensors of rank ≥ 2 with the same leading
 *   dimensions, and every error of `compute`
 */
export function run<Options extends object>(
  kernel: Kernel<Options>,
  inputs: Record<string, tf.Tensor>,
  options: Options,
): tf.Tensor[] {
  checkInputs(inputs);
  register(kernel);
  return tf.engine().runKernel<tf.Tensor[]>(kernel.name, inputs, options as tf.NamedAttrMap);
}

/** What `run` asks of its inputs, for those who compute with them before. */
export function checkInputs(inputs: Record<string, tf.Tensor>): void {
  let batch: string | undefined;
  for (const [name, x] of Object.entries(inputs)) {
    checkTensor(name, x);
    const own = x.shape.slice(0, -2).join(", ");
    batch ??= own;
    if (own !== batch) throw new ArgumentError(name, `leading dimensions [${batch}]`, `[${own}]`);
  }
}

function checkTensor(name: string, x: tf.Tensor): void {
  if (!(x instanceof tf.Tensor)) throw new ArgumentError(name, "a tensor", show(x));
  if (x.isDisposed) throw new ArgumentError(name, "a tensor that is not disposed", "one that is");
  if (x.dtype !== "float32") throw new ArgumentError(name, "a float32 tensor", x.dtype);
  if (x.rank < 2) throw new ArgumentError(name, "a tensor of rank 2 or more", `rank ${x.rank}`);
}

/** Registers a kernel for the backend in use, and its gradient, unless that was done before. */
function register<Options extends object>(kernel: Kernel<Options>): void {
  const { name: kernelName, compute, gradient } = kernel;
  tf.backend(); // chooses a backend, unless one was chosen before
  const backendName = tf.getBackend();
  if (!tf.getKernel(kernelName, backendName)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs, attrs }) {
        const tensors = Object.values(inputs as tf.NamedTensorMap);
        const batch = tensors[0].shape.slice(0, -2);
        const stacks = compute(tensors.map(batchOf), attrs as Options);
        const made: tf.Tensor[] = [];
        try {
          for (const { shape, values } of stacks) made.push(tf.tensor(values, [...batch, ...shape], "float32")); // prettier-ignore
        } catch (error) {
          tf.dispose(made);
          throw error;
        }
        return made;
      },
    });
  }
  if (gradient && !tf.getGradient(kernelName)) tf.registerGradient({ kernelName, ...gradient });
}

/** The matrices of a tensor; reading the tensor costs at most one copy. */
function batchOf({ dataId, shape, size }: tf.Tensor): Batch<Float32Array> {
  const [rows, cols] = shape.slice(-2) as [number, number];
  const count = tf.util.sizeFromShape(shape.slice(0, -2));
  const data = size > 0 ? tf.engine().readSync(dataId) : float32(0);
  return { count, rows, cols, data: data as Float32Array };
}

/** Makes `compute` of a kernel from a function that takes one matrix of each input at a time. */
export function each<Options extends object>(
  job: (matrices: Matrix<Float32Array>[], options: Options) => Result[],
): Kernel<Options>["compute"] {
  return (batches, options) => {
    const { count } = batches[0];
    const stacks: Stack[] = [];
    for (let i = 0; i < Math.max(count, 1); i++) {
      const matrices = batches.map(({ rows, cols, data }) => {
        const size = rows * cols;
        // For an empty batch the job runs once, on identity matrices, for the shapes of its results.
        const one = count > 0 ? data.subarray(i * size, (i + 1) * size) : eye(rows, cols);
        return { rows, cols, data: one };
      });
      job(matrices, options).forEach((result, which) => {
        const { shape, data } = layout(result);
        const stack = (stacks[which] ??= { shape, values: float32(count * data.length) });
        if (`${shape}` !== `${stack.shape}`) {
          const expected = `matrices whose results have one shape, here [${stack.shape.join(", ")}]`;
          throw new ArgumentError("a", expected, `[${shape.join(", ")}]`);
        }
        if (count > 0) stack.values.set(data, i * data.length);
      });
    }
    return stacks;
  };
}

/** A kernel for whole batches; of an empty one it computes an identity, so that its arguments are checked all the same. */
export function byBatch<Options extends object>(
  job: (batches: Batch<Float32Array>[], options: Options) => Stack[],
): Kernel<Options>["compute"] {
  return (batches, options) => {
    if (batches[0].count > 0) return job(batches, options);
    const one = batches.map(({ rows, cols }) => ({ count: 1, rows, cols, data: eye(rows, cols) }));
    return job(one, options).map(({ shape }) => ({ shape, values: float32(0) }));
  };
}

function eye(rows: number, cols: number): Float32Array {
  const out = float32(rows * cols);
  for (let at = 0; at < out.length; at += cols + 1) out[at] = 1;
  return out;
}

function layout(result: Result): { shape: number[]; data: ArrayLike<number> } {
  if (typeof result === "number") return { shape: [], data: [result] };
  if ("data" in result) return { shape: [result.rows, result.cols], data: result.data };
  return { shape: [result.length], data: result };
}
