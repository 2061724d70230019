import * as assert from "uvu/assert";
import { activationPenalties, weightPenalties, type ActivationPenalty, type WeightPenalty } from "../../src/init/diversity/penalties.ts"; // prettier-ignore
import { diversityOf } from "../../src/init/diversity/metrics.ts";
import { layoutOf, unitsOf } from "../../src/init/units.ts";
import {
  diversity,
  diversityHistory,
  diversityPenalty,
  diversityRegularizer,
  diversitySchedule,
  spreading,
  spreadUnits,
} from "../../src/tfjs/index.ts";
import { strength } from "../../src/tfjs/diversity/schedule.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { setUp } from "../support/diversity.ts";
import { tf } from "../support/wasm.ts";

const kinds = Object.keys(weightPenalties) as WeightPenalty[];
const activations = Object.keys(activationPenalties) as ActivationPenalty[];
type Model = ReturnType<typeof setUp>["model"];

const kernel = (model: Model) => model.getLayer("hidden").getWeights()[0];
const dispose = ({ model, xs, ys }: ReturnType<typeof setUp>) => (model.dispose(), tf.dispose([xs, ys])); // prettier-ignore

/** A gradient in float32 against differences of the function: along itself, and along a fixed direction. */
function checkGradient(f: (x: ReturnType<typeof tf.add>) => ReturnType<typeof tf.sum>, x: ReturnType<typeof tf.add>) {
  tf.tidy(() => {
    const gradient = tf.grad(f)(x);
    for (const direction of [gradient, tf.randomNormal(x.shape, 0, 1, "float32", 9)]) {
      const step = tf.div(direction, tf.norm(direction));
      const h = 4e-3;
      const at = (k: number) => f(tf.add(x, tf.mul(step, k * h))).dataSync()[0];
      const difference = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
      const slope = tf.sum(tf.mul(gradient, step)).dataSync()[0];
      const size = tf.norm(gradient).dataSync()[0];
      assert.ok(size > 0);
      assert.ok(Math.abs(slope - difference) <= 0.01 * size, `${slope}, ${difference}`);
    }
  });
} // prettier-ignore

