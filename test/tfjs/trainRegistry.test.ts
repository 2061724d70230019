/**
 * Everything that tf.layers has in its registry trains on the wasm backend: each layer class and activation
 * fits a step, and the gradients of all weights are those of the cpu backend; where that one has none,
 * those of central differences. Optimizers make the same steps.
 */
import * as tf from "@tensorflow/tfjs";
import "../../src/tfjs/train.ts";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import { surprise, transformer } from "../../examples/transformer.ts";
import { suite } from "../support/suite.ts";

type Layer = tf.layers.Layer;
type Shape = number[];
/** Layers one after the other, or a model. */
type Make = () => Layer[] | tf.LayersModel;

const { layers } = tf;
const line = (...rest: Layer[]) => [layers.dense({ units: 4, inputShape: [6] }), ...rest];
const [sequence, image, volume] = [{ inputShape: [8, 3] }, { inputShape: [9, 8, 3] }, { inputShape: [5, 6, 4, 2] }]; // prettier-ignore
const small = { filters: 4, kernelSize: 3 };
const conv1d = (...rest: Layer[]) => [layers.conv1d({ ...small, ...sequence }), ...rest];
const conv2d = (...rest: Layer[]) => [layers.conv2d({ ...small, ...image }), ...rest];
const conv3d = (...rest: Layer[]) => [layers.conv3d({ ...small, kernelSize: 2, ...volume }), ...rest]; // prettier-ignore
/** Not orthogonal, which is slow; the weights are drawn anew in any case. */
const recurrentInitializer = "glorotUniform";
const recurrent = { units: 3, recurrentInitializer } as const;
type Cell = Exclude<Parameters<typeof layers.rnn>[0]["cell"], unknown[]>;
const rnn = (cell: Cell | Cell[]) => [layers.rnn({ cell, ...sequence })];

/** Two branches of dense layers, and what a layer makes of them. */
function merged(layer: Layer): tf.LayersModel {
  const inputs = tf.input({ shape: [6] });
  const branches = [0, 1].map(
    () => layers.dense({ units: 4 }).apply(inputs) as tf.SymbolicTensor,
  );
  const joined = layer.apply(branches) as tf.SymbolicTensor;
  return tf.model({ inputs, outputs: layers.dense({ units: 2 }).apply(joined) as tf.SymbolicTensor });
} // prettier-ignore

