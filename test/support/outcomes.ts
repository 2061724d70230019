/**
 * What a case of TensorFlow.js comes to on a backend, numbers or a refusal, and whether that is what stock TensorFlow.js
 * comes to on the cpu backend, up to rounding.
 */
import * as tf from "@tensorflow/tfjs";
import * as assert from "uvu/assert";
import { draw } from "./backends.ts";

export type Shape = readonly number[];

/** A shape, of which numbers are drawn, or values that are the same in all runs. */
export type Input = Shape | Given;
interface Given {
  readonly values: tf.TensorLike;
  readonly shape?: Shape;
  readonly dtype?: tf.DataType;
  /** Whether the case has a gradient with respect to it; drawn numbers have one. */
  readonly differentiable?: boolean;
}

export const given = (values: tf.TensorLike, dtype: tf.DataType = "float32", shape?: Shape) => ({ values, dtype, shape }); // prettier-ignore
export const ints = (values: tf.TensorLike, shape?: Shape) => given(values, "int32", shape);

export type Run = (...inputs: any[]) => tf.Tensor | tf.Tensor[] | Promise<tf.Tensor[]>;

export interface Case {
  readonly name: string;
  readonly inputs: readonly Input[];
  readonly run: Run;
  /** The same for the cpu backend, where what it makes of `run` is wrong or refused. */
  readonly instead?: Run;
  /**
   * What bounds the rounding errors. With "magnitudes", the default, `run` (or `linear`, which is `run` without its
   * activation) is linear in each drawn input, so the same of absolute values bounds each sum, and of ones counts its
   * terms. With "largest" an error is relative to the largest number, for `terms` roundings.
   */
  readonly bound?: "magnitudes" | "largest";
  readonly linear?: Run;
  /** The number of terms in a sum, where ones do not count them. */
  readonly terms?: number;
  /**
   * "refused": by all; "limit": by the wasm backend, with and without `train`, in the same words; "wrong": other numbers
   * on the wasm backend, with and without `train`.
   */
  readonly forward?: "refused" | "limit" | "wrong";
  /** "none": not asked for; "gained": stock TensorFlow.js refuses and this package does not. */
  readonly gradients?: "none" | "refused" | "gained";
}

interface Numbers {
  readonly shape: number[];
  readonly dtype: string;
  readonly data: Float32Array;
}
type Part = Numbers[] | string;

/** Numbers, or the words of a refusal; whether the inputs are what they were; how many tensors were left over. */
export interface Outcome {
  readonly forward: Part;
  readonly gradients: Part;
  readonly unchanged: boolean;
  readonly left: readonly [tensors: number, buffers: number, ids: number];
}

/** How numbers are drawn: as they are, their magnitudes, or ones. */
type Mode = "drawn" | "magnitudes" | "ones";

const isShape = (input: Input): input is Shape => Array.isArray(input);
const differentiable = (input: Input) => isShape(input) || input.differentiable === true;

function make(input: Input, seed: number, mode: Mode): tf.Tensor {
  if (!isShape(input)) return tf.tensor(input.values, input.shape as number[], input.dtype);
  if (mode === "ones") return tf.ones(input as number[]);
  const x = draw(input as number[], seed);
  if (mode === "drawn") return x;
  const magnitudes = tf.abs(x);
  x.dispose();
  return magnitudes;
}

const numbersOf = (tensors: tf.Tensor[]): Numbers[] =>
  tensors.map((x) => ({ shape: x.shape, dtype: x.dtype, data: Float32Array.from(x.dataSync()) }));

/** Fills memory that is free with NaN, so that a result that is not written shows. */
function poison(): void {
  for (const size of [1, 8, 64, 512, 4096, 1 << 16]) tf.fill([size], NaN).dispose();
}

/** Runs a job; unseeded layers draw the same numbers on each backend. What is not returned is disposed. */
async function scoped(job: () => tf.Tensor[] | Promise<tf.Tensor[]>): Promise<Part> {
  const { random } = Math;
  const engine = tf.engine();
  let made: tf.Tensor[] = [];
  Math.random = () => 0.375;
  engine.startScope();
  try {
    made = await job();
    return numbersOf(made);
  } catch (error) {
    return (error as Error).message;
  } finally {
    engine.endScope();
    Math.random = random;
  }
}

const counts = (): Outcome["left"] => {
  const { numTensors, numDataBuffers } = tf.memory();
  return [numTensors, numDataBuffers, tf.engine().backend.numDataIds()];
};

/** Runs a case on the backend that is set. */
export async function outcome(
  { inputs, gradients: asked, run }: Case,
  mode: Mode = "drawn",
): Promise<Outcome> {
  const before = counts();
  const made = inputs.map((input, i) => make(input, i + 1, mode));
  const values = made.map((x) => x.dataSync().slice());
  poison();
  const forward = await scoped(async () => [await run(...made)].flat());
  const which = inputs.flatMap((input, i) => (differentiable(input) ? [i] : []));
  let gradients: Part = [];
  if (typeof forward !== "string" && asked !== "none" && which.length > 0) {
    poison();
    const f = (...moved: tf.Tensor[]) => {
      const all = made.map((x, i) => moved[which.indexOf(i)] ?? x);
      const ys = [run(...all) as tf.Tensor | tf.Tensor[]].flat();
      return tf.addN(ys.map((y, i) => tf.sum(tf.mul(y, make(y.shape, 100 + i, mode)))));
    };
    gradients = await scoped(() => tf.grads(f)(which.map((i) => made[i])));
  }
  const unchanged = made.every((x, i) => Array.from(x.dataSync()).every((value, at) => Object.is(value, values[i]![at]))); // prettier-ignore
  tf.dispose(made);
  const left = counts().map((n, i) => n - before[i]) as unknown as Outcome["left"];
  return { forward, gradients, unchanged, left };
}

