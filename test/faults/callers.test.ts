/**
 * What callers hand over and what then fails: callbacks, Datasets, layers, losses and bases that throw, end early or
 * answer nonsense; runs that are aborted at each of their steps; backends that are switched or removed in the middle.
 * After each of it nothing is left behind, the model or the head is as it was, and the next call has the same bits.
 */
import "@tensorflow/tfjs-backend-cpu";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
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
const deep = (loss: unknown = "meanSquaredError") => {
  const kernelInitializer = "ones";
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], kernelInitializer }),
      tf.layers.dense({ name: "second", units: 4, kernelInitializer }),
      tf.layers.dense({ name: "out", units: 2, kernelInitializer }),
    ],
  });
  model.compile({ optimizer: "sgd", loss: loss as never });
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
  grow: (run) => on(() => deep(), (model) => grown(door.grow(model, { ...two, layer: ["hidden", "second"], ...run }))), // prettier-ignore
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

/** A layer of the caller's own that fails, or answers nonsense, at its call number `at`. */
class Faulty extends tf.layers.Layer {
  static className = "Faulty";
  static at = Infinity;
  static react: (x: Tensor) => Tensor = throws;
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = [inputs].flat()[0]!;
    return Faulty.at-- === 0 ? Faulty.react(x) : tf.tidy(() => tf.mul(x, 1));
  }
}
tf.serialization.registerClass(Faulty as never);

const faulty = () => {
  Faulty.at = Infinity;
  const kernelInitializer = "ones";
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], kernelInitializer }),
      new Faulty({ name: "faulty" }) as never,
      tf.layers.dense({ name: "out", units: 2, kernelInitializer }),
    ],
  });
  const kernel = tf.tensor2d([1, 2, 3, -1, 0.5, 1, -2, 3, 0.25, 0.5, 1, 2], [3, 4]);
  model.layers[0]!.weights[0]!.write(kernel);
  kernel.dispose();
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model;
};
/** Runs a job on this model, whose layer fails at one of its calls from then on. */
const failingAt = (at: number, act: (model: LayersModel) => unknown) =>
  on(faulty, (model) => {
    Faulty.at = at;
    return act(model);
  });

suite("faults: layers and losses", (test) => {
  const acts: Record<string, (model: LayersModel) => unknown> = {
    diversity: (model) => door.diversity(model, xs),
    initializeFromData: (model) => door.initializeFromData(model, xs),
    inspect: (model) => door.inspect(model, xs, { ys, gradients: true }),
    replaceRedundant: (model) => door.replaceRedundant(model, { layer: "hidden", threshold: 1e-9, xs, seed: 1 }), // prettier-ignore
  };
  for (const [name, act] of Object.entries(acts))
    test(name, async () => {
      let failed = 0;
      for (const at of [0, 1, 2]) {
        Faulty.react = throws;
        const before = tf.memory().numTensors;
        try {
          await failingAt(at, act);
        } catch (error) {
          assert.ok(error === own || error instanceof ArgumentError, (error as Error).stack);
          failed++;
        }
        assert.is(tf.memory().numTensors, before, `call ${at}`);
      }
      assert.ok(failed > 0 || name === "replaceRedundant", "the layer was never called");
    });

  test("a loss that throws", async () => {
    const lossy = () => deep(throws);
    const jobs = {
      inspect: () => on(lossy, (model) => door.inspect(model, xs, { ys, gradients: true })),
      gradmax: () => on(lossy, (model) => door.grow(model, { ...two, layer: "hidden", method: "gradmax", xs, ys })), // prettier-ignore
    };
    for (const [name, job] of Object.entries(jobs)) assertKnown(await failing(name, job), name);
  });

  test("a base that throws, or answers nonsense", async () => {
    const bad: Record<string, (x: Tensor) => unknown> = {
      "throws": throws,
      "rejects": rejected,
      "null": () => null,
      "a number": () => 5,
      "a promise of null": async () => null,
      "fewer samples": () => tf.zeros([1, 3]),
      "another width": (x) => tf.zeros([x.shape[0]!, 9]),
      "NaN": () => tf.fill([20, 3], NaN),
      "a disposed tensor": (x) => { const y = tf.clone(x); y.dispose(); return y; },
    }; // prettier-ignore
    for (const [name, react] of Object.entries(bad)) {
      let good = true;
      const base = ((x: Tensor) => (good ? tf.mul(x, 1) : react(x))) as never;
      for (const ask of ["add", "remove", "evaluate", "predict"] as const) {
        const job = () => onHead({ base }, async (head) => {
          good = false;
          try {
            return await head[ask](xs, (ask === "predict" ? undefined : labels) as never);
          } finally {
            good = true;
          }
        }); // prettier-ignore
        assertKnown(await failing(`${ask}: ${name}`, job), `${ask}: ${name}`);
      }
    }
  });

  test("an activation that throws, or answers nonsense", async () => {
    const good = { value: Math.abs, derivative: Math.sign, kinks: [0] };
    const jobs = {
      approximate: (activation: never) => door.approximate(activation, { degree: 3 }),
      lpsDesign: (activation: never) => door.lpsDesign({ activation, degree: 3 }),
      lps: (activation: never) => door.lps({ activation, degree: 3 }),
    };
    const bad = [throws, () => NaN, () => Infinity, () => "x", () => undefined];
    for (const [name, job] of Object.entries(jobs))
      for (const value of bad)
        assertKnown(await failing(name, async () => job({ ...good, value } as never)), name);
  });
});