/** Cases of each class, by its name in the registry. */
const cases: Record<string, Record<string, Make>> = {
  Activation: { "": () => line(layers.activation({ activation: "tanh" })) },
  Add: { "": () => merged(layers.add()) },
  AlphaDropout: { "": () => line(layers.alphaDropout({ rate: 0.3 })) },
  Average: { "": () => merged(layers.average()) },
  AveragePooling1D: { "": () => conv1d(layers.averagePooling1d({ poolSize: 2 })) },
  AveragePooling2D: { "": () => conv2d(layers.averagePooling2d({ poolSize: 2 })) },
  AveragePooling3D: { "": () => conv3d(layers.averagePooling3d({ poolSize: 2 })) },
  BatchNormalization: {
    "": () => line(layers.batchNormalization({})),
    "of images": () => conv2d(layers.batchNormalization({})),
    "of axis 1": () => conv2d(layers.batchNormalization({ axis: 1 })),
    "of a sequence": () => conv1d(layers.batchNormalization({ axis: -1, momentum: 0.9 })),
  },
  Bidirectional: {
    "": () => [
      layers.bidirectional({
        layer: layers.lstm(recurrent) as tf.RNN,
        mergeMode: "concat",
        ...sequence,
      }),
    ],
  },
  CategoryEncoding: { "at the front": () => [layers.categoryEncoding({ numTokens: 10, outputMode: "multiHot", inputShape: [5] } as never), layers.dense({ units: 3 })] }, // prettier-ignore
  CenterCrop: { "at the front": () => [layers.centerCrop({ height: 4, width: 4, ...image }), layers.conv2d(small)] }, // prettier-ignore
  Concatenate: { "": () => merged(layers.concatenate()) },
  Conv1D: {
    "": () => conv1d(layers.conv1d({ ...small, strides: 2, padding: "same" })),
    dilated: () => conv1d(layers.conv1d({ ...small, dilationRate: 2, activation: "relu" })),
    "dilated, same": () => conv1d(layers.conv1d({ ...small, dilationRate: 3, padding: "same" })),
  },
  Conv2D: {
    "": () => conv2d(layers.conv2d({ ...small, strides: 2, padding: "same" })),
    "channels first": () => [
      layers.conv2d({ ...small, dataFormat: "channelsFirst", inputShape: [3, 8, 8] }),
      layers.conv2d({ ...small, dataFormat: "channelsFirst" }),
    ],
    dilated: () => conv2d(layers.conv2d({ ...small, dilationRate: 2 })),
    "dilated, same, without bias": () => conv2d(layers.conv2d({ ...small, dilationRate: [1, 3], padding: "same", useBias: false })), // prettier-ignore
    "dilated, sigmoid": () => conv2d(layers.conv2d({ ...small, dilationRate: 2, activation: "sigmoid" })), // prettier-ignore
    "dilated, relu": () => conv2d(layers.conv2d({ ...small, dilationRate: [2, 1], activation: "relu" })), // prettier-ignore
  },
  Conv2DTranspose: {
    "": () => conv2d(layers.conv2dTranspose({ ...small, strides: 2 })),
    same: () => conv2d(layers.conv2dTranspose({ ...small, strides: 2, padding: "same" })),
  },
  Conv3D: {
    "": () => conv3d(layers.conv3d({ ...small, kernelSize: 2 })),
    "stride 2, same": () => conv3d(layers.conv3d({ ...small, strides: 2, padding: "same" })),
    dilated: () => conv3d(layers.conv3d({ ...small, kernelSize: 2, dilationRate: [2, 1, 2] })),
    "channels first": () => [layers.conv3d({ ...small, dataFormat: "channelsFirst", inputShape: [2, 5, 4, 4] })], // prettier-ignore
  },
  Conv3DTranspose: {
    "": () => conv3d(layers.conv3dTranspose({ ...small, strides: 2 } as never)),
    same: () => conv3d(layers.conv3dTranspose({ ...small, padding: "same" } as never)),
  },
  ConvLSTM2D: {
    "": () => [layers.convLstm2d({ ...small, recurrentInitializer, inputShape: [3, 6, 6, 2] })],
    dilated: () => [layers.convLstm2d({ ...small, dilationRate: 2, recurrentInitializer, recurrentActivation: "sigmoid", inputShape: [3, 8, 8, 2] })], // prettier-ignore
  },
  ConvLSTM2DCell: { "in an RNN": () => [layers.convLstm2d({ ...small, strides: 2, padding: "same", recurrentInitializer, inputShape: [2, 6, 6, 2] })] }, // prettier-ignore
  Cropping2D: { "": () => conv2d(layers.cropping2D({ cropping: [[1, 0], [1, 1]] })) }, // prettier-ignore
  Dense: {
    "": () => line(layers.dense({ units: 3, activation: "tanh" })),
    "of a sequence": () => [layers.dense({ units: 3, ...sequence })],
    regularized: () => line(layers.dense({ units: 3, kernelRegularizer: "l1l2", kernelConstraint: "maxNorm" })), // prettier-ignore
  },
  DepthwiseConv2D: {
    "": () => conv2d(layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 })),
    "stride 2, same": () => conv2d(layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same" })), // prettier-ignore
    dilated: () => conv2d(layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, dilationRate: 2 } as never)), // prettier-ignore
  },
  Dot: { "": () => merged(layers.dot({ axes: 1 })) },
  Dropout: { "": () => line(layers.dropout({ rate: 0.4, seed: 3 })) },
  ELU: { "": () => line(layers.elu({})) },
  Embedding: {
    "": () => [layers.embedding({ inputDim: 10, outputDim: 4, inputShape: [5] })],
    masked: () => [layers.embedding({ inputDim: 10, outputDim: 4, maskZero: true, inputShape: [5] }), layers.lstm(recurrent)], // prettier-ignore
  },
  Flatten: { "": () => conv2d(layers.flatten()) },
  Functional: { "in a model": () => [tf.model(ends(layers.dense({ units: 3 }))), layers.dense({ units: 2 })] }, // prettier-ignore
  GRU: {
    "": () => [layers.gru({ ...recurrent, ...sequence })],
    "sigmoid gates, without bias": () => [layers.gru({ ...recurrent, recurrentActivation: "sigmoid", useBias: false, ...sequence })], // prettier-ignore
    "with dropout": () => [layers.gru({ ...recurrent, dropout: 0.2, recurrentDropout: 0.2, ...sequence })], // prettier-ignore
    "with all its states": () => [layers.gru({ ...recurrent, returnSequences: true, ...sequence })], // prettier-ignore
  },
  GRUCell: { "in an RNN": () => rnn(layers.gruCell(recurrent)) },
  GaussianDropout: { "": () => line(layers.gaussianDropout({ rate: 0.3 })) },
  GaussianNoise: { "": () => line(layers.gaussianNoise({ stddev: 0.3 })) },
  GlobalAveragePooling1D: { "": () => conv1d(layers.globalAveragePooling1d({})) },
  GlobalAveragePooling2D: { "": () => conv2d(layers.globalAveragePooling2d({})) },
  GlobalMaxPooling1D: { "": () => conv1d(layers.globalMaxPooling1d({})) },
  GlobalMaxPooling2D: { "": () => conv2d(layers.globalMaxPooling2d({})) },
  InputLayer: { "": () => [layers.inputLayer({ inputShape: [6] }), layers.dense({ units: 3 })] },
  LSTM: {
    "": () => [layers.lstm({ ...recurrent, ...sequence })],
    "sigmoid gates, without bias": () => [layers.lstm({ ...recurrent, recurrentActivation: "sigmoid", useBias: false, ...sequence })], // prettier-ignore
    "two, with all their states": () => [layers.lstm({ ...recurrent, returnSequences: true, ...sequence }), layers.lstm(recurrent)], // prettier-ignore
    "of relu": () => [layers.lstm({ ...recurrent, activation: "relu", ...sequence })],
    "backwards, with dropout": () => [layers.lstm({ ...recurrent, goBackwards: true, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2, ...sequence })], // prettier-ignore
  },
  LSTMCell: { "in an RNN": () => rnn(layers.lstmCell(recurrent)) },
  LayerNormalization: { "": () => conv2d(layers.layerNormalization({})) },
  LeakyReLU: { "": () => line(layers.leakyReLU({})) },
  Masking: { "": () => conv1d(layers.masking({ maskValue: 0.1 }), layers.lstm(recurrent)) },
  MaxPooling1D: { "": () => conv1d(layers.maxPooling1d({ poolSize: 2 })) },
  MaxPooling2D: { "": () => conv2d(layers.maxPooling2d({ poolSize: 2 })) },
  MaxPooling3D: { "": () => conv3d(layers.maxPooling3d({ poolSize: 2 })) },
  Maximum: { "": () => merged(layers.maximum()) },
  Minimum: { "": () => merged(layers.minimum()) },
  Model: { "in a model": () => [tf.model(ends(layers.dense({ units: 3 }))), layers.dense({ units: 2 })] }, // prettier-ignore
  Multiply: { "": () => merged(layers.multiply()) },
  PReLU: { "": () => line(layers.prelu({})) },
  Permute: { "": () => conv2d(layers.permute({ dims: [3, 1, 2] })) },
  RNN: { "of two cells": () => rnn([layers.lstmCell(recurrent), layers.gruCell(recurrent)]) },
  ReLU: { "": () => line(layers.reLU({ maxValue: 0.5 })) },
  RepeatVector: { "": () => line(layers.repeatVector({ n: 3 })) },
  Rescaling: { "": () => conv2d(layers.rescaling({ scale: 0.5, offset: 1 })) },
  Reshape: { "": () => line(layers.reshape({ targetShape: [2, 2] })) },
  SeparableConv2D: {
    "": () => conv2d(layers.separableConv2d({ ...small, depthMultiplier: 2 })),
    dilated: () => conv2d(layers.separableConv2d({ ...small, dilationRate: 2 })),
  },
  Sequential: { "in a model": () => [tf.sequential({ layers: line() }), layers.dense({ units: 2 })] }, // prettier-ignore
  SimpleRNN: { "": () => [layers.simpleRNN({ ...recurrent, ...sequence })] },
  SimpleRNNCell: { "in an RNN": () => rnn(layers.simpleRNNCell(recurrent)) },
  Softmax: { "": () => line(layers.softmax()) },
  SpatialDropout1D: { "": () => conv1d(layers.spatialDropout1d({ rate: 0.3, seed: 2 })) },
  StackedRNNCells: { "in an RNN": () => rnn(layers.stackedRNNCells({ cells: [layers.gruCell(recurrent), layers.simpleRNNCell(recurrent)] }) as Cell) }, // prettier-ignore
  ThresholdedReLU: { "": () => line(layers.thresholdedReLU({ theta: 0.1 })) },
  TimeDistributed: { "": () => [layers.timeDistributed({ layer: layers.conv2d(small), inputShape: [3, 6, 6, 2] })] }, // prettier-ignore
  UpSampling2D: {
    "": () => conv2d(layers.upSampling2d({ size: [2, 2] })),
    bilinear: () => conv2d(layers.upSampling2d({ size: [2, 3], interpolation: "bilinear" })),
  },
  ZeroPadding2D: { "": () => conv2d(layers.zeroPadding2d({ padding: 1 })) },
};