suite("tfjs/diversity: regularizers", (test) => {
  for (const penalty of kinds) {
    test(`${penalty}: the gradient on kernels of all ranks`, () => {
      for (const [shape, depthwise] of [[[7, 5]], [[2, 3, 4]], [[3, 3, 2, 4]], [[3, 3, 2, 4], true]] as [number[], boolean?][]) {
        const regularizer = diversityRegularizer({ penalty, lambda: 0.7, epochs: 0, depthwise, epsilon: penalty === "logDet" ? 0.1 : undefined });
        const x = tf.randomNormal(shape, 0, 1, "float32", 3);
        if (penalty !== "srip") checkGradient((w) => regularizer.apply(w), x);
        x.dispose();
      }
    }); // prettier-ignore

    test(`${penalty}: the loss of fit has it, and it survives saving`, async () => {
      const [plain, with_] = [setUp(tf), setUp(tf, { regularizer: { penalty, lambda: 3 } })];
      const expected = tf.tidy(() => diversityRegularizer({ penalty, lambda: 3 }).apply(kernel(with_.model)).dataSync()[0]); // prettier-ignore
      const losses = await Promise.all(
        [plain, with_].map(({ model, xs, ys }) => model.trainOnBatch(xs, ys) as Promise<number>),
      );
      assert.ok(
        Math.abs(losses[1] - losses[0] - expected) < 1e-4 * Math.abs(expected),
        `${losses}`,
      );
      assert.not.equal(kernel(plain.model).dataSync(), kernel(with_.model).dataSync());
      const topology = with_.model.toJSON(null, false) as any;
      const modelTopology = JSON.parse(JSON.stringify(topology));
      const loaded = await tf.loadLayersModel({ load: async () => ({ modelTopology }) });
      assert.equal(loaded.toJSON(null, false), topology);
      assert.is(topology.config.layers[0].config.kernel_regularizer.class_name, "TfjsInitializersDiversityRegularizer"); // prettier-ignore
      loaded.dispose();
      [plain, with_].forEach(dispose);
    });

    test(`${penalty}: minimised alone it makes units differ`, () => {
      // SRIP and SO also ask for unit length; more units than inputs have a bound of their own.
      const w = tf.variable(tf.randomNormal([12, 8], 0, 0.4, "float32", 5));
      const regularizer = diversityRegularizer({ penalty, epochs: 0 });
      const optimizer = tf.train.adam(0.01);
      const measure = () => diversityOf(unitsOf(w.dataSync<"float32">(), layoutOf([12, 8]))[0]);
      const before = measure();
      for (let k = 0; k < 60; k++) optimizer.minimize(() => regularizer.apply(w));
      const after = measure();
      if (penalty === "minAngle") assert.ok(after.minAngle > before.minAngle + 0.1);
      else assert.ok(after.meanCos2 < 0.5 * before.meanCos2);
      w.dispose();
      optimizer.dispose();
    });
  }

  test("SRIP's gradient, where the eigenvalue is well apart", () => {
    const x = tf.tensor2d([[2, 0.1], [0.3, 1], [0.2, 0.4]]); // prettier-ignore
    checkGradient((w) => diversityRegularizer({ penalty: "srip", epochs: 0 }).apply(w), x);
    x.dispose();
  });

  test("conv and depthwise layers take it", () => {
    const kernelRegularizer = diversityRegularizer({ penalty: "energy" });
    const depthwiseRegularizer = diversityRegularizer({ depthwise: true });
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, kernelRegularizer, inputShape: [6, 6, 2] }),
        tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, depthwiseRegularizer }),
      ],
    });
    assert.ok(model.calculateLosses().every((loss) => loss.dataSync()[0] > 0));
    tf.disposeVariables();
  });

  test("a kernel without pairs, of NaN, and options", () => {
    assert.is(
      tf.tidy(
        () =>
          diversityRegularizer()
            .apply(tf.ones([5, 1]))
            .dataSync()[0],
      ),
      0,
    );
    assert.is(
      tf.tidy(
        () =>
          diversityRegularizer()
            .apply(tf.ones([0, 3]))
            .dataSync()[0],
      ),
      0,
    );
    assert.ok(Number.isNaN(tf.tidy(() => diversityRegularizer().apply(tf.fill([2, 2], NaN)).dataSync()[0]))); // prettier-ignore
    const bad = (argument: string, config: unknown) => refused(argument, () => diversityRegularizer(config as object)); // prettier-ignore
    bad("config", 5);
    bad("config.cap", { cap: 1 });
    bad("penalty", { penalty: "deCov" });
    bad("penalty", { penalty: "toString" });
    for (const lambda of [-1, NaN, "1"]) bad("lambda", { lambda });
    for (const epochs of [-1, 0.5, Infinity]) bad("epochs", { epochs });
    assert.equal(
      [0, 1, 4, 5, 6].map((epoch) => strength({}, epoch)),
      [1, 4 / 5, 1 - 4 / 5, 0, 0],
    );
    bad("power", { power: 0 });
    bad("epsilon", { epsilon: -1 });
    bad("depthwise", { depthwise: 1 });
    refused("shape", () => diversityRegularizer().apply(tf.ones([3])));
  });
});

