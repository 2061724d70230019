/** Recurrent layers, their cells and wrappers: states, sequences, directions, masks, dropout, steps of training. */
import * as tf from "@tensorflow/tfjs";
import { ints, type Case, type Input, type Shape } from "../support/outcomes.ts";
import { layered } from "./layered.ts";

type Layer = tf.layers.Layer;
type Rest = Parameters<typeof layered>[3];
const { layers } = tf;
const refused = { forward: "refused" } as const;
const limit = { forward: "limit", gradients: "none" } as const;
/** Not orthogonal, which is slow in stock TensorFlow.js; what is drawn takes its place in any case. */
const recurrentInitializer = "glorotUniform";

/** As many roundings as the terms of all sums of a step, in each step. */
function roundings({ inputs }: Case, steps: number): number {
  const fans = inputs.slice(1).map((shape) => (shape as Shape).slice(0, -1).reduce((a, b) => a * b, 1)); // prettier-ignore
  return steps * fans.reduce((a, b) => a + b, 0);
}

/** A case of a recurrent layer: [samples, steps, …]. */
function recurrent(name: string, make: () => Layer, shape: Shape, rest: Rest = {}): Case {
  const tested = layered(name, make, shape, { bound: "largest", ...rest });
  return { ...tested, terms: roundings(tested, shape[1]!) };
}

/** Applies a layer with arguments that are made when it runs. */
const applied = (made: (x: tf.Tensor) => Record<string, unknown>) => ({
  use: (layer: Layer, x: tf.Tensor) => layer.apply(x, made(x)) as tf.Tensor,
});
const training = applied(() => ({ training: true }));

type Options = Parameters<typeof layers.lstm>[0];
const kinds: Record<string, (options: Options) => Layer> = {
  simpleRNN: (options) => layers.simpleRNN(options),
  gru: (options) => layers.gru(options as Parameters<typeof layers.gru>[0]),
  lstm: (options) => layers.lstm(options),
};
const states: Record<string, number> = { simpleRNN: 1, gru: 1, lstm: 2 };
const X = [2, 4, 3];
const [first, some] = [[[1, 1, 1, 0], [0, 1, 0, 1]], [[1, 0, 0, 0], [1, 1, 1, 1]]]; // prettier-ignore

/** Two predictions of a stateful layer, and one after its states are reset. */
const twice: Rest = {
  use: (layer, x) => {
    const y = [layer.apply(x), layer.apply(x)];
    (layer as tf.RNN).resetStates();
    return [...y, layer.apply(x)] as tf.Tensor[];
  },
};

const plain: Case[] = Object.entries(kinds).flatMap(([kind, make]) => {
  const of = (what: string, options: Partial<Options>, rest: Rest = {}, shape = X) =>
    recurrent(`${kind}, ${what}`, () => make({ units: 5, recurrentInitializer, ...options }), shape, rest);
  const given = (count: number) =>
    applied(() => ({ initialState: Array.from({ length: count }, (_, i) => tf.fill([2, 5], 0.3 * (i + 1))) }));
  return [
    of("as it comes", { recurrentInitializer: undefined }),
    of("sequences", { returnSequences: true }),
    of("states", { returnState: true }),
    of("sequences and states", { returnSequences: true, returnState: true }),
    of("backwards", { goBackwards: true, returnSequences: true, returnState: true }),
    of("one step", { returnState: true }, { gradients: "gained" }, [3, 1, 2]),
    of("one sample", { returnSequences: true }, {}, [1, 6, 1]),
    of("one unit", { units: 1 }),
    of("without bias", { useBias: false }),
    of("linear", { activation: "linear" }),
    of("relu", { activation: "relu" }),
    of("sigmoid gates", { recurrentActivation: "sigmoid", returnState: true }),
    ...[1, 2].map((implementation) => of(`implementation ${implementation}`, { implementation, returnSequences: true })),
    of("dropout", { dropout: 0.3 }, training),
    of("recurrent dropout", { recurrentDropout: 0.3, returnSequences: true }, training),
    of("both dropouts, backwards", { dropout: 0.2, recurrentDropout: 0.4, goBackwards: true }, training),
    of("dropout when predicting", { dropout: 0.3, recurrentDropout: 0.3 }),
    of("given states", { returnState: true }, given(states[kind]!)),
    of("too many given states", {}, { ...given(3), ...refused }),
    of("masked", {}, applied(() => ({ mask: tf.tensor2d(first) }))),
    of("masked, sequences", { returnSequences: true }, applied(() => ({ mask: tf.tensor2d(some) }))),
    of("masked, backwards, states", { goBackwards: true, returnState: true }, applied(() => ({ mask: tf.tensor2d(first) }))),
    of("stateful", { stateful: true, batchInputShape: X }, twice),
    of("stateful, sequences and states", { stateful: true, batchInputShape: X, returnSequences: true }, twice),
    of("unrolled", { unroll: true }),
    of("of too few axes", {}, { ...refused, weights: [] }, [2, 3]),
    { name: `${kind}, stateful without a batch size`, inputs: [], ...refused, run: () => {
      const model = tf.sequential();
      model.add(make({ units: 5, stateful: true, inputShape: [4, 3] }));
      return [];
    } },
    ...[12.5, 0, -25].map((units): Case => ({ name: `${kind}, ${units} units`, inputs: [], ...refused, run: () => (make({ units }), []) })),
  ];
}); // prettier-ignore