/** What has no case, and why; on the cpu backend alike. */
const others: Record<string, string> = {
  RandomWidth:
    "does not run in a model: its output has -1 columns, and it takes no list of one tensor",
  Resizing: "does not run in a model: its output has no batch, and it takes no list of one tensor",
};

/** Input and output of a model of one layer. */
function ends(layer: Layer) {
  const inputs = tf.input({ shape: [6] });
  return { inputs, outputs: layer.apply(inputs) as tf.SymbolicTensor };
}

type Class = tf.serialization.SerializableConstructor<tf.serialization.Serializable>;
const registry = tf.serialization.SerializationMap.getMap().classNameMap;
const derived = (cls: Class, base: unknown): boolean => cls !== null && (cls === base || derived(Object.getPrototypeOf(cls), base)); // prettier-ignore
/** The names of the classes derived from a base. */
const named = (base: unknown) => Object.entries(registry).filter(([, [cls]]) => derived(cls as Class, base)).map(([name]) => name).sort(); // prettier-ignore
/** The base of a class that is not exported. */
const baseOf = (name: string) => Object.getPrototypeOf(registry[name]![0]);

const SAMPLES = 5;

/** A model with its data: the same numbers on whichever backend is set. */
function setUp(make: Make) {
  const made = make();
  const model = Array.isArray(made) ? tf.sequential({ layers: made }) : made;
  const [, ...shape] = model.inputs[0]!.shape as Shape;
  const words = ["Embedding", "CategoryEncoding"].includes(model.layers[0]!.getClassName());
  const xs = words
    ? tf.randomUniform([SAMPLES, ...shape], 0, 10, "int32", 1)
    : tf.randomUniform([SAMPLES, ...shape], -1, 1, "float32", 1);
  model.trainableWeights.forEach((weight, seed) =>
    weight.write(tf.randomUniform(weight.shape as Shape, -0.6, 0.6, "float32", seed + 1)),
  );
  const out = tf.tidy(() => (model.predict(xs) as tf.Tensor).shape);
  const target = tf.randomUniform(out, -1, 1, "float32", 99);
  const loss = () =>
    tf.tidy(() => {
      const y = model.apply(xs, { training: true }) as tf.Tensor;
      return tf.mean(tf.squaredDifference(y, target)).asScalar();
    });
  const dispose = () => {
    model.dispose();
    tf.dispose([xs, target]);
  };
  return { model, xs, target, loss, dispose };
}

