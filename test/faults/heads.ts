/** One call of each method of heads, to be disturbed. After an error, the head is as it was. */
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import * as assert from "uvu/assert";
import * as door from "../../src/tfjs/index.ts";
import { calmly } from "../support/calm.ts";
import { tf } from "../support/wasm.ts";
import { zipped } from "./datasets.ts";
import { numbers, type Deeds } from "./deeds.ts";
import { xs, ys } from "./models.ts";

export const labels = Array.from({ length: 20 }, (_, i) => "abc"[i % 3]!);
const base = tf.sequential({
  layers: [tf.layers.dense({ units: 5, activation: "tanh", inputShape: [3], kernelInitializer: "ones" })],
}); // prettier-ignore
const [few, more] = [tf.slice(xs, 0, 4), tf.slice(xs, 4, 7)];

const example = tf.slice(xs, 12, 1);
const targets = tf.tidy(() => tf.slice(ys, 0, 4).arraySync() as number[][]);

type Head = door.RidgeHead;

const learnt = async (options: door.RidgeHeadOptions) => {
  const head = door.ridgeHead(options);
  await head.add(xs, (options.task === "regression" ? ys : labels) as never);
  return head;
};

/** Disturbs what is asked of a head that has learnt. It may keep what it has solved; after an error it answers right. */
export async function asked(
  options: door.RidgeHeadOptions,
  act: (head: Head) => unknown,
): Promise<unknown> {
  const answer = async (head: Head) => calmly(async () => numbers(await act(head)));
  const head = await calmly(() => learnt(options));
  try {
    return numbers(await act(head));
  } catch (error) {
    const other = await calmly(() => learnt(options));
    assert.equal(await answer(head), await answer(other), "another answer after an error");
    throw error;
  } finally {
    head.dispose();
  }
}

/** Disturbs what is done with a head that has learnt. */
export async function on(
  options: door.RidgeHeadOptions,
  act: (head: Head) => unknown,
): Promise<unknown> {
  const head = await calmly(() => learnt(options));
  const state = () => calmly(() => JSON.stringify(head.toJSON()));
  const before = state();
  try {
    const found = await act(head);
    return calmly(() => [numbers(found), state()]);
  } catch (error) {
    assert.is(state(), before, "the head has changed");
    throw error;
  } finally {
    head.dispose();
  }
}

/** All weights of a layer or a model that was made; it is disposed. */
const weights = ({ weights }: { weights: LayerVariable[] }) => {
  try {
    return calmly(() => weights.map((one) => [...one.read().dataSync()]));
  } finally {
    weights.forEach((one) => one.dispose());
  }
};

const names = ["a", "b", "c", "a", "b", "c", "a"];

function onClassifier(act: (classifier: ReturnType<typeof door.knnClassifier>) => unknown) {
  return async () => {
    const classifier = door.knnClassifier();
    calmly(() => classifier.setClassifierDataset({ a: few as never, b: more as never }));
    const state = () => calmly(() => numbers(classifier.getClassifierDataset()));
    const before = state();
    try {
      return [numbers(await act(classifier)), state()];
    } catch (error) {
      assert.equal(state(), before, "the classifier has changed");
      throw error;
    }
  };
}

export const heads: Deeds = {
  add: () => on({ base }, (head) => head.add(more, names)),
  "add, beyond memory": () => on({ memory: 0, removable: true }, (head) => head.add(more, names)),
  "add, targets": () => on({ task: "regression" }, (head) => head.add(few, targets)), // prettier-ignore
  "add, Dataset": () => on({ task: "regression" }, (head) => head.add(zipped(xs, ys, 8))),
  "add, lifted": () => on({ randomFeatures: 9, seed: 1 }, (head) => head.add([few, more], [labels.slice(0, 4), names])), // prettier-ignore
  evaluate: () => asked({}, (head) => head.evaluate(more, names)),
  fromJSON: () => on({}, (head) => void head.fromJSON(calmly(() => head.toJSON()))),
  lambda: () => asked({}, (head) => head.lambda),
  predict: () => asked({ base }, (head) => head.predict(more)),
  "predict, moments": () => asked({ memory: 0 }, (head) => head.predict(more)),
  remove: () => on({}, (head) => head.remove(few, labels.slice(0, 4))),
  removeClass: () => on({}, (head) => head.removeClass("b")),
  "removeClass, beyond memory": () => on({ memory: 0, removable: true }, (head) => head.removeClass("b")), // prettier-ignore
  toJSON: () => on({}, (head) => head.toJSON()),
  toLayer: () => asked({}, (head) => weights(head.toLayer())),
  toModel: () => asked({ randomFeatures: 9, seed: 1 }, (head) => weights(head.toModel())),
};

export const classifiers: Deeds = {
  addExample: onClassifier((one) => one.addExample(example, "c")), // prettier-ignore
  clearClass: onClassifier((one) => one.clearClass("a")),
  getClassifierDataset: onClassifier((one) => one.getClassifierDataset()),
  predictClass: onClassifier((one) => one.predictClass(example)), // prettier-ignore
  setClassifierDataset: onClassifier((one) => one.setClassifierDataset({ c: more as never })),
};
