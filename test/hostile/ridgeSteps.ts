/** Calls of a ridgeHead in any order: it is one that learnt what is left. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { ridgeHead, type Prediction, type RidgeHead } from "../../src/tfjs/index.ts";
import { aborted, classesOf, given, has, label, sample, stepsOf, type Sample } from "./steps.ts";

export const made = () => ridgeHead({ lambda: 1 });
const never = () => false;

const step = stepsOf<RidgeHead>((head, kept) => {
  assert.is(head.count, kept.samples.length);
  assert.equal([...head.classes].sort(), classesOf(kept).sort());
});

async function learnt(samples: readonly Sample[]): Promise<RidgeHead> {
  const head = made();
  for (const [label, at] of samples) await given([at], (x) => head.add(x, label));
  return head;
}

/** By label the probabilities that a head gives to some samples. */
async function probabilities(head: RidgeHead, rows: readonly number[]) {
  const found = (await given(rows, (x) => head.predict(x))) as Prediction[];
  return Object.fromEntries(head.classes.map((label, at) => [label, found.map((one) => one.probabilities[at]!)])); // prettier-ignore
}

const same = (one: Sample) => (other: Sample) => one[0] === other[0] && one[1] === other[1];

const adds = sample.map(
  (one) =>
  step(`add ${one}`, never, ({ head }) => given([one[1]], (x) => head.add(x, one[0])), ({ samples }) => samples.push(one)), // prettier-ignore
);
const removes = sample.map((one) =>
  step(
    `remove ${one}`,
    ({ samples }) => !samples.some(same(one)),
    ({ head }) => given([one[1]], (x) => head.remove(x, one[0])),
    ({ samples }) => samples.splice(samples.findIndex(same(one)), 1),
  ),
);
const aborts = fc.tuple(sample, fc.constantFrom("add", "remove", "evaluate")).map(([[label, at], name]) =>
  step(`aborted ${name} ${label},${at}`, (kept) => name === "evaluate" && (classesOf(kept).length < 2 || !has(label)(kept)), ({ head }) =>
    given([at], (x) => aborted((run) => head[name as "add"](x, label, run)))),
); // prettier-ignore
const clears = label.map((one) =>
  step(
    `remove ${one}`,
    (kept) => !has(one)(kept),
    ({ head }) => head.removeClass(one),
    (kept) => (kept.samples = kept.samples.filter(([own]) => own !== one)),
  ),
);
const predicts = step(
  "predict",
  (kept) => classesOf(kept).length < 2,
  async ({ head }, { samples }) => {
    const found = await probabilities(head, [0, 1, 2]);
    const fresh = await probabilities(await learnt(samples), [0, 1, 2]);
    for (const [label, list] of Object.entries(fresh))
      list.forEach((p, i) => assert.ok(Math.abs(p - found[label]![i]!) < 1e-9, label));
  },
);
const nonsense = step("add nonsense", () => true, ({ head }) => given([0], (x) => head.add(x, NaN))); // prettier-ignore
const reload = step("reload", never, (holder) => {
  holder.head = made().fromJSON(JSON.parse(JSON.stringify(holder.head)));
});
const disposes = fc.nat(9).map((one) =>
  step(
    one === 0 ? "dispose" : "classes",
    never,
    ({ head }) => (one === 0 && head.classes ? head.dispose() : head.classes),
    (kept) => (kept.disposed ||= one === 0),
  ),
);

export const ridgeSteps = fc.commands([adds, removes, aborts, clears, fc.constant(predicts), fc.constant(nonsense), fc.constant(reload), disposes], { size: "+1", maxCommands: 25 }); // prettier-ignore
