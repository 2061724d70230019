/** Small models with every kind of group: streams, concatenations, gates, sequences, attention, shared and nested layers. */
import { diversityPenalty } from "../../src/tfjs/index.ts";
import { tf } from "./wasm.ts";

const { layers: L } = tf;

type Model = InstanceType<typeof tf.LayersModel>;
type Tensor = ReturnType<typeof tf.tensor>;
/** What layers are applied to, without the types of tf.layers, which know neither one from several nor names of ours. */
type T = any; // eslint-disable-line

export const models: Record<string, () => Model> = {
  resnet() {
    const x = tf.input({ shape: [8, 8, 3] });
    let s: T = L.conv2d({ filters: 4, kernelSize: 3, padding: "same", name: "stem" }).apply(x);
    for (const i of [0, 1]) {
      let y: T = L.batchNormalization().apply(s);
      y = L.activation({ activation: "relu" }).apply(y);
      y = L.conv2d({ filters: 4, kernelSize: 3, padding: "same", name: "a" + i }).apply(y);
      y = L.batchNormalization().apply(y);
      y = L.reLU().apply(y);
      y = L.conv2d({ filters: 4, kernelSize: 3, padding: "same", name: "b" + i }).apply(y);
      s = L.add().apply([s, y]);
    }
    let y: T = L.conv2d({ filters: 6, kernelSize: 1, strides: 2, name: "down" }).apply(s);
    let z: T = L.conv2d({
      filters: 6,
      kernelSize: 3,
      strides: 2,
      padding: "same",
      name: "main",
    }).apply(s);
    s = L.add().apply([y, z]);
    s = L.globalAveragePooling2d({}).apply(s);
    return tf.model({ inputs: x, outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
  densenet() {
    const x = tf.input({ shape: [8, 8, 3] });
    let s: T = L.conv2d({ filters: 4, kernelSize: 3, padding: "same", name: "stem" }).apply(x);
    for (const i of [0, 1, 2]) {
      let y: T = L.batchNormalization().apply(s);
      y = L.activation({ activation: "relu" }).apply(y);
      y = L.conv2d({ filters: 3, kernelSize: 3, padding: "same", name: "a" + i }).apply(y);
      s = L.concatenate().apply([s, y]);
    }
    s = L.flatten().apply(s);
    return tf.model({ inputs: x, outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
  mobilenet() {
    const x = tf.input({ shape: [8, 8, 3] });
    let s: T = L.conv2d({ filters: 4, kernelSize: 3, padding: "same", name: "stem" }).apply(x);
    let y: T = L.conv2d({ filters: 8, kernelSize: 1, name: "expand" }).apply(s);
    y = L.batchNormalization().apply(y);
    y = L.reLU({ maxValue: 6 }).apply(y);
    y = L.depthwiseConv2d({ kernelSize: 3, padding: "same", depthMultiplier: 2, name: "dw" }).apply(
      y,
    );
    y = L.activation({ activation: "relu6" }).apply(y);
    y = L.conv2d({ filters: 4, kernelSize: 1, name: "project" }).apply(y);
    s = L.add().apply([s, y]);
    // squeeze and excite
    let e: T = L.globalAveragePooling2d({}).apply(s);
    e = L.dense({ units: 2, activation: "relu", name: "squeeze" }).apply(e);
    e = L.dense({ units: 4, activation: "sigmoid", name: "excite" }).apply(e);
    e = L.reshape({ targetShape: [1, 1, 4] }).apply(e);
    s = L.multiply().apply([s, e]);
    s = L.separableConv2d({
      filters: 5,
      kernelSize: 3,
      padding: "same",
      depthMultiplier: 2,
      activation: "relu",
      name: "sep",
    }).apply(s);
    s = L.conv2dTranspose({
      filters: 4,
      kernelSize: 3,
      strides: 2,
      padding: "same",
      name: "up",
      activation: "relu",
    }).apply(s);
    s = L.prelu({ sharedAxes: [1, 2] }).apply(s);
    s = L.upSampling2d({ size: [2, 2] }).apply(s);
    s = L.separableConv2d({
      filters: 3,
      kernelSize: 3,
      padding: "same",
      activation: "relu",
      name: "sep2",
    }).apply(s);
    s = L.globalMaxPooling2d({}).apply(s);
    return tf.model({ inputs: x, outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
  lstm() {
    const x = tf.input({ shape: [6] });
    let s: T = L.embedding({ inputDim: 9, outputDim: 4, name: "emb" }).apply(x);
    s = L.conv1d({
      filters: 5,
      kernelSize: 3,
      padding: "same",
      dilationRate: 2,
      activation: "relu",
      name: "c1",
    }).apply(s);
    s = L.maxPooling1d({ poolSize: 2 }).apply(s);
    s = L.conv1d({ filters: 5, kernelSize: 2, activation: "tanh", name: "c2" }).apply(s);
    s = L.averagePooling1d({ poolSize: 2, strides: 1, padding: "same" }).apply(s);
    s = L.lstm({
      units: 4,
      returnSequences: true,
      name: "lstm",
      unitForgetBias: true,
      recurrentInitializer: "glorotNormal",
    }).apply(s);
    s = L.bidirectional({
      layer: L.gru({ units: 3, returnSequences: true, recurrentInitializer: "glorotNormal" }) as T,
      mergeMode: "concat",
      name: "bi",
    }).apply(s);
    s = L.timeDistributed({ layer: L.dense({ units: 4, activation: "relu" }), name: "td" }).apply(
      s,
    );
    s = L.bidirectional({
      layer: L.lstm({ units: 3, returnSequences: true, recurrentInitializer: "glorotNormal" }) as T,
      mergeMode: "mul",
      name: "bm",
    }).apply(s);
    s = L.simpleRNN({
      units: 4,
      name: "rnn",
      recurrentInitializer: "glorotNormal",
      activation: "relu",
    }).apply(s);
    s = L.dense({ units: 4, activation: "elu", name: "d" }).apply(s);
    return tf.model({ inputs: x, outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
  transformer() {
    const x = tf.input({ shape: [5] });
    let s: T = L.embedding({ inputDim: 9, outputDim: 4, name: "emb" }).apply(x);
    const n: T = L.layerNormalization().apply(s);
    const [q, k, v] = ["q", "k", "v"].map((name) => L.dense({ units: 4, name }).apply(n) as T);
    let a: T = L.dot({ axes: [2, 2] }).apply([q, k]);
    a = L.softmax({ axis: -1 }).apply(a);
    a = L.dot({ axes: [2, 1] }).apply([a, v]);
    a = L.dense({ units: 4, name: "o" }).apply(a);
    s = L.add().apply([s, a]);
    let f: T = L.layerNormalization().apply(s);
    f = L.dense({ units: 8, activation: "swish", name: "ffn" }).apply(f);
    f = L.dense({ units: 4, name: "ffn2" }).apply(f);
    s = L.add().apply([s, f]);
    s = L.layerNormalization({ name: "lnf" }).apply(s);
    s = L.globalAveragePooling1d({}).apply(s);
    return tf.model({ inputs: x, outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
  nested() {
    const inner = tf.sequential({
      name: "inner",
      layers: [
        L.dense({ units: 5, inputShape: [4], activation: "relu", name: "h" }),
        L.dense({ units: 4, name: "e", activation: "relu" }),
      ],
    });
    const [x, y] = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
    const first = L.dense({ units: 4, activation: "relu", name: "first" });
    const [a, b] = [x, y].map((one) => inner.apply(first.apply(one) as T) as T);
    let s: T = L.maximum().apply([a, b]);
    s = L.average().apply([s, a]);
    s = L.gaussianNoise({ stddev: 0.1 }).apply(s);
    s = diversityPenalty({ lambda: 0.1 }).apply(s);
    const one = L.dense({ units: 3, name: "out" }).apply(s) as T;
    const two = L.dense({ units: 2, name: "out2" }).apply(b) as T;
    return tf.model({ inputs: [x, y], outputs: [one, two] });
  },
  tdmodel() {
    const inner = tf.sequential({
      name: "inner",
      layers: [
        L.conv1d({ filters: 4, kernelSize: 2, inputShape: [5, 3], name: "c", activation: "relu" }),
        L.batchNormalization({}),
        L.flatten(),
        L.dense({ units: 4, name: "e", activation: "relu" }),
      ],
    });
    const x = tf.input({ shape: [4, 5, 2] });
    let s: T = L.dense({ units: 3, name: "first", activation: "relu" }).apply(x);
    s = L.timeDistributed({ layer: inner as T, name: "td" }).apply(s);
    s = L.permute({ dims: [2, 1] }).apply(s);
    s = L.dense({ units: 4, name: "mix", activation: "relu" }).apply(s);
    s = L.permute({ dims: [2, 1] }).apply(s);
    s = L.reshape({ targetShape: [2, 2, 4] }).apply(s);
    s = L.conv2d({ filters: 3, kernelSize: 2, name: "last" }).apply(s);
    s = L.flatten().apply(s);
    return tf.model({ inputs: x, outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
  volumes() {
    const x = tf.input({ shape: [4, 6, 6, 2] });
    const recurrent = L.convLstm2d({
      filters: 3,
      kernelSize: 3,
      padding: "same",
      returnSequences: true,
      recurrentInitializer: "glorotNormal",
      unitForgetBias: true,
      name: "clstm",
    });
    let s: T = recurrent.apply(x);
    s = L.conv3d({ filters: 3, kernelSize: 2, padding: "same", name: "c3", activation: "relu" }).apply(s); // prettier-ignore
    s = L.conv3dTranspose({ filters: 3, kernelSize: 2, strides: 1, name: "t3", activation: "tanh" }).apply(s); // prettier-ignore
    s = L.timeDistributed({ layer: L.conv2d({ filters: 3, kernelSize: 3, activation: "relu" }), name: "td" }).apply(s); // prettier-ignore
    s = L.timeDistributed({ layer: L.globalAveragePooling2d({}) as T, name: "pool" }).apply(s);
    s = L.flatten().apply(s);
    return tf.model({ inputs: x, outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
  decoder() {
    const x = tf.input({ shape: [5] });
    let s: T = L.dense({ units: 24, activation: "relu", name: "code" }).apply(x);
    s = L.batchNormalization().apply(s);
    s = L.reshape({ targetShape: [2, 4, 3] }).apply(s);
    s = L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, name: "up", activation: "relu" }).apply(s); // prettier-ignore
    const heads: T = L.reshape({ targetShape: [45, 2, 2] }).apply(s);
    s = L.conv2d({ filters: 3, kernelSize: [3, 1], name: "last", activation: "relu" }).apply(heads);
    s = L.flatten().apply(s);
    return tf.model({ inputs: x, outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
  states() {
    const [x, y] = [tf.input({ shape: [4, 3] }), tf.input({ shape: [5, 2] })];
    const kernel = { recurrentInitializer: "glorotNormal" } as const;
    const both = (name: string, mergeMode: T) =>
      L.bidirectional({ layer: L.gru({ units: 3, returnSequences: true, ...kernel }) as T, mergeMode, name }); // prettier-ignore
    let s: T = L.average().apply([both("sum", "sum").apply(x) as T, both("ave", "ave").apply(x) as T]); // prettier-ignore
    s = L.repeatVector({ n: 2 }).apply(L.globalMaxPooling1d({}).apply(s));
    s = L.spatialDropout1d({ rate: 0 } as T).apply(s);
    s = L.simpleRNN({ units: 3, returnSequences: true, name: "rnn", ...kernel }).apply(s);
    const encoder = L.lstm({ units: 4, returnState: true, name: "encoder", ...kernel });
    const [, h, c] = encoder.apply(s) as T[];
    // Behind a layer with initial states, TensorFlow.js gives these states to other recurrent layers, too.
    const decoder = L.lstm({ units: 4, name: "decoder", ...kernel });
    s = decoder.apply(y, { initialState: [h, c] });
    return tf.model({ inputs: [x, y], outputs: L.dense({ units: 3, name: "out" }).apply(s) as T });
  },
};

/** A batch for a model with any inputs and outputs. */
export function batchFor(model: Model, size: number): { xs: Tensor[]; ys: Tensor[] } {
  const words = model.layers.some((layer) => layer.getClassName() === "Embedding");
  const shapeOf = ({ shape }: { shape: (number | null)[] }) => [
    size,
    ...(shape.slice(1) as number[]),
  ];
  return {
    xs: model.inputs.map((input, seed) => {
      const normal = tf.randomNormal(shapeOf(input), 0, 1, "float32", seed + 1);
      return words ? tf.floor(tf.randomUniform(shapeOf(input), 0, 9, "float32", seed + 1)) : normal;
    }),
    ys: model.outputs.map((output, seed) =>
      tf.randomNormal(shapeOf(output), 0, 1, "float32", seed + 9),
    ),
  };
}

/** The largest ‖f − g‖ / ‖f‖ of the outputs of two models. */
export function apart(f: Model, g: Model, xs: Tensor[]): number {
  return tf.tidy(() => {
    const [a, b] = [f, g].map((model) => [model.predict(xs)].flat() as Tensor[]);
    return Math.max(...a.map((x, i) => tf.div(tf.norm(tf.sub(x, b[i])), tf.norm(x)).dataSync()[0]));
  });
}
