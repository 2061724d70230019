/** `initialize`: models of every kind, what each layer gets and why, and whether the predictions hold. */
import "../../src/tfjs/train.ts";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { Tensor } from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import {
  diversityPenalty,
  initialize,
  install,
  relu1,
  zerO,
  type InitializeOptions,
} from "../../src/tfjs/index.ts";
import { report as written } from "../../src/tfjs/initialize/report.ts";
import { suite } from "../support/suite.ts";
import { refused } from "../support/thrown.ts";
import { tf } from "../support/wasm.ts";

type Layer = InstanceType<typeof tf.layers.Layer>;

install(tf as never); // The stock orthogonal initializer of recurrent layers fails without the union package.

const l = tf.layers;
const schemes = ["auto", "he", "orthogonal", "fixup", "zerO", "lps"] as const;
const bits = (model: { getWeights(): Tensor[] }) =>
  model.getWeights().map((weight) => weight.dataSync().slice());
const square = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, x) => sum + x * x, 0) / values.length;
const through = (x: SymbolicTensor, ...layers: Layer[]) =>
  layers.reduce((x, layer) => layer.apply(x) as SymbolicTensor, x);
const named = <T extends Layer>(name: string, layer: T): T => Object.assign(layer, { name });
const gelu = "gelu" as const;

/** A functional model of one input. */
function functional(
  shape: number[],
  body: (x: SymbolicTensor) => SymbolicTensor | SymbolicTensor[],
) {
  const input = tf.input({ shape });
  return tf.model({ inputs: input, outputs: body(input) });
}

const dense = (units: number, activation?: string, name?: string) =>
  l.dense({ units, activation: activation as "relu", name });
const stack = (width: number, depth: number, activation: string) =>
  tf.sequential({
    layers: Array.from({ length: depth }, () =>
      l.dense({ units: width, activation: activation as "relu", inputShape: [width] }),
    ),
  });

/** Models of every kind that tf.layers builds. */
const gallery: Record<string, () => LayersModel> = {
  mlp: () => tf.sequential({ layers: [l.dense({ units: 64, activation: "relu", inputShape: [32] }), dense(64, "tanh"), dense(64, gelu), dense(64, "elu"), dense(64, "sigmoid"), dense(4, "softmax")] }),
  cnn: () => tf.sequential({ layers: [l.conv2d({ filters: 24, kernelSize: 3, padding: "same", activation: "relu", inputShape: [12, 12, 8] }), l.conv2d({ filters: 24, kernelSize: 3, strides: 2, padding: "same" }), l.leakyReLU({ alpha: 0.2 }), l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, activation: "relu" }), l.separableConv2d({ filters: 32, kernelSize: 3, padding: "same", activation: "relu" }), l.conv2dTranspose({ filters: 16, kernelSize: 4, strides: 2, activation: "relu" }), l.flatten(), dense(3)] }),
  normalized: () => tf.sequential({ layers: [l.conv1d({ filters: 16, kernelSize: 5, padding: "same", inputShape: [40, 6] }), l.batchNormalization(), l.activation({ activation: "relu" }), l.globalAveragePooling1d({}), dense(3)] }),
  volumes: () => tf.sequential({ layers: [l.conv3d({ filters: 12, kernelSize: 2, padding: "same", activation: "relu", inputShape: [5, 5, 5, 4] }), l.conv3dTranspose({ filters: 4, kernelSize: 2, strides: 2 }), l.flatten(), dense(3)] }),
  recurrent: () => tf.sequential({ layers: [l.embedding({ inputDim: 20, outputDim: 12, inputLength: 6 }), l.lstm({ units: 8, returnSequences: true }), l.bidirectional({ layer: l.gru({ units: 6, returnSequences: true }), mergeMode: "concat" }), l.rnn({ cell: [l.simpleRNNCell({ units: 5 }), l.lstmCell({ units: 7 })], returnSequences: true }), l.timeDistributed({ layer: dense(5, "relu") }), l.simpleRNN({ units: 4 }), dense(2)] }),
  films: () => tf.sequential({ layers: [l.convLstm2d({ filters: 4, kernelSize: 3, inputShape: [3, 6, 6, 2] }), l.flatten(), dense(2)] }),
  residual: () => functional([32], (x) => {
    for (let i = 0; i < 3; i++) x = l.add().apply([x, through(x, l.layerNormalization(), dense(64, "relu"), dense(32))]) as SymbolicTensor;
    return through(x, dense(3));
  }),
  nested: () => {
    const block = tf.sequential({ name: "block", layers: [l.dense({ units: 16, activation: "relu", inputShape: [16] }), dense(16, "relu")] });
    const inner = functional([16], (x) => through(through(x, block as never), dense(16, "tanh")));
    return functional([16], (x) => through(x, inner as never, block as never, dense(2)));
  },
  several: () => functional([16], (x) => {
    const shared = named("shared", dense(16));
    const a = through(x, shared, l.reLU());
    const b = through(a, shared, l.activation({ activation: "tanh" }));
    return [through(b, dense(2, "softmax")), through(l.concatenate().apply([a, b]) as SymbolicTensor, dense(1))];
  }),
  joins: () => {
    const [a, b] = [tf.input({ shape: [8] }), tf.input({ shape: [8] })];
    const [x, y] = [through(a, dense(8), l.prelu()), through(b, dense(8), l.elu(), diversityPenalty({ penalty: "ncl", lambda: 1 }) as never)];
    const all = [l.add(), l.average(), l.multiply(), l.maximum(), l.minimum(), l.concatenate()].map((join) => join.apply([x, y]) as SymbolicTensor);
    const dot = l.dot({ axes: -1 }).apply([x, y]) as SymbolicTensor;
    const wide = l.concatenate().apply([...all, dot]) as SymbolicTensor;
    const maps = through(wide, dense(12), l.thresholdedReLU({ theta: 0.5 }), l.gaussianNoise({ stddev: 0.1 }), l.repeatVector({ n: 4 }), l.permute({ dims: [2, 1] }), l.reshape({ targetShape: [4, 4, 3] }), l.upSampling2d({}), l.zeroPadding2d({}), l.cropping2D({ cropping: [[1, 1], [1, 1]] }), l.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 }), l.maxPooling2d({}), l.globalMaxPooling2d({}));
    return tf.model({ inputs: [a, b], outputs: [through(maps, dense(3), l.softmax({ axis: -1 })), through(y, dense(1))] });
  },
  first: () => tf.sequential({ layers: [l.conv2d({ filters: 8, kernelSize: 3, strides: 2, dataFormat: "channelsFirst", activation: "relu", inputShape: [3, 9, 9] }), l.conv2d({ filters: 8, kernelSize: 3, padding: "same", dataFormat: "channelsFirst", useBias: false, activation: "relu" }), l.flatten({ dataFormat: "channelsFirst" }), dense(2)] }),
}; // prettier-ignore

