/** Every kind of layer trains on the wasm backend, with core + layers + backend-wasm alone. */
import "../../src/tfjs/train.ts";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { copies } from "../support/copies.ts";
import { tf } from "../support/wasm.ts";

type Scalar = ReturnType<typeof tf.scalar>;
type Layer = InstanceType<typeof tf.layers.Layer>;

const { layers } = tf;
const [image, sequence, volume] = [{ inputShape: [8, 8, 3] }, { inputShape: [10, 4] }, { inputShape: [6, 6, 6, 2] }]; // prettier-ignore
const small = { filters: 4, kernelSize: 3 };
const conv1d = () => layers.conv1d({ ...small, ...sequence });
const conv2d = () => layers.conv2d({ ...small, ...image });
const conv3d = () => layers.conv3d({ ...small, ...volume });
/** Not orthogonal, which core and layers alone cannot make. */
const recurrentInitializer = "glorotUniform";

/** Layers with weights before them, so that a gradient passes through. */
const kinds: Record<string, () => Layer[]> = {
  conv1d: () => [conv1d(), layers.conv1d({ ...small, strides: 2, padding: "same" })],
  conv2d: () => [conv2d(), layers.conv2d({ ...small, strides: 2, padding: "same" })],
  "conv2d, channels first": () => [
    layers.conv2d({ ...small, dataFormat: "channelsFirst", inputShape: [3, 8, 8] }),
    layers.conv2d({ ...small, dataFormat: "channelsFirst" }),
  ],
  "conv1d, dilated": () => [conv1d(), layers.conv1d({ ...small, dilationRate: 2 })],
  "conv2d, dilated": () => [conv2d(), layers.conv2d({ ...small, dilationRate: 2 })],
  conv2dTranspose: () => [
    layers.conv2dTranspose({ ...small, strides: 2, ...image }),
    layers.conv2dTranspose({ ...small, strides: 2, padding: "same" }),
  ],
  conv3d: () => [conv3d(), layers.conv3d(small)],
  conv3dTranspose: () => [conv3d(), layers.conv3dTranspose({ ...small } as never)],
  lstm: () => [layers.lstm({ units: 4, recurrentInitializer, ...sequence })],
  "timeDistributed over one step": () => [
    layers.timeDistributed({ layer: layers.dense({ units: 4 }), inputShape: [1, 4] }),
    layers.timeDistributed({ layer: layers.dense({ units: 4 }) }),
  ],
  masking: () => [conv1d(), layers.masking({}), layers.lstm({ units: 4, recurrentInitializer })],
  thresholdedReLU: () => [conv2d(), layers.thresholdedReLU({ theta: 0.1 })],
  depthwiseConv2d: () => [
    layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, ...image }),
    layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: "same" }),
  ],
  separableConv2d: () => [
    layers.separableConv2d({ ...small, ...image }),
    layers.separableConv2d({ ...small, depthMultiplier: 2 }),
  ],
  embedding: () => [layers.embedding({ inputDim: 10, outputDim: 4, inputShape: [5] })],
  "embedding, masked": () => [
    layers.embedding({ inputDim: 10, outputDim: 4, maskZero: true, inputShape: [5] }),
    layers.lstm({ units: 4, recurrentInitializer }),
  ],
  convLstm2d: () => [
    layers.convLstm2d({ ...small, recurrentInitializer, inputShape: [3, 8, 8, 2] }),
  ],
  timeDistributed: () => [
    layers.timeDistributed({ layer: layers.conv2d(small), inputShape: [4, 8, 8, 3] }),
  ],
  averagePooling1d: () => [conv1d(), layers.averagePooling1d({ poolSize: 2 })],
  averagePooling2d: () => [conv2d(), layers.averagePooling2d({ poolSize: 2 })],
  averagePooling3d: () => [conv3d(), layers.averagePooling3d({ poolSize: 2 })],
  maxPooling1d: () => [conv1d(), layers.maxPooling1d({ poolSize: 2 })],
  maxPooling2d: () => [conv2d(), layers.maxPooling2d({ poolSize: 2 })],
  maxPooling3d: () => [conv3d(), layers.maxPooling3d({ poolSize: 2 })],
  globalAveragePooling1d: () => [conv1d(), layers.globalAveragePooling1d({})],
  globalAveragePooling2d: () => [conv2d(), layers.globalAveragePooling2d({})],
  globalMaxPooling1d: () => [conv1d(), layers.globalMaxPooling1d({})],
  globalMaxPooling2d: () => [conv2d(), layers.globalMaxPooling2d({})],
  upSampling2d: () => [conv2d(), layers.upSampling2d({ size: [2, 2] })],
  "upSampling2d, bilinear": () => [
    conv2d(),
    layers.upSampling2d({ size: [2, 2], interpolation: "bilinear" }),
  ],
  zeroPadding2d: () => [conv2d(), layers.zeroPadding2d({ padding: 1 })],
  cropping2D: () => [conv2d(), layers.cropping2D({ cropping: [[1, 1], [1, 1]] })], // prettier-ignore
  batchNormalization: () => [conv2d(), layers.batchNormalization({}), layers.reLU()],
  layerNormalization: () => [conv2d(), layers.layerNormalization({})],
  dropout: () => [conv2d(), layers.dropout({ rate: 0.25 })],
  gaussianDropout: () => [conv2d(), layers.gaussianDropout({ rate: 0.25 })],
  prelu: () => [conv2d(), layers.prelu({})],
  leakyReLU: () => [conv2d(), layers.leakyReLU({})],
};

