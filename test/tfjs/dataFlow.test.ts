/** How the samples go through a model: how often, from where, and what happens when they do not. */
import type { layers as tfl, LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { Tensor } from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import { ArgumentError, initializeFromData, inspect, type DataOptions, type Dataset, type Samples } from "../../src/tfjs/index.ts"; // prettier-ignore
import { normal } from "../../src/linalg/index.ts";
import { differentiating } from "../../src/tfjs/layers/undone.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;

const draw = (shape: number[], seed = 1): Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(normal(1, size, { seed }).data, shape);
};

const bits = (model: LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

/** Convolutions, a residual branch, a concatenation, normalization: 16 layers. */
function net(): LayersModel {
  const apply = (layer: tfl.Layer, x: SymbolicTensor | SymbolicTensor[]) => layer.apply(x) as SymbolicTensor; // prettier-ignore
  const seeded = (seed: number) => ({ kernelInitializer: tf.initializers.heNormal({ seed }) });
  const input = tf.input({ shape: [8, 8, 2] });
  let x = apply(L.conv2d({ filters: 6, kernelSize: 3, activation: "relu", ...seeded(1) }), input);
  const branch = apply(L.batchNormalization({}), apply(L.conv2d({ filters: 6, kernelSize: 1, ...seeded(2) }), x)); // prettier-ignore
  x = apply(L.add(), [x, apply(L.reLU(), branch)]);
  x = apply(L.separableConv2d({ filters: 5, kernelSize: 3, depthwiseInitializer: tf.initializers.heNormal({ seed: 3 }), pointwiseInitializer: tf.initializers.heNormal({ seed: 4 }) }), x); // prettier-ignore
  x = apply(L.flatten(), apply(L.dropout({ rate: 0.5 }), x));
  const wide = apply(L.dense({ units: 9, activation: "tanh", ...seeded(5) }), x);
  x = apply(L.concatenate(), [wide, apply(L.dense({ units: 4, ...seeded(6) }), wide)]);
  for (const seed of [7, 8, 9]) x = apply(L.dense({ units: 7, activation: "relu", ...seeded(seed) }), x); // prettier-ignore
  return tf.model({ inputs: input, outputs: apply(L.dense({ units: 3, ...seeded(10) }), x) });
}

const chain = (units = [6, 5, 4, 3]) =>
  tf.sequential({
    layers: units.map((units, i) =>
      L.dense({ units, ...(i === 0 ? { inputShape: [7] } : {}), activation: "tanh" }),
    ),
  });

/** Calls of each layer from now on. */
function counted({ layers }: LayersModel): Map<string, number> {
  const calls = new Map<string, number>();
  for (const layer of layers.filter((one) => one.getClassName() !== "InputLayer")) {
    const { call } = layer;
    calls.set(layer.name, 0);
    layer.call = function (this: tfl.Layer, ...args) {
      calls.set(layer.name, calls.get(layer.name)! + 1);
      return call.apply(this, args);
    };
  }
  return calls;
}

/** Batches of xs, and how often they are walked. */
function dataset(batches: readonly Tensor[]): Dataset & { walks: number } {
  return {
    walks: 0,
    async iterator() {
      this.walks++;
      const rest = batches.values();
      return {
        async next() {
          const { done, value } = rest.next();
          return { done, value: done ? null : (value as Tensor).clone() };
        },
      };
    },
  };
}

async function failure(job: Promise<unknown>): Promise<Error> {
  const error = await job.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.instance(error, Error, "it did not fail");
  return error as Error;
}

/** A run that must be refused for an argument, with weights as before and no tensor left over. */
async function refused(argument: string, model: LayersModel, run: () => Promise<unknown>) {
  const [weights, { numTensors }] = [bits(model), tf.memory()];
  const error = await failure(run());
  assert.instance(error, ArgumentError, String(error));
  assert.is((error as ArgumentError).argument, argument, String(error));
  assert.equal(bits(model), weights);
  assert.is(tf.memory().numTensors, numTensors, "tensors are left over");
}

suite("tfjs/data-flow cost", (test) => {
  const xs = draw([600, 8, 8, 2]); // three batches

  test("initializeFromData calls every layer once a batch, however deep the model is", async () => {
    for (const method of ["sylvester", "lsuv"] as const) {
      const model = net();
      const calls = counted(model);
      await initializeFromData(model, xs, { method });
      for (const [name, times] of calls) assert.ok(times <= 3, `${name} is called ${times} times`);
    }
  });

  test("inspect does, too; twice where an activation hides the pre-activation", async () => {
    const model = net();
    const calls = counted(model);
    const told: number[][] = [];
    const found = await inspect(model, xs, { onProgress: (...values) => void told.push(values) });
    assert.equal(told, [[256, 600], [512, 600], [600, 600]]); // prettier-ignore
    const [head, ...lines] = String(found)
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    assert.equal(head, ["layer", "kernel", "dead", "mean", "variance", "|cos|", "eff. rank"]);
    const cells = found.layers.map((one) => [one.layer, one.weight, `${(100 * one.dead).toFixed(1)} %`, one.mean.toPrecision(3), one.variance.toPrecision(3), one.cos.toPrecision(3), one.rank.toFixed(1)]); // prettier-ignore
    assert.equal(lines, cells);
    for (const { name, ...layer } of model.layers) {
      const { activation } = layer as unknown as { activation?: { getClassName(): string } };
      const most = (activation?.getClassName() ?? "linear") === "linear" ? 3 : 6;
      assert.ok((calls.get(name) ?? 0) <= most, `${name} is called ${calls.get(name)} times`);
    }
  });

  test("only layers that the named ones depend on are run, and no further", async () => {
    const model = chain();
    const calls = counted(model);
    const names = [...calls.keys()];
    await initializeFromData(model, draw([50, 7]), { layers: [names[1]] });
    assert.equal([...calls.values()], [1, 0, 0, 0]);
  });

  test("the weights do not depend on the memory, and no tensor is left over", async () => {
    const start = net();
    const { numTensors } = tf.memory();
    const found = [];
    // Nothing; one batch at some places; one at most; two; all.
    for (const memory of [0, 6e4, 3e5, 6e5, undefined]) {
      const model = net();
      model.setWeights(start.getWeights());
      const calls = counted(model);
      await initializeFromData(model, xs, { memory, code: "random", seed: 2 });
      found.push({ bits: bits(model), calls: Math.max(...calls.values()) });
      model.dispose();
      assert.is(tf.memory().numTensors, numTensors, `memory ${memory}: tensors are left over`);
    }
    for (const { bits } of found) assert.equal(bits, found[0].bits);
    const calls = found.map(({ calls }) => calls);
    assert.equal(calls, [...calls].sort((a, b) => b - a)); // prettier-ignore
    assert.ok(calls[0] > calls[2] && calls[2] > calls[4] && calls[4] === 3, calls.join());
  });

  test("labels are paid for by the memory, too", async () => {
    const [inputs, ys] = [draw([600, 7]), draw([600, 400], 2)]; // a batch: 7 KB at the input, 400 KB of labels
    const calls = [];
    for (const memory of [0, 1e5, undefined]) {
      const model = chain([6, 5, 4, 400]);
      const times = counted(model);
      await initializeFromData(model, inputs, { ys, memory });
      calls.push(Math.max(...times.values()));
    }
    assert.ok(calls[0] === calls[1] && calls[1] > calls[2], calls.join());
  });

  test("a state is kept where memory just has room for it", async () => {
    const calls = [];
    // What enters the second layer: 100 x 6 numbers of four bytes.
    for (const memory of [2400, 2399]) {
      const model = chain([6, 5, 4]);
      const times = counted(model);
      await initializeFromData(model, draw([100, 7]), { memory });
      calls.push(Math.max(...times.values()));
    }
    assert.equal(calls, [1, 2]);
  });

  test("of samples without end as many as are asked for", async () => {
    const given: Tensor[] = [];
    const next = async () => {
      assert.ok(given.length < 20, "more than are needed");
      return { done: false, value: given[given.push(draw([40, 7])) - 1]! };
    };
    const { samples } = await initializeFromData(chain(), { iterator: async () => ({ next }) }, { samples: 80 }); // prettier-ignore
    assert.is(samples, 80);
    assert.ok(given.every(({ isDisposed }) => isDisposed));
  });

  test("a page has its turn in the middle of a run", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++);
    await initializeFromData(chain(), draw([40, 7]));
    clearInterval(timer);
    assert.ok(turns > 0);
  });

  test("a Dataset is walked three times, whatever the number of layers", async () => {
    const data = dataset([draw([40, 7]), draw([9, 7], 2)]);
    await initializeFromData(chain([6, 6, 5, 5, 4, 4, 3]), data);
    assert.is(data.walks, 3);
    data.walks = 0;
    await inspect(chain([6, 6, 5, 5, 4, 4, 3]), data);
    assert.is(data.walks, 2);
  });

  test("what enters a layer is what predict computes: masks, states, indices, nested models", async () => {
    const words = tf.input({ shape: [5], dtype: "int32" });
    const apply = (layer: tfl.Layer | LayersModel, x: SymbolicTensor | SymbolicTensor[]) => (layer as tfl.Layer).apply(x) as SymbolicTensor; // prettier-ignore
    const rnn = { units: 4, recurrentInitializer: "glorotUniform" } as const;
    const embedded = apply(L.embedding({ inputDim: 9, outputDim: 3, maskZero: true }), words);
    const nested = tf.sequential({ layers: [L.dense({ units: 4, inputShape: [4] }), L.dropout({ rate: 0.5 })] }); // prettier-ignore
    const read = apply(L.simpleRNN(rnn), apply(L.simpleRNN({ ...rnn, returnSequences: true }), embedded)); // prettier-ignore
    const both = apply(L.concatenate(), [apply(nested, read), apply(L.bidirectional({ layer: L.simpleRNN(rnn) as tfl.RNN, mergeMode: "concat" }), embedded)]); // prettier-ignore
    const model = tf.model({ inputs: words, outputs: apply(L.dense({ units: 2, name: "end" }), both) }); // prettier-ignore
    const xs = tf.tensor2d(Array.from({ length: 150 }, (_, i) => ((i * 7) % 11) % 9), [30, 5], "float32"); // prettier-ignore
    const wanted = tf.model({ inputs: words, outputs: both }).predict(xs) as Tensor;
    const seen: number[] = [];
    const code: DataOptions["code"] = (x, _, units) => {
      seen.push(...x.data);
      return normal(x.rows, units, { seed: 1 });
    };
    await initializeFromData(model, xs, { code, layers: ["end"] });
    assert.equal(seen, [...wanted.dataSync()]);
  });

  test("a layer that keeps its state still has it after each batch and each run", async () => {
    const rnn = L.simpleRNN({ units: 3, stateful: true, batchInputShape: [4, 3, 2], recurrentInitializer: "glorotUniform" }); // prettier-ignore
    const model = tf.sequential({ layers: [rnn, L.dense({ units: 2 })] });
    const batches = [draw([4, 3, 2]), draw([4, 3, 2], 2)];
    await initializeFromData(model, batches);
    await inspect(model, batches);
    (model.predict(batches[0]) as Tensor).dispose();
  });

  test("a layer of the user's that keeps its output still has it", async () => {
    let kept: Tensor | undefined;
    class Keeping extends tf.layers.Layer {
      static className = "Keeping";
      override call(x: Tensor | Tensor[]) {
        kept?.dispose();
        kept = tf.keep(tf.mul([x].flat()[0]!, 2));
        return kept;
      }
    }
    const keeping = Object.assign(new Keeping({ inputShape: [3] }), { _stateful: true });
    await initializeFromData(tf.sequential({ layers: [keeping, L.dense({ units: 2 })] }), draw([9, 3])); // prettier-ignore
    assert.not.ok(kept!.isDisposed);
    kept!.dispose();
  });
});