/** Unseeded layers draw from here: with this, the same on each backend. */
async function withoutChance<T>(job: () => T | Promise<T>): Promise<T> {
  const { random } = Math;
  Math.random = () => 0.375;
  try {
    return await job();
  } finally {
    Math.random = random;
  }
}

type Gradients = Float32Array[];

/** The gradients of all trainable weights. */
const gradients = (backend: string, make: Make) =>
  withoutChance(async (): Promise<Gradients> => {
    await tf.setBackend(backend);
    const { model, loss, dispose } = setUp(make);
    const variables = model.trainableWeights.map((weight) => (weight as unknown as { val: tf.Variable }).val); // prettier-ignore
    const { value, grads } = tf.variableGrads(loss, variables);
    const found = variables.map(({ name }) => grads[name]!.dataSync<"float32">().slice());
    tf.dispose([value, grads]);
    dispose();
    return found;
  });

/** The same by central differences, some entries of each weight. */
const differences = (make: Make) =>
  withoutChance(async () => {
    await tf.setBackend("cpu");
    const { model, loss, dispose } = setUp(make);
    const step = 2 ** -6;
    const found = model.trainableWeights.map((weight) => {
      const values = weight.read().dataSync<"float32">().slice();
      const write = (moved: Float32Array) => tf.tidy(() => void weight.write(tf.tensor(moved, weight.shape as Shape))); // prettier-ignore
      const at = (i: number, by: number) => {
        const moved = values.slice();
        moved[i] += by;
        write(moved);
        return tf.tidy(() => loss().dataSync()[0]!);
      };
      const every = Math.ceil(values.length / 12);
      const differences = values.map((_, i) => (i % every === 0 ? (at(i, step) - at(i, -step)) / (2 * step) : NaN)); // prettier-ignore
      write(values);
      return differences;
    });
    dispose();
    return found;
  });

