/**
 * What callers hand over and what then fails: callbacks, Datasets, layers, losses and bases that throw, end early or
 * answer nonsense; runs that are aborted at each of their steps; backends that are switched or removed in the middle.
 * After each of it nothing is left behind, the model or the head is as it was, and the next call has the same bits.
 */
import "@tensorflow/tfjs-backend-cpu";
import type { Tensor } from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import { ArgumentError } from "../../src/errors.ts";
import type { Dataset } from "../../src/tfjs/data/source.ts";
import * as door from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";
import { zipped } from "./datasets.ts";
import { asked, labels, on as onHead } from "./heads.ts";
import { convolutions, dense, images, on, untimed, woken, xs, ys } from "./models.ts";

interface Run {
  onProgress?: (done: number, total?: number) => void;
  signal?: AbortSignal;
}
type Runs = Record<string, (run: Run, data?: Dataset) => Promise<unknown>>;

const data = () => zipped(xs, ys, 8);
const two = { units: 1, method: "orthogonal", seed: 1 } as const;
const deep = () => {
  const kernelInitializer = "ones";
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], kernelInitializer }),
      tf.layers.dense({ name: "second", units: 4, kernelInitializer }),
      tf.layers.dense({ name: "out", units: 2, kernelInitializer }),
    ],
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model;
};

/** The report of a growth, and what the model became, which is disposed. */
const grown = async (job: Promise<{ model: { getWeights(): Tensor[]; dispose(): unknown }; report: unknown }>) => {
  const { model, report } = await job;
  const weights = model.getWeights().map((one) => [...one.dataSync()]);
  model.dispose();
  return [report, weights];
}; // prettier-ignore

/** Everything that can take longer than a second, but fitGrowing: it goes on with the progress that it has made. */
const runs: Runs = {
  grow: (run) => on(deep, (model) => grown(door.grow(model, { ...two, layer: ["hidden", "second"], ...run }))), // prettier-ignore
  initialize: async (run) => on(convolutions, (model) => [...door.initialize(model, { seed: 1, ...run })]), // prettier-ignore
  initializeFromData: (run) => on(convolutions, async (model) => untimed(await door.initializeFromData(model, images, run))), // prettier-ignore
  inspect: (run) => on(dense, async (model) => (await door.inspect(model, xs, { ys, gradients: true, ...run })).layers), // prettier-ignore
  settle: (run) => on(woken, (model) => door.settle(model, { xs, ...run })),
  add: (run) => onHead({}, (head) => head.add([xs, xs], [labels, labels], run)),
  remove: (run) => onHead({}, (head) => head.remove(xs, labels, run)),
  predict: (run) => asked({}, (head) => head.predict(xs, run)),
  evaluate: (run) => asked({}, (head) => head.evaluate([xs, xs], [labels, labels], run)),
};

/** The same from a Dataset. */
const walks: Runs = {
  initializeFromData: (run, from = data()) => on(dense, async (model) => untimed(await door.initializeFromData(model, from, { memory: 0, ...run }))), // prettier-ignore
  inspect: (run, from = data()) => on(dense, async (model) => (await door.inspect(model, from, { gradients: true, ...run })).layers), // prettier-ignore
  settle: (run, from = data()) => on(woken, (model) => door.settle(model, { xs: from, ...run })),
  add: (run, from = data()) =>
    onHead({ task: "regression" }, (head) => head.add(from, undefined, run)),
  predict: (run, from = data()) => asked({ task: "regression" }, (head) => head.predict(from, run)),
  evaluate: (run, from = data()) => asked({ task: "regression" }, (head) => head.evaluate(from, undefined, run)), // prettier-ignore
};

async function caught(job: () => Promise<unknown>): Promise<unknown> {
  let found: unknown;
  try {
    found = await job();
  } catch (error) {
    return error;
  }
  return assert.unreachable(`no error, but ${JSON.stringify(found)?.slice(0, 100)}`);
}

/** Runs a job that must fail, and checks that nothing is left of it. */
async function failing(what: string, job: () => Promise<unknown>): Promise<unknown> {
  const before = tf.memory().numTensors;
  const error = await caught(job);
  assert.is(
    tf.memory().numTensors,
    before,
    `${what}: left tensors, after ${(error as Error)?.stack}`,
  );
  return error;
}

