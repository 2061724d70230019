/** Networks of 50 layers or blocks, each a model of its own within the whole, so that their outputs can be looked at. */
import * as tf from "@tensorflow/tfjs";

export const DEPTH = 50;

export interface Net {
  /** Shape of an input without the batch axis. */
  readonly shape: number[];
  /** The layers or blocks in order, and a linear one as the output. */
  readonly stages: tf.LayersModel[];
  readonly model: tf.LayersModel;
}

const { layers } = tf;
type Tensor = tf.SymbolicTensor;
type Layer = tf.layers.Layer;

const through = (x: Tensor, ...parts: Layer[]): Tensor =>
  parts.reduce((x, layer) => layer.apply(x) as Tensor, x);
const sum = (...terms: Tensor[]) => layers.add().apply(terms) as Tensor;
// tf.layers' types do not know all of its activations.
const dense = (units: number, activation?: string) =>
  layers.dense({ units, activation: activation as "relu" });
const conv = (filters: number, activation?: string) =>
  layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: activation as "relu" });

function net(shape: number[], depth: number, body: (x: Tensor) => Tensor, end: () => Layer): Net {
  const stage = (make: (x: Tensor) => Tensor) => {
    const input = tf.input({ shape });
    return tf.model({ inputs: input, outputs: make(input) });
  };
  const stages = [...Array.from({ length: depth }, () => stage(body)), stage((x) => through(x, end()))]; // prettier-ignore
  const model = tf.sequential({ layers: [layers.inputLayer({ inputShape: shape }), ...(stages as unknown as Layer[])] }); // prettier-ignore
  return { shape, stages, model };
}

const WIDTH = 128;
const plain = (activation: string) => () =>
  net([WIDTH], DEPTH, (x) => through(x, dense(WIDTH, activation)), () => dense(WIDTH)); // prettier-ignore
const residual = (branch: (x: Tensor) => Tensor) => () =>
  net([WIDTH], DEPTH, (x) => sum(x, branch(x)), () => dense(WIDTH)); // prettier-ignore
const FILTERS = 16;
const image = (activation: string) => () =>
  net([8, 8, FILTERS], DEPTH, (x) => through(x, conv(FILTERS, activation)), () => conv(FILTERS)); // prettier-ignore

/** Attention of one head, and a dense network at every position, each around a layer normalization. */
function attentive(x: Tensor): Tensor {
  const width = x.shape.at(-1)!;
  const normal = through(x, layers.layerNormalization());
  const [q, k, v] = [0, 1, 2].map(() => through(normal, dense(width))) as [Tensor, Tensor, Tensor];
  const scores = layers.dot({ axes: [2, 2] }).apply([q, k]) as Tensor;
  const shares = through(scores, layers.activation({ activation: "softmax" }));
  const gathered = layers.dot({ axes: [2, 1] }).apply([shares, v]) as Tensor;
  const attended = sum(x, through(gathered, dense(width)));
  return sum(attended, through(attended, layers.layerNormalization(), dense(4 * width, "gelu"), dense(width))); // prettier-ignore
}

export const nets: Record<string, () => Net> = {
  relu: plain("relu"),
  tanh: plain("tanh"),
  gelu: plain("gelu"),
  elu: plain("elu"),
  residual: residual((x) => through(x, dense(WIDTH, "relu"), dense(WIDTH))),
  "residual, relu last": residual((x) => through(x, dense(WIDTH, "relu"), dense(WIDTH, "relu"))),
  "residual, normalized": residual((x) => through(x, layers.layerNormalization(), dense(WIDTH, "relu"), dense(WIDTH))), // prettier-ignore
  "convolutions, relu": image("relu"),
  "convolutions, gelu": image("gelu"),
  "convolutions, tanh": image("tanh"),
  transformer: () => net([16, 32], DEPTH, attentive, () => dense(32)),
};