const activations = "elu hardSigmoid relu relu6 selu sigmoid softmax softplus softsign tanh swish mish gelu".split(" "); // prettier-ignore
for (const name of activations)
  kinds[`activation ${name}`] = () => [
    layers.conv2d({ ...small, ...image, activation: name as "relu" }),
  ];

const SAMPLES = 12;

suite("tfjs/train: layers", (test) => {
  for (const [kind, make] of Object.entries(kinds))
    test(kind, async () => {
      const model = tf.sequential({ layers: make() });
      const [, ...shape] = model.inputs[0].shape as number[];
      if (model.outputs[0].shape.length > 2) model.add(layers.flatten());
      model.add(layers.dense({ units: 2 }));
      const words = kind.startsWith("embedding");
      const xs = words
        ? tf.randomUniform([SAMPLES, ...shape], 0, 10, "int32", 1)
        : tf.randomUniform([SAMPLES, ...shape], -1, 1, "float32", 1);
      const ys = tf.randomUniform([SAMPLES, 2], -1, 1, "float32", 2);
      model.trainableWeights.forEach((weight, seed) =>
        weight.write(tf.randomUniform(weight.shape as number[], -0.4, 0.4, "float32", seed + 1)),
      );
      const weights = () => model.getWeights().map((weight) => weight.dataSync().slice());
      const loss = () => tf.tidy(() => (model.evaluate(xs, ys) as Scalar).dataSync()[0]);
      const before = weights();

      model.compile({ optimizer: tf.train.adam(0.01), loss: "meanSquaredError" });
      const first = loss();
      await model.fit(xs, ys, { epochs: 1, verbose: 0 });
      const tensors = tf.memory().numTensors;
      await model.fit(xs, ys, { epochs: 12, verbose: 0 });
      assert.is(tf.memory().numTensors, tensors, "a step leaves tensors behind");

      const last = loss();
      assert.ok(last < first, `loss ${first} → ${last}`);
      weights().forEach((weight, at) =>
        assert.ok(
          weight.some((value, i) => value !== before[at][i]),
          `${model.weights[at].name} does not learn`,
        ),
      );
      model.dispose();
      tf.dispose([xs, ys]);
    });

  test("a second copy of core and layers trains, too", async () => {
    const [core, tfl] = copies("@tensorflow/tfjs-core", "@tensorflow/tfjs-layers");
    const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ ...small, ...image, kernelInitializer: seeded(1) }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 1, kernelInitializer: seeded(2) }),
      ],
    });
    model.compile({ optimizer: core.train.adam(0.001), loss: "meanSquaredError" });
    // A target far away: all steps of Adam are of one length, and would overshoot one that was nearly met.
    const [xs, ys] = [core.ones([4, 8, 8, 3]), core.fill([4, 1], 10)];
    const { history } = await model.fit(xs, ys, { epochs: 2, verbose: 0 });
    assert.ok(history.loss[1] < history.loss[0], `loss ${history.loss}`);
  });
});
