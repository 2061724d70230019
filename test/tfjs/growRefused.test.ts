/** What cannot be grown is refused by name, and nothing has happened. */
import "../../src/tfjs/train.ts";
import type { Tensor } from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import { ArgumentError, grow, MemoryError, type GrowOptions } from "../../src/tfjs/index.ts";
import { groupOf } from "../../src/tfjs/growth/groups.ts";
import { planned } from "../../src/tfjs/growth/planned.ts";
import { traced } from "../../src/tfjs/growth/trace.ts";
import { sizeOf } from "../../src/tfjs/growth/weights.ts";
import { aborted } from "../support/aborting.ts";
import { suite } from "../support/suite.ts";
import { batch, build, drawn, kinds } from "../support/chains.ts";
import { tf } from "../support/wasm.ts";

const { layers: L } = tf;
type Model = ReturnType<typeof build>;
type Layer = Parameters<typeof build>[0][number];

/** By their bits: NaN is not equal to itself. */
const weightsOf = (model: Model) =>
  model.getWeights().map((weight) => new Int32Array(weight.dataSync().slice().buffer));

/** The job must be refused in these words, with the model as before and no tensor left. */
async function refused(
  model: Model,
  options: object,
  argument: string,
  words: RegExp,
): Promise<void> {
  const { numTensors } = tf.memory();
  const before = weightsOf(model);
  const json = JSON.stringify(model.toJSON(null, false));
  const all = { layer: "a", units: 2, method: "random", ...options } as GrowOptions;
  const error = await grow(model, all).catch((error: unknown) => error);
  assert.instance(error, ArgumentError, String(error));
  assert.is((error as ArgumentError).argument, argument);
  assert.match((error as Error).message, words);
  assert.is(tf.memory().numTensors, numTensors, "tensors left");
  assert.equal(weightsOf(model), before);
  assert.is(JSON.stringify(model.toJSON(null, false)), json);
}

const first = (activation?: string) =>
  L.dense({ units: 4, activation: (activation ?? "tanh") as "tanh", name: "a", inputShape: [6] });
const image = () => L.conv2d({ filters: 4, kernelSize: 3, name: "a", inputShape: [8, 8, 2] });

/** A layer by an operation that has no gradient in TensorFlow.js. */
class Largest extends L.Layer {
  static readonly className = "Largest";
  override computeOutputShape(): [null, number] {
    return [null, 3];
  }
  override call(x: Tensor | Tensor[]): Tensor {
    return tf.topk([x].flat()[0], 3).values;
  }
}
tf.serialization.registerClass(Largest);