const cells = () => [layers.lstmCell({ recurrentInitializer, units: 4 }), layers.gruCell({ recurrentInitializer, units: 3 }), layers.simpleRNNCell({ recurrentInitializer, units: 2 })]; // prettier-ignore
type Cell = Exclude<Parameters<typeof layers.rnn>[0]["cell"], unknown[]>;
const stacks: Case[] = [
  recurrent("rnn of stacked cells", () => layers.rnn({ cell: cells() }), X),
  recurrent("rnn of stacked cells, sequences", () => layers.rnn({ cell: layers.stackedRNNCells({ cells: cells() }) as Cell, returnSequences: true }), X),
  recurrent("rnn of stacked cells, backwards, states", () => layers.rnn({ cell: cells(), goBackwards: true, returnState: true }), X),
  recurrent("timeDistributed", () => layers.timeDistributed({ layer: layers.dense({ units: 4, activation: "sigmoid" }) }), X),
]; // prettier-ignore

const modes = ["concat", "sum", "mul", "ave", null] as const;
const both: Case[] = [
  ...modes.flatMap((mergeMode) =>
    [false, true].map((returnState) =>
      recurrent(`bidirectional ${mergeMode}${returnState ? ", states" : ""}`, () => layers.bidirectional({ layer: layers.lstm({ recurrentInitializer, units: 3, returnState }) as tf.RNN, mergeMode: mergeMode as "concat" }), X))),
  recurrent("bidirectional gru, sequences", () => layers.bidirectional({ layer: layers.gru({ recurrentInitializer, units: 3, returnSequences: true }) as tf.RNN, mergeMode: "ave" }), X),
  recurrent("bidirectional of a backward layer", () => layers.bidirectional({ layer: layers.simpleRNN({ recurrentInitializer, units: 3, goBackwards: true }) as tf.RNN, mergeMode: "concat" }), X),
  recurrent("bidirectional, given states", () => layers.bidirectional({ layer: layers.gru({ recurrentInitializer, units: 3 }) as tf.RNN, mergeMode: null as never }), X, applied(() => ({ initialState: [tf.fill([2, 3], -1), tf.ones([2, 3])] }))),
  recurrent("bidirectional, one given state", () => layers.bidirectional({ layer: layers.gru({ recurrentInitializer, units: 3 }) as tf.RNN, mergeMode: "concat" }), X, { ...applied(() => ({ initialState: [tf.ones([2, 3])] })), ...refused }),
]; // prettier-ignore

const V = [2, 3, 5, 4, 2];
const small = { filters: 3, kernelSize: 2, recurrentInitializer } as const;
const images: Case[] = [
  recurrent("convLstm2d", () => layers.convLstm2d(small), V),
  recurrent("convLstm2d, sequences and states", () => layers.convLstm2d({ ...small, padding: "same", returnSequences: true, returnState: true }), V),
  recurrent("convLstm2d, strides, without bias", () => layers.convLstm2d({ ...small, strides: 2, useBias: false }), V),
  recurrent("convLstm2d, channels first", () => layers.convLstm2d({ ...small, dataFormat: "channelsFirst", returnState: true }), [2, 3, 2, 5, 4], limit),
  recurrent("convLstm2d, channels first, same", () => layers.convLstm2d({ ...small, dataFormat: "channelsFirst", padding: "same" }), [2, 3, 2, 5, 4], limit),
  recurrent("convLstm2d, backwards, sigmoid gates", () => layers.convLstm2d({ ...small, goBackwards: true, recurrentActivation: "sigmoid" }), V),
  recurrent("convLstm2d, dropouts", () => layers.convLstm2d({ ...small, dropout: 0.3, recurrentDropout: 0.2 }), V, training),
  recurrent("convLstm2d, dilated", () => layers.convLstm2d({ ...small, dilationRate: 2 }), V, { gradients: "gained" }),
  recurrent("convLstm2d of too few axes", () => layers.convLstm2d(small), [2, 5, 4, 2], { ...refused, weights: [] }),
]; // prettier-ignore