suite("faults: fitGrowing", (test) => {
  const schedule = { layers: "hidden", every: 1, units: 1, method: "orthogonal", seed: 1 } as const;
  const args = { epochs: 3, verbose: 0, batchSize: 8, schedule } as const;
  const ways: Record<string, (model: never, more: object, from?: Dataset) => Promise<door.GrownFit>> = {
    tensors: (model, more) => door.fitGrowing(model, xs, ys, { ...args, ...more }),
    steps: (model, more) => door.fitGrowing(model, xs, ys, { ...args, schedule: { ...schedule, unit: "steps" }, ...more }), // prettier-ignore
    Dataset: (model, more, from = data()) => door.fitGrowing(model, from, { ...args, ...more } as never), // prettier-ignore
    "steps of a Dataset": (model, more, from = data()) => door.fitGrowing(model, from, { ...args, schedule: { ...schedule, unit: "steps", method: "gradmax", samples: 8 }, ...more } as never), // prettier-ignore
  }; // prettier-ignore

  /** A training that must stop for a reason; the last model is handed over and still computes. */
  async function stopped(
    what: string,
    job: (model: never) => Promise<door.GrownFit>,
    begun = true,
  ) {
    const model = await dense();
    const error = await caught(() => job(model as never));
    if (!begun) return model.dispose();
    assert.instance(error, door.TrainingError, `${what}: ${(error as Error)?.stack}`);
    const { cause, fit } = error as door.TrainingError;
    assert.is(cause, own, `${what}: ${(cause as Error)?.stack}`);
    const y = fit.model.predict(xs) as Tensor;
    assert.ok(y.dataSync().every(Number.isFinite), what);
    y.dispose();
    if (fit.model !== model) fit.model.dispose();
    model.dispose();
  }

  for (const [name, way] of Object.entries(ways))
    test(name, async () => {
      let tensors = tf.memory().numTensors;
      const stop = () => {
        const stop = new AbortController();
        return { signal: stop.signal, abort: () => stop.abort(own) };
      };
      const kinds: Record<string, () => object> = {
        "onGrow throws": () => ({ onGrow: throws }),
        "onGrow rejects": () => ({ onGrow: rejected }),
        "a callback throws": () => ({ callbacks: { onBatchEnd: throws } }),
        "a callback rejects": () => ({ callbacks: { onEpochEnd: rejected } }),
        "aborted in a batch": () => {
          const { signal, abort } = stop();
          return { signal, callbacks: { onBatchEnd: async () => abort() } };
        },
        "aborted in onGrow": () => {
          const { signal, abort } = stop();
          return { signal, onGrow: abort };
        },
        "aborted at the end": () => {
          const { signal, abort } = stop();
          return { signal, callbacks: { onTrainEnd: async () => abort() } };
        },
      };
      for (const [what, more] of Object.entries(kinds)) {
        await stopped(what, (model) => way(model, more()));
        // TensorFlow.js itself leaves the logs of a batch behind if a callback throws.
        if (/callback/.test(what)) tensors = tf.memory().numTensors;
        assert.is(tf.memory().numTensors, tensors, `${what}: left tensors`);
      }
      await stopped(
        "aborted before",
        (model) => way(model, { signal: AbortSignal.abort(own) }),
        false,
      );
      for (const bad of [null, 1])
        await stopped("no signal", (model) => way(model, { signal: bad }), false);
      assert.is(tf.memory().numTensors, tensors, "left tensors");
      if (!/Dataset/.test(name)) return;
      // TensorFlow.js opens iterators that it does not use.
      let failed = 0;
      for (const walk of [0, 1, 2, 3]) {
        const model = await dense();
        const found: unknown = await way(model as never, {}, spoilt(walk, 0, throws)).catch((error: unknown) => error); // prettier-ignore
        if (found instanceof Error) failed++;
        const { cause = found, fit = found } = found as door.TrainingError;
        if (found instanceof Error)
          assert.is(cause, own, `walk ${walk}: ${(cause as Error).stack}`);
        const last = (fit as Partial<door.GrownFit>).model;
        if (last && last !== model) last.dispose();
        model.dispose();
        assert.is(tf.memory().numTensors, tensors, `walk ${walk}: left tensors`);
      }
      assert.ok(failed > 0, "no walk failed");
    });
});