const inputOf = (model: LayersModel) =>
  model.inputs.map(({ shape, dtype }) => {
    const sizes = shape.map((size) => size ?? 32);
    return dtype === "int32" || model.layers[0].getClassName() === "Embedding" || model.layers[1]?.getClassName() === "Embedding"
      ? tf.randomUniform(sizes, 0, 20, "int32", 1)
      : tf.randomNormal(sizes, 0, 1, "float32", 1);
  }); // prettier-ignore

suite("tfjs/initialize: models", (test) => {
  for (const [name, build] of Object.entries(gallery))
    test(`${name}: every scheme, the same bits for a seed, finite outputs, no tensor left`, () => {
      for (const scheme of schemes) {
        const options: InitializeOptions =
          scheme === "lps" ? { scheme, seed: 1, variance: "he" } : { scheme, seed: 1 };
        const [first, second] = [build(), build()];
        second.setWeights(first.getWeights());
        const tensors = tf.memory().numTensors;
        const report = initialize(first, options);
        initialize(second, options);
        assert.is(tf.memory().numTensors, tensors);
        assert.equal(bits(first), bits(second), scheme);
        const rows = String(report).split("\n");
        assert.is(rows.length, report.length + 1);
        assert.ok(report.every(({ what, why }) => what !== "" && why !== ""));
        tf.tidy(() => {
          const outputs = [first.predict(inputOf(first))].flat();
          outputs.forEach((y) => assert.ok(y.dataSync().every(Number.isFinite), scheme));
        });
        if (scheme === "zerO") continue;
        initialize(second, { ...options, seed: 2 });
        assert.not.equal(bits(first), bits(second), scheme);
      }
    });

  test("predictions hold: mean squares of what leaves wide layers", () => {
    for (const name of ["mlp", "cnn", "volumes"]) {
      const model = gallery[name]();
      for (const scheme of ["auto", "he", "orthogonal"] as const) {
        for (const { layer, variance } of initialize(model, { scheme, seed: 3 }).slice(0, -1)) {
          const outputs = model.getLayer(layer).getOutputAt(0) as SymbolicTensor;
          const part = tf.model({ inputs: model.inputs, outputs });
          const measured = tf.tidy(() =>
            square((part.predict(inputOf(model)) as Tensor).dataSync()),
          );
          const ratio = measured / variance!.out;
          assert.ok(ratio > 0.7 && ratio < 1.4, `${name} ${scheme} ${layer}: ${ratio}`);
        }
      }
    }
  });

  test("axes before that of the units change no prediction", () => {
    const body = (x: SymbolicTensor) => {
      const parts = [dense(4, "relu"), dense(12, "softmax"), dense(2)].map((one) =>
        through(x, one),
      );
      const wide = l.concatenate().apply(parts) as SymbolicTensor;
      return through(wide, dense(7, "tanh"), dense(9, "softmax"), dense(3));
    };
    const [flat, ...others] = [[16], [5, 16], [2, 3, 16]].map((shape) =>
      initialize(functional(shape, body), { seed: 1 }).map(({ variance }) => variance),
    );
    for (const other of others) assert.equal(other, flat);
    // An odd number of places beside an even number of units, which are made in pairs.
    const stacked = (...shape: number[]) => {
      const layers = [dense(16, "relu"), dense(16, "relu"), dense(3)];
      return initialize(functional(shape, (x) => through(x, ...layers)), { seed: 1 }).map(({ what }) => what); // prettier-ignore
    };
    assert.match(stacked(16)[0]!, "opposite pairs");
    for (const shape of [[5, 16], [50, 16]]) assert.equal(stacked(...shape), stacked(16)); // prettier-ignore
  });

  test("what scales before a layer, and what changes nothing behind it", () => {
    const variances = (shape: (number | null)[], ...layers: Layer[]) =>
      initialize(functional(shape as number[], (x) => through(x, ...layers)), { seed: 1 }).map(({ variance }) => variance!); // prettier-ignore
    const [plain, scaled] = [[], [l.rescaling({ scale: 0.5 })]].map((first) => variances([32], ...first, dense(16, "tanh"), dense(3))); // prettier-ignore
    assert.ok(Math.abs(scaled[0]!.out - 0.25) < 1e-6);
    assert.equal([plain[0]!.in, scaled[0]!.in], [1, 0.25]);
    const twice = variances([32], dense(16, "relu"), l.dropout({ rate: 0.1 }), l.reLU(), dense(3));
    const once = variances([32], dense(16, "relu"), dense(3));
    assert.is(twice[1]!.in, once[1]!.in);
  });

  test.after.each(() => tf.disposeVariables());
});

