/**
 * Random chains of products, convolutions, poolings and lookups, from images to images.
 *
 *   UPSTREAM_GRAPHS=2000 UPSTREAM_SEED=1 npm test -- upstream
 *
 * takes more of them, or those of a run again.
 */
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { Case, Shape } from "../support/outcomes.ts";

export const seed = Number(process.env["UPSTREAM_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const count = Number(process.env["UPSTREAM_GRAPHS"] ?? 40);

type Images = tf.Tensor4D;
type Shape4 = [number, number, number, number];

/** One operation of a chain, on images of a known shape. */
interface Step {
  readonly name: string;
  readonly weights?: Shape;
  /** The number of terms in a sum of the result. */
  readonly terms?: number;
  apply(x: Images, w: tf.Tensor): tf.Tensor;
  /** A linear operation whose results and gradients are not smaller. */
  linear?(x: Images): tf.Tensor;
}

/** Makes a step of numbers from 0 to 5. */
type Make = (shape: Shape4, roll: readonly number[]) => Step;

const pads = ["same", "valid"] as const;
/** Weights whose sums of products are not larger than what comes in. */
const scaled = (w: tf.Tensor, terms: number) => tf.mul(w, 1 / terms) as tf.Tensor4D;

const makes: Record<string, Make> = {
  conv2d: ([, h, width, c], [k, s, p, filters]) => {
    const window = [Math.min(h, 1 + (k! % 3)), Math.min(width, 1 + (k! >> 1))] as const;
    const [stride, pad, terms] = [1 + (s! % 3), pads[p! % 2]!, window[0] * window[1] * c];
    const weights = [...window, c, 1 + (filters! % 4)];
    const apply = (x: Images, w: tf.Tensor) => tf.conv2d(x, scaled(w, terms), stride, pad);
    return { name: `${window} stride ${stride} ${pad}`, weights, terms, apply };
  },
  depthwise: ([, h, width, c], [k, s, p, mult]) => {
    const window = [Math.min(h, 1 + (k! >> 1)), Math.min(width, 1 + (k! % 3))] as const;
    const [stride, pad, terms] = [1 + (s! % 2), pads[p! % 2]!, window[0] * window[1]];
    const weights = [...window, c, 1 + (mult! % 2)];
    const apply = (x: Images, w: tf.Tensor) => tf.depthwiseConv2d(x, scaled(w, terms), stride, pad);
    return { name: `${window} stride ${stride} ${pad}`, weights, terms, apply };
  },
  transposed: ([n, h, width, c], [k, s, , filters]) => {
    const [taps, stride, made] = [1 + (k! % 3), 1 + (s! % 2), 1 + (filters! % 3)];
    const output: Shape4 = [n, h * stride, width * stride, made];
    const terms = taps * taps * c;
    const apply = (x: Images, w: tf.Tensor) => tf.conv2dTranspose(x, scaled(w, terms), output, stride, "same"); // prettier-ignore
    return { name: `${taps} stride ${stride}`, weights: [taps, taps, made, c], terms, apply };
  },
  avgPool: ([, h, width], [k, s, p]) => {
    const window = [Math.min(h, 1 + (k! % 3)), Math.min(width, 1 + (k! >> 1))] as [number, number];
    const [stride, pad] = [1 + (s! % 3), pads[p! % 2]!];
    const apply = (x: Images) => tf.avgPool(x, window, stride, pad);
    return { name: `${window} stride ${stride} ${pad}`, terms: window[0] * window[1], apply };
  },
  dense: ([n, h, width, c], [units, transposed]) => {
    const made = 1 + units!;
    const apply = (x: Images, w: tf.Tensor) =>
      tf.reshape(tf.matMul(tf.reshape(x, [-1, c]), scaled(w, c), false, transposed! > 2), [n, h, width, made]); // prettier-ignore
    const weights = transposed! > 2 ? [made, c] : [c, made];
    return { name: `${weights}`, weights, terms: c, apply };
  },
  attention: ([n, h, width, c]) => {
    const apply = (x: Images) => {
      const rows = tf.reshape<tf.Rank.R3>(x, [n, h * width, c]);
      const scores = tf.mul(tf.matMul(rows, rows, false, true), 1 / c);
      return tf.reshape(tf.mul(tf.matMul(scores, rows), 1 / (h * width)), [n, h, width, c]);
    };
    return { name: "", terms: c + h * width, apply };
  },
  gather: (shape, [axis, first, ...more]) => {
    const at = axis! % 4;
    const indices = [first!, ...more].slice(0, 3).map((i) => i % shape[at]!);
    return { name: `${indices} of axis ${at}`, terms: 3, apply: (x) => tf.gather(x, tf.tensor1d(indices, "int32"), at) }; // prettier-ignore
  },
  segments: ([n], [count, ...ids]) => {
    const made = 1 + (count! % 3);
    const of = Array.from({ length: n }, (_, i) => ids[i % ids.length]! % made);
    const apply = (x: Images) => tf.mul(tf.unsortedSegmentSum(x, tf.tensor1d(of, "int32"), made), 1 / n); // prettier-ignore
    return { name: `${of} of ${made}`, terms: n, apply };
  },
  slice: (shape, roll) => {
    const begin = shape.map((size, i) => Math.min(roll[i]! % 3, size - 1));
    return { name: `${begin}`, apply: (x) => tf.slice(x, begin) };
  },
  tile: (shape, [axis]) => {
    const reps = shape.map((_, i) => (i === axis! % 4 ? 2 : 1));
    return { name: `${reps}`, terms: 2, apply: (x) => tf.tile(x, reps) };
  },
  concat: (_, [axis]) => ({ name: `${axis! % 4}`, terms: 2, apply: (x) => tf.concat([x, tf.reverse(x)], axis! % 4) }), // prettier-ignore
  transpose: (_, [rows]) => ({ name: `${rows! > 2}`, apply: (x) => tf.transpose(x, rows! > 2 ? [0, 2, 1, 3] : [3, 1, 2, 0]) }), // prettier-ignore
  tanh: () => ({ name: "", apply: (x) => tf.tanh(x), linear: (x) => x }),
};

/** Images are cut where they have become larger. */
const LARGE = 600;
const sizeOf = (shape: Shape) => shape.reduce((a, b) => a * b, 1);

/** The case of a chain; the first step may take maxima, whose choices are the same on all backends. */
function chain(start: Shape4, largest: boolean, rolls: readonly (readonly [string, readonly number[]])[], at: number): Case {
  const steps: Step[] = [];
  let [shape, terms] = [start, 0];
  const add = (kind: string, step: Step) => {
    steps.push({ ...step, name: `${kind} ${step.name}`.trim() });
    const { weights = [] } = step;
    const made = tf.tidy(() => step.apply(tf.zeros(shape), tf.zeros([...weights])).shape);
    // Of the result, and of the gradient of weights, a sum over all of it.
    terms += (step.terms ?? 1) + (step.weights ? sizeOf(made) : 0);
    shape = made as Shape4;
  };
  if (largest) add("maxPool", { name: "2", terms: 4, apply: (x) => tf.maxPool(x, 2, 1, "same"), linear: (x) => tf.mul(tf.avgPool(x, 2, 1, "same"), 4) });
  for (const [kind, roll] of rolls) add(kind, sizeOf(shape) > LARGE ? makes["slice"]!(shape, [2, 2, 2, 2]) : makes[kind]!(shape, roll));
  const weights = steps.flatMap(({ weights }) => (weights ? [weights] : []));
  const through = (linear: boolean) => (x: Images, ...drawn: tf.Tensor[]) => {
    const left = drawn.values();
    return steps.reduce<tf.Tensor>((x, step) => {
      if (linear && step.linear) return step.linear(x as Images);
      return step.apply(x as Images, step.weights ? left.next().value! : x);
    }, x);
  };
  return {
    name: `graph ${at}: [${start}] → ${steps.map(({ name }) => name).join(" → ")}`,
    inputs: [start, ...weights],
    run: through(false),
    linear: through(true),
    terms,
  };
} // prettier-ignore

const side = fc.integer({ min: 1, max: 6 });
const roll = fc.array(fc.nat(5), { minLength: 5, maxLength: 5 });
const chains = fc.tuple(
  fc.tuple(side, side, side, side),
  fc.boolean(),
  fc.array(fc.tuple(fc.constantFrom(...Object.keys(makes)), roll), { minLength: 2, maxLength: 6 }),
);

await tf.setBackend("cpu"); // On which shapes are looked up.
export const graphs = fc
  .sample(chains, { seed, numRuns: count })
  .map(([start, largest, rolls], i) => chain(start, largest, rolls, i));