suite("tfjs/data-flow failures", (test) => {
  const xs = draw([300, 7]);

  test("gradients that fail dispose what was saved for them; a method of somebody's own stays", () => {
    const engine = tf.engine();
    const stock = engine.keep.bind(engine);
    for (const own of [undefined, (x: Tensor) => stock(x)]) {
      if (own) engine.keep = own as typeof engine.keep;
      const { keep } = engine;
      const [saved, lost] = [tf.scalar(1), tf.scalar(2)];
      assert.is(
        differentiating(() => engine.keep(saved)),
        saved,
      );
      const failing = () => {
        engine.keep(lost);
        throw new Error("boom");
      };
      assert.throws(() => differentiating(failing), /boom/);
      assert.is(engine.keep, keep);
      assert.is(Object.hasOwn(engine, "keep"), own !== undefined);
      assert.equal([saved.isDisposed, lost.isDisposed], [false, true]);
    }
    delete (engine as { keep?: unknown }).keep;
  });

  for (const how of ["a callback", "a signal", "NaN"])
    test(`begun in tf.tidy and ended by ${how}: the model is as it was`, async () => {
      const model = chain();
      const [weights, wanted] = [bits(model), model.predict(xs) as Tensor];
      const stop = new AbortController();
      const options: DataOptions =
        {
          a: { onProgress: () => { throw new Error("boom"); } }, // prettier-ignore
          "a signal": { signal: stop.signal, onProgress: () => stop.abort() },
        }[how === "a callback" ? "a" : how] ?? {};
      const bad = how === "NaN" ? tf.fill([300, 7], NaN) : xs;
      let job!: Promise<unknown>;
      tf.tidy(() => void (job = initializeFromData(model, bad, options)));
      await failure(job);
      assert.equal(bits(model), weights);
      assert.equal([...(model.predict(xs) as Tensor).dataSync()], [...wanted.dataSync()]);
    });

  test("begun in tf.tidy: done; with samples of the tidy: refused", async () => {
    const [model, other] = [chain(), chain()];
    other.setWeights(model.getWeights());
    let jobs!: Promise<unknown>[];
    tf.tidy(() => void (jobs = [initializeFromData(model, xs), inspect(model, xs)]));
    await Promise.all(jobs);
    await initializeFromData(other, xs);
    assert.equal(bits(model), bits(other));
    for (const run of [initializeFromData, inspect])
      await refused("xs", model, () => {
        let job!: Promise<unknown>;
        tf.tidy(() => void (job = run(model, tf.clone(xs))));
        return job;
      });
  });

  const once = (batches: Tensor[], later: Tensor[] = []): Dataset => {
    let walks = 0;
    return { iterator: () => dataset(walks++ === 0 ? batches : later).iterator() };
  };
  for (const [what, later] of [
    ["nothing", []],
    ["fewer batches", [draw([40, 7])]],
    ["more batches", [draw([40, 7]), draw([9, 7]), draw([1, 7])]],
    ["other batches", [draw([9, 7]), draw([40, 7])]],
  ] as const)
    test(`samples of which a second walk gives ${what}: refused`, async () => {
      const model = chain();
      const samples = () => once([draw([40, 7]), draw([9, 7])], [...later]);
      const drawn = () => [draw([40, 7]), draw([9, 7])];
      for (const method of ["sylvester", "lsuv", "orthogonal-lsuv"] as const) {
        const batches = drawn();
        await refused("xs", model, () => initializeFromData(model, once(batches, [...later]), { method })); // prettier-ignore
      }
      const data = samples();
      await refused("xs", model, () => inspect(model, data));
    });

  for (const where of ["iterator()", "the first next()", "a next() of the second walk"])
    test(`aborted while ${where} is pending: at once, and what comes late is disposed`, async () => {
      const model = chain();
      const weights = bits(model);
      const batches = [draw([40, 7]), draw([9, 7])];
      const whole = dataset(batches);
      const stop = new AbortController();
      const reason = new Error("enough");
      let late: (() => void) | undefined;
      const hold = <T>(value: T) => {
        setTimeout(() => stop.abort(reason), 5);
        return new Promise<T>((resolve) => (late = () => resolve(value)));
      };
      const { numTensors } = tf.memory();
      const data: Dataset = {
        async iterator() {
          const inner = await whole.iterator();
          if (where === "iterator()") return hold(inner);
          const now = where.includes("first") || whole.walks === 2;
          return { next: async () => (now ? hold(await inner.next()) : inner.next()) };
        },
      };
      assert.is(await failure(initializeFromData(model, data, { signal: stop.signal })), reason);
      assert.equal(bits(model), weights);
      late!();
      await new Promise((resolve) => setTimeout(resolve));
      assert.is(tf.memory().numTensors, numTensors, "tensors are left over");
    });

  test("a second run on one model, or one that shares a layer with it, is refused; the first goes on", async () => {
    const [model, other] = [chain(), chain()];
    other.setWeights(model.getWeights());
    const shared = tf.sequential({ layers: [model.layers[0], L.dense({ units: 2 })] });
    const first = initializeFromData(model, xs);
    for (const second of [model, shared]) {
      const error = await failure(initializeFromData(second, xs));
      assert.instance(error, ArgumentError);
      assert.is((error as ArgumentError).argument, "model");
    }
    await first;
    await initializeFromData(other, xs);
    assert.equal(bits(model), bits(other));
    await initializeFromData(shared, xs);
  });

  test("disposed models and samples, samples of another shape: refused", async () => {
    const gone = chain();
    gone.predict(xs);
    gone.dispose();
    for (const run of [initializeFromData, inspect]) {
      const error = await failure(run(gone, xs));
      assert.is((error as ArgumentError).argument, "model", String(error));
      const none = await failure(initializeFromData(gone, xs, { layers: [] }));
      assert.is((none as ArgumentError).argument, "model", String(none));
      for (const bad of [draw([5, 8]), draw([5, 7, 1]), draw([5])] as Samples[]) {
        const model = chain();
        await refused("xs", model, () => run(model, bad));
        await refused("xs", model, () => run(model, [bad as Tensor]));
      }
    }
    const model = chain();
    const batches = [draw([40, 7]), draw([9, 7])];
    const onProgress = () => batches[1].dispose();
    const weights = bits(model);
    const error = await failure(initializeFromData(model, batches, { onProgress, memory: 0 }));
    assert.is((error as ArgumentError).argument, "xs", String(error));
    assert.equal(bits(model), weights);
    const ended = await failure(
      initializeFromData(model, xs, { onProgress: () => model.dispose() }),
    );
    assert.is((ended as ArgumentError).argument, "model", String(ended));
  });
});