/** What stock TensorFlow.js comes to, and what bounds the distance from it. */
export interface Control {
  readonly drawn: Outcome;
  readonly magnitudes?: Outcome;
  readonly ones?: Outcome;
  /** Stock TensorFlow.js on the wasm backend, where that is a limit. */
  readonly stock?: Outcome;
}

/** Runs a case before anything of this package is installed. */
export async function control(tested: Case): Promise<Control> {
  await tf.setBackend("cpu");
  const right = { ...tested, run: tested.instead ?? tested.run };
  const linear = { ...right, run: tested.linear ?? right.run };
  const drawn = await outcome(right);
  const bounded = typeof drawn.forward !== "string" && tested.bound !== "largest";
  const magnitudes = bounded ? await outcome(linear, "magnitudes") : undefined;
  const ones = bounded && tested.terms === undefined ? await outcome(linear, "ones") : undefined;
  if (!["limit", "wrong"].includes(tested.forward!)) return { drawn, magnitudes, ones };
  await tf.setBackend("wasm");
  return { drawn, magnitudes, ones, stock: await outcome(tested) };
}

const ULP = 2 ** -24;
/** Roundings that are no sums: of a bias, a scale and an activation. */
const FEW = 4;

type Which = "forward" | "gradients";

/** The largest error of a part in units of its bound. */
function distance(tested: Case, { drawn, magnitudes, ones }: Control, ours: Outcome, which: Which): number {
  const [theirs, found] = [drawn[which] as Numbers[], ours[which] as Numbers[]];
  assert.equal(found.map(({ shape, dtype }) => [shape, dtype]), theirs.map(({ shape, dtype }) => [shape, dtype])); // prettier-ignore
  const largest = Math.max(0, ...theirs.map(({ data }) => data.reduce((m, x) => (Math.abs(x) > m ? Math.abs(x) : m), 0))); // prettier-ignore
  let worst = 0;
  theirs.forEach(({ data }, at) => {
    const magnitude = (magnitudes?.[which] as Numbers[] | undefined)?.[at]!.data;
    const terms = (ones?.[which] as Numbers[] | undefined)?.[at]!.data;
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [data[i]!, found[at]!.data[i]!];
      if (Object.is(x, y) || x === y) continue;
      const scale = magnitude ? magnitude[i]! + Math.abs(x) : largest;
      // Each side's sum is off by a rounding a term.
      const bound = 2 * ULP * (FEW + Math.abs(tested.terms ?? terms![i]!)) * scale;
      const off = Math.abs(x - y) / bound;
      worst = Math.max(worst, Number.isNaN(off) ? Infinity : off);
    }
  });
  return worst;
} // prettier-ignore

/** Words of an engine that trips, instead of a refusal. */
const stumbles = /undefined|not a function|Cannot read|is not iterable|unreachable|^$/;

/** Checks that a case comes to what it does in stock TensorFlow.js; returns the error in units of its bound. */
export function agree(tested: Case, wanted: Control, ours: Outcome): number {
  const expected = { forward: tested.forward, gradients: tested.gradients };
  let worst = 0;
  for (const which of ["forward", "gradients"] as const) {
    const [theirs, found] = [wanted.drawn[which], ours[which]];
    const [refuses, refused] = [typeof theirs === "string", typeof found === "string"];
    const said = `stock: ${refuses ? theirs : "numbers"}; ours: ${refused ? found : "numbers"}`;
    const want = expected[which];
    assert.is(refuses, want === "refused" || want === "gained", `${which}: ${said}`);
    assert.is(refused, want === "refused" || want === "limit", `${which}: ${said}`);
    if (typeof found === "string" && found !== theirs) assert.not.match(found, stumbles);
    if (want === "limit") assert.is(found, wanted.stock![which]);
    else if (want === "wrong")
      assert.ok(distance(tested, wanted, wanted.stock!, which) > 1, "stock is right"); // prettier-ignore
    else if (want === "gained")
      assert.ok((found as Numbers[]).every(({ data }) => data.every(Number.isFinite)), "not finite"); // prettier-ignore
    else if (!refused) worst = Math.max(worst, distance(tested, wanted, ours, which));
  }
  assert.ok(ours.unchanged, "an input has changed");
  // Stateful layers keep tensors, and a refusal in the middle of a gradient leaves some.
  const left = ours.left.every((n, i) => n <= wanted.drawn.left[i]!);
  assert.ok(
    left,
    `${ours.left} tensors, buffers and ids are left over, of stock ${wanted.drawn.left}`,
  );
  return worst;
}
