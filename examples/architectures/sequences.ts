/** Architectures for sequences: words, signals, films. */
import { input, layers, model } from "@tensorflow/tfjs-layers";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import {
  classes,
  dense,
  embedding,
  type Layer,
  merged,
  norm,
  pool,
  recurrent,
  relu,
  reluConv,
  through,
  words,
} from "./parts.ts";

/** Kim 2014: convolutions of several sizes over words. */
export function textCnn(): LayersModel {
  const inputs = words();
  const x = through(inputs, embedding(8));
  const branches = [3, 4, 5].map(
    (kernelSize) =>
    through(x, layers.conv1d({ filters: 6, kernelSize, activation: "relu" }), layers.globalMaxPooling1d({})), // prettier-ignore
  );
  const joined = merged(layers.concatenate(), ...branches);
  return model({ inputs, outputs: through(joined, layers.dropout({ rate: 0.5 }), dense(8, "relu"), classes(2)) }); // prettier-ignore
}

/** Convolutions along a signal, with pooling in one dimension. */
export function audioCnn(): LayersModel {
  const inputs = input({ shape: [64, 1] });
  const stage = (filters: number, strides = 1) => [
    layers.conv1d({ filters, kernelSize: 5, strides, padding: "same" }),
    norm(),
    relu(),
    layers.maxPooling1d({ poolSize: 2 }),
  ];
  const x = through(inputs, ...stage(6, 2), ...stage(8), ...stage(8), layers.globalAveragePooling1d({})); // prettier-ignore
  return model({ inputs, outputs: through(x, classes()) });
}

export function lstmClassifier(): LayersModel {
  const inputs = words();
  const x = through(inputs, embedding(8), layers.lstm(recurrent(10, true)), layers.lstm(recurrent(8))); // prettier-ignore
  return model({ inputs, outputs: through(x, dense(8, "relu"), classes(2)) });
}

export function stackedGru(): LayersModel {
  const inputs = input({ shape: [10, 4] });
  const x = through(inputs, layers.gru(recurrent(8, true)), layers.dropout({ rate: 0.2 }), layers.gru(recurrent(8, true)), layers.gru(recurrent(6))); // prettier-ignore
  return model({ inputs, outputs: through(x, dense(1)) });
}

export function bidirectional(): LayersModel {
  const inputs = words();
  const around = (layer: Layer) => layers.bidirectional({ layer: layer as layers.RNN, mergeMode: "concat" }); // prettier-ignore
  const x = through(inputs, embedding(8), around(layers.lstm(recurrent(6, true))), around(layers.lstm(recurrent(6)))); // prettier-ignore
  return model({ inputs, outputs: through(x, dense(8, "relu"), classes(3)) });
}

/** The last state of an encoder, repeated for a decoder that has an output for each step, and one for the whole. */
export function encoderDecoder(): LayersModel {
  const inputs = words();
  const code = through(inputs, embedding(8), layers.gru(recurrent(10)));
  const steps = through(code, layers.repeatVector({ n: 6 }), layers.lstm(recurrent(8, true)), layers.timeDistributed({ layer: dense(8, "relu") }), dense(30, "softmax")); // prettier-ignore
  const whole = through(code, dense(6, "relu"), dense(2, "softmax"));
  return model({ inputs, outputs: [steps, whole] });
}

/** A net for images, on each frame of a film, and a recurrent layer over the frames. */
export function film(): LayersModel {
  const inputs = input({ shape: [4, 8, 8, 3] });
  const each = (layer: Layer) => layers.timeDistributed({ layer });
  const x = through(inputs, each(reluConv(6)), each(pool()), each(reluConv(8)), each(layers.flatten()), each(dense(10, "relu")), layers.lstm(recurrent(8))); // prettier-ignore
  return model({ inputs, outputs: through(x, classes(4)) });
}

/**
 * Attention with several heads, each of three dense layers, before an MLP; both are residual and normalize first, or with
 * `post` the sum, as in Vaswani et al. 2017.
 */
export function transformer({
  length = 8,
  features = 6,
  width = 8,
  heads = 2,
  blocks = 1,
  post = false,
} = {}): LayersModel {
  const inputs = input({ shape: [length, features] });
  const normal = (x: SymbolicTensor) => through(x, layers.layerNormalization({}));
  const [before, after] = post ? [(x: SymbolicTensor) => x, normal] : [normal, (x: SymbolicTensor) => x]; // prettier-ignore
  let x = through(inputs, dense(width));
  for (let block = 0; block < blocks; block++) {
    const start = before(x);
    const parts = Array.from({ length: heads }, () => attention(start, width / heads));
    const gathered = heads > 1 ? merged(layers.concatenate(), ...parts) : parts[0]!;
    x = after(merged(layers.add(), x, through(gathered, dense(width))));
    const mlp = through(before(x), dense(4 * width, "relu"), dense(width));
    x = after(merged(layers.add(), x, mlp));
  }
  const pooled = through(before(x), layers.globalAveragePooling1d({}));
  return model({ inputs, outputs: through(pooled, classes()) });
}

/** One head: each position gathers values from all, by the products of its query with their keys. */
function attention(x: SymbolicTensor, width: number): SymbolicTensor {
  const [query, key, value] = [0, 1, 2].map(() => through(x, layers.dense({ units: width, useBias: false }))) as [SymbolicTensor, SymbolicTensor, SymbolicTensor]; // prettier-ignore
  const weights = through(
    merged(layers.dot({ axes: [2, 2] }), query, key),
    layers.activation({ activation: "softmax" }),
  );
  return merged(layers.dot({ axes: [2, 1] }), weights, value);
}
