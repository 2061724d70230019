import * as tf from "@tensorflow/tfjs";
import { normal } from "../../src/linalg/index.ts";
import { grow, relu1, type GrowOptions } from "../../src/tfjs/index.ts";
import "../peers/tfjs.ts";
import type { Study } from "../study.ts";

/**
 * Student and teacher, the experiment of Evci et al. 2022 (section 4.1) at this size: y = relu(x A) B of a
 * teacher 10 → 10 → 10, learned by students that begin with 5 hidden units and get one more every 200 steps.
 */
const [INPUTS, HIDDEN, SMALL, OUTPUTS, SAMPLES] = [10, 10, 5, 10, 1000];
const [EVERY, EVENTS, RATE] = [200, 5, 0.1];
const [TEACHERS, INITS] = [8, 5];

const uniform = (shape: [number, number], minval: number, seed: number) =>
  tf.randomUniform(shape, minval, 1, "float32", seed);

/** Samples and the teacher's outputs for them. */
function lesson(teacher: number): { xs: tf.Tensor2D; ys: tf.Tensor2D } {
  const draws = normal(SAMPLES, INPUTS, { seed: teacher }).data;
  const xs = tf.tensor2d(Float32Array.from(draws), [SAMPLES, INPUTS]);
  const ys = tf.tidy((): tf.Tensor2D => {
    const a = uniform([INPUTS, HIDDEN], -1, 2 * teacher + 1) as tf.Tensor2D;
    const b = uniform([HIDDEN, OUTPUTS], -1, 2 * teacher + 2) as tf.Tensor2D;
    return tf.matMul(tf.relu(tf.matMul(xs, a)), b);
  });
  return { xs, ys };
}

/** A student without biases; its weights are Glorot's, the default of tf.layers. */
function student(units: number, run: number): tf.LayersModel {
  const dense = (units: number, seed: number) => ({
    units,
    useBias: false,
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ ...dense(units, 2 * run + 1), name: "hidden", activation: relu1, inputShape: [INPUTS] }), // prettier-ignore
      tf.layers.dense({ ...dense(OUTPUTS, 2 * run + 2), name: "out" }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(RATE), loss: "meanSquaredError" });
  return model;
}

type Options = Omit<GrowOptions, "layer" | "units" | "seed" | "xs" | "ys">;

/** Draws the outgoing weights of the last hidden unit from U[0, 1), at their old norm: the authors' own baseline. */
function makePositive(model: tf.LayersModel, seed: number): void {
  tf.tidy(() => {
    const out = model.getLayer("out");
    const kernel = out.getWeights()[0] as tf.Tensor2D;
    const old = tf.slice(kernel, [0, 0], [kernel.shape[0] - 1, OUTPUTS]);
    const last = tf.slice(kernel, [kernel.shape[0] - 1, 0], [1, OUTPUTS]);
    const direction = uniform([1, OUTPUTS], 0, seed) as tf.Tensor2D;
    const scale = tf.div(tf.norm(last), tf.norm(direction));
    out.setWeights([tf.concat([old, tf.mul(direction, scale)])]);
  });
}

/** The methods of `grow`, in the words of this study; small and big do not grow. */
const METHODS: Record<string, Options> = {
  gradmax: { method: "gradmax" },
  "gradmax, inverse": { method: "gradmax", inverse: true },
  "orthogonal, out": { method: "orthogonal", side: "out", gain: 0.5 },
  gaussian: { method: "random" },
  random: { method: "random" },
  split: { method: "split" },
  "orthogonal, in": { method: "orthogonal" },
};

/** The mean squared error at the end of a training. */
async function train(name: string, run: number): Promise<number> {
  const { xs, ys } = lesson(run % TEACHERS);
  const options = METHODS[name];
  let model = student(name === "big" ? HIDDEN : SMALL, run + 1);
  for (let event = 0; event <= EVENTS; event++) {
    if (event > 0 && options) {
      const seed = run * EVENTS + event;
      const data = options.method === "gradmax" ? { xs, ys, batchSize: SAMPLES } : {};
      const grown = await grow(model, { layer: "hidden", units: 1, seed, ...data, ...options });
      if (name === "random") makePositive(grown.model, seed);
      model.dispose();
      model = grown.model;
    }
    for (let step = 0; step < EVERY; step++) await model.trainOnBatch(xs, ys);
  }
  const error = tf.tidy(() => (model.evaluate(xs, ys, { batchSize: SAMPLES }) as tf.Scalar).dataSync()[0]); // prettier-ignore
  model.dispose();
  tf.dispose([xs, ys]);
  return error;
}

export default [
  {
    name: "student 5 + 5 of a teacher of 10",
    runs: TEACHERS * INITS,
    quickRuns: 2,
    methods: [
      { name: "big" },
      { name: "gradmax", below: "gaussian" },
      { name: "gaussian", below: "random" },
      { name: "random", below: "small" },
      { name: "gradmax, inverse", below: "small" },
      { name: "orthogonal, out", below: "small" },
      { name: "orthogonal, in", below: "small" },
      { name: "split", below: "small" },
      { name: "small" },
    ],
    run: train,
  },
] satisfies Study[];