suite("faults: backends", (test) => {
  /** What a call does between its steps: the next batch, or its progress. */
  const between = (act: () => unknown): [Run, Dataset] => {
    const from = data();
    const iterator = async () => {
      const good = await from.iterator();
      const next = async () => {
        await act();
        return good.next();
      };
      return { next };
    };
    return [{ onProgress: () => void act() }, { iterator }];
  };
  const flat = (value: unknown): number[] =>
    typeof value === "string" ? [] : typeof value === "number" ? [value]
    : typeof value === "object" && value !== null ? Object.values(value).flatMap(flat) : []; // prettier-ignore

  for (const [name, job] of Object.entries(walks))
    test(`${name}: switched in the middle, and back`, async () => {
      const first = await job({});
      for (let k = 0; k < 4; k++) {
        let count = 0;
        const before = tf.memory().numTensors;
        const [run, from] = between(() => count++ === k && tf.setBackend("cpu"));
        const found = await job(run, from);
        await tf.setBackend("wasm");
        assert.is(tf.memory().numTensors, before, "left tensors");
        if (/add/.test(name)) continue; // its answer is text
        const [wanted, own] = [flat(first), flat(found)];
        assert.is(own.length, wanted.length);
        own.forEach((x, i) => assert.ok(Math.abs(x - wanted[i]!) <= 1e-3 * (1 + Math.abs(wanted[i]!)), `${x} for ${wanted[i]}`)); // prettier-ignore
      }
      assert.equal(await job({}), first);
    });

  for (const [name, job] of Object.entries(walks))
    test(`${name}: removed in the middle`, async () => {
      const first = await job({});
      const factory = tf.findBackendFactory("cpu");
      for (const k of [0, 1, 3]) {
        tf.registerBackend("other", factory);
        let count = 0;
        const [run, from] = between(async () => {
          if (count === k) await tf.setBackend("other");
          if (count++ === k + 1) {
            await tf.setBackend("wasm");
            tf.removeBackend("other");
          }
        });
        // What was on it is lost, the model maybe, too; the run ends, by itself or by an error.
        await job(run, from).catch((error: unknown) => assert.instance(error, Error));
        await tf.setBackend("wasm");
        if (tf.findBackend("other")) tf.removeBackend("other");
        assert.equal(await job({}), first, `the next call, after ${k}`);
      }
    });
});