suite("tfjs/diversity: the layer", (test) => {
  for (const penalty of activations) {
    test(`${penalty}: the loss has it in training, and only there`, async () => {
      const [plain, with_] = [setUp(tf), setUp(tf, { penalty: { penalty, lambda: 2, cap: 50 } })];
      const h = tf.tidy(() => {
        const [w, b] = with_.model.getLayer("hidden").getWeights();
        return tf.relu(tf.add(tf.matMul(with_.xs as any, w as any), b)).arraySync() as number[][];
      });
      const expected = 2 * definition(penalty, h);
      const evaluated = [plain, with_].map(({ model, xs, ys }) => tf.tidy(() => (model.evaluate(xs, ys) as any).dataSync()[0])); // prettier-ignore
      assert.is(evaluated[0], evaluated[1]);
      const losses = await Promise.all(
        [plain, with_].map(({ model, xs, ys }) => model.trainOnBatch(xs, ys) as Promise<number>),
      );
      assert.ok(Math.abs(losses[1] - losses[0] - expected) < 1e-4 * Math.abs(expected), `${losses} ${expected}`); // prettier-ignore
      assert.not.equal(kernel(plain.model).dataSync(), kernel(with_.model).dataSync());
      [plain, with_].forEach(dispose);
    });

    test(`${penalty}: the gradient reaches the weights`, async () => {
      const job = setUp(tf, { penalty: { penalty, lambda: 0.5, epochs: 0, cap: 50 } });
      const layer = job.model.getLayer("penalty");
      checkGradient(
        (w) => {
          layer.apply(tf.relu(tf.matMul(job.xs as any, w as any)), { training: true });
          return tf.add(0, layer.calculateLosses()[0]) as ReturnType<typeof tf.sum>;
        },
        kernel(job.model) as any,
      );
      dispose(job);
    });
  }

  test("saved and loaded, with weights", async () => {
    const job = setUp(tf, { penalty: { penalty: "ncl", lambda: 0.1, cap: 2, epochs: 3 } });
    let saved!: Parameters<Parameters<typeof tf.io.withSaveHandler>[0]>[0];
    await job.model.save(tf.io.withSaveHandler(async (made) => ((saved = made), { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" as const } }))); // prettier-ignore
    const modelTopology = JSON.parse(JSON.stringify(saved.modelTopology));
    const entry = modelTopology.config.layers[1];
    assert.is(entry.class_name, "TfjsInitializersDiversityPenalty");
    const { penalty, lambda, cap, epochs } = entry.config;
    assert.equal(
      { penalty, lambda, cap, epochs },
      { penalty: "ncl", lambda: 0.1, cap: 2, epochs: 3 },
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory({ ...saved, modelTopology }));
    const [a, b] = [job.model, loaded].map((model) => tf.tidy(() => (model.predict(job.xs) as any).dataSync())); // prettier-ignore
    assert.equal(a, b);
    assert.equal(loaded.getLayer("penalty").getConfig(), job.model.getLayer("penalty").getConfig());
    loaded.dispose();
    dispose(job);
  });

  test("of a convolution every position is a sample", () => {
    const layer = diversityPenalty({ penalty: "deCov", epochs: 0 });
    const [wide, flat] = tf.tidy(() => {
      const x = tf.randomNormal([3, 4, 5, 2], 0, 1, "float32", 1);
      return [x, tf.reshape(x, [60, 2])].map((h) => {
        layer.apply(h, { training: true });
        return layer.calculateLosses()[0].dataSync()[0];
      });
    });
    assert.ok(wide > 0);
    assert.is(wide, flat);
    layer.apply(tf.ones([3, 2]));
    assert.is(layer.calculateLosses()[0].dataSync()[0], 0, "out of training");
  });

  test("what tf.layers has instead throws, as documented", () => {
    const layer = tf.layers.dense({ units: 3, inputShape: [2], activityRegularizer: "l1l2" });
    assert.throws(() => tf.sequential({ layers: [layer] }), /not supported yet/);
    tf.disposeVariables();
  });

  test("options", () => {
    const bad = (argument: string, config: unknown) => refused(argument, () => diversityPenalty(config as object)); // prettier-ignore
    bad("config", "deCov");
    bad("config.power", { power: 1 });
    bad("penalty", { penalty: "cos2" });
    bad("lambda", { lambda: -1 });
    bad("cap", { cap: 0 });
    for (const name of [3, ["x"], { name: "x" }]) bad("name", { name });
    diversityPenalty({ name: "named", trainable: false, inputShape: [4] });
  });
});

/** The penalties by plain loops. */
function definition(penalty: ActivationPenalty, h: number[][]): number {
  const [n, m] = [h.length, h[0].length];
  const mean = (x: number[]) => x.reduce((sum, v) => sum + v, 0) / x.length;
  if (penalty === "ncl") return -mean(h.map((row) => row.reduce((sum, x) => sum + (x - mean(row)) ** 2, 0))); // prettier-ignore
  const columns = Array.from({ length: m }, (_, j) => h.map((row) => row[j]));
  const centred = columns.map((x) => x.map((v) => v - mean(x)));
  let sum = 0;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) {
      if (i === j) continue;
      const c = (a: number, b: number) => centred[a].reduce((s, v, k) => s + v * centred[b][k], 0) / n; // prettier-ignore
      const norm = Math.sqrt(c(i, i) * c(j, j));
      if (penalty === "deCov") sum += c(i, j) ** 2 / 2;
      else if (norm > 0) sum += (c(i, j) / norm) ** 2 / (m * (m - 1));
    }
  return sum;
}

suite("tfjs/diversity: metrics and callbacks", (test) => {
  test("diversity(model): every kernel, and activations", () => {
    const job = setUp(tf);
    const found = diversity(job.model);
    assert.equal(found.map(({ layer, of }) => [layer, of]), [["hidden", "kernel"], ["out", "kernel"]]); // prettier-ignore
    const { layer, of, ...metrics } = found[0];
    const units = unitsOf(kernel(job.model).dataSync<"float32">(), layoutOf([8, 12]))[0];
    assert.equal(metrics, diversityOf(units));
    const before = tf.memory().numTensors;
    refused("spectrum", () => diversity(job.model, undefined, { spectrum: 1 as never }));
    const both = diversity(job.model, job.xs);
    assert.is(tf.memory().numTensors, before);
    assert.equal(both.map(({ of }) => of), ["kernel", "kernel", "activations", "activations"]); // prettier-ignore
    const h = tf.tidy(() => {
      const [w, b] = job.model.getLayer("hidden").getWeights();
      return tf.transpose(tf.relu(tf.add(tf.matMul(job.xs as any, w as any), b))).dataSync<"float32">(); // prettier-ignore
    });
    const expected = diversityOf({ rows: 12, cols: 40, data: h });
    for (const metric of ["meanAbsCos", "meanAbsPearson", "effectiveRank", "deadFraction"] as const)
      assert.ok(
        Math.abs(both[2][metric] - expected[metric]) < 1e-5 * (1 + expected[metric]),
        metric,
      );
    assert.not.ok(Object.hasOwn(job.model.getLayer("hidden"), "call"), "left as it was");
    dispose(job);
  });

  test("samples that the model cannot take are refused, all else as it was", () => {
    const job = setUp(tf);
    const gone = tf.zeros([2, 8]);
    gone.dispose();
    const bad = [tf.zeros([2, 7]), tf.zeros([2, 1, 8]), tf.zeros([8]), tf.zeros([0, 8]), tf.tensor(Array(16).fill("x"), [2, 8]), gone, 3, [], [job.xs, job.xs]]; // prettier-ignore
    const { numTensors } = tf.memory();
    for (const xs of bad) refused("xs", () => diversity(job.model, xs as never));
    assert.is(tf.memory().numTensors, numTensors);
    assert.is(diversity(job.model, [job.xs]).length, 4);
    dispose(job);
  });

  test("of a depthwise kernel's groups alike the first is told", () => {
    const layer = tf.layers.depthwiseConv2d({ kernelSize: 1, depthMultiplier: 2, useBias: false, inputShape: [2, 2, 2] }); // prettier-ignore
    const model = tf.sequential({ layers: [layer] });
    for (const [values, same] of [
      [[1, 1, 1, -1], true],
      [[1, -1, 1, 1], false],
    ] as const) {
      model.setWeights([tf.tensor([...values], [1, 1, 2, 2])]);
      assert.is(diversity(model)[0]!.energy > 1, same);
    }
    model.dispose();
  });

  test("a call of a layer's own is there again afterwards", () => {
    const { model, xs } = setUp(tf);
    const layer = model.getLayer("hidden");
    const own = layer.call.bind(layer);
    let calls = 0;
    const counted = (...values: Parameters<typeof own>) => (calls++, own(...values));
    layer.call = counted;
    diversity(model, xs);
    assert.is(layer.call, counted);
    assert.is(calls, 2, "two batches went through it");
    assert.not(Object.hasOwn(model.getLayer("out"), "call"));
    tf.dispose([xs, model.predict(xs)]);
    model.dispose();
  });

  test("conv, depthwise, separable, recurrent, wrapped and inner models", () => {
    const inner = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [6] })] });
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [8, 8, 2] }),
        tf.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 }),
        tf.layers.separableConv2d({ filters: 5, kernelSize: 2 }),
        tf.layers.reshape({ targetShape: [5, 25] }),
        tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 7 }) }),
        tf.layers.gru({ units: 6, recurrentInitializer: "glorotUniform" }),
        inner,
      ],
    });
    const found = diversity(model, tf.randomNormal([4, 8, 8, 2], 0, 1, "float32", 1));
    assert.equal(found.map(({ of }) => of), [
      "kernel", "depthwise_kernel", "depthwise_kernel", "pointwise_kernel", "kernel", "kernel", "recurrent_kernel",
      "kernel", ...Array(6).fill("activations"),
    ]); // prettier-ignore
    for (const { meanAbsCos, effectiveRank } of found)
      assert.ok(meanAbsCos >= 0 && effectiveRank >= 1);
    tf.disposeVariables();
  });

  test("history has the metrics of every epoch, and nothing is left", async () => {
    const job = setUp(tf, { regularizer: { epochs: 2 }, penalty: {} });
    const fit = (epochs: number) => {
      const callbacks = [diversitySchedule(job.model), diversityHistory(job.model, { xs: job.xs, metrics: ["meanAbsCos", "deadFraction"] })]; // prettier-ignore
      return job.model.fit(job.xs, job.ys, { epochs, verbose: 0, callbacks });
    };
    await fit(1);
    const before = tf.memory().numTensors;
    const { history } = await fit(3);
    assert.is(tf.memory().numTensors, before);
    const places = ["hidden/kernel", "out/kernel", "hidden/activations", "out/activations"];
    const names = places.flatMap((place) => [`${place}/meanAbsCos`, `${place}/deadFraction`]);
    assert.equal(Object.keys(history).sort(), ["loss", ...names].sort());
    for (const name of names) assert.is(history[name].length, 3);
    assert.is(history["hidden/kernel/meanAbsCos"][2], diversity(job.model)[0].meanAbsCos);
    refused("metrics", () => diversityHistory(job.model, { metrics: ["cosine" as "meanAbsCos"] }));
    for (const model of [undefined, {}, tf]) refused("model", () => diversityHistory(model as any));
    dispose(job);
  });

  test("the schedule: lambda falls to zero, in regularizers and layers wherever they are", async () => {
    const regularizer = { lambda: 1, epochs: 4 };
    const job = setUp(tf, { regularizer, penalty: { lambda: 0 } });
    const outer = tf.sequential({
      layers: [
        job.model,
        tf.layers.reshape({ targetShape: [1, 3] }),
        tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 4, kernelRegularizer: diversityRegularizer(regularizer) }) }),
        tf.layers.gru({ units: 2, returnSequences: true, recurrentInitializer: "zeros", kernelRegularizer: diversityRegularizer(regularizer) }),
        tf.layers.bidirectional({ mergeMode: "concat", layer: tf.layers.gru({ units: 2, recurrentInitializer: "zeros", kernelRegularizer: diversityRegularizer(regularizer) }) as any }),
      ],
    }); // prettier-ignore
    const { onEpochBegin } = diversitySchedule(outer);
    const ratios = async (epoch: number) => {
      await onEpochBegin(epoch);
      const [inner, , wrapped, recurrent, both] = outer.layers as any[];
      const parts = [inner.layers[0], wrapped.layer, recurrent.cell, both.forwardLayer.cell, both.backwardLayer.cell].map((layer) => layer.kernelRegularizer); // prettier-ignore
      const w = tf.randomNormal([5, 4], 0, 1, "float32", 1);
      const full = diversityRegularizer({ epochs: 0 }).apply(w).dataSync()[0];
      return parts.map((part) => part.apply(w).dataSync()[0] / full);
    };
    for (const [epoch, factor] of [[0, 1], [1, 0.75], [3, 0.25], [4, 0], [9, 0]])
      for (const ratio of await ratios(epoch)) assert.ok(Math.abs(ratio - factor) < 1e-6, `epoch ${epoch}`); // prettier-ignore
    tf.disposeVariables();
  });

  test("spreading: less alike, as long as before; frozen layers stay", async () => {
    const job = setUp(tf);
    job.model.getLayer("out").trainable = false;
    const [lengthsBefore, frozen] = [lengths(job.model), job.model.getLayer("out").getWeights()[0].dataSync()]; // prettier-ignore
    const start = tf.memory().numTensors;
    const first = diversity(job.model)[0].meanCos2;
    job.model.getLayer("hidden").setWeights([tf.randomNormal([8, 12], 0, 1, "float32", 4), tf.zeros([12])]); // prettier-ignore
    const alike = diversity(job.model)[0].meanCos2;
    const before = lengths(job.model);
    spreadUnits(job.model, { layers: ["hidden"], step: 0.3 });
    for (let k = 0; k < 40; k++) spreadUnits(job.model);
    assert.is(tf.memory().numTensors, start + 2);
    assert.ok(diversity(job.model)[0].meanCos2 < 0.5 * alike);
    assert.ok(Math.abs(diversity(job.model)[0].meanCos2 / first - 1) < 0.1, "the optimum again");
    assert.ok(lengths(job.model).every((x, i) => Math.abs(x / before[i] - 1) < 1e-5));
    assert.ok(lengthsBefore.length === 12);
    assert.equal(job.model.getLayer("out").getWeights()[0].dataSync(), frozen);
    for (const every of ["epoch", "batch"] as const) {
      const callback = spreading(job.model, { every, epochs: 2 });
      await job.model.fit(job.xs, job.ys, { epochs: 4, batchSize: 10, verbose: 0, callbacks: callback }); // prettier-ignore
    }
    refused("layer", () => spreadUnits(job.model, { layers: ["none"] }));
    refused("step", () => spreading(job.model, { step: 0.7 }));
    refused("every", () => spreading(job.model, { every: "step" as "batch" }));
    refused("epochs", () => spreading(job.model, { epochs: -1 }));
    dispose(job);
    tf.disposeVariables();
  });

  test("defaults are those of the documentation", async () => {
    const job = setUp(tf);
    const start = job.model.getWeights().map((one) => one.clone());
    const bits = () => job.model.getWeights().map((one) => [...one.dataSync()]);
    const after = async (work: () => unknown) => {
      job.model.setWeights(start);
      await work();
      return bits();
    };
    const half = await after(() => spreadUnits(job.model, { step: 0.5 }));
    assert.equal(await after(() => spreadUnits(job.model)), half);
    assert.not.equal(await after(() => spreadUnits(job.model, { step: 0.4 })), half);

    const callback = spreading(job.model);
    assert.type(callback.onEpochEnd, "function");
    assert.is(callback.onBatchEnd, undefined);
    for (let epoch = 0; epoch < 7; epoch++) {
      const found = await after(async () => {
        await callback.onEpochBegin(epoch);
        await callback.onEpochEnd!();
      });
      const step = 0.5 * (1 - epoch / 5);
      const wanted = await after(() => step > 0 && spreadUnits(job.model, { step }));
      assert.equal(found, wanted, `epoch ${epoch}`);
    }

    job.model.setWeights(start);
    const logs = {};
    await diversityHistory(job.model).onEpochEnd(0, logs);
    const metrics = ["meanAbsCos", "coherence", "effectiveRank"];
    assert.equal(
      Object.keys(logs),
      ["hidden", "out"].flatMap((layer) => metrics.map((one) => `${layer}/kernel/${one}`)),
    );

    const w = kernel(job.model);
    const value = (config?: Parameters<typeof diversityRegularizer>[0]) => diversityRegularizer(config).apply(w).dataSync()[0]; // prettier-ignore
    assert.is(value(), value({ penalty: "cos2", lambda: 1, epochs: 5, depthwise: false }));
    assert.is(value({ penalty: "energy" }), value({ penalty: "energy", power: 2 }));
    assert.is(value({ penalty: "logDet" }), value({ penalty: "logDet", epsilon: 1e-3 }));
    for (const [epoch, factor] of [
      [0, 1],
      [1, 0.8],
      [4, 0.2],
      [5, 0],
      [6, 0],
    ])
      // prettier-ignore
      assert.ok(Math.abs(strength({}, epoch) - factor) < 1e-15, `epoch ${epoch}`);
    dispose(job);
    tf.disposeVariables();
  });

  test("spreading a depthwise kernel goes by channels", () => {
    const layer = tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 4, inputShape: [5, 5, 3] }); // prettier-ignore
    const model = tf.sequential({ layers: [layer] });
    for (let k = 0; k < 20; k++) spreadUnits(model);
    assert.ok(diversity(model)[0].meanAbsCos < 1e-6);
    tf.disposeVariables();
  });

  test("NaN weights are named, and nothing is changed", () => {
    const job = setUp(tf);
    const out = job.model.getLayer("out");
    out.setWeights([tf.fill([12, 3], NaN), tf.zeros([3])]);
    const before = kernel(job.model).dataSync();
    refused("w", () => spreadUnits(job.model));
    assert.equal(kernel(job.model).dataSync(), before);
    refused("out/kernel", () => diversity(job.model));
    dispose(job);
    tf.disposeVariables();
  });
});

function lengths(model: Model): number[] {
  const [{ data, cols }] = unitsOf(kernel(model).dataSync<"float32">(), layoutOf([8, 12]));
  return Array.from({ length: 12 }, (_, i) =>
    Math.hypot(...data.subarray(i * cols, (i + 1) * cols)),
  );
}