/** The largest distance between gradients, relative to the largest entry of them all. */
function distance(ours: Gradients, theirs: Gradients): number {
  const scale = Math.max(...theirs.flatMap((g) => [...g].map((x) => (x > 0 ? x : -x)).filter((x) => x >= 0))); // prettier-ignore
  assert.ok(scale > 0, "all gradients are zero");
  assert.is(ours.length, theirs.length);
  const off = ours.flatMap((g, w) => [...g].map((x, i) => Math.abs(x - theirs[w]![i]!)).filter((x) => !Number.isNaN(x))); // prettier-ignore
  return Math.max(...off) / scale;
}

/** One step of fit on wasm: it changes weights, and leaves no tensor behind but the optimizer's. */
async function fits(make: Make): Promise<void> {
  await tf.setBackend("wasm");
  const { model, xs, target, dispose } = setUp(make);
  model.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
  const weights = () => model.trainableWeights.map((weight) => [...weight.read().dataSync()]);
  const before = weights();
  await model.fit(xs, target, { epochs: 1, verbose: 0 });
  const tensors = tf.memory().numTensors;
  await model.fit(xs, target, { epochs: 2, verbose: 0 });
  assert.is(tf.memory().numTensors, tensors, "a step leaves tensors behind");
  weights().forEach((weight, i) => {
    assert.ok(weight.every(Number.isFinite));
    // A bias before a batch normalization has no gradient.
    if (model.trainableWeights[i]!.shape.length > 1)
      assert.not.equal(weight, before[i], `${model.trainableWeights[i]!.name} does not learn`);
  });
  dispose();
}

/** The gradients on the cpu backend, unless it refuses. */
async function ofCpu(make: Make): Promise<Gradients | undefined> {
  try {
    return await gradients("cpu", make);
  } catch (error) {
    assert.match(
      (error as Error).message,
      /dilation rates greater than 1|gradient function not found|gradient of input/,
    );
    return undefined;
  }
}

/** Relative to the largest gradient. Sums in another order, through some layers; differences of losses near 1. */
const [BAR, ROUGH] = [1e-5, 1e-3];

/** Whose gradient on the cpu backend is wrong: of a doubled image of 7 x 6 it takes some pixels twice. */
const wrongOnCpu = ["UpSampling2D"];

async function trains(make: Make, kind?: string): Promise<void> {
  await fits(make);
  const ours = await gradients("wasm", make);
  const theirs = wrongOnCpu.includes(kind!) ? undefined : await ofCpu(make);
  const found = theirs ? distance(ours, theirs) : distance(ours, await differences(make));
  assert.ok(found <= (theirs ? BAR : ROUGH), `gradients differ by ${found}${theirs ? "" : " from differences"}`); // prettier-ignore
}

