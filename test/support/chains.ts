/** Small networks with a layer "a" to grow, for every kind of chain from this layer to the consumers of its units. */
import { normal } from "../../src/linalg/normal.ts";
import { diversityPenalty } from "../../src/tfjs/index.ts";
import { tf } from "./wasm.ts";

type Layer = InstanceType<typeof tf.layers.Layer>;
type Model = InstanceType<typeof tf.LayersModel>;

const { layers: L } = tf;
type Conv = Parameters<typeof L.conv2d>[0];

/** Layers of a network: conv2d "a" of 4 channels on 11 x 12 images, then the layers `between`, consumer included. */
const image = (conv: Partial<Conv>, between: () => Layer[]) => () => [
  L.conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu", name: "a", inputShape: [11, 12, 2], ...conv }), // prettier-ignore
  ...between(),
];

const conv = (args: Partial<Conv> = {}) =>
  L.conv2d({ filters: 5, kernelSize: 3, padding: "same", activation: "tanh", ...args });

/** Like `image`, with a conv2d as the consumer. */
const toConv = (first: Partial<Conv>, between: () => Layer[] = () => [], second?: Partial<Conv>) =>
  image(first, () => [...between(), conv(second), L.flatten()]);

const kernels: Partial<Conv>[] = [
  { kernelSize: 3, padding: "same" },
  { kernelSize: [2, 3], padding: "valid" },
  { kernelSize: 3, padding: "same", strides: 2 },
  { kernelSize: 1, padding: "same" },
  { kernelSize: [3, 4], padding: "valid", strides: [1, 2] },
  { kernelSize: [4, 2], padding: "same", strides: [2, 1] },
  { kernelSize: 5, padding: "same" },
];

const label = ({ kernelSize, padding, strides = 1 }: Partial<Conv>) =>
  `${[kernelSize].flat().join("x")} ${padding} /${[strides].flat().join("x")}`;

/** Networks with two convolutions, for all pairs of these kernels. */
export const pairs: Record<string, () => Layer[]> = Object.fromEntries(
  kernels.flatMap((first) =>
    kernels.map((second) => [
      `${label(first)} → ${label(second)}`,
      toConv(first, undefined, second),
    ]),
  ),
);

const dense = (...between: (() => Layer)[]) => [
  L.dense({ units: 5, activation: "relu", name: "a", inputShape: [6] }),
  ...between.map((layer) => layer()),
  L.dense({ units: 4, activation: "tanh" }),
];

/** One network for each layer that may be in between, and one for each consumer. */
export const kinds: Record<string, () => Layer[]> = {
  dense: () => dense(),
  "dense, batch normalization": () => dense(() => L.batchNormalization()),
  "dense, no bias, activation apart": () => [
    L.dense({ units: 5, useBias: false, name: "a", inputShape: [6] }),
    L.batchNormalization(),
    L.activation({ activation: "relu" }),
    L.dropout({ rate: 0.5 }),
    L.dense({ units: 4, activation: "tanh" }),
  ],
  "dense, noise and a penalty": () =>
    dense(
      () => L.gaussianNoise({ stddev: 0.5 }),
      () => L.alphaDropout({ rate: 0.5 }),
      () => diversityPenalty({ penalty: "deCov", lambda: 0.1 }),
    ),
  "dense over time, flattened": () => [
    L.dense({ units: 5, activation: "swish", name: "a", inputShape: [7, 6] }),
    L.flatten(),
    L.dense({ units: 4 }),
  ],
  "dense over time, dense over time": () => [
    L.dense({ units: 5, activation: "elu", name: "a", inputShape: [7, 6] }),
    L.dense({ units: 4, activation: "tanh" }),
    L.flatten(),
  ],
  "dense, one unit": () => [
    L.dense({ units: 5, activation: "selu", name: "a", inputShape: [6] }),
    L.dense({ units: 1 }),
  ],
  conv: toConv({}),
  "conv, the layer apart": toConv({ activation: "linear", useBias: false }, () => [
    L.batchNormalization(),
    L.reLU(),
  ]),
  "conv, batch normalization from Keras": toConv({}, () => [
    L.batchNormalization({ axis: [3] as never }),
  ]),
  "leaky relu": toConv({ activation: "linear" }, () => [L.leakyReLU({ alpha: 0.2 })]),
  "prelu, a slope for each channel": toConv({ activation: "linear" }, () => [
    L.prelu({ sharedAxes: [1, 2] }),
  ]),
  relu6: toConv({ activation: "relu6" }),
  "relu6, the layer apart": () => [
    L.dense({ units: 5, name: "a", inputShape: [6] }),
    L.reLU({ maxValue: 6 }),
    L.dense({ units: 4, activation: "tanh" }),
  ],
  "max pooling": toConv({}, () => [L.maxPooling2d({ poolSize: 2 })]),
  "max pooling, overlapping": toConv({}, () => [
    L.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
  ]),
  "average pooling": toConv({}, () => [
    L.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
    L.batchNormalization(),
  ]),
  depthwise: toConv({}, () => [
    L.depthwiseConv2d({ kernelSize: 3, padding: "same", strides: 2, activation: "relu" }),
  ]),
  "depthwise, even, valid": toConv({}, () => [L.depthwiseConv2d({ kernelSize: [2, 4] })]),
  "zero padding, cropping": toConv({}, () => [
    L.zeroPadding2d({ padding: 2 }),
    L.cropping2D({ cropping: [[1, 0], [0, 2]] }), // prettier-ignore
  ]),
  flatten: image({}, () => [L.flatten()]),
  "flatten, batch normalization": image({}, () => [L.flatten(), L.batchNormalization()]),
  "max pooling, flatten": image({}, () => [
    L.maxPooling2d({ poolSize: 2, padding: "same" }),
    L.gaussianDropout({ rate: 0.1 }),
    L.flatten(),
  ]),
  "global average": image({}, () => [L.globalAveragePooling2d({})]),
  "global max": image({}, () => [L.globalMaxPooling2d({})]),
};

