/** Random models: a list of choices, drawn by fast-check, becomes a graph of every kind of layer that growth knows. */
import fc from "fast-check";
import type { SymbolicTensor } from "@tensorflow/tfjs-layers";
import { normal } from "../../src/linalg/normal.ts";
import { diversityPenalty } from "../../src/tfjs/index.ts";
import { drawn } from "./chains.ts";
import { tf } from "./wasm.ts";

type Layer = InstanceType<typeof tf.layers.Layer>;
type Model = InstanceType<typeof tf.LayersModel>;
type Tensor = ReturnType<typeof tf.tensor>;

const { layers: L } = tf;

/** What comes next in a graph: each number is taken modulo the number of possibilities. */
interface Choice {
  /** The block that comes next. */
  readonly block: number;
  /** Its number of units. */
  readonly units: number;
  /** Its other attributes. */
  readonly variant: number;
}

export interface Graph {
  readonly start: number;
  readonly blocks: readonly Choice[];
  /** Whether there is a second output, in the middle. */
  readonly twice: boolean;
}

export const graphs: fc.Arbitrary<Graph> = fc.record({
  start: fc.nat({ max: 5 }),
  blocks: fc.array(
    fc.record({
      block: fc.nat({ max: 9999 }),
      units: fc.integer({ min: 2, max: 5 }),
      variant: fc.nat({ max: 999 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  twice: fc.boolean(),
});

const through = (x: SymbolicTensor, ...chain: Layer[]) =>
  chain.reduce((x, layer) => layer.apply(x) as SymbolicTensor, x);
const merged = (layer: Layer, ...parts: SymbolicTensor[]) => layer.apply(parts) as SymbolicTensor;
const one = <T>(list: readonly T[], choice: number) => list[choice % list.length];
const channels = (x: SymbolicTensor) => x.shape.at(-1)!;

const activations = ["relu", "tanh", "elu", "linear", "sigmoid", "swish", "selu", "softplus"];
const activation = (variant: number) => one(activations, variant) as "relu";

/** Layers that channels pass through, at any rank; the shape stays. */
const passing: readonly ((variant: number) => Layer)[] = [
  (variant) => L.activation({ activation: activation(variant) }),
  () => L.reLU({ maxValue: 6 }),
  () => L.leakyReLU({ alpha: 0.2 }),
  () => L.elu({}),
  () => L.dropout({ rate: 0.3 }),
  () => L.gaussianNoise({ stddev: 0.1 }),
  () => L.gaussianDropout({ rate: 0.1 }),
  () => L.alphaDropout({ rate: 0.1 }),
  () => L.batchNormalization(),
  () => L.batchNormalization(),
  () => L.layerNormalization(),
  () => diversityPenalty({ penalty: "deCov", lambda: 0.01 }),
];

type Merge = "add" | "average" | "maximum" | "minimum" | "multiply";
const merges: readonly Merge[] = ["add", "add", "average", "maximum", "minimum", "multiply"];

/** A layer with units of its own that keeps the positions. */
function producer(x: SymbolicTensor, units: number, variant: number): Layer {
  const f = activation(variant);
  if (x.shape.length === 2) return L.dense({ units, activation: f });
  if (x.shape.length === 3) {
    const kinds = [
      () => L.dense({ units, activation: f }),
      () => L.conv1d({ filters: units, kernelSize: 3, padding: "same", activation: f }),
      () => recurrent(units, true, variant),
      () => L.timeDistributed({ layer: L.dense({ units, activation: f }) }),
    ];
    return one(kinds, variant >> 3)();
  }
  const args = { filters: units, padding: "same", activation: f } as const;
  return one(
    [
      () => L.conv2d({ ...args, kernelSize: 3 }),
      () => L.conv2d({ ...args, kernelSize: [1, 2], useBias: false }),
      () => L.separableConv2d({ ...args, kernelSize: 2 }),
      () => L.conv2dTranspose({ ...args, kernelSize: 3 }),
      () => L.dense({ units, activation: f }),
    ],
    variant >> 3,
  )();
}

function recurrent(units: number, returnSequences: boolean, variant: number): Layer {
  // Orthogonal recurrent kernels, the default, need the union package.
  const args = { units, returnSequences, recurrentInitializer: "glorotNormal" } as const;
  const half = { ...args, units: units / 2 };
  const both = (layer: Layer, mergeMode: "concat" | "sum") =>
    L.bidirectional({ layer: layer as never, mergeMode });
  return one(
    [
      () => L.lstm(args),
      () => L.gru(args),
      () => L.simpleRNN(args),
      () => (units % 2 ? both(L.gru(args), "sum") : both(L.gru(half), "concat")),
      () => (units % 2 ? both(L.lstm(args), "sum") : both(L.simpleRNN(half), "concat")),
    ],
    variant >> 2,
  )();
}

type Block = (x: SymbolicTensor, choice: Choice) => SymbolicTensor;

/** Blocks for every rank. */
const common: readonly Block[] = [
  (x, { units, variant }) => through(x, producer(x, units, variant)),
  (x, { units, variant }) => through(x, producer(x, units, variant)),
  (x, { variant }) => through(x, one(passing, variant)(variant >> 4)),
  (x, { variant }) => through(x, one(passing, variant)(variant >> 4)),
  // Residual: what comes in, and a branch of the same size.
  (x, { units, variant }) => {
    const start = variant % 2 ? x : through(x, L.batchNormalization());
    const middle = through(start, producer(start, units, variant), one(passing, variant)(variant));
    const branch = through(middle, producer(middle, channels(x), variant >> 1));
    return merged(L[one(merges, variant >> 2)]({}), x, branch);
  },
  // Two branches of the same size.
  (x, { units, variant }) => {
    const left = through(x, producer(x, units, variant));
    const right = through(x, producer(x, units, variant >> 4), one(passing, variant)(variant));
    return merged(L[one(merges, variant >> 1)]({}), left, right);
  },
  // As in DenseNet, or branches of several sizes as in Inception.
  (x, { units, variant }) => {
    const left = variant % 2 ? x : through(x, producer(x, units + 1, variant >> 2));
    const parts = [left, through(x, producer(x, units, variant >> 1))];
    return merged(L.concatenate({}), ...(variant % 4 < 2 ? parts : parts.reverse()));
  },
  // A layer that is shared.
  (x, { units, variant }) => {
    const shared = producer(x, units, variant);
    const other = through(x, L.activation({ activation: "tanh" }));
    return merged(one([L.add, L.concatenate], variant)({}), through(x, shared), through(other, shared)); // prettier-ignore
  },
  // A nested model, which may be shared.
  (x, { units, variant }) => {
    const inputs = tf.input({ shape: x.shape.slice(1) });
    const hidden = through(inputs, producer(inputs, units + 1, variant));
    const outputs = through(hidden, producer(hidden, units, variant >> 2));
    const inner = tf.model({ inputs, outputs, name: `inner${++nested}` });
    if (variant % 3 > 0) return through(x, inner);
    const other = through(x, L.elu({}));
    return merged(L.concatenate({}), through(x, inner), through(other, inner));
  },
];

/** Nested models have names of their own, for addresses. */
let nested = 0;

/** Blocks for vectors, sequences and images, besides those for all. */
const special: Readonly<Record<number, readonly Block[]>> = {
  2: [
    (x, { units }) => through(x, L.repeatVector({ n: units })),
    (x, { units, variant }) =>
      through(x, L.dense({ units: 4 * units, activation: activation(variant) }), L.reshape({ targetShape: one([[4, units], [2, 2, units]], variant) })), // prettier-ignore
    (x) => through(x, L.prelu({})),
  ],
  3: [
    (x) => through(x, L.flatten()),
    // Attention: each position gathers values by the products of its query with all keys.
    (x, { units, variant }) => {
      const [query, key] = [0, 1].map((i) => through(x, producer(x, units, variant >> i)));
      const scores = merged(L.dot({ axes: [2, 2] }), query, key);
      const weights = through(scores, L.activation({ activation: "softmax" }));
      return merged(L.dot({ axes: [2, 1] }), weights, through(x, producer(x, units, variant >> 2)));
    },
    (x) => through(x, L.globalMaxPooling1d({})),
    (x) => through(x, L.globalAveragePooling1d({})),
    (x) => through(x, L.maxPooling1d({ poolSize: 2, padding: "same" })),
    (x) => through(x, L.averagePooling1d({ poolSize: 2, strides: 1, padding: "same" })),
    (x) => through(x, L.spatialDropout1d({ rate: 0.2, seed: 1 } as never)),
    (x) => through(x, L.prelu({ sharedAxes: [1] })),
    (x, { units, variant }) => through(x, recurrent(units, false, variant)),
    (x, { units, variant }) => through(x, recurrent(units, true, variant)),
    (x, { units, variant }) =>
      through(x, L.conv1d({ filters: units, kernelSize: 2, strides: 1 + (variant % 2), padding: "same" })), // prettier-ignore
    (x, { units, variant }) =>
      through(x, L.conv1d({ filters: units, kernelSize: 2, dilationRate: 2, padding: "same", activation: activation(variant) })), // prettier-ignore
    (x) => through(x, L.reshape({ targetShape: [1, ...(x.shape.slice(1) as number[])] })),
  ],
  4: [
    (x) => through(x, L.flatten()),
    (x) => through(x, L.globalMaxPooling2d({})),
    (x) => through(x, L.globalAveragePooling2d({})),
    (x, { variant }) =>
      through(x, one([L.maxPooling2d, L.averagePooling2d], variant)({ poolSize: 2, padding: "same" })), // prettier-ignore
    (x) => through(x, L.maxPooling2d({ poolSize: 3, strides: 1, padding: "same" })),
    (x) => (x.shape[1]! > 8 ? x : through(x, L.upSampling2d({ size: [2, 1] }))),
    (x) => through(x, L.zeroPadding2d({ padding: 1 })),
    (x) =>
      Math.min(x.shape[1]!, x.shape[2]!) < 4
        ? x
        : through(x, L.cropping2D({ cropping: [[1, 0], [0, 1]] })), // prettier-ignore
    (x, { variant }) =>
      through(x, L.depthwiseConv2d({ kernelSize: 2, padding: "same", depthMultiplier: 1 + (variant % 2), activation: activation(variant >> 1) })), // prettier-ignore
    (x, { units, variant }) =>
      through(x, L.conv2d({ filters: units, kernelSize: 3, strides: 2, padding: "same", activation: activation(variant) })), // prettier-ignore
    (x, { units, variant }) =>
      through(x, L.conv2d({ filters: units, kernelSize: 2, dilationRate: 2, padding: "same", activation: activation(variant) })), // prettier-ignore
    (x, { units }) =>
      x.shape[1]! > 8
        ? x
        : through(x, L.conv2dTranspose({ filters: units, kernelSize: 2, strides: 2 })),
    (x) => through(x, L.prelu({ sharedAxes: [1, 2] })),
    (x) => through(x, L.permute({ dims: [2, 1, 3] })),
    (x) => through(x, L.reshape({ targetShape: [x.shape[1]! * x.shape[2]!, channels(x)] })),
    (x, { units }) => through(x, L.timeDistributed({ layer: L.dense({ units }) })),
    // Squeeze and excitation.
    (x, { units }) => {
      const scales = through(x, L.globalAveragePooling2d({}), L.dense({ units, activation: "relu" }), L.dense({ units: channels(x), activation: "sigmoid" }), L.reshape({ targetShape: [1, 1, channels(x)] })); // prettier-ignore
      return merged(L.multiply({}), x, scales);
    },
  ],
};

/** Blocks for films. */
const films: readonly Block[] = [
  (x, { units, variant }) =>
    through(x, L.conv3d({ filters: units, kernelSize: 2, padding: "same", activation: activation(variant) })), // prettier-ignore
  (x, { units }) => through(x, L.conv3dTranspose({ filters: units, kernelSize: 2, padding: "same" } as never)), // prettier-ignore
  (x, { variant }) =>
    through(
      x,
      one([L.maxPooling3d, L.averagePooling3d], variant)({ poolSize: 2, padding: "same" }),
    ),
  (x, { units, variant }) =>
    through(x, L.timeDistributed({ layer: L.conv2d({ filters: units, kernelSize: 2, padding: "same", activation: activation(variant) }) })), // prettier-ignore
  (x, { units, variant }) =>
    through(x, L.convLstm2d({ filters: units, kernelSize: 2, padding: "same", returnSequences: variant % 2 > 0, recurrentInitializer: "glorotNormal" })), // prettier-ignore
  (x, { variant }) => through(x, L.activation({ activation: activation(variant) })),
  (x) => through(x, L.timeDistributed({ layer: L.globalAveragePooling2d({}) })),
];

/** Words, vectors, sequences, images, films. */
const starts: readonly (() => [input: SymbolicTensor, x: SymbolicTensor])[] = [
  () => {
    const words = tf.input({ shape: [5], dtype: "int32" });
    return [words, through(words, L.embedding({ inputDim: 7, outputDim: 4 }))];
  },
  ...[[5], [5, 3], [6, 5, 2], [4, 4, 3], [3, 4, 4, 2]].map(
    (shape) => (): [SymbolicTensor, SymbolicTensor] => {
      const x = tf.input({ shape });
      return [x, x];
    },
  ),
];

/** The model of a graph: compiled, with weights that are all drawn from fixed seeds. */
export function modelOf({ start, blocks, twice }: Graph): Model {
  nested = 0;
  let [inputs, x] = one(starts, start)();
  const outputs: SymbolicTensor[] = [];
  blocks.forEach((choice, i) => {
    const all = x.shape.length === 5 ? films : [...common, ...special[x.shape.length]];
    x = one(all, choice.block)(x, choice);
    if (twice && i === blocks.length >> 1) outputs.push(scores(x));
  });
  return drawn(tf.model({ inputs, outputs: [...outputs, scores(x)] }), tf.train.adam(0.01));
}

/** Three numbers for each sample. */
function scores(x: SymbolicTensor): SymbolicTensor {
  const vector = x.shape.length > 2 ? through(x, L.flatten()) : x;
  return through(vector, L.dense({ units: 3 }));
}

/** A tensor for each input or output, as tf.layers takes them. */
type Tensors = Tensor | Tensor[];

/** Samples for a model, with numbers of words where it wants integers, and targets. */
export function samples(model: Model, count: number, seed = 1): { xs: Tensors; ys: Tensors } {
  const draw = ({ shape, dtype }: SymbolicTensor, i: number) => {
    const full = [count, ...(shape.slice(1) as number[])];
    const size = full.reduce((product, length) => product * length, 1);
    const { data } = normal(1, size, { seed: seed + 100 * i });
    if (dtype !== "int32") return tf.tensor(data, full);
    return tf.tensor(
      Int32Array.from(data, (x) => Math.min(6, Math.abs(3 * x))),
      full,
      "int32",
    );
  };
  const only = (list: Tensor[]) => (list.length > 1 ? list : list[0]);
  const { inputs, outputs } = model;
  return { xs: only(inputs.map(draw)), ys: only(outputs.map((output, i) => draw(output, i + 50))) };
}

/** The outputs of a model, also if there is only one. */
export const predict = (model: Model, xs: Tensors): Tensor[] =>
  [model.predict(xs) as Tensor | Tensor[]].flat();

/** The largest ‖f − g‖ / ‖f‖ of all outputs. */
export const distance = (f: Model, g: Model, xs: Tensors): number =>
  tf.tidy(() => {
    const [a, b] = [f, g].map((model) => predict(model, xs));
    return Math.max(...a.map((x, i) => tf.div(tf.norm(tf.sub(x, b[i])), tf.norm(x)).dataSync()[0]));
  });

/** Disposes a model and its optimizer. In tf.layers, `dispose` spares the weights of layers that are shared. */
export function release(model: Model): void {
  const { optimizer, isOptimizerOwned } = model as unknown as Record<string, Model["optimizer"]>;
  // Variables that are disposed twice are counted twice.
  if (!isOptimizerOwned) optimizer?.dispose();
  model.dispose();
  const values = model.weights.map((weight) => (weight as unknown as { val: Tensor }).val);
  tf.dispose(values.filter(({ isDisposed }) => !isDisposed));
}