/** Mean squares of activations and gradients at every place between the layers of a stack, relative to the first. */
function propagation(
  stages: readonly Layer[],
  shape: number[],
): [forward: number[], backward: number[]] {
  return tf.tidy(() => {
    const x = tf.randomNormal([16, ...shape], 0, 1, "float32", 1);
    const dy = tf.randomNormal([16, ...shape], 0, 1, "float32", 2);
    const forward: number[] = [];
    const run = (...probes: Tensor[]) =>
      stages.reduce((h, stage, i) => {
        const out = tf.add(stage.apply(h) as Tensor, probes[i]);
        forward.push(square(out.dataSync()));
        return out;
      }, x as Tensor);
    const zeros = stages.map(() => tf.zeros([16, ...shape]));
    const backward = tf
      .grads(run)(zeros, dy)
      .map((gradient) => square(gradient.dataSync()));
    return [forward.map((one) => one / forward[0]), backward.map((one) => one / backward.at(-1)!)];
  });
}

suite("tfjs/initialize: signals through 50 layers", (test) => {
  const width = 64;
  const blocks = (...branch: (() => Layer)[]) =>
    functional([width], (x) => {
      for (let i = 0; i < 50; i++) x = l.add().apply([x, through(x, ...branch.map((make) => make()))]) as SymbolicTensor; // prettier-ignore
      return x;
    });
  for (const activation of ["relu", "tanh", gelu, "softsign", "swish"])
    test(activation, () => {
      const model = stack(width, 51, activation);
      model.pop();
      model.add(dense(width));
      initialize(model, { seed: 1 });
      const [forward, backward] = propagation(model.layers, [width]);
      // The gradient before the first layer is scaled as the input is; between the layers it is unchanged.
      for (const ratio of [
        ...forward.slice(0, 50),
        ...backward.slice(0, 50).map((g) => g / backward[49]),
      ]) {
        assert.ok(ratio > 0.5 && ratio < 2, `${ratio}`);
      }
    });

  for (const [name, branch] of Object.entries({
    plain: [() => dense(width, "relu"), () => dense(width)],
    "ending in relu": [() => dense(width, "relu"), () => dense(width, "relu")],
    normalized: [() => l.layerNormalization(), () => dense(width, "relu"), () => dense(width), () => l.layerNormalization()], // prettier-ignore
  }))
    test(`residual blocks, ${name}`, () => {
      const model = blocks(...branch);
      initialize(model, { seed: 1 });
      tf.tidy(() => {
        const x = tf.randomNormal([16, width], 0, 1, "float32", 1);
        const y = model.predict(x) as Tensor;
        const growth = square(y.dataSync()) / square(x.dataSync());
        assert.ok(growth > 0.5 && growth < 2, `${growth}`);
        const gradient = tf.grad((x) => tf.sum(model.apply(x) as Tensor))(x);
        const slope = square(gradient.dataSync());
        assert.ok(slope > 0.5 && slope < 2, `${slope}`);
      });
    });

  test("convolutions with padding keep the scale, which their edges would lose", () => {
    const conv = () => l.conv2d({ filters: 16, kernelSize: 3, padding: "same", activation: "relu", inputShape: [6, 6, 16] }); // prettier-ignore
    const model = tf.sequential({ layers: [...Array.from({ length: 20 }, conv), l.conv2d({ filters: 16, kernelSize: 1 })] }); // prettier-ignore
    const end = (scheme: "auto" | "orthogonal") => {
      const report = initialize(model, { scheme, seed: 1 });
      const [forward] = propagation(model.layers, [6, 6, 16]);
      assert.is(report[1].what.includes("central tap"), scheme === "auto");
      return forward[19];
    };
    assert.ok(end("auto") > 0.5 && end("auto") < 2, `${end("auto")}`);
    assert.ok(end("orthogonal") < 0.1, "or the test shows nothing");
  });

  test.after.each(() => tf.disposeVariables());
});