suite("tfjs/train: the registry of tf.layers", (test) => {
  test("every layer class has a case here", () => {
    assert.equal(Object.keys({ ...cases, ...others }).sort(), named(tf.layers.Layer));
  });

  test("a class that is forgotten is seen", () => {
    class Forgotten extends tf.layers.Layer {
      static className = "Forgotten";
    }
    tf.serialization.registerClass(Forgotten as never);
    assert.ok(named(tf.layers.Layer).includes("Forgotten"));
    delete registry["Forgotten"];
    assert.not(named(tf.layers.Layer).includes("Forgotten"));
  });

  for (const kind of Object.keys(others))
    test(`${kind} does not run in a model`, async () => {
      await tf.setBackend("cpu");
      const options = { height: 3, width: 4, factor: 0.5, ...image } as never;
      const layer = kind === "Resizing" ? layers.resizing(options) : layers.randomWidth(options);
      assert.throws(() => tf.sequential({ layers: [layer] }).predict(tf.ones([2, 9, 8, 3])));
    });

  for (const [kind, variants] of Object.entries(cases))
    for (const [variant, make] of Object.entries(variants))
      test(`${kind}${variant && `, ${variant}`}`, () => trains(make, kind));

  for (const activation of named(baseOf("relu")))
    test(`activation ${activation}`, () =>
      trains(() => line(layers.activation({ activation: activation as "relu" }))));
});

suite("tfjs/train: cells of recurrent layers", (test) => {
  const gates = ["hardSigmoid", "sigmoid"] as const;
  for (const kind of ["lstm", "gru"] as const)
    for (const recurrentActivation of gates)
      test(`${kind}, ${recurrentActivation}: the numbers of tf.layers, far out and where they saturate`, async () => {
        const run = async (backend: string) => {
          await tf.setBackend(backend);
          const model = tf.sequential({ layers: [layers[kind]({ ...recurrent, units: 9, recurrentActivation, returnSequences: true, inputShape: [6, 5] })] }); // prettier-ignore
          model.setWeights(model.getWeights().map((weight, i) => tf.randomUniform(weight.shape, -1, 1, "float32", i + 1))); // prettier-ignore
          // From 1e-4 to 30, where tanh is x and where it is 1.
          const scales = tf.tensor3d([1e-4, 1e-2, 0.3, 1, 5, 30], [6, 1, 1]);
          const xs = tf.mul(tf.randomUniform([6, 6, 5], -1, 1, "float32", 9), scales);
          let found!: Float32Array;
          const { kernelNames } = await tf.profile(() => {
            found = tf.tidy(() => (model.predict(xs) as tf.Tensor).dataSync<"float32">().slice());
            return xs;
          });
          // Gradients do not pass where a hard gate saturates.
          const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(model.apply(xs) as tf.Tensor)).asScalar()); // prettier-ignore
          const gradients = model.trainableWeights.map((weight) => grads[(weight as unknown as { val: tf.Variable }).val.name]!.dataSync<"float32">().slice()); // prettier-ignore
          tf.dispose([value, grads, xs, scales]);
          model.dispose();
          return { found, kernelNames, gradients };
        };
        const [ours, cpu] = [await run("wasm"), await run("cpu")];
        assert.ok(distance(ours.gradients, cpu.gradients) <= BAR);
        const ownOf = ({ kernelNames }: typeof ours) => kernelNames.filter((name) => name.startsWith("tfjs-initializers/")); // prettier-ignore
        assert.ok(ownOf(ours).length > 0);
        assert.is(ownOf(cpu).length, 0);
        ours.found.forEach((value, i) => assert.ok(Math.abs(value - cpu.found[i]!) <= 1e-6));
      });

  test("NaN stays NaN", async () => {
    await tf.setBackend("wasm");
    const model = tf.sequential({ layers: [layers.lstm({ ...recurrent, inputShape: [2, 1] })] });
    const found = tf.tidy(() => (model.predict(tf.tensor3d([NaN, 1], [1, 2, 1])) as tf.Tensor).dataSync()); // prettier-ignore
    assert.ok([...found].every(Number.isNaN));
    model.dispose();
  });
});

