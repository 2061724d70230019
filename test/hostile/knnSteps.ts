/** Calls of a knnClassifier in any order: it is one that learnt what is left, and its classes keep their indices. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { knnClassifier } from "../../src/tfjs/index.ts";
import { tf } from "../support/wasm.ts";
import { classesOf, given, has, label, sample, stepsOf, type Kept, type Sample } from "./steps.ts";

type Classifier = ReturnType<typeof knnClassifier>;

/** In `firsts` the labels in the order in which they first came. */
export interface Named extends Kept {
  firsts: string[];
}
export const made = () => knnClassifier({ lambda: 1 });
const never = () => false;

const counts = (samples: readonly Sample[]) => {
  const found: Record<string, number> = {};
  for (const [label] of samples) found[label] = (Object.hasOwn(found, label) ? found[label]! : 0) + 1; // prettier-ignore
  return found;
};

const step = stepsOf<Classifier>((head, kept) => {
  assert.equal(head.getClassExampleCount(), counts(kept.samples));
  assert.is(head.getNumClasses(), classesOf(kept).length);
});

const add = (head: Classifier, [label, at]: Sample) =>
  given([at], (x) => head.addExample(x, label));

const adds = sample.map((one) =>
  step(`add ${one}`, never, ({ head }) => add(head, one), (kept) => {
    kept.samples.push(one);
    const { firsts } = kept as Named;
    if (!firsts.includes(one[0])) firsts.push(one[0]);
  }),
); // prettier-ignore
const clears = label.map((one) =>
  step(
    `clear ${one}`,
    (kept) => !has(one)(kept),
    ({ head }) => head.clearClass(one),
    (kept) => (kept.samples = kept.samples.filter(([own]) => own !== one)),
  ),
);
const clearAll = fc.constantFrom("clearAllClasses" as const, "dispose" as const).map(
  (name) =>
  step(name, never, ({ head }) => head[name](), (kept) => (kept.samples = [])), // prettier-ignore
);
const predicts = fc.nat(5).map((at) =>
  step(
    `predict ${at}`,
    ({ samples }) => samples.length === 0,
    async ({ head }, kept) => {
      const fresh = made();
      for (const one of kept.samples) await add(fresh, one);
      const [found, wanted] = [await given([at], (x) => head.predictClass(x, 3)), await given([at], (x) => fresh.predictClass(x))]; // prettier-ignore
      assert.is(found.classIndex, (kept as Named).firsts.indexOf(found.label));
      assert.equal(Object.keys(found.confidences).sort(), classesOf(kept).sort());
      for (const [label, p] of Object.entries(wanted.confidences))
        assert.ok(Math.abs(p - found.confidences[label]!) < 1e-9, label);
      assert.is(found.confidences[found.label], Math.max(...Object.values(found.confidences)));
    },
  ),
);
const reload = step(
  "reload",
  never,
  (holder) => {
    const dataset = holder.head.getClassifierDataset();
    holder.head = made();
    holder.head.setClassifierDataset(dataset);
    tf.dispose(dataset);
  },
  (kept) => {
    const order = classesOf(kept);
    (kept as Named).firsts = order;
    kept.samples = order.flatMap((label) => kept.samples.filter(([own]) => own === label));
  },
);
/** A tensor of NaN, in each way in. */
const nonsense = fc.constantFrom("addExample", "setClassifierDataset", "predictClass").map((name) =>
  step(`${name} of nonsense`, () => true, async ({ head }) => {
    const x = tf.fill([1, 3], NaN);
    const jobs: Record<string, () => unknown> = {
      addExample: () => head.addExample(x, "a"),
      setClassifierDataset: () => given([0], (good) => head.setClassifierDataset({ b: good as never, a: x as never })),
      predictClass: () => head.predictClass(x),
    };
    try {
      await jobs[name]!();
    } finally {
      x.dispose();
    }
  }),
); // prettier-ignore

export const knnSteps = fc.commands([adds, adds, clears, clearAll, predicts, predicts, fc.constant(reload), nonsense], { size: "+1", maxCommands: 25 }); // prettier-ignore
