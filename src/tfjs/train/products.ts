import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { matmulBatch } from "../../linalg/matmulBatch.ts";
import { runsOf, type Runs } from "./stacks.ts";

type Activation = Parameters<typeof tf.backend_util.applyActivation>[1];

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Sizes of a product of stacks: matrices op(A), m x k, times matrices op(B), k x n. */
interface Plan extends Transposes {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly runs: Runs;
  /** The shape of the result. */
  readonly shape: number[];
}

/**
 * The backend multiplies stacks of plain matrices with fewer multiplications per product than this faster than ours
 * packs them: for 1,000 products of 4 x 4 x 4 the backend takes 0.16 ms, ours 0.23; of 6 x 6 x 6, 0.41 and 0.30.
 */
const SMALL = 128;

/**
 * Kernel BatchMatMul. The backend multiplies two plain matrices fast, but transposed factors and stacks by a loop at
 * 1 to 3 GFLOP/s (tensorflow/tfjs#2532). Here transposed factors and stacks are multiplied by the GEMM of this package.
 *
 * @param stock the backend's own kernel, for plain matrices and for whatever it refuses
 */
export const batchMatMul =
  (stock: tf.KernelFunc): tf.KernelFunc =>
  (args) => {
    const [a, b] = [args.inputs.a!, args.inputs.b!];
    const plan = planOf(a, b, args.attrs as unknown as Transposes);
    if (plan === undefined) return stock(args);
    const { count, starts, sharedB } = plan.runs;
    const plain = isPlain(plan) && starts.length === 1 && sharedB;
    if (plain && count > 1) {
      // A stack of matrices that are all multiplied by the same matrix is one tall matrix.
      const [tall, matrix] = [[count * plan.m, plan.k], [plan.k, plan.n]]; // prettier-ignore
      const inputs = { a: { ...a, shape: tall }, b: { ...b, shape: matrix } };
      const product = stock({ ...args, inputs }) as tf.TensorInfo;
      product.shape = plan.shape;
      return product;
    }
    const small = starts.length === 1 && count > 1 && plan.m * plan.n * plan.k < SMALL;
    return plain || small ? stock(args) : multiply(plan, a, b, args.backend as BackendWasm);
  };

/** Kernel _FusedMatMul: a product, a bias and an activation. Plain matrices are left to the backend. */
export const fusedMatMul =
  (stock: tf.KernelFunc): tf.KernelFunc =>
  (args) => {
    const { a, b, bias, preluActivationWeights } = args.inputs as Record<string, tf.Tensor>;
    const { transposeA, transposeB, activation, leakyreluAlpha } =
      args.attrs as unknown as Transposes & { activation: Activation; leakyreluAlpha: number };
    const plan = planOf(a!, b!, { transposeA, transposeB });
    const refused = !plan || (bias && bias.rank !== 1) || !fusable.has(activation);
    const { count, starts } = plan?.runs ?? { count: 0, starts: [] };
    if (refused || (isPlain(plan) && count * starts.length === 1)) return stock(args);
    return tf.tidy(() => {
      const product = tf.matMul(a!, b!, transposeA, transposeB);
      const sum = bias ? tf.add(product, bias) : product;
      return tf.backend_util.applyActivation(sum, activation, preluActivationWeights, leakyreluAlpha); // prettier-ignore
    });
  };

/** Whether the factors are plain; an empty sum is not, because the backend then leaves the product uninitialized. */
const isPlain = ({ transposeA, transposeB, m, n, k }: Plan) =>
  !transposeA && !transposeB && m * n * k > 0;

/** The activations that the backend fuses. */
const fusable = new Set<Activation>(["linear", "relu", "relu6", "prelu", "leakyrelu", "sigmoid", "elu"]); // prettier-ignore

/** The plan of a product, or undefined for factors that the backend refuses with a message of its own. */
function planOf(
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { transposeA, transposeB }: Transposes,
): Plan | undefined {
  if (a.shape.length < 2 || b.shape.length < 2) return;
  if (a.dtype !== "float32" || b.dtype !== "float32") return;
  const [rowsA, colsA, rowsB, colsB] = [...a.shape.slice(-2), ...b.shape.slice(-2)] as [number, number, number, number]; // prettier-ignore
  const [m, k] = transposeA ? [colsA, rowsA] : [rowsA, colsA];
  const [inner, n] = transposeB ? [colsB, rowsB] : [rowsB, colsB];
  const [stackA, stackB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const stack = broadcast(stackA, stackB);
  if (k !== inner || stack === undefined) return;
  const runs = runsOf(stackA, stackB, stack);
  return { transposeA, transposeB, m, n, k, runs, shape: [...stack, m, n] };
}

/** The shape to which two stacks broadcast; undefined if they do not match. */
function broadcast(a: number[], b: number[]): number[] | undefined {
  try {
    return tf.broadcast_util.assertAndGetBroadcastShape(a, b);
  } catch {
    return undefined;
  }
}

function multiply(
  { runs, shape, ...products }: Plan,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  backend: BackendWasm,
): tf.TensorInfo {
  const { m, n, k } = products;
  const { count, sharedA, sharedB, starts } = runs;
  const output = backend.makeOutput(shape, "float32");
  // Views are taken after the allocation, which may move the memory.
  const [x, y, z] = [a, b, output].map((tensor) => backend.typedArrayFromHeap(tensor) as Float32Array) as [Float32Array, Float32Array, Float32Array]; // prettier-ignore
  const matrices = (view: Float32Array, size: number, first: number, length: number) =>
    view.subarray(first * size, (first + length) * size);
  try {
    starts.forEach(([atA, atB], run) =>
      matmulBatch(
        { count, ...products },
        matrices(x, m * k, atA, sharedA ? 1 : count),
        matrices(y, k * n, atB, sharedB ? 1 : count),
        matrices(z, m * n, run * count, count),
      ),
    );
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  }
  return output;
}
