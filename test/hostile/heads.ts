/** Good calls of heads and of their methods. */
import * as door from "../../src/tfjs/index.ts";
import { tensor, type Goods } from "./matrices.ts";
import { model, xs, ys } from "./models.ts";

const eight = () => ["a", "b", "a", "b", "a", "b", "a", "b"];

/** What was saved of heads that have learnt eight samples: in each way to keep them. */
async function saved(task: "classification" | "regression", options: object) {
  const head = door.ridgeHead({ task, ...options } as { task: "classification" });
  const [x, y] = [xs(), ys()];
  await head.add(x, task === "regression" ? y : eight());
  const json = JSON.stringify(head);
  x.dispose();
  y.dispose();
  return () => JSON.parse(json) as door.RidgeHeadJSON;
}
const samples = await saved("classification", { memory: 1e6 });
const moments = await saved("classification", { memory: 0, removable: true });
const lifted = await saved("classification", { randomFeatures: 5, seed: 1, prior: [1, 2] });
const numbers = await saved("regression", {});
const sums = await saved("regression", { memory: 40 });

const head = (json: () => door.RidgeHeadJSON) => () => door.ridgeHead().fromJSON(json());
const empty = () => door.ridgeHead();
const classifier = () => {
  const one = door.knnClassifier();
  const [a, b] = [tensor(3), tensor(3)];
  one.addExample(a, "a");
  one.addExample(b, "b");
  return one;
};
const writes = true;

// prettier-ignore
export const ofHeads: Goods = {
  ridgeHead: () => [{ base: model(), task: "classification", lambda: 1, prior: [1, 2], memory: 1e6, removable: true, randomFeatures: 9, seed: 1 }],
  "ridgeHead().add": { self: head(samples), good: () => [xs(), eight()], writes },
  "ridgeHead().add moments": { self: head(moments), good: () => [xs(), eight()], writes },
  "ridgeHead().add lifted": { self: head(lifted), good: () => [[xs(), xs()], [eight(), "b"]], writes },
  "ridgeHead().add targets": { self: head(numbers), good: () => [xs(), ys()], writes },
  "ridgeHead().remove": { self: head(samples), good: () => [xs(), eight()], writes },
  "ridgeHead().remove targets": { self: head(numbers), good: () => [xs(), ys()], writes },
  "ridgeHead().removeClass": { self: head(moments), good: () => ["a"], writes },
  "ridgeHead().predict": { self: head(samples), good: () => [xs()], writes },
  "ridgeHead().predict targets": { self: head(sums), good: () => [xs()], writes },
  "ridgeHead().evaluate": { self: head(samples), good: () => [xs(), eight()], writes },
  // r² of a single sample, or of targets that are alike, is NaN or infinite.
  "ridgeHead().evaluate targets": { self: head(numbers), good: () => [xs(), ys()], writes, infinite: true },
  "ridgeHead().fromJSON": { self: empty, good: () => [samples()], writes, share: 2 },
  "ridgeHead().fromJSON moments": { self: empty, good: () => [moments()], writes, share: 2 },
  "ridgeHead().fromJSON lifted": { self: empty, good: () => [lifted()], writes, share: 1.5 },
  "ridgeHead().fromJSON sums": { self: empty, good: () => [sums()], writes, share: 2 },
  "ridgeHead().toJSON": { self: head(samples), good: () => [] },
  "ridgeHead().toLayer": { self: head(samples), good: () => [], writes, share: 0.05 },
  "ridgeHead().toModel": { self: head(lifted), good: () => [], writes, share: 0.05 },
  "ridgeHead().dispose": { self: head(samples), good: () => [], writes, share: 0.05 },
  knnClassifier: () => [{ lambda: 1, prior: "data", memory: 1e6, removable: true }],
  "knnClassifier().addExample": { self: classifier, good: () => [tensor(3), "a"], writes },
  "knnClassifier().predictClass": { self: classifier, good: () => [tensor(3), 3] },
  "knnClassifier().clearClass": { self: classifier, good: () => ["a"], writes },
  "knnClassifier().clearAllClasses": { self: classifier, good: () => [], writes, share: 0.05 },
  "knnClassifier().getClassExampleCount": { self: classifier, good: () => [], share: 0.05 },
  "knnClassifier().getNumClasses": { self: classifier, good: () => [], share: 0.05 },
  "knnClassifier().getClassifierDataset": { self: classifier, good: () => [], share: 0.05 },
  "knnClassifier().setClassifierDataset": { self: classifier, good: () => [{ a: tensor(2, 3), b: tensor(2, 3) }], writes },
  "knnClassifier().dispose": { self: classifier, good: () => [], writes, share: 0.05 },
};
