import * as knn from "@tensorflow-models/knn-classifier";
import * as tf from "@tensorflow/tfjs";
import { ridgeHead } from "../../src/tfjs/index.ts";
import { type Case, type Contender, type Job } from "../harness.ts";
import { FEATURES, labelled, wrong, type Labelled } from "../heads.ts";
import { keeps, type MemoryCase } from "../memory.ts";
import { matMul } from "../peers/tfjs.ts";

/** A webcam app of ten classes with fifty examples each. */
const [SAMPLES, CLASSES, TEST] = [500, 10, 500];
const both = (samples = SAMPLES, classes = CLASSES) => ({
  train: labelled(samples, classes),
  test: labelled(TEST, classes, samples),
});

/** What was learnt, to be asked and dropped. */
interface Learnt {
  predict(features: tf.Tensor2D): Promise<ArrayLike<string | number>>;
  dispose(): void;
}

type Learner = (train: Labelled) => Promise<Learnt>;

/** Times learning; the error is the share of test samples told wrong. */
const learning = (learner: Learner, { train, test } = both()): Job => ({
  async time(reps) {
    const begin = performance.now();
    for (let i = 0; i < reps; i++) (await learner(train)).dispose();
    return (performance.now() - begin) / reps;
  },
  async accuracy() {
    const learnt = await learner(train);
    const error = wrong(await learnt.predict(test.features), test.labels);
    learnt.dispose();
    return { error };
  },
  stop: () => tf.dispose([train.features, test.features]),
});

const solve: Learner = async ({ features, labels }) => {
  const head = ridgeHead();
  await head.add(features, labels);
  void head.lambda; // solves
  return {
    predict: async (queries) => (await head.predict(queries)).map(({ label }) => label),
    dispose: () => head.dispose(),
  };
};

/** The two-layer head of Teachable Machine, trained as there but for 20 epochs. */
const train: Learner = async ({ features, labels }) => {
  const kernelInitializer = (seed: number) => tf.initializers.varianceScaling({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 100, activation: "relu", kernelInitializer: kernelInitializer(1), inputShape: [FEATURES] }),
      tf.layers.dense({ units: CLASSES, activation: "softmax", kernelInitializer: kernelInitializer(2), useBias: false }),
    ],
  }); // prettier-ignore
  const optimizer = tf.train.adam(1e-3);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  const ys = tf.oneHot(labels, CLASSES);
  await model.fit(features, ys, { epochs: 20, batchSize: 16, verbose: 0 });
  ys.dispose();
  return {
    async predict(queries) {
      const best = tf.tidy(() => tf.argMax(model.predict(queries) as tf.Tensor, 1));
      const found = await best.data();
      best.dispose();
      return found;
    },
    dispose() {
      optimizer.dispose();
      model.dispose();
    },
  };
};

/** knn-classifier as published, k = 10; it copies all samples at the first prediction, which belongs to learning. */
const remember: Learner = async ({ features, labels }) => {
  const classifier = knn.create();
  const rows = tf.unstack(features);
  rows.forEach((row, i) => classifier.addExample(row, labels[i]!));
  await classifier.predictClass(rows[0]!, 10);
  tf.dispose(rows);
  return {
    async predict(queries) {
      const found: string[] = [];
      for (const query of tf.unstack(queries)) {
        found.push((await classifier.predictClass(query, 10)).label);
        query.dispose();
      }
      return found;
    },
    dispose: () => classifier.dispose(),
  };
};

const neighbours: Contender = { name: "knn-classifier", start: () => learning(remember) };

/** Samples that a head takes before λ is chosen anew, when their number has grown by a tenth. */
const FEW = SAMPLES / 10 - 1;

/** A sample more, and a prediction with it; the error is that of a head with so many more. */
async function oneMore(): Promise<Job> {
  const { train, test } = both();
  const more = tf.split(test.features, TEST);
  const first = ridgeHead();
  await first.add(train.features, train.labels);
  const saved = first.toJSON();
  first.dispose();
  const fresh = () => {
    const head = ridgeHead().fromJSON(saved);
    void head.lambda; // solves
    return head;
  };
  return {
    async time(reps) {
      let spent = 0;
      for (let from = 0; from < reps; from += FEW) {
        const head = fresh();
        const begin = performance.now();
        for (let i = 0; i < Math.min(FEW, reps - from); i++) {
          await head.add(more[i]!, [test.labels[i]!]);
          await head.predict(more[i + 1]!);
        }
        spent += performance.now() - begin;
        head.dispose();
      }
      return spent / reps;
    },
    async accuracy() {
      const head = fresh();
      for (let i = 0; i < FEW; i++) await head.add(more[i]!, [test.labels[i]!]);
      const rest = tf.slice(test.features, [FEW, 0]);
      const found = await head.predict(rest);
      tf.dispose(rest);
      head.dispose();
      return {
        error: wrong(
          found.map(({ label }) => label),
          test.labels.slice(FEW),
        ),
      };
    },
    stop: () => tf.dispose([train.features, test.features, more]),
  };
}

const ours: Contender = { name: "added and solved", start: () => learning(solve) };

/** A stream of a thousand classes. What it may take is half of the features of 100,000 samples. */
const streamed = (samples: number, slow = false): MemoryCase =>
  keeps(`head, 1000 classes, ${samples} samples`, ["stream", samples, { classes: 1000 }], 64, {
    module: "./heads.ts",
    take: 256,
    slow,
  });

const [MANY, EACH] = [100, 10];

export default [
  {
    name: `head ${FEATURES} to ${CLASSES}, ${SAMPLES} samples`,
    bar: 1 / 20,
    start: ours.start,
    unit: { name: "20 epochs of two layers", start: () => learning(train) },
    peers: [neighbours],
  },
  {
    name: "head, one more sample",
    bar: 1 / 25,
    start: oneMore,
    unit: ours,
  },
  {
    name: `head ${FEATURES} to ${MANY}, ${MANY * EACH} samples`,
    start: () => learning(solve, both(MANY * EACH, MANY)),
    unit: matMul(FEATURES, FEATURES, FEATURES),
    peers: [
      {
        ...neighbours,
        // It joins the classes one by one: 1,000 classes of ten samples need 25 GB at once.
        start: () => learning(remember, both(MANY * EACH, MANY)),
      },
    ],
  },
  streamed(10_000),
  streamed(100_000, true),
] satisfies (Case | MemoryCase)[];
