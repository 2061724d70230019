import * as assert from "uvu/assert";
import {
  ArgumentError,
  fitGrowing,
  TrainingError,
  type FitGrowingArgs,
  type Schedule,
} from "../../src/tfjs/index.ts";
import { event } from "../../src/tfjs/growth/schedule.ts";
import { engine } from "../../src/tfjs/layers/graph.ts";
import { suite } from "../support/suite.ts";
import { batch, build } from "../support/chains.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;
type Tensor = ReturnType<typeof tf.tensor>;

const net = (optimizer: Parameters<typeof build>[1] = "adam") =>
  build(
    [
      L.dense({ units: 4, activation: "relu", name: "a", inputShape: [6] }),
      L.dense({ units: 6, activation: "tanh", name: "b" }),
    ],
    optimizer,
  );

const schedule = (options: Partial<Schedule> = {}): Schedule => ({
  layers: ["a", "b"],
  every: 2,
  fraction: 0.5,
  method: "gradmax",
  seed: 1,
  ...options,
});

const training = { epochs: 7, batchSize: 16, verbose: 0 } as const;

suite("tfjs/fitGrowing", (test) => {
  test("trains on, grows in between, and tells one history", async () => {
    const model = net();
    const { xs, ys } = batch(model, 40);
    const said: string[] = [];
    const { numTensors } = tf.memory();
    const found = await fitGrowing(model, xs, ys, {
      ...training,
      validationSplit: 0.2,
      schedule: schedule(),
      callbacks: {
        onTrainBegin: () => void said.push("begin"),
        onEpochBegin: (epoch) => void said.push(`${epoch}`),
        onTrainEnd: () => void said.push("end"),
      },
      onGrow: ({ epoch, report }, grown) => {
        assert.is(grown.getLayer("a").outputShape[1], report[0].units.after);
        said.push(`grow ${epoch}: ${report.map(({ units }) => units.after)}`);
      },
    });
    assert.is(
      said.join(", "),
      "begin, 0, 1, grow 2: 6,9, 2, 3, grow 4: 8,12, 4, 5, grow 6: 10,15, 6, end",
    );
    assert.equal(found.epoch, [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(Object.keys(found.history).sort(), ["loss", "val_loss"]);
    for (const values of Object.values(found.history)) {
      assert.is(values.length, 7);
      assert.ok(values.every((value) => typeof value === "number" && Number.isFinite(value)));
    }
    assert.is(found.events.length, 3);
    const [{ tensor: steps }] = await found.model.optimizer.getWeights();
    assert.is(steps.dataSync()[0], 7 * 2);
    steps.dispose();
    found.model.dispose();
    // What is left are the slots of the first model's optimizer, which it got on the way.
    assert.is(tf.memory().numTensors, numTensors + 2 * model.trainableWeights.length);
  });

  test("what falls on the end of the training does not grow", async () => {
    const model = net();
    const { xs, ys } = batch(model, 16);
    const found = await fitGrowing(model, xs, ys, { ...training, epochs: 4, schedule: schedule() });
    assert.equal(found.events.map(({ epoch }) => epoch), [2]); // prettier-ignore
  });

  /** As tf.data makes them: each iterator gives all batches, as tensors of their own. */
  const dataset = (
    xs: Tensor,
    ys: Tensor,
    size: number,
    form = (x: Tensor, y: Tensor): object => ({ xs: x, ys: y }),
  ) => {
    // prettier-ignore
    let opened = 0;
    return {
      get opened() {
        return opened;
      },
      iterator: async () => {
        let at = 0;
        opened++;
        const take = (all: Tensor, from: number) => {
          const left = Math.min(size, all.shape[0] - from);
          return tf.slice(all, from, left);
        };
        return {
          next: async () => {
            if (at >= xs.shape[0]) return { done: true, value: null };
            const value = form(take(xs, at), take(ys, at));
            at += size;
            return { done: false, value };
          },
        };
      },
    };
  };

  test("on a Dataset it is the same training as on its tensors", async () => {
    const { xs, ys } = batch(net(), 40);
    const plan = schedule({ method: "orthogonal" });
    const found = await fitGrowing(net(), xs, ys, { ...training, shuffle: false, schedule: plan });
    const { batchSize: size, ...rest } = training;
    const other = await fitGrowing(net(), dataset(xs, ys, size), { ...rest, schedule: plan });
    assert.equal(other.epoch, found.epoch);
    assert.equal(other.events, found.events);
    const [f, g] = [found, other].map(({ model }) => model.getWeights().map((weight) => weight.dataSync().slice())); // prettier-ignore
    assert.equal(g, f);
  });

  test("events on a Dataset see its first samples, and leave nothing behind", async () => {
    const model = net();
    const { xs, ys } = batch(model, 40);
    const given = dataset(xs, ys, 16, (x, y) => ({ xs: { [model.inputNames[0]]: x }, ys: [y] }));
    const { numTensors } = tf.memory();
    const { batchSize, ...rest } = training;
    const validationData: [Tensor, Tensor] = [xs, ys];
    const args = {
      ...rest,
      validationData,
      schedule: schedule({ samples: 20 }),
    };
    const found = await fitGrowing(model, given, args);
    assert.equal(found.events.map(({ epoch }) => epoch), [2, 4, 6]); // prettier-ignore
    assert.is(found.history.val_loss.length, 7);
    found.model.dispose();
    assert.is(tf.memory().numTensors, numTensors + 2 * model.trainableWeights.length);
    // The loss that the first event tells is that of the first 20 samples.
    const fresh = net();
    const [x, y] = [xs, ys].map((all) => tf.slice(all, 0, 20));
    const [loss] = [fresh.evaluate(x, y) as Tensor].map((value) => value.dataSync()[0]);
    const first = schedule({ samples: 20, from: 0, events: 1 });
    const { events } = await fitGrowing(fresh, given, { epochs: 1, verbose: 0, schedule: first });
    assert.ok(Math.abs(events[0].report[0].loss! / loss - 1) < 1e-5);
  });

  test("a Dataset is opened as often as it is needed", async () => {
    const { xs, ys } = batch(net(), 16);
    const opened = async (plan: Partial<Schedule>, epochs: number) => {
      const given = dataset(xs, ys, 8);
      const { events } = await fitGrowing(net(), given, { epochs, verbose: 0, schedule: schedule(plan) }); // prettier-ignore
      return [events.length, given.opened];
    };
    // For a look at a sample, the rehearsal of an event (in steps nobody knows where the end is), every event; and for the
    // training, which in epochs is that of fitDataset: it opens a Dataset for each of its calls, and for each epoch.
    for (const unit of ["epochs", "steps"] as const) {
      assert.equal(await opened({ unit, from: 0 }, 0), [0, 1]);
      assert.equal(await opened({ unit, every: 9 }, 1), [0, 3]);
    }
    assert.equal(await opened({ from: 0, events: 1 }, 1), [1, 5]);
    assert.equal(await opened({ every: 1 }, 2), [1, 7]);
  });

  test("in steps: between batches, wherever in an epoch; callbacks and history see whole epochs", async () => {
    const model = net();
    const { xs, ys } = batch(model, 40);
    const said: string[] = [];
    const { numTensors } = tf.memory();
    const plan = schedule({ unit: "steps", every: 5, from: 2, method: "orthogonal" });
    const found = await fitGrowing(model, xs, ys, {
      ...{ epochs: 4, batchSize: 10, verbose: 0, validationSplit: 0.2 },
      schedule: plan,
      callbacks: {
        onTrainBegin: () => void said.push("begin"),
        onEpochBegin: (epoch) => void said.push(`${epoch}:`),
        onBatchEnd: (at) => void said.push(`${at}`),
        onEpochEnd: (_, logs) => void said.push(Object.keys(logs!).join("+")),
        onTrainEnd: () => void said.push("end"),
      },
      onGrow: ({ epoch, step }) => void said.push(`grow ${epoch}/${step}`),
    });
    // 32 samples are left for training: four batches an epoch.
    assert.is(
      said.join(" "),
      "begin 0: 0 1 grow 0/2 2 3 loss+val_loss 1: 0 1 2 grow 1/7 3 loss+val_loss " +
        "2: 0 1 2 3 loss+val_loss grow 3/12 3: 0 1 2 3 loss+val_loss end",
    );
    assert.equal(found.epoch, [0, 1, 2, 3]);
    assert.is(found.history.val_loss.length, 4);
    assert.equal(found.events.map(({ epoch, step }) => [epoch, step]), [[0, 2], [1, 7], [3, 12]]); // prettier-ignore
    const [{ tensor: steps }] = await found.model.optimizer.getWeights();
    assert.is(steps.dataSync()[0], 16);
    steps.dispose();
    found.model.dispose();
    assert.is(tf.memory().numTensors, numTensors + 2 * model.trainableWeights.length);
  });

  test("in steps it trains as in epochs, on tensors and on a Dataset", async () => {
    const { xs, ys } = batch(net(), 40);
    // Three batches an epoch: an event every second epoch.
    const plan = { method: "orthogonal" } as const;
    const inSteps = schedule({ ...plan, unit: "steps", every: 6 });
    const { batchSize: size, ...rest } = training;
    const args = { ...training, shuffle: false };
    const found = [
      await fitGrowing(net(), xs, ys, { ...args, schedule: schedule(plan) }),
      await fitGrowing(net(), xs, ys, { ...args, schedule: inSteps }),
      await fitGrowing(net(), dataset(xs, ys, size), { ...rest, schedule: inSteps }),
    ];
    const weights = found.map(({ model }) => model.getWeights().map((weight) => weight.dataSync().slice())); // prettier-ignore
    assert.equal(weights[1], weights[0]);
    assert.equal(weights[2], weights[0]);
    for (const { epoch, history, events } of found) {
      assert.equal(epoch, found[0].epoch);
      assert.equal(events.map(({ report }) => report), found[0].events.map(({ report }) => report)); // prettier-ignore
      history.loss.forEach((loss, i) => assert.ok(Math.abs(loss / found[0].history.loss[i] - 1) < 1e-5)); // prettier-ignore
    }
  });

  test("in steps: what validates is what evaluate finds", async () => {
    const { xs, ys } = batch(net(), 24);
    const [vx, vy] = [tf.mul(xs, 2), tf.neg(ys)];
    const tail = [xs, ys].map((all) => tf.slice(all, 18)) as [typeof xs, typeof ys];
    const whole = () => dataset(xs, ys, 8);
    const cases = [
      [[xs, ys], { validationData: [vx, vy] }],
      [[xs, ys], { validationSplit: 0.25 }],
      [[whole()], { validationData: [vx, vy], validationBatchSize: 7 }],
      [[whole()], { validationData: { xs: vx, ys: vy } }],
      [[whole()], { validationData: dataset(vx, vy, 8), validationBatches: 3 }],
    ] as const;
    for (const [data, own] of cases) {
      const plan = schedule({ unit: "steps", every: 1e6, method: "random" });
      const args = { epochs: 2, verbose: 0, ...own, schedule: plan };
      const call = fitGrowing as unknown as (...all: unknown[]) => ReturnType<typeof fitGrowing>;
      const { model, history } = await call(net(), ...data, args);
      const [x, y] = "validationSplit" in own ? tail : [vx, vy];
      const [wanted] = [model.evaluate(x, y)].flat().map((one) => one.dataSync()[0]!);
      const values = history as unknown as Record<string, number[]>;
      assert.is(values["val_loss"]!.length, 2);
      assert.ok(Math.abs(values["val_loss"]!.at(-1)! / wanted! - 1) < 1e-5, Object.keys(own)[0]!);
      model.dispose();
    }
  });

  test("in steps: a number of batches for each epoch, stopping, errors", async () => {
    const model = net();
    const { xs, ys } = batch(model, 40);
    const { numTensors } = tf.memory();
    const plan = schedule({ unit: "steps", every: 3, method: "random" });
    const few = { epochs: 3, batchesPerEpoch: 2, verbose: 0, schedule: plan } as const;
    const found = await fitGrowing(model, dataset(xs, ys, 5), few);
    assert.equal(found.events.map(({ epoch, step }) => [epoch, step]), [[1, 3]]); // prettier-ignore
    assert.is(found.history.loss.length, 3);
    found.model.dispose();
    let current = model;
    const stop = await fitGrowing(model, xs, ys, {
      ...{ epochs: 9, batchSize: 10, verbose: 0, schedule: plan },
      onGrow: (_, grown) => void (current = grown),
      callbacks: { onBatchEnd: (at) => void (at === 1 && current !== model && ((current as unknown as { stopTraining: boolean }).stopTraining = true)) }, // prettier-ignore
    });
    assert.equal(stop.epoch, [0, 1]);
    stop.model.dispose();
    const fail = () => {
      throw new Error("enough");
    };
    const given = { epochs: 9, verbose: 0, schedule: plan, onGrow: fail } as const;
    const error = await fitGrowing(model, dataset(xs, ys, 10), given).catch((e) => e);
    assert.instance(error, TrainingError);
    assert.is(error.message, "after 0 epochs: enough");
    (error as TrainingError).fit.model.dispose();
    await tf.nextFrame();
    assert.is(tf.memory().numTensors, numTensors + 2 * model.trainableWeights.length);
  });

  test("a Dataset that cannot be, and other data that are none", async () => {
    const model = net();
    const { xs, ys } = batch(model, 16);
    const { numTensors } = tf.memory();
    const args = { epochs: 4, verbose: 0, schedule: schedule() } as const;
    const refused = async (all: unknown[], argument: string, words: RegExp) => {
      const call = fitGrowing as unknown as (...all: unknown[]) => Promise<unknown>;
      const error = await call(model, ...all).catch((error: unknown) => error);
      assert.instance(error, ArgumentError, String(error));
      assert.is((error as ArgumentError).argument, argument);
      assert.match((error as Error).message, words);
      assert.not.match((error as Error).message, /\[object/);
    };
    const given = dataset(xs, ys, 8);
    await refused([given, undefined, args], "args", /fitDataset, next to the Dataset/);
    await refused([dataset(xs, ys, 8, (x, y) => ({ xs: x, labels: y })), args], "dataset", /elements \{ xs, ys \}/); // prettier-ignore
    await refused([dataset(xs, ys, 8, (x, y) => [x, y]), args], "dataset", /elements \{ xs, ys \}/); // prettier-ignore
    await refused([dataset(xs, ys, 8, (x, y) => ({ xs: [x, y], ys: y })), args], "dataset", /elements/); // prettier-ignore
    const number = (x: object, y: typeof ys) => {
      tf.dispose(y);
      return { xs: x, ys: tf.scalar(1) };
    };
    await refused([dataset(xs, ys, 8, number), args], "dataset", /elements \{ xs, ys \}/);
    await refused([{ iterator: async () => ({ next: async () => ({ done: true }) }) }, args], "dataset", /at least one/); // prettier-ignore
    await refused([{ xs, ys }, undefined, args], "xs, ys", /got an object with xs, ys and undefined/); // prettier-ignore
    await refused([xs, { ys }, args], "xs, ys", /got a tensor and an object with ys/);
    await refused([[xs, {}], ys, args], "xs, ys", /got \[a tensor, an object with no keys\]/);
    await refused([[undefined], ys, args], "xs, ys", /got \[undefined\] and a tensor/);
    await refused([xs, [, ys], args], "xs, ys", /got a tensor and \[undefined, a tensor\]/);
    await refused([xs, [], args], "xs, ys", /got a tensor and \[\]/);
    await refused([xs, ys, [args]], "args", /model\.fit with a schedule/);
    await refused([xs, ys, { ...args, onGrow: 1 }], "onGrow", /a function/);
    await refused([xs, ys, { ...args, signal: 1 }], "signal", /an AbortSignal/);
    const steps = { ...args, schedule: { ...args.schedule, unit: "steps" }, batchesPerEpoch: 0 };
    await refused([dataset(xs, ys, 8), steps], "batchesPerEpoch", /a positive integer/);
    await refused([xs, ys, { ...args, epochs: NaN }], "epochs", /integer/);
    await refused([xs, ys, { ...args, initialEpoch: 0.5 }], "initialEpoch", /integer/);
    const gone = tf.zeros([16, 6]);
    gone.dispose();
    await refused([gone, ys, args], "xs, ys", /got a disposed tensor/);
    assert.is(tf.memory().numTensors, numTensors);
  });

  test("one layer after the other, from an epoch on, so many times, by units", async () => {
    const model = net();
    const { xs, ys } = batch(model, 16);
    const plan = { every: 1, from: 2, events: 3, order: "round robin", fraction: undefined, units: 2 } as const; // prettier-ignore
    const found = await fitGrowing(model, xs, ys, { ...training, initialEpoch: 1, schedule: schedule(plan) }); // prettier-ignore
    assert.equal(
      found.events.map(({ epoch, report }) => [epoch, ...report.map((one) => one.layer)]),
      [[3, "a"], [4, "b"], [5, "a"]], // prettier-ignore
    );
    assert.equal(found.epoch, [1, 2, 3, 4, 5, 6]);
  });

  test("no more events than asked for, and none where nothing is trained", async () => {
    const model = net();
    const { xs, ys } = batch(model, 16);
    const plan = schedule({ every: 1, events: 1, layers: "a", fraction: undefined, units: 1, method: "random" }); // prettier-ignore
    const found = await fitGrowing(model, xs, ys, { ...training, epochs: 4, schedule: plan });
    assert.equal(found.events.map(({ epoch }) => epoch), [1]); // prettier-ignore
    const steps = { ...plan, unit: "steps" } as const;
    const none = await fitGrowing(found.model, xs, ys, { ...training, epochs: 2, initialEpoch: 2, schedule: steps }); // prettier-ignore
    assert.equal([none.events, none.epoch], [[], []]);
    assert.is(none.model, found.model);
  });

  test("without an event it is fit, and the model the one that came", async () => {
    const model = net();
    const { xs, ys } = batch(model, 16);
    const found = await fitGrowing(model, xs, ys, {
      ...training,
      schedule: schedule({ every: 7 }),
    });
    assert.is(found.model, model);
    assert.is(found.history.loss.length, 7);
    assert.equal(found.events, []);
  });

  test("growth by nothing trains as without", async () => {
    const [plain, grown] = [net(), net()];
    const { xs, ys } = batch(plain, 32);
    const args = { ...training, shuffle: false };
    const { history } = await plain.fit(xs, ys, args);
    const found = await fitGrowing(grown, xs, ys, { ...args, schedule: schedule({ method: "zero" }) }); // prettier-ignore
    history.loss.forEach((loss, epoch) => {
      assert.ok(Math.abs(found.history.loss[epoch] / (loss as number) - 1) < 1e-4);
    });
  });

  test("callbacks of tf.layers keep their state over events, and can stop it all", async () => {
    const model = net();
    const { xs, ys } = batch(model, 32);
    // The loss never falls by 10: patience ends in epoch 3, after one event.
    const stop = tf.callbacks.earlyStopping({ monitor: "loss", patience: 3, minDelta: 10 });
    const found = await fitGrowing(model, xs, ys, { ...training, callbacks: stop, schedule: schedule() }); // prettier-ignore
    assert.equal(found.epoch, [0, 1, 2, 3]);
    assert.is(found.events.length, 1);
  });

  test("callbacks may be objects of classes with private fields", async () => {
    class Counter extends tf.Callback {
      #epochs = 0;
      override onEpochEnd() {
        this.#epochs++;
        return Promise.resolve();
      }
      get epochs() {
        return this.#epochs;
      }
    }
    const callbacks = new Counter();
    const model = net();
    const { xs, ys } = batch(model, 16);
    await fitGrowing(model, xs, ys, { ...training, callbacks, schedule: schedule() });
    assert.is(callbacks.epochs, 7);
  });

  test("the same seed, the same network", async () => {
    const once = async () => {
      const model = net();
      const { xs, ys } = batch(model, 200);
      const args = { ...training, shuffle: false, schedule: schedule() };
      const found = await fitGrowing(model, xs, ys, args);
      return found.model.getWeights().map((weight) => weight.dataSync());
    };
    assert.equal(await once(), await once());
  });

  test("events at the largest seed there is", async () => {
    const model = net();
    const { xs, ys } = batch(model, 16);
    const largest = schedule({ method: "random", seed: Number.MAX_SAFE_INTEGER });
    const found = await fitGrowing(model, xs, ys, { ...training, schedule: largest });
    assert.is(found.events.length, 3);
  });

  test("an error in the middle carries what was reached, and that can go on", async () => {
    const stop = new Error("enough");
    const fail = () => {
      throw stop;
    };
    const cases: [Partial<FitGrowingArgs>, epochs: number, events: number][] = [
      [{ onGrow: ({ epoch }) => void (epoch === 4 && fail()) }, 4, 2],
      [{ callbacks: { onEpochEnd: (epoch) => void (epoch === 5 && fail()) } }, 4, 2],
      [{ callbacks: { onEpochEnd: (epoch) => void (epoch === 1 && fail()) } }, 0, 0],
      [{ callbacks: { onTrainEnd: fail } }, 7, 3],
    ];
    for (const [args, epochs, events] of cases) {
      const model = net();
      const { xs, ys } = batch(model, 16);
      const all = { ...training, schedule: schedule(), ...args };
      const error = await fitGrowing(model, xs, ys, all).catch((e) => e);
      assert.instance(error, TrainingError, String(error));
      assert.is(error.cause, stop);
      assert.is(error.message, `after ${epochs} epochs: enough`);
      const { fit } = error as TrainingError;
      assert.is(fit.epoch.length, epochs);
      assert.is(fit.history.loss?.length ?? 0, epochs);
      assert.is(fit.events.length, events);
      assert.is(fit.model.getLayer("a").outputShape[1], 4 + 2 * events);
      assert.is(fit.model === model, events === 0);
      await fit.model.fit(xs, ys, { verbose: 0 });
    }
  });

  test("aborted: at once, wherever the training is, and what was reached is there", async () => {
    const reason = new Error("enough");
    const model = net();
    const { xs, ys } = batch(model, 32);
    const args = { ...training, schedule: schedule() };
    const early = fitGrowing(model, xs, ys, { ...args, signal: AbortSignal.abort(reason) });
    assert.is(await early.catch((e) => e), reason);
    const said: string[] = [];
    const aborted = async (where: (stop: () => void) => Partial<FitGrowingArgs>, epochs: number, events: number) => {
      const own = net();
      const stop = new AbortController();
      const more = where(() => stop.abort(reason));
      const error = await fitGrowing(own, xs, ys, { ...args, ...more, signal: stop.signal }).catch((e) => e);
      assert.instance(error, TrainingError, String(error));
      assert.is(error.cause, reason);
      const { fit } = error as TrainingError;
      assert.equal([fit.epoch.length, fit.events.length, fit.model === own], [epochs, events, events === 0]);
    };
    const onTrainEnd = () => void said.push("end");
    await aborted((stop) => ({ callbacks: { onBatchEnd: stop, onTrainEnd } }), 1, 0);
    await aborted((stop) => ({ callbacks: { onTrainEnd }, onGrow: stop }), 2, 1);
    assert.equal(said, []);
    await aborted((stop) => ({ callbacks: { onTrainEnd: stop } }), 7, 3);
    // Behind its end a training has nothing to do with its signal.
    const late = new AbortController();
    const { model: grown } = await fitGrowing(model, xs, ys, { ...args, signal: late.signal });
    const stops = () => engine(grown).stopTraining;
    assert.not(stops());
    late.abort();
    assert.not(stops());
  }); // prettier-ignore

  test("in a tf.tidy it starts behind it", async () => {
    const model = net();
    const { xs, ys } = batch(model, 16);
    let job: ReturnType<typeof fitGrowing> | undefined;
    tf.tidy(() => {
      job = fitGrowing(model, xs, ys, { ...training, schedule: schedule() });
    });
    assert.is((await job!).events.length, 3);
  });

  test("training that diverges stops at the next event, which names the layer", async () => {
    const model = net("sgd");
    const { xs, ys } = batch(model, 16);
    const onEpochEnd = (epoch: number) => {
      if (epoch !== 1) return;
      const bias = model.getLayer("b").weights[1];
      bias.write(tf.fill(bias.shape as number[], NaN));
    };
    const args = { ...training, schedule: schedule(), callbacks: { onEpochEnd } };
    const error = await fitGrowing(model, xs, ys, args).catch((e) => e);
    assert.instance(error, TrainingError);
    assert.instance(error.cause, ArgumentError);
    assert.match(error.message, /after 2 epochs: model: expected finite weights.*b \(Dense\)/);
    assert.is((error as TrainingError).fit.history.loss.length, 2);
  });

  test("by default one epoch in batches of 32, behind which nothing grows, and 128 samples for an event", async () => {
    for (const unit of ["epochs", "steps"] as const) {
      const model = net();
      const { xs, ys } = batch(model, 66);
      let batches = 0;
      const args = { verbose: 0, schedule: schedule({ unit, every: unit === "epochs" ? 1 : 99 }), callbacks: { onBatchEnd: () => void batches++ } } as const; // prettier-ignore
      const { events, history } = await fitGrowing(model, xs, ys, args);
      assert.equal([events.length, history.loss.length, batches], [0, 1, 3]);
      model.dispose();
    }
    const asked: number[] = [];
    const draw = async (_: unknown, samples: number) => {
      asked.push(samples);
      throw new Error("enough");
    };
    const plan = { names: ["a"], sizes: new Map([["a", 4]]) } as never;
    await event(net(), { draw } as never, schedule(), plan, 0).catch(() => {});
    assert.equal(asked, [128]);
  });

  test("a schedule that cannot be is refused before any training", async () => {
    const model = net();
    const { xs, ys } = batch(model, 16);
    const before = model.getWeights().map((weight) => weight.dataSync().slice());
    const { numTensors } = tf.memory();
    const refused = async (plan: unknown, argument: string, [x, y]: object[] = [xs, ys]) => {
      const args = { ...training, schedule: plan as Schedule };
      const error = await fitGrowing(model, x as never, y as never, args).catch((e) => e);
      assert.instance(error, ArgumentError, String(error));
      assert.is((error as ArgumentError).argument, argument);
    };
    await refused(undefined, "schedule");
    await refused(schedule({ every: 0 }), "schedule.every");
    await refused(schedule({ unit: "batches" as never }), "schedule.unit");
    await refused(schedule({ every: undefined }), "schedule.every");
    await refused(schedule({ from: -1 }), "schedule.from");
    await refused(schedule({ events: 0.5 }), "schedule.events");
    await refused(schedule({ samples: 0 }), "schedule.samples");
    await refused(schedule({ fraction: 0 }), "schedule.fraction");
    await refused(schedule({ units: 1 }), "schedule");
    await refused(schedule({ fraction: undefined }), "schedule");
    await refused(schedule({ order: "random" as never }), "schedule.order");
    await refused(schedule({ layers: ["a", "out"] }), "layer");
    await refused(schedule({ layers: [] }), "layer");
    await refused(schedule({ method: "best" as never }), "method");
    await refused(schedule({ sides: "in" } as never), "options.sides");
    await refused(schedule(), "xs, ys", [{}, ys]);
    await refused(schedule({ method: "random", gain: 0 }), "gain");
    for (const args of [undefined, null, 3]) {
      const error = await fitGrowing(model, xs, ys, args as never).catch((e) => e);
      assert.instance(error, ArgumentError);
      assert.match((error as Error).message, /args.*with a schedule/);
    }
    // Of 16 samples, 0.95 leaves none to train on.
    for (const validationSplit of [0.95, 1, -0.1, NaN]) {
      const args = { ...training, validationSplit, schedule: schedule({ unit: "steps" }) };
      const error = await fitGrowing(model, xs, ys, args).catch((e) => e);
      assert.instance(error, ArgumentError, String(error));
      assert.is((error as ArgumentError).argument, "validationSplit");
    }
    await refused(schedule(), "xs, ys", [[], ys]);
    // Where nothing is to be grown, nothing is tried.
    for (const [own, ...plans] of [
      [{ epochs: 3 }, { events: 0 }],
      [{ epochs: 0 }, { unit: "steps" }],
    ] as const) {
      const plan = schedule({ method: "orthogonal", side: "pair", ...plans[0] });
      const still = net();
      await fitGrowing(still, xs, ys, { ...training, ...own, schedule: plan });
      still.dispose();
    }
    // What only growing itself finds out.
    await refused(schedule({ method: "orthogonal", side: "pair" }), "units");
    await refused(schedule({ method: "split", noise: -1 }), "noise");
    for (const shape of [
      [16, 2],
      [15, 3],
    ]) {
      const wrong = tf.zeros(shape);
      await refused(schedule(), "xs, ys", [xs, wrong]);
      wrong.dispose();
    }
    assert.is(tf.memory().numTensors, numTensors);
    assert.equal(
      model.getWeights().map((weight) => weight.dataSync().slice()),
      before,
    );
    const stuck = net(tf.train.rmsprop(0.01, 0.9, 0, 1e-7, true));
    const args = { ...training, schedule: schedule() };
    const error = await fitGrowing(stuck, xs, ys, args).catch((e) => e);
    assert.match((error as Error).message, /centered RMSProp/);
  });
});