/** Networks with dilated convolutions: the grown layer, its consumer, the layers between, or all of them. */
export const dilated: Record<string, () => Layer[]> = {
  "dilated consumer": toConv({}, undefined, { dilationRate: 2 }),
  "dilated consumer, uneven, valid": toConv({}, undefined, {
    kernelSize: [2, 3],
    padding: "valid",
    dilationRate: [3, 2],
  }),
  "dilated consumer behind pooling": toConv(
    { strides: 2 },
    () => [L.averagePooling2d({ poolSize: 2, strides: 1, padding: "same" })],
    { dilationRate: [1, 2] },
  ),
  "dilated grown layer": toConv({ dilationRate: 2 }),
  "both dilated": toConv({ dilationRate: [2, 1] }, undefined, { kernelSize: 2, dilationRate: 3 }),
  "dilated depthwise between": toConv({}, () => [
    L.depthwiseConv2d({ kernelSize: [3, 2], padding: "same", dilationRate: 2 }),
  ]),
};

/**
 * The same network without dilations: its convolutions have zeros between their taps. TensorFlow.js has gradients
 * only for such convolutions.
 */
export function undilated(model: Model): Model {
  const gaps = new Map<string, [number, number]>();
  const layers = model.layers.map((layer) => {
    const config = layer.getConfig();
    const { kernelSize, dilationRate } = config as Record<string, [number, number]>;
    // tf.layers ignores the dilation rate of depthwise layers.
    if (layer.getClassName() === "Conv2D" && dilationRate.some((rate) => rate !== 1)) {
      gaps.set(layer.name, dilationRate);
      config["kernelSize"] = kernelSize.map((size, i) => (size - 1) * dilationRate[i] + 1);
      config["dilationRate"] = [1, 1];
    }
    // TensorFlow.js has written the regularizer there.
    if ("depthwiseConstraint" in config) config["depthwiseConstraint"] = null;
    const cls = layer.constructor as unknown as { fromConfig(cls: unknown, config: object): Layer };
    return cls.fromConfig(cls, config);
  });
  const twin = tf.sequential({ layers });
  tf.tidy(() => {
    for (const layer of model.layers) {
      const gap = gaps.get(layer.name);
      const weights = layer.getWeights().map((weight) => (gap && weight.rank === 4 ? spread(weight, gap) : weight)); // prettier-ignore
      twin.getLayer(layer.name).setWeights(weights);
    }
  });
  twin.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return twin;
}

/** A filter with zeros between its taps. */
function spread(filter: ReturnType<typeof tf.tensor>, [dy, dx]: readonly [number, number]) {
  const [height, width, channels, out] = filter.shape;
  const [rows, cols] = [(height - 1) * dy + 1, (width - 1) * dx + 1];
  const [each, from] = [channels * out, filter.dataSync()];
  const data = new Float32Array(rows * cols * each);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const tap = (i * width + j) * each;
      data.set(from.subarray(tap, tap + each), (i * dy * cols + j * dx) * each);
    }
  }
  return tf.tensor(data, [rows, cols, channels, out]);
}

type Optimizer = string | InstanceType<typeof tf.Optimizer>;

/** The compiled network of these layers and an output of three units; weights and moving averages are random. */
export function build(layers: Layer[], optimizer: Optimizer = "sgd"): Model {
  return drawn(
    tf.sequential({ layers: [...layers, L.dense({ units: 3, name: "out" })] }),
    optimizer,
  );
}

/** Draws all weights of a model from a seed, and compiles the model. */
export function drawn(model: Model, optimizer: Optimizer = "sgd"): Model {
  model.compile({ optimizer, loss: "meanSquaredError" });
  tf.tidy(() =>
    model.weights.forEach((weight, seed) => {
      const shape = weight.shape as number[];
      const size = shape.reduce((product, length) => product * length, 1);
      const kernel = weight.originalName.endsWith("kernel");
      // Kernels by He's rule, scales and variances near 1, biases near 0.
      const about = /gamma|variance/.test(weight.originalName) ? 1 : 0;
      const spread = kernel ? Math.sqrt((2 * shape.at(-1)!) / size) : 0.2;
      const values = normal(1, size, { seed }).data.map((x) =>
        about ? about + spread * Math.abs(x) : spread * x,
      );
      weight.write(tf.tensor(values, shape));
    }),
  );
  return model;
}

/** A random batch for a model, from a seed. */
export function batch(model: Model, size: number, seed = 1) {
  const draw = (shape: (number | null)[], seed: number) => {
    const full = [size, ...(shape.slice(1) as number[])];
    const count = full.reduce((product, length) => product * length, 1);
    return tf.tensor(normal(1, count, { seed }).data, full);
  };
  return {
    xs: draw(model.inputs[0].shape, seed),
    ys: draw(model.outputs[0].shape, seed + 1),
  };
}

/** ‖f − g‖ / ‖f‖ on a batch. */
export function distance(f: Model, g: Model, xs: ReturnType<typeof tf.tensor>): number {
  return tf.tidy(() => {
    const [a, b] = [f, g].map((model) => model.predict(xs) as typeof xs);
    return tf.div(tf.norm(tf.sub(a, b)), tf.norm(a)).dataSync()[0];
  });
}