suite("tfjs/grow refused", (test) => {
  test("a bad call", async () => {
    const model = build(kinds.dense());
    const { xs, ys } = batch(model, 4);
    await refused(model, { layer: "b" }, "layer", /one of .*a, .*out, got "b"/);
    await refused(model, { layer: [] }, "layer", /the name of a layer/);
    await refused(model, { layer: 3 }, "layer", /the name of a layer/);
    for (const units of [0, -1, 1.5, NaN, "2", undefined]) {
      await refused(model, { units }, "units", /a positive integer/);
    }
    await refused(model, { units: [1, 2] }, "units", /a number for each of 1 layers/);
    await refused(
      model,
      { method: "best" },
      "method",
      /"gradmax", "orthogonal", "split", "random" or "zero"/,
    );
    await refused(model, { method: undefined }, "method", /gradmax/);
    await refused(model, { side: "in" }, "options.side", /only the options/);
    await refused(model, { method: "orthogonal", side: "left" }, "side", /"in", "out" or "pair"/);
    await refused(model, { method: "orthogonal", side: "pair", units: 3 }, "units", /even/);
    await refused(model, { method: "split", noise: -1 }, "noise", /non-negative/);
    await refused(model, { norm: "max" }, "norm", /"mean" or "fixed"/);
    for (const gain of [Infinity, NaN, 0, -1])
      await refused(model, { gain }, "gain", /finite positive number/);
    await refused(model, { gain: 1e39 }, "gain", /single precision/);
    await refused(model, { gain: 1e39, norm: "fixed" }, "gain", /single precision/);
    await refused(model, { optimizer: {} }, "optimizer", /tf.Optimizer/);
    await refused(model, { optimizer: model.optimizer }, "optimizer", /that of the model/);
    await refused(model, { seed: -1 }, "seed", /integer/);
    await refused(model, { onProgress: 1 }, "onProgress", /a function/);
    await refused(model, { signal: {} }, "signal", /an AbortSignal/);
    await refused(model, { method: "gradmax", xs, ys, statistics: "mean" }, "statistics", /"moving" or "batch"/); // prettier-ignore
    const without = await grow(model, 3 as never).catch((error: unknown) => error);
    assert.is((without as ArgumentError).argument, "options");
    await refused(model, { method: "gradmax" }, "xs, ys", /a batch of data/);
    await refused(model, { method: "gradmax", xs }, "xs, ys", /a batch of data/);
    await refused(model, { method: "gradmax", xs, ys: { ys } }, "xs, ys", /a tensor and an object with ys$/); // prettier-ignore
    await refused(
      model,
      { method: "gradmax", xs, ys, batchSize: 0 },
      "batchSize",
      /a positive integer/,
    );
  });

  test("units beyond memory", async () => {
    const model = build(kinds.dense());
    const { numTensors } = tf.memory();
    for (const units of [5e7, 2 ** 30, 2 ** 50]) {
      const error = await grow(model, { layer: "a", units, method: "zero" }).catch((e) => e);
      assert.instance(error, MemoryError);
    }
    assert.is(tf.memory().numTensors, numTensors);
    // Four numbers of 4 bytes for each weight, beside what there is.
    const group = groupOf(traced(model), "a");
    const [none, one] = [0, 1].map((k) => sizeOf(group, k));
    const room = (2 ** 31 - tf.memory().numBytes) / 16;
    const most = Math.floor((room - none!) / (one! - none!));
    const fits = (units: number) => planned(model, { layer: "a", units, method: "zero" });
    assert.is(fits(most)[0]!.units, most);
    assert.throws(
      () => fits(most + 1),
      (error: unknown) => error instanceof MemoryError,
    );
  });

  test("data that do not fit or are not finite", async () => {
    const model = build(kinds.conv());
    const { xs, ys } = batch(model, 4);
    const gradmax = (x: object, y: object) => ({ method: "gradmax", xs: x, ys: y });
    const wrong = tf.zeros([4, 5]);
    const short = tf.slice(ys, [0, 0], [3, 3]);
    const nan = tf.fill(xs.shape, NaN);
    const nans = tf.fill(ys.shape, NaN);
    const none = tf.zeros([0, ...xs.shape.slice(1)]);
    const nothing = tf.zeros([0, 3]);
    const fits = /a batch as model.fit takes it/;
    await refused(model, gradmax(wrong, ys), "xs, ys", fits);
    await refused(model, gradmax(xs, wrong), "xs, ys", fits);
    await refused(model, gradmax(xs, short), "xs, ys", fits);
    await refused(model, gradmax([xs, xs], ys), "xs, ys", fits);
    await refused(model, gradmax(nan, ys), "xs, ys", /finite/);
    await refused(model, gradmax(xs, nans), "xs, ys", /finite/);
    await refused(model, gradmax(none, nothing), "xs", /at least one sample/);
    // And then it works.
    (await grow(model, { layer: "a", units: 1, method: "gradmax", xs, ys })).model.dispose();
  });

  test("weights that are not finite, wherever they are", async () => {
    for (const [name, value] of [
      ["a", NaN],
      ["out", -Infinity],
    ] as const) {
      // prettier-ignore
      const model = build(kinds.dense());
      const weight = model.getLayer(name).weights[1];
      weight.write(tf.fill(weight.shape as number[], value));
      const { xs, ys } = batch(model, 4);
      for (const method of ["gradmax", "orthogonal", "split", "random", "zero"] as const) {
        const data = method === "gradmax" && { xs, ys };
        await refused(model, { method, ...data }, "model", RegExp(`bias of ${name} \\(Dense`));
      }
    }
  });

  test("outgoing weights that are all zero, unless the norm is fixed", async () => {
    const model = build([first(), L.dense({ units: 2, name: "b" })]);
    const kernel = model.getLayer("b").weights[0];
    kernel.write(tf.zeros(kernel.shape as number[]));
    const { xs, ys } = batch(model, 4);
    await refused(model, {}, "gain", /all zero.*norm: "fixed"/);
    await refused(model, { method: "gradmax", xs, ys }, "gain", /all zero.*norm: "fixed"/);
    await refused(model, { method: "orthogonal", side: "out" }, "gain", /all zero/);
    for (const options of [{ norm: "fixed" }, { inverse: true }] as const) {
      (await grow(model, { layer: "a", units: 2, method: "random", ...options })).model.dispose();
    }
  });

  test("batch normalization that has no gradient; fine without gradients", async () => {
    for (const [scale, center] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      // prettier-ignore
      const inner = tf.sequential({ layers: [L.batchNormalization({ scale, center, name: "bn", inputShape: [6] })] }); // prettier-ignore
      for (const layers of [
        [first(), L.batchNormalization({ scale, center, name: "bn" })],
        [inner as unknown as Layer, L.dense({ units: 4, name: "a" })],
      ]) {
        const model = build(layers);
        const { xs, ys } = batch(model, 4);
        const words = RegExp(`no gradient, got bn.*without ${scale ? "center" : "scale"}`);
        await refused(model, { method: "gradmax", xs, ys }, "model", words);
        await refused(model, { method: "gradmax", inverse: true, xs, ys }, "model", words);
        (await grow(model, { layer: "a", units: 2, method: "random" })).model.dispose();
      }
    }
  });

  test("what is disposed", async () => {
    const model = build(kinds.dense(), "adam");
    const { xs, ys } = batch(model, 4);
    xs.dispose();
    await refused(model, { method: "gradmax", xs, ys }, "xs, ys", /not disposed/);
    model.dispose();
    for (const method of ["random", "zero"] as const) {
      const error = await grow(model, { layer: "a", units: 2, method }).catch((e) => e);
      assert.instance(error, ArgumentError);
      assert.is((error as ArgumentError).argument, "model");
      assert.match((error as Error).message, /not disposed/);
    }
  });

  test("a batch made in the tf.tidy around; the model may be", async () => {
    const { xs, ys } = batch(build(kinds.dense()), 4);
    const inside = <T>(job: () => Promise<T>) => {
      // TensorFlow.js complains of a promise, and goes on.
      const { error } = console;
      console.error = () => {};
      try {
        return tf.tidy(job as never) as unknown as Promise<T>;
      } finally {
        console.error = error;
      }
    };
    const options = { layer: "a", units: 2, method: "gradmax", ys } as const;
    const model = build(kinds.dense(), "adam");
    await model.fit(xs, ys, { verbose: 0 });
    const { model: wide } = await inside(() => grow(model, { ...options, xs }));
    await wide.fit(xs, ys, { verbose: 0 });
    const error = await inside(() => grow(wide, { ...options, xs: tf.mul(xs, 2) })).catch((e) => e);
    assert.instance(error, ArgumentError);
    assert.match((error as Error).message, /not disposed/);
  });

  test("aborted: before, between two layers, behind the last one; nothing is left", async () => {
    const model = build([first(), L.dense({ units: 3, activation: "tanh", name: "b" })]);
    const { numTensors } = tf.memory();
    for (const at of [0, 1, 2]) {
      const told = await aborted(at, (run) => grow(model, { layer: ["a", "b"], units: 2, method: "random", ...run })); // prettier-ignore
      assert.equal(told.map(([done, total, { layer }]) => `${done}/${total} ${layer}`), ["1/2 a", "2/2 b"].slice(0, at)); // prettier-ignore
      assert.is(tf.memory().numTensors, numTensors, "tensors left");
    }
  });

  test("a model that is none, or not compiled", async () => {
    const model = tf.sequential({ layers: [first(), L.dense({ units: 2 })] });
    await refused(model, {}, "model", /compile/);
    for (const one of [undefined, null, {}, 3]) {
      const error = await grow(one as never, {} as never).catch((e) => e);
      assert.instance(error, ArgumentError);
      assert.is((error as ArgumentError).argument, "model");
    }
  });

  test("an output layer, also one through others", async () => {
    await refused(build(kinds.dense()), { layer: "out" }, "layer", /hidden.*out \(Dense\)$/);
    const model = tf.sequential({ layers: [first(), L.dropout({ rate: 0.1, name: "drop" })] });
    await refused(drawn(model), {}, "layer", /hidden.*reach it through drop/);
  });

  const behind: Record<string, [() => Layer[], RegExp]> = {
    Reshape: [
      () => [
        L.dense({ units: 4, name: "a", inputShape: [3, 6] }),
        L.reshape({ targetShape: [2, 6], name: "re" }),
        L.flatten(),
      ],
      /one axis.*, got a \(.*reach re \(Reshape/,
    ],
    "a layer of the user's": [
      () => [first(), new Largest({ name: "top" })],
      /feeding top \(Largest/,
    ],
    Masking: [
      () => [
        L.dense({ units: 4, name: "a", inputShape: [3, 6] }),
        L.masking({ name: "mask" }),
        L.flatten(),
      ],
      /feeding mask \(Masking/,
    ],
    Dot: [
      () => {
        const [x, y] = [tf.input({ shape: [4] }), L.dense({ units: 4, name: "b" })];
        const dot = L.dot({ axes: 1, name: "dot" }).apply([x, y.apply(x) as typeof x]) as typeof x;
        return [first(), tf.model({ inputs: x, outputs: dot }) as unknown as Layer];
      },
      /a Dot sums over.*, got a \(.*reach dot \(Dot/,
    ],
    Softmax: [
      () => [first(), L.softmax({ name: "soft" })],
      /act on every unit for itself, got a \(.*reach soft \(Softmax/,
    ],
    "batch normalization of rows, by a list": [
      () => [image(), L.batchNormalization({ axis: [1] as never, name: "bn" }), L.flatten()],
      /last axis, got a \(.*reach bn.*over axis 1$/,
    ],
    "batch normalization of samples": [
      () => [
        L.dense({ units: 4, name: "a", batchInputShape: [5, 6] }),
        L.batchNormalization({ axis: 0, name: "bn" }),
      ],
      /last axis, got a \(.*reach bn.*over axis 0$/,
    ],
    "batch normalization of rows": [
      () => [image(), L.batchNormalization({ axis: 1, name: "bn" }), L.flatten()],
      /last axis, got a \(.*reach bn/,
    ],
    softmax: [() => [first("softmax")], /activations that act on every unit.*a \(Dense\), softmax/],
  };
  for (const [kind, [layers, words]] of Object.entries(behind)) {
    test(`feeding ${kind}`, () => refused(build(layers()), {}, "layer", words));
  }

  test("layers without units, and of unknown classes", async () => {
    const pooling = L.maxPooling2d({ poolSize: 2, name: "pool" });
    const model = build([image(), pooling, L.flatten(), new Largest({ name: "top" })]);
    await refused(model, { layer: "pool" }, "layer", /a layer with units.*got pool \(MaxPooling2D/);
    await refused(model, { layer: "top" }, "layer", /a layer that grow knows.*got top \(Largest/);
  });

  test("layer normalization, but by split", () =>
    refused(
      build([first(), L.layerNormalization({ name: "ln" })]),
      {},
      "method",
      /"split" with a multiple of 4 units.*statistics of ln \(LayerNorm/,
    ));

  test("queries that are not zero at zero weights, whose keys would move the sums", async () => {
    const scores = (activation: "sigmoid" | "tanh") => {
      const x = tf.input({ shape: [5, 4] });
      const [q, k] = [L.dense({ units: 3, activation, name: "a" }), L.dense({ units: 3, name: "k" })].map((layer) => layer.apply(x) as typeof x); // prettier-ignore
      const sums = L.flatten().apply(L.dot({ axes: [2, 2] }).apply([q, k])) as typeof x;
      return drawn(tf.model({ inputs: x, outputs: L.dense({ units: 2 }).apply(sums) as typeof x }));
    };
    await refused(scores("sigmoid"), {}, "method", /f\(0\) = 0.5 and .* in a \(Dense\), sigmoid/);
    (await grow(scores("tanh"), { layer: "a", units: 2, method: "random" })).model.dispose();
  });

  test("an activation whose gradient is zero", () =>
    refused(
      build([first("linear"), L.thresholdedReLU({ name: "t" })]),
      {},
      "method",
      /in t \(Thresh/,
    ));

  test("channels first", () => {
    const dataFormat = "channelsFirst";
    const a = L.conv2d({ filters: 4, kernelSize: 3, name: "a", inputShape: [2, 8, 8], dataFormat });
    return refused(build([a, L.flatten({ dataFormat })]), {}, "layer", /channelsLast/);
  });

  test("units that are joined with an input, and gradients of shared layers", async () => {
    const x = tf.input({ shape: [6], name: "x" });
    const shared = L.dense({ units: 6, activation: "tanh", name: "a" });
    const once = shared.apply(x) as typeof x;
    const out = L.dense({ units: 2, name: "b" }).apply(shared.apply(once)) as typeof x;
    await refused(drawn(tf.model({ inputs: x, outputs: out })), {}, "layer", /a \(Dense\), coupled to x/); // prettier-ignore
    for (const merge of [L.add, L.multiply]) {
      const layer = merge({ name: "join" });
      const a = L.dense({ units: 6, activation: "tanh", name: "a" }).apply(x) as typeof x;
      const end = L.dense({ units: 2 }).apply(layer.apply([a, x])) as typeof x;
      await refused(drawn(tf.model({ inputs: x, outputs: end })), {}, "layer", /a \(Dense\), coupled to x/); // prettier-ignore
    }
    const y = tf.input({ shape: [6] });
    const twice = L.dense({ units: 5, activation: "tanh", name: "a" });
    const sum = L.add().apply([x, y].map((one) => twice.apply(one) as typeof x)) as typeof x;
    const model = drawn(tf.model({ inputs: [x, y], outputs: L.dense({ units: 2 }).apply(sum) as typeof x })); // prettier-ignore
    const [xs, ys] = [[tf.ones([4, 6]), tf.ones([4, 6])], tf.ones([4, 2])];
    await refused(model, { method: "gradmax", xs, ys }, "method", /without gradients.*a \(Dense\), which is shared/); // prettier-ignore
  });

  const unfit: Record<string, [who: RegExp, () => Layer[]]> = {
    sigmoid: [/f\(0\) = 0.5 and .* in a \(Dense\), sigmoid/, () => [first("sigmoid"), L.dense({ units: 2 })]],
    softplus: [/in a \(Dense\), softplus/, () => [first("softplus"), L.dense({ units: 2 })]],
    hardSigmoid: [
      /f\(0\) = 0.5 and .* in b \(Activation\), hardSigmoid/,
      () => [first("linear"), L.activation({ activation: "hardSigmoid", name: "b" }), L.dense({ units: 2 })],
    ],
    "a hardSigmoid before others": [
      /in b \(Activation\), hardSigmoid/,
      () => [first(), L.activation({ activation: "hardSigmoid", name: "b" }), L.activation({ activation: "tanh" }), L.dense({ units: 2 })],
    ],
    "ReLU up to 5": [/f′\(0\) = 0 in b \(ReLU\)/, () => [first("linear"), L.reLU({ maxValue: 5, name: "b" }), L.dense({ units: 2 })]],
  }; // prettier-ignore
  for (const [kind, [who, layers]] of Object.entries(unfit)) {
    test(`${kind} with zero incoming weights; fine with zero outgoing ones`, async () => {
      const model = build(layers());
      const { xs, ys } = batch(model, 4);
      const words =
        /new incoming weights are not zero \("split", "orthogonal" with side "in" or "pair".*got f\(0\) = /;
      await refused(model, {}, "method", words);
      await refused(model, {}, "method", who);
      await refused(model, { method: "gradmax", xs, ys }, "method", words);
      await refused(model, { method: "orthogonal", side: "out" }, "method", words);
      for (const options of [
        { method: "split" },
        { method: "orthogonal" },
        { method: "orthogonal", side: "pair" },
        { method: "random", inverse: true },
        { method: "gradmax", inverse: true, xs, ys },
        { method: "zero" },
      ] as Partial<GrowOptions>[]) {
        const { model: wide, report } = await grow(model, { layer: "a", units: 2, ...options } as GrowOptions); // prettier-ignore
        assert.equal(report[0].relu1, []);
        wide.dispose();
      }
    });
  }

  const frozen = (...names: string[]) => {
    const dense = (units: number, name: string) =>
      L.dense({ units, name, activation: "tanh", trainable: !names.includes(name) });
    const [x, y] = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
    const a = dense(4, "a").apply(x) as typeof x;
    const out = ["b", "c"].map((name) => dense(2, name).apply(a) as typeof x);
    const sum = L.concatenate().apply([...out, y]) as typeof x;
    return drawn(tf.model({ inputs: [x, y], outputs: L.dense({ units: 3 }).apply(sum) as typeof x })); // prettier-ignore
  };
  const zeroIn: Partial<GrowOptions>[] = [
    { method: "random" },
    { method: "gradmax" },
    { method: "orthogonal", side: "out" },
  ];
  const zeroOut: Partial<GrowOptions>[] = [
    { method: "random", inverse: true },
    { method: "gradmax", inverse: true },
    { method: "orthogonal" },
  ];

  for (const [who, model, bad, good, words] of [
    [
      "a frozen layer",
      () => frozen("a"),
      zeroIn,
      zeroOut,
      /incoming weights.*got a \(Dense\), frozen/,
    ],
    [
      "frozen consumers",
      () => frozen("b", "c"),
      zeroOut,
      zeroIn,
      /outgoing weights.*got b \(Dense\), c \(Dense\), frozen/,
    ],
  ] as const) {
    // prettier-ignore
    test(`${who}, where new units would never act; fine where they do`, async () => {
      const one = model();
      const [xs, ys] = [[tf.ones([4, 6]), tf.randomNormal([4, 6])], tf.ones([4, 3])];
      const given = ({ method }: Partial<GrowOptions>) => (method === "gradmax" ? { xs, ys } : {});
      for (const options of bad) await refused(one, { ...options, ...given(options) }, "method", words);
      const others: Partial<GrowOptions>[] = [{ method: "split" }, { method: "orthogonal", side: "pair" }];
      for (const options of [...good, ...others]) {
        const all = { layer: "a", units: 2, ...options, ...given(options) } as GrowOptions;
        const { model: wide } = await grow(one, all);
        const kernels = wide.weights.filter(({ originalName }) => /^[abc].kernel$/.test(originalName));
        const before = kernels.map((kernel) => kernel.read().dataSync().slice());
        wide.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
        await wide.fit(xs, ys, { verbose: 0 });
        const moved = kernels.map((kernel, i) => kernel.read().dataSync().some((x, at) => x !== before[i][at]));
        assert.ok(moved.some(Boolean), "nothing has learned");
        wide.dispose();
      }
    });
  }

  test("one frozen consumer of two is no reason", async () => {
    for (const options of [...zeroOut].filter(({ method }) => method !== "gradmax")) {
      (
        await grow(frozen("b"), { layer: "a", units: 2, ...options } as GrowOptions)
      ).model.dispose();
    }
  });

  test("what TensorFlow.js cannot differentiate, where gradients are needed", async () => {
    const conv = L.conv2d({ filters: 3, kernelSize: 2 });
    const model = build([image(), conv, L.flatten(), new Largest({})]);
    const { xs, ys } = batch(model, 4);
    await refused(model, { method: "gradmax", xs, ys }, "model", /differentiate, got .*TopK/);
    (await grow(model, { layer: "a", units: 2, method: "random" })).model.dispose();
  });

  test("the second of two layers: nothing of the first is left", () =>
    refused(build(kinds.dense()), { layer: ["a", "out"] }, "layer", /hidden/));
});