suite("tfjs/train: optimizers", (test) => {
  const optimizers: Record<string, () => tf.Optimizer> = {
    SGD: () => tf.train.sgd(0.01),
    Momentum: () => tf.train.momentum(0.001, 0.9, true),
    Adagrad: () => tf.train.adagrad(0.01),
    Adadelta: () => tf.train.adadelta(0.01),
    Adam: () => tf.train.adam(0.01),
    Adamax: () => tf.train.adamax(0.01),
    RMSProp: () => tf.train.rmsprop(0.01, 0.9, 0.5, undefined, true),
  };

  test("every one of the registry", () => {
    assert.equal(Object.keys(optimizers).sort(), named(tf.Optimizer));
  });

  for (const [name, make] of Object.entries(optimizers))
    test(`${name}: the steps of the cpu backend; twice the same bits; nothing left after 100`, async () => {
      const run = async (backend: string, steps: number) => {
        await tf.setBackend(backend);
        const { model, xs, target, dispose } = setUp(() => conv2d(layers.flatten(), layers.dense({ units: 2 }))); // prettier-ignore
        model.compile({ optimizer: make(), loss: "meanSquaredError" });
        await model.trainOnBatch(xs, target);
        const tensors = tf.memory().numTensors;
        for (let i = 1; i < steps; i++) await model.trainOnBatch(xs, target);
        assert.is(tf.memory().numTensors, tensors, "a step leaves tensors behind");
        const weights = model.getWeights().map((weight) => weight.dataSync<"float32">().slice());
        dispose();
        model.optimizer.dispose();
        return weights;
      };
      const ours = await run("wasm", 5);
      assert.ok(distance(ours, await run("cpu", 5)) <= 1e-4);
      const [first, second] = [await run("wasm", 100), await run("wasm", 100)];
      assert.ok(first.every((weight) => weight.every(Number.isFinite)));
      assert.equal(first, second);
    });
});

suite("tfjs/train: a small GPT", (test) => {
  const SIZES = { vocabulary: 7, context: 6, width: 8, heads: 2, blocks: 2 };
  /** A text that goes round, and what follows each of its characters. */
  const characters = (shift: number) =>
    tf.tensor2d(
      Array.from({ length: 24 }, (_, i) => (i + shift) % SIZES.vocabulary),
      [4, SIZES.context],
      "int32",
    );
  const following = () => tf.tidy(() => tf.oneHot(characters(1), SIZES.vocabulary));

  test("the gradients of the cpu backend", async () => {
    const run = async (backend: string) => {
      await tf.setBackend(backend);
      const model = transformer(SIZES);
      const [xs, ys] = [characters(0), following()];
      // Larger than the usual beginnings, so that attention is not even.
      model.setWeights(model.getWeights().map((weight, i) => tf.randomUniform(weight.shape, -0.7, 0.7, "float32", i + 1))); // prettier-ignore
      const { value, grads } = tf.variableGrads(() => surprise(ys, model.apply(xs) as tf.Tensor).asScalar()); // prettier-ignore
      const found = model.trainableWeights.map((weight) => grads[(weight as unknown as { val: tf.Variable }).val.name]!.dataSync<"float32">().slice()); // prettier-ignore
      tf.dispose([value, grads, xs, ys]);
      model.dispose();
      return found;
    };
    assert.ok(distance(await run("wasm"), await run("cpu")) <= BAR);
  });

  test("learns; twice the same bits; leaves nothing behind", async () => {
    await tf.setBackend("wasm");
    const run = async () => {
      const model = transformer(SIZES);
      model.compile({ optimizer: tf.train.adam(0.01), loss: surprise });
      const [xs, ys] = [characters(0), following()];
      const losses = [(await model.trainOnBatch(xs, ys)) as number];
      const tensors = tf.memory().numTensors;
      for (let i = 1; i < 100; i++) losses.push((await model.trainOnBatch(xs, ys)) as number);
      assert.is(tf.memory().numTensors, tensors);
      tf.dispose([xs, ys]);
      model.dispose();
      model.optimizer.dispose();
      return losses;
    };
    const losses = await run();
    assert.ok(losses[0]! > 1.8 && losses[99]! < 0.1, `loss ${losses[0]} → ${losses[99]}`);
    assert.equal(await run(), losses);
  });
});