suite("faults: progress and aborts", (test) => {
  for (const [kind, all] of Object.entries({ tensors: runs, Datasets: walks }))
    for (const [name, job] of Object.entries(all))
      test(`${name}, ${kind}`, async () => {
        const first = await job({});
        const seen: [number, number?][] = [];
        assert.equal(
          await job({ onProgress: (done, total) => void seen.push([done, total]) }),
          first,
        );
        assert.ok(seen.length > 0, "no progress");
        seen.forEach(([done], i) => assert.ok(i === 0 || done >= seen[i - 1]![0], "goes back"));
        const [done, total] = seen.at(-1)!;
        if (total !== undefined) assert.is(done, total, "the end");
        seen.forEach((one) => assert.is(one[1], total, "another total"));

        const reason = new Error("enough");
        const signal = AbortSignal.abort(reason);
        assert.is(await failing("aborted before", () => job({ signal })), reason);
        for (let k = 0; k < seen.length; k++) {
          let [left, thrown] = [k, k];
          const stop = new AbortController();
          const onProgress = () => void (left-- === 0 && stop.abort(reason));
          const aborted = () => job({ onProgress, signal: stop.signal });
          assert.is(await failing(`aborted at ${k}`, aborted), reason);
          const throwing = () => {
            if (thrown-- === 0) throw reason;
          };
          assert.is(await failing(`thrown at ${k}`, () => job({ onProgress: throwing })), reason);
        }
        for (const bad of [1, null, "x"]) {
          const run = { onProgress: bad } as never;
          assert.instance(await failing("no function", () => job(run)), ArgumentError);
          assert.instance(await failing("no signal", () => job({ signal: bad } as never)), ArgumentError); // prettier-ignore
        }
        assert.equal(await job({}), first);
      });
});

const own = new Error("the caller's own");
const rejected = () => Promise.reject(own);
const throws = () => {
  throw own;
};
type Iterator = Awaited<ReturnType<Dataset["iterator"]>>;

/** A Dataset whose walk number `walk` does something else at the element number `at`. */
function spoilt(walk: number, at: number, next: (good: Iterator) => unknown): Dataset {
  const good = data();
  let walks = 0;
  return {
    async iterator() {
      const iterator = await good.iterator();
      if (walks++ !== walk) return iterator;
      let count = 0;
      return { next: async () => (count++ !== at ? iterator.next() : next(iterator)) as never };
    },
  };
}

const element = (make: () => unknown) => async () => ({ done: false, value: make() });
const gone = () => {
  const x = tf.zeros([8, 3]);
  x.dispose();
  return { xs: x, ys: x };
};

/** What a Dataset may answer instead of a batch. */
const answers: Record<string, (good: Iterator) => unknown> = {
  "throws": throws,
  "rejects": rejected,
  "answers null": () => null,
  "answers a number": () => 5,
  "answers nothing": () => undefined,
  "gives null": element(() => null),
  "gives a number": element(() => 5),
  "gives no tensors": element(() => ({ xs: 1, ys: "x" })),
  "gives disposed tensors": element(gone),
  "gives another shape": element(() => ({ xs: tf.zeros([8, 7]), ys: tf.zeros([8, 2]) })),
  "gives fewer labels": element(() => ({ xs: tf.zeros([8, 3]), ys: tf.zeros([7, 2]) })),
  "gives NaN": element(() => ({ xs: tf.fill([8, 3], NaN), ys: tf.fill([8, 2], NaN) })),
}; // prettier-ignore

/** What is no fault for a function: labels are not looked at, or NaN is what it is to show. */
const fine: Record<string, RegExp> = {
  inspect: /NaN|fewer/,
  settle: /fewer/,
  predict: /fewer/,
};

suite("faults: Datasets", (test) => {
  for (const [name, job] of Object.entries(walks))
    test(name, async () => {
      const first = await job({});
      for (const iterator of [throws, rejected, async () => null, async () => ({})])
        assertKnown(await failing("iterator", () => job({}, { iterator } as never)));
      for (const [what, next] of Object.entries(answers)) {
        if (fine[name]?.test(what)) continue;
        for (const at of [0, 1]) {
          const bad = () => job({}, spoilt(0, at, next));
          assertKnown(await failing(`${what} at ${at}`, bad), `${what} at ${at}`);
        }
      }
      const empty = () =>
        job(
          {},
          spoilt(0, 0, () => ({ done: true, value: null })),
        );
      if (name !== "predict") assertKnown(await failing("nothing", empty));
      if (/^in/.test(name))
        for (const at of [0, 1, 2]) {
          const early = () =>
            job(
              {},
              spoilt(1, at, () => ({ done: true, value: null })),
            );
          assertKnown(await failing(`ends early at ${at}`, early));
        }
      // It never answers, until the caller gives up; what then still comes is disposed.
      for (const at of [0, 1]) {
        const stop = new AbortController();
        let arrive: (value: unknown) => void = () => {};
        const silent = spoilt(0, at, () => {
          setTimeout(() => stop.abort(own), 5);
          return new Promise((resolve) => (arrive = resolve));
        });
        assert.is(await failing("silent", () => job({ signal: stop.signal }, silent)), own);
        const before = tf.memory().numTensors;
        arrive({ done: false, value: { xs: tf.zeros([8, 3]), ys: tf.zeros([8, 2]) } });
        await new Promise((resolve) => setTimeout(resolve));
        assert.is(tf.memory().numTensors, before, "what came late was left");
      }
      assert.equal(await job({}), first);
    });
});

function assertKnown(error: unknown, what = ""): void {
  assert.ok(error === own || error instanceof ArgumentError, `${what}: ${(error as Error)?.stack}`);
}