const words = ints([[0, 0, 0, 0], [1, 0, 0, 0], [1, 2, 0, 0], [1, 2, 3, 0], [4, 0, 4, 2]]); // prettier-ignore
const embedding = (maskZero = true) => layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 4, maskZero }); // prettier-ignore
const model = (
  name: string,
  make: () => Layer[],
  shape: Shape,
  x: Input = shape,
  rest: Rest = {},
) => recurrent(`model ${name}`, () => tf.sequential({ layers: make() }), shape, { x, ...rest });

const models: Case[] = [
  model("of masked words, lstm", () => [embedding(), layers.lstm({ units: 3 }), layers.dense({ units: 1 })], [5, 4], words),
  model("of words, gru", () => [embedding(false), layers.gru({ units: 3 })], [5, 4], words),
  model("of masked words, backwards", () => [embedding(), layers.lstm({ units: 2, goBackwards: true })], [5, 4], words),
  model("of masked words, sequences", () => [embedding(), layers.gru({ units: 3, returnSequences: true }), layers.dense({ units: 2 })], [5, 4], words),
  model("of masked words, two layers", () => [embedding(), layers.simpleRNN({ units: 3, returnSequences: true }), layers.lstm({ units: 3 })], [5, 4], words),
  model("of masked words, nested", () => [layers.reshape({ targetShape: [4], inputShape: [4] }), tf.sequential({ layers: [embedding(), layers.lstm({ units: 3 })] })], [5, 4], words),
  model("of masked words, bidirectional", () => [embedding(), layers.bidirectional({ layer: layers.lstm({ recurrentInitializer, units: 2 }) as tf.RNN, mergeMode: "concat" })], [5, 4], words),
  model("of masked numbers", () => [layers.masking({ maskValue: 0, inputShape: [4, 3] }), layers.gru({ units: 3 })], X, X, { gradients: "gained" }),
]; // prettier-ignore

const EPOCHS = 2;
/** The losses and the weights after two epochs of training. */
const fitted = (name: string, make: () => Layer[], shape: number[], options: tf.ModelFitArgs = {}, x: Input = shape): Case => ({
  name: `fit ${name}`,
  inputs: [x, [shape[0]!, 1]],
  bound: "largest",
  // Of each step, forward and back, with gradients of a step in the next.
  terms: 4 * EPOCHS * shape[1]! * 16,
  gradients: "none",
  run: async (x, y) => {
    const model = tf.sequential({ layers: [...make(), layers.dense({ units: 1 })] });
    model.setWeights(model.getWeights().map((weight, i) => tf.randomUniform(weight.shape, -0.6, 0.6, "float32", i + 1)));
    model.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
    const { history } = await model.fit(x, y, { epochs: EPOCHS, verbose: 0, shuffle: false, ...options });
    const found = [...model.getWeights().map((weight) => tf.clone(weight)), tf.tensor(history["loss"] as number[])];
    model.dispose();
    return found;
  },
}); // prettier-ignore

const steps: Case[] = [
  ...Object.entries(kinds).flatMap(([kind, make]) => [
    fitted(kind, () => [make({ recurrentInitializer, units: 3, inputShape: [4, 3] })], [4, 4, 3]),
    fitted(`${kind}, stateful`, () => [make({ recurrentInitializer, units: 3, stateful: true, batchInputShape: [2, 4, 3] })], [4, 4, 3], { batchSize: 2 }),
    fitted(`${kind} of masked words`, () => [embedding(), make({ recurrentInitializer, units: 3 })], [5, 4], {}, words),
  ]),
  fitted("convLstm2d", () => [layers.convLstm2d({ ...small, inputShape: [3, 5, 4, 2] }), layers.flatten()], [2, 3, 5, 4, 2]),
]; // prettier-ignore

/** The cells of tfjs-core: [forget bias, kernel, bias, data, c, h]. */
const core: Case[] = [
  { name: "basicLSTMCell", inputs: [[], [6, 12], [12], [2, 3], [2, 3], [2, 3]], bound: "largest", terms: 6, run: (...x) => tf.basicLSTMCell(...(x as Parameters<typeof tf.basicLSTMCell>)) },
  { name: "multiRNNCell", inputs: [[], [6, 12], [12], [2, 3], [2, 3], [2, 3]], bound: "largest", terms: 12, run: (bias, kernel, biases, x, c, h) => {
    const cell = (x: tf.Tensor2D, c: tf.Tensor2D, h: tf.Tensor2D) => tf.basicLSTMCell(bias, kernel, biases, x, c, h);
    return tf.multiRNNCell([cell, cell], x, [c, c], [h, h]).flat();
  } },
  { name: "basicLSTMCell of what is not a tensor", inputs: [[6, 12], [12], [2, 3], [2, 3], [2, 3]], ...refused, run: (...x) => tf.basicLSTMCell(...([{}, ...x] as Parameters<typeof tf.basicLSTMCell>)) },
]; // prettier-ignore

export const recurrents: Case[] = [...plain, ...stacks, ...both, ...images, ...models, ...steps, ...core]; // prettier-ignore
