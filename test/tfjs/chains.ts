/** Small networks with a layer "a" to grow, for every kind of way from it to what consumes its units. */
import { normal } from "../../src/linalg/normal.ts";
import { tf } from "./wasm.ts";

type Layer = InstanceType<typeof tf.layers.Layer>;
type Model = InstanceType<typeof tf.LayersModel>;

const { layers: L } = tf;
type Conv = Parameters<typeof L.conv2d>[0];

/** Conv2d "a" of 4 channels on 11 x 12 images, `between`, and what comes behind. */
const image = (conv: Partial<Conv>, between: () => Layer[]) => () => [
  L.conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu", name: "a", inputShape: [11, 12, 2], ...conv }), // prettier-ignore
  ...between(),
];

const conv = (args: Partial<Conv> = {}) =>
  L.conv2d({ filters: 5, kernelSize: 3, padding: "same", activation: "tanh", ...args });

/** … into a conv2d. */
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

/** All pairs of convolutions. */
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

/** All layers that may be between, and all consumers. */
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
  "leaky relu": toConv({ activation: "linear" }, () => [L.leakyReLU({ alpha: 0.2 })]),
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

type Optimizer = string | InstanceType<typeof tf.Optimizer>;

/** The network of these layers with an output of three, compiled, its weights and moving averages drawn. */
export function build(layers: Layer[], optimizer: Optimizer = "sgd"): Model {
  return drawn(
    tf.sequential({ layers: [...layers, L.dense({ units: 3, name: "out" })] }),
    optimizer,
  );
}

/** All weights drawn anew by a seed, and the model compiled. */
export function drawn(model: Model, optimizer: Optimizer = "sgd"): Model {
  model.compile({ optimizer, loss: "meanSquaredError" });
  tf.tidy(() =>
    model.weights.forEach((weight, seed) => {
      const shape = weight.shape as number[];
      const size = shape.reduce((product, length) => product * length, 1);
      const kernel = weight.originalName.endsWith("kernel");
      // Kernels as He's, scales and variances about 1, biases about 0.
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

/** A batch for a model, by a seed. */
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