suite("tfjs/initialize: what layers get", (test) => {
  const row = (report: ReturnType<typeof initialize>, layer: string) => {
    const { role, why, what, activation } = report.find((one) => one.layer === layer)!;
    return { role, why, what, activation };
  };
  const kernel = (model: LayersModel, name: string, i = 0) =>
    model.getLayer(name).getWeights()[i].dataSync<"float32">();

  test("gains of he: two for relu, one for selu and tanh, the second moment otherwise", () => {
    const gain = (activation: string) => {
      const model = tf.sequential({ layers: [l.dense({ units: 400, activation: activation as "relu", inputShape: [400] }), dense(1)] }); // prettier-ignore
      initialize(model, { scheme: "he", seed: 1 });
      return square(bits(model)[0] as Float32Array) * 400;
    };
    // 1 / E[σ(z)²], with E = 0.2933790358 for sigmoid and 0.4252214826 for gelu (Simpson's rule in Python).
    const expected = { relu: 2, selu: 1, tanh: 1, linear: 1, sigmoid: 3.4085599, gelu: 2.3517156 };
    for (const [name, variance] of Object.entries(expected)) {
      assert.ok(Math.abs(gain(name) / variance - 1) < 0.02, `${name}: ${gain(name)}`);
    }
  });

  test("fixup: branches scaled by depth and number, their last layers and the head zero", () => {
    const [width, blocks] = [100, 4];
    const model = functional([width], (x) => {
      for (let i = 0; i < blocks; i++) {
        const branch = through(x, dense(width, "relu", `a${i}`), dense(width, "relu", `b${i}`), dense(width, undefined, `c${i}`)); // prettier-ignore
        x = l.add().apply([x, branch]) as SymbolicTensor;
      }
      return through(x, dense(3, undefined, "head"));
    });
    const report = initialize(model, { scheme: "fixup", seed: 1 });
    // L^(−1/(2m − 2)) with m = 3: the variance times L^(−1/2).
    for (const name of ["a0", "b3"]) {
      const variance = square(kernel(model, name)) * width;
      assert.ok(Math.abs(variance / (2 / Math.sqrt(blocks)) - 1) < 0.05, `${name}: ${variance}`);
    }
    for (const name of ["c0", "c3", "head"]) assert.is(square(kernel(model, name)), 0);
    assert.is(row(report, "c0").role, "branch end");
    assert.is(row(report, "head").role, "head");
  });

  test("residual branches: projections as shortcuts, normalizations and activations at the end, shared ends", () => {
    const model = functional([8], (x) => {
      const join = (x: SymbolicTensor, ...ways: Layer[][]) =>
        l.add().apply(ways.map((way) => through(x, ...way))) as SymbolicTensor;
      x = join(x, [dense(6, undefined, "projection")], [dense(9, "relu", "first"), dense(6, undefined, "second")]);
      x = join(x, [l.activation({ activation: "linear" })], [dense(6, undefined, "scaled"), named("bn", l.batchNormalization())]);
      x = join(x, [l.activation({ activation: "linear" })], [dense(6, "relu", "inside"), dense(6, "relu", "flat")]);
      x = join(x, [l.activation({ activation: "linear" })], [dense(6, "tanh", "steep")], [dense(6, relu1, "kinked")]);
      x = join(x, [dense(6, "relu", "left"), dense(6, undefined, "left2")], [dense(6, "relu", "right"), dense(6, undefined, "right2")]);
      return through(x, dense(2, undefined, "head"));
    }); // prettier-ignore
    const report = initialize(model, { seed: 1 });
    const ends = report.filter(({ role }) => role === "branch end").map(({ layer }) => layer);
    assert.equal(ends.sort(), ["bn", "kinked", "second", "steep"]);
    assert.is(square(kernel(model, "bn")), 0);
    assert.is(square(kernel(model, "second")), 0);
    assert.ok(square(kernel(model, "flat")) > 0);
    assert.match(row(report, "flat").why, "last layer of one of 5 residual branches");
    assert.is(report.find(({ layer }) => layer === "flat")!.notes.length, 1);
    for (const name of ["left2", "right2"]) assert.match(row(report, name).why, "one of 2 terms");
    const he = initialize(model, { scheme: "he", seed: 1 });
    assert.not.ok(he.some(({ role }) => role === "branch end"));
    assert.is(square(kernel(model, "bn")), 1);
  });

  test("mean squares of inputs beyond 2^±40 count as 2^±40", () => {
    for (const e of [-40, 40]) {
      const layers = [l.rescaling({ scale: 2 ** e, inputShape: [8] }), dense(301, "relu", "first"), dense(2)]; // prettier-ignore
      const { what } = row(initialize(tf.sequential({ layers }), { seed: 1 }), "first");
      assert.is(Number(/, (\S+) \/ fan-in/.exec(what)![1]), Number((2 ** -e).toPrecision(3)));
    }
  });

  test("units come in pairs where the sum of 3 / units passes 0.12", () => {
    const paired = (units: number) => initialize(stack(units, 2, "relu"), { seed: 1 })[0].what.includes("opposite pairs"); // prettier-ignore
    assert.equal([48, 50, 52].map(paired), [true, false, false]);
  });

  test("kernels of pairs see their central tap alone where the sum of 4 / filters passes 0.12", () => {
    const conv = (filters: number, kernelSize: number) =>
      l.conv2d({ filters, kernelSize, padding: "same", activation: "relu" });
    const central = (filters: number, size = 3, ...behind: Layer[]) => {
      const model = functional([3, 3, 4], (x) => through(x, conv(20, 1), ...[1, 2, 3].map(() => conv(filters, size)), conv(2, 1), ...behind)); // prettier-ignore
      const [, , third] = initialize(model, { seed: 1 });
      assert.match(third.what, "opposite pairs");
      return third.what.includes("central tap");
    };
    assert.equal([98, 100, 102].map((filters) => central(filters)), [true, false, false]); // prettier-ignore
    // Taps beyond the map do not count, nor do dense layers.
    assert.not.ok(central(102, 5));
    assert.not.ok(central(102, 3, l.flatten(), dense(40, "relu"), dense(2)));
  });

  test("an output of a nested model that nobody reads is no head; an embedding alone is no term", () => {
    const x = tf.input({ shape: [6] });
    const outputs = ["used", "unused"].map((name) => through(x, dense(4, undefined, name)));
    const inner = named("inner", tf.model({ inputs: x, outputs }));
    const model = functional([6], (x) => {
      const [first] = inner.apply(through(x, dense(6))) as unknown as SymbolicTensor[];
      return through(first!, dense(2));
    });
    assert.is(row(initialize(model, { seed: 1 }), "inner/unused").role, "hidden");
    const [words] = initialize(gallery.recurrent(), { seed: 1 });
    assert.is(words!.why, "its rows are what enters the model");
  });

  test("layers without weights before a sum, the user's own too, are no layers of its ways", () => {
    class Same extends tf.layers.Layer {
      static className = "Same";
      override call(x: Tensor | Tensor[]) {
        return tf.clone([x].flat()[0]);
      }
    }
    const model = functional([8], (x) => {
      const left = through(x, dense(6, undefined, "left"), l.reLU());
      const right = through(x, dense(6, undefined, "right"), new Same());
      return through(l.add().apply([left, right]) as SymbolicTensor, dense(2));
    });
    const report = initialize(model, { seed: 1 });
    for (const name of ["left", "right"]) assert.match(row(report, name).why, "one of 2 terms");
    // Half of what each would get alone: 2 before relu, 1 in front of nothing.
    const given = ["left", "right"].map((name) => row(report, name).what);
    assert.equal(given, ["orthogonal, 1 / fan-in", "orthogonal, 0.5 / fan-in"]);
    assert.equal(["left", "right"].map((name) => row(report, name).activation), ["relu", undefined]); // prettier-ignore
  });

  test("progress tells of every layer of the report, in its order", () => {
    const told: unknown[] = [];
    const onProgress = (...all: unknown[]) => told.push(all);
    const report = initialize(stack(4, 2, "relu"), { seed: 1, onProgress });
    assert.equal(told, report.map((one, i) => [i + 1, report.length, one])); // prettier-ignore
    assert.is(report.length, 2);
  });

  test("branches within branches have ends of their own", () => {
    const model = functional([6], (x) => {
      const add = (x: SymbolicTensor, y: SymbolicTensor) => l.add().apply([x, y]) as SymbolicTensor;
      const h = through(x, dense(6, "relu", "down"));
      const inner = add(h, through(h, dense(6, "relu"), dense(6, undefined, "inner")));
      return through(add(x, through(inner, dense(6, undefined, "outer"))), dense(2));
    });
    const report = initialize(model, { seed: 1 });
    for (const name of ["inner", "outer"]) assert.is(row(report, name).role, "branch end");
  });

  test("a layer that is called again outside of branches is not set to zero", () => {
    const model = functional([6], (x) => {
      const shared = dense(6, undefined, "shared");
      const sum = l.add().apply([x, through(x, dense(6, "relu"), shared)]) as SymbolicTensor;
      return through(sum, shared, dense(2));
    });
    initialize(model, { seed: 1 });
    assert.ok(square(kernel(model, "shared")) > 0);
    // The same where it is all of a branch, which fixup has nothing else to scale in.
    const short = functional([6], (x) => {
      const shared = dense(6, undefined, "shared");
      return through(l.add().apply([x, through(x, shared)]) as SymbolicTensor, shared, dense(2));
    });
    const { why } = row(initialize(short, { scheme: "fixup", seed: 1 }), "shared");
    assert.match(why, "last layer of one of 1 residual branches");
    assert.not.match(why, "layers in each");
    assert.ok(square(kernel(short, "shared")) > 0);
  });

  test("a layer that is called again inside of a branch is not set to zero", () => {
    const model = functional([6], (x) => {
      const shared = dense(6, undefined, "shared");
      const branch = through(x, shared, l.activation({ activation: "tanh" }), shared);
      return through(l.add().apply([x, branch]) as SymbolicTensor, dense(2));
    });
    initialize(model, { seed: 1 });
    assert.ok(square(kernel(model, "shared")) > 0);
  });

  test("a whole residual block as a nested model, called twice", () => {
    const block = functional([6], (x) => l.add().apply([x, through(x, dense(6, "relu", "in"), dense(6, undefined, "out"))]) as SymbolicTensor); // prettier-ignore
    block.name = "block";
    const model = functional([6], (x) => through(x, block as never, block as never, dense(2)));
    const report = initialize(model, { seed: 1 });
    assert.equal(report.map(({ layer, role }) => `${layer} ${role}`).slice(0, 2), ["block/in hidden", "block/out branch end"]); // prettier-ignore
    assert.is(report.length, 3);
  });

  for (const scale of [1, 0.125, -3])
    test(`queries and keys: scores of variance one, scaled by ${scale}`, () => {
      const [width, length] = [64, 12];
      const model = functional([length, width], (x) => {
        const n = through(x, l.layerNormalization());
        const [q, k, v] = ["q", "k", "v"].map((name) => through(n, dense(width, undefined, name)));
        const scores = through(l.dot({ axes: [2, 2] }).apply([q, k]) as SymbolicTensor, ...(scale === 1 ? [] : [l.rescaling({ scale })]), named("scores", l.activation({ activation: "softmax" }))); // prettier-ignore
        const gathered = l.dot({ axes: [2, 1] }).apply([scores, v]) as SymbolicTensor;
        return l
          .add()
          .apply([x, through(gathered, dense(width, undefined, "o"))]) as SymbolicTensor;
      });
      const report = initialize(model, { seed: 1 });
      assert.match(row(report, "q").why, "64 products");
      assert.match(row(report, "k").why, "64 products");
      assert.is(row(report, "v").why, "no activation follows");
      assert.is(row(report, "o").role, "branch end");
      const part = tf.model({ inputs: model.inputs, outputs: model.getLayer("scores").input as SymbolicTensor }); // prettier-ignore
      tf.tidy(() => {
        const scores = part.predict(
          tf.randomNormal([20, length, width], 0, 1, "float32", 1),
        ) as Tensor;
        const variance = square(scores.dataSync());
        assert.ok(variance > 0.8 && variance < 1.25, `${variance}`);
      });
    });

  test("recurrent layers: orthogonal gates, forget bias 1, cells within cells", () => {
    const model = gallery.recurrent();
    const report = initialize(model, { seed: 1 });
    assert.equal(report.map(({ role }) => role), ["embedding", "recurrent", "recurrent", "recurrent", "hidden", "recurrent", "head"]); // prettier-ignore
    assert.is(report[0]!.why, "its rows are what enters the model");
    const [kernel, recurrent, bias] = model.layers[1].getWeights();
    assert.equal(
      [...bias.dataSync()],
      [0, 1, 0, 0].flatMap((b) => Array<number>(8).fill(b)),
    );
    tf.tidy(() => {
      tf.split(recurrent, 4, 1).forEach((gate) => {
        const error = tf.max(tf.abs(tf.sub(tf.matMul(gate, gate, true), tf.eye(8)))).dataSync()[0];
        assert.ok(error < 1e-5);
      });
      assert.ok(Math.abs(square(kernel.dataSync()) * 12 - 1) < 1e-5);
    });
    assert.ok(model.getWeights().slice(1).every((weight) => weight.dataSync().every(Number.isFinite))); // prettier-ignore
    const gates = model.layers[3].getWeights().map(({ shape }) => shape);
    assert.equal(gates, [[12, 5], [5, 5], [5], [5, 28], [7, 28], [28]]); // prettier-ignore
  });

  test("an embedding that is added to what is made of it without weights stays one term", () => {
    const x = tf.input({ shape: [4] });
    const rows = l.embedding({ inputDim: 5, outputDim: 6 }).apply(x) as typeof x;
    const sum = l.add().apply([rows, l.activation({ activation: "tanh" }).apply(rows) as typeof x]) as typeof x; // prettier-ignore
    const model = tf.model({ inputs: x, outputs: l.dense({ units: 2 }).apply(sum) as typeof x });
    assert.is(initialize(model, { seed: 1 })[0]!.what, "gaussian, variance 1");
  });

  test("edges count in axes up to 4096 long", () => {
    const [edged, long] = [4096, 4097].map((length) => {
      const conv = l.conv1d({
        filters: 2,
        kernelSize: 3,
        padding: "same",
        inputShape: [length, 2],
      });
      return initialize(tf.sequential({ layers: [conv] }), { seed: 1 })[0]!.variance!.out;
    });
    assert.ok(edged! < long! && edged! > 0.999 * long!, `${edged}, ${long}`);
  });

  test("zerO has no seed to obey, and its kernels are those of the initializer", () => {
    const model = tf.sequential({ layers: [l.conv2d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [5, 5, 3] }), l.flatten(), dense(4, "relu"), dense(2)] }); // prettier-ignore
    initialize(model, { scheme: "zerO" });
    tf.tidy(() => {
      assert.equal(bits(model)[0], zerO().apply([3, 3, 3, 6]).dataSync());
      assert.equal(bits(model)[2], zerO().apply([54, 4]).dataSync());
    });
    assert.is(square(bits(model)[4] as Float32Array), 0);
  });

  test("pairs: deep networks start linear, wide shallow ones have independent units", () => {
    const deep = stack(16, 12, "relu");
    deep.add(dense(16));
    const report = initialize(deep, { seed: 1 });
    assert.ok(report.slice(0, -1).every(({ what }) => what.includes("opposite pairs")));
    tf.tidy(() => {
      const [x, y] = [1, 2].map((seed) => tf.randomNormal([4, 16], 0, 1, "float32", seed));
      const f = (x: Tensor) => deep.predict(x) as Tensor;
      const gap = tf.max(tf.abs(tf.sub(f(tf.add(x, y)), tf.add(f(x), f(y))))).dataSync()[0];
      assert.ok(gap < 1e-4, `${gap}`);
    });
    const shallow = stack(128, 2, "relu");
    assert.not.ok(initialize(shallow, { seed: 1 }).some(({ what }) => what.includes("pairs")));
    // The sum of 3 / width over the layers: above 0.12, and 0.12 exactly.
    for (const [width, paired] of [
      [48, true],
      [50, false],
    ] as const) {
      const edge = stack(width, 2, "relu");
      edge.add(dense(4));
      assert.is(initialize(edge, { seed: 1 })[0].what.includes("pairs"), paired, `${width}`);
    }
    const odd = stack(15, 12, "relu");
    assert.not.ok(initialize(odd, { seed: 1 }).some(({ what }) => what.includes("pairs")));
  });

  test("pairs through pooling and flattening, in a convolutional network", () => {
    const model = tf.sequential({
      layers: [
        l.conv2d({ filters: 8, kernelSize: 3, activation: "relu", padding: "same", inputShape: [8, 8, 2] }),
        l.averagePooling2d({ poolSize: 2 }),
        l.conv2d({ filters: 8, kernelSize: 3, padding: "same" }),
        l.leakyReLU({ alpha: 0.3 }),
        l.conv2dTranspose({ filters: 6, kernelSize: 2, strides: 2, activation: "relu" }),
        l.flatten(),
        dense(10, gelu),
        dense(3),
      ],
    }); // prettier-ignore
    const report = initialize(model, { seed: 1 });
    assert.ok(
      report.every(({ what }) => what.includes("opposite pairs")),
      String(report),
    );
    tf.tidy(() => {
      const [x, y] = [1, 2].map((seed) => tf.randomNormal([2, 8, 8, 2], 0, 1, "float32", seed));
      const f = (x: Tensor) => model.predict(x) as Tensor;
      const gap = tf.max(tf.abs(tf.sub(f(tf.add(x, y)), tf.add(f(x), f(y))))).dataSync()[0];
      assert.ok(gap < 1e-5 * tf.max(tf.abs(f(x))).dataSync()[0] + 1e-5, `${gap}`);
    });
  });

  test("frozen layers, frozen models and layers of the user's own stay as they are", () => {
    class Own extends tf.layers.Layer {
      static className = "OwnScale";
      override build() {
        this.addWeight("scale", [4], "float32", tf.initializers.ones());
        this.built = true;
      }
      override call(x: Tensor | Tensor[]) {
        return tf.mul(Array.isArray(x) ? x[0] : x, this.weights[0].read());
      }
    }
    const frozen = tf.sequential({
      layers: [l.dense({ units: 4, inputShape: [4], name: "inner" })],
    });
    frozen.name = "frozen";
    frozen.trainable = false;
    const model = functional([4], (x) => through(x, named("own", new Own()), frozen as never, named("still", l.dense({ units: 4, trainable: false })), dense(2, undefined, "head"))); // prettier-ignore
    const before = model.layers.map(bits);
    const report = initialize(model, { seed: 1 });
    assert.equal(report.map(({ variance }) => variance !== undefined), [false, false, false, true]); // prettier-ignore
    assert.equal(report.map(({ layer, role, why }) => [layer, role, why]), [
      ["own", "left", "not a layer of tf.layers"],
      ["frozen/inner", "left", "it is not trainable"],
      ["still", "left", "it is not trainable"],
      ["head", "head", "output"],
    ]); // prettier-ignore
    assert.equal(model.layers.map(bits).slice(0, -1), before.slice(0, -1));
    assert.not.equal(bits(model.layers.at(-1)!), before.at(-1));
  });

  test("a seed means the same whatever layers without weights lie between, and more layers follow", () => {
    const made = (...layers: Layer[]) => {
      const model = tf.sequential({ layers: [l.dense({ units: 300, activation: "relu", inputShape: [300] }), ...layers, dense(5)] }); // prettier-ignore
      initialize(model, { seed: 7 });
      return bits(model)[0];
    };
    assert.equal(made(), made(l.dropout({ rate: 0.5 })));
    assert.equal(made(), made(dense(300, "relu")));
  });

  test("a loaded model gets the same report and bits, a compiled one trains", async () => {
    const model = gallery.cnn();
    const loaded = (await tf.models.modelFromJSON(
      model.toJSON(null, false) as never,
    )) as LayersModel;
    const [one, two] = [initialize(model, { seed: 5 }), initialize(loaded, { seed: 5 })];
    assert.is(String(one), String(two));
    assert.equal(bits(model), bits(loaded));
    loaded.compile({ optimizer: tf.train.sgd(0.01), loss: "meanSquaredError" });
    const [xs, ys] = [tf.randomNormal([8, 12, 12, 8], 0, 1, "float32", 1), tf.ones([8, 3])];
    const first = Number(await loaded.trainOnBatch(xs, ys));
    for (let step = 0; step < 5; step++) await loaded.trainOnBatch(xs, ys);
    assert.ok(Number(await loaded.trainOnBatch(xs, ys)) < first);
  });

  test("the report is an array that prints as a table", () => {
    const report = initialize(gallery.residual(), { seed: 1 });
    assert.ok(Array.isArray(report));
    assert.match(String(report), /^layer +kind +weights +because +variance +notes\n/);
    assert.match(String(report), /zero +end of a residual branch/);
    const [one] = report;
    const rows = [
      { ...one, layer: "a", kind: "Dense", what: "what", why: "why", variance: { in: 0.123456, out: 2 }, notes: ["x", "y"] },
      { ...one, layer: "b", kind: "Dense", what: "", why: "", variance: undefined, notes: [] },
    ]; // prettier-ignore
    assert.equal(String(written(rows)).split("\n"), [
      "layer  kind   weights  because  variance        notes",
      "a      Dense  what     why      0.123 →   2.00  x; y",
      "b      Dense",
    ]);
    assert.equal(
      Object.keys(report),
      report.map((_, i) => String(i)),
    );
  });

  test("bad arguments are refused by name, and nothing is written", () => {
    const call = initialize as (model: unknown, options?: unknown) => unknown;
    const model = gallery.mlp();
    const before = bits(model);
    for (const bad of [undefined, null, {}, 3, tf.sequential(), { layers: [] }]) refused("model", () => call(bad)); // prettier-ignore
    for (const bad of [null, 3, "auto"]) refused("options", () => call(model, bad));
    for (const scheme of ["He", "", null, 5, "toString"]) refused("scheme", () => call(model, { scheme })); // prettier-ignore
    refused("options.weights", () => call(model, { weights: "orthogonal" }));
    refused("options.degree", () => call(model, { scheme: "he", degree: 2 }));
    refused("options.sede", () => call(model, { sede: 2 }));
    for (const seed of [-1, 0.5, "1"]) refused("seed", () => call(model, { seed }));
    refused("signal", () => call(model, { signal: {} }));
    refused("onProgress", () => call(model, { onProgress: 1 }));
    assert.equal(bits(model), before);
    model.dispose();
    refused("model", () => call(model));
  });

  test("within tf.tidy, and without weights", () => {
    const model = gallery.mlp();
    tf.tidy(() => void initialize(model, { seed: 1 }));
    tf.tidy(() => assert.ok(bits(model)[0].length > 0));
    const empty = tf.sequential({ layers: [l.flatten({ inputShape: [2, 2] })] });
    assert.is(initialize(empty).length, 0);
  });

  test.after.each(() => tf.disposeVariables());
});
