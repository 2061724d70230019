/**
 * Small variants of common architectures, of stock layers only: what a tool that changes models must be able to work
 * on. Each takes milliseconds to build.
 */
import { input, layers, model, sequential } from "@tensorflow/tfjs-layers";
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";

type Layer = layers.Layer;

/** The output of layers that follow each other. */
const through = (x: SymbolicTensor, ...chain: Layer[]) =>
  chain.reduce((x, layer) => layer.apply(x) as SymbolicTensor, x);
const merged = (layer: Layer, ...parts: SymbolicTensor[]) => layer.apply(parts) as SymbolicTensor;

type ConvArgs = Partial<Parameters<typeof layers.conv2d>[0]>;
const conv = (filters: number, kernelSize = 3, args: ConvArgs = {}) =>
  layers.conv2d({ filters, kernelSize, padding: "same", ...args } as never);
/** The convolution in front of a batch normalization needs no bias. */
const plain = (filters: number, kernelSize = 3, strides = 1) =>
  conv(filters, kernelSize, { strides, useBias: false });
const reluConv = (filters: number, kernelSize = 3, args: ConvArgs = {}) =>
  conv(filters, kernelSize, { activation: "relu", ...args });
const norm = () => layers.batchNormalization({});
const relu = () => layers.reLU();
const relu6 = () => layers.reLU({ maxValue: 6 });
const pool = () => layers.maxPooling2d({ poolSize: 2 });
const average = () => layers.globalAveragePooling2d({});
const dense = (units: number, activation?: "relu" | "tanh" | "sigmoid" | "softmax" | "linear") =>
  layers.dense({ units, activation });
const classes = (count = 10) => dense(count, "softmax");
/** Orthogonal recurrent kernels, the default of TensorFlow.js, need its union package. */
const recurrent = (units: number, returnSequences = false) =>
  ({ units, returnSequences, recurrentInitializer: "glorotNormal" }) as const;
const embedding = (outputDim: number) => layers.embedding({ inputDim: 30, outputDim });

const image = (side = 16, channels = 3) => input({ shape: [side, side, channels] });
const words = (length = 12) => input({ shape: [length], dtype: "int32" });

function mlp(): LayersModel {
  const inputs = input({ shape: [20] });
  return model({ inputs, outputs: through(inputs, dense(16, "relu"), dense(12, "relu"), classes()) }); // prettier-ignore
}

/** LeCun et al. 1998. */
function lenet(): LayersModel {
  const inputs = image(16, 1);
  const features = through(inputs, conv(6, 5, { activation: "tanh" }), layers.averagePooling2d({ poolSize: 2 }), conv(16, 5, { activation: "tanh", padding: "valid" }), layers.averagePooling2d({ poolSize: 2 })); // prettier-ignore
  const outputs = through(features, layers.flatten(), dense(24, "tanh"), dense(16, "tanh"), classes()); // prettier-ignore
  return model({ inputs, outputs });
}

/** Simonyan and Zisserman 2015. */
function vgg(): LayersModel {
  const inputs = image();
  const features = through(inputs, reluConv(8), reluConv(8), pool(), reluConv(12), reluConv(12), pool(), layers.flatten()); // prettier-ignore
  const outputs = through(features, dense(24, "relu"), layers.dropout({ rate: 0.5 }), dense(24, "relu"), classes()); // prettier-ignore
  return model({ inputs, outputs });
}

/** He et al. 2016, with a block in each of three stages. */
export function resnet({ side = 16, width = 8, blocks = 1 } = {}): LayersModel {
  const inputs = image(side);
  let x = through(inputs, plain(width), norm(), relu());
  for (const [filters, stride] of stages(width, blocks)) {
    const branch = through(x, plain(filters, 3, stride), norm(), relu(), plain(filters), norm());
    const same = stride === 1;
    const direct = same ? x : through(x, plain(filters, 1, stride), norm());
    x = through(merged(layers.add(), direct, branch), relu());
  }
  return model({ inputs, outputs: through(x, average(), classes()) });
}

/** Filters and stride of every block: three stages, of which each but the first halves the image. */
function stages(width: number, blocks: number): [filters: number, stride: number][] {
  return [1, 2, 4].flatMap((times, stage) =>
    Array.from({ length: blocks }, (_, i): [number, number] => [
      times * width,
      i === 0 && stage > 0 ? 2 : 1,
    ]),
  );
}

/** Zagoruyko and Komodakis 2016: blocks that normalize first; wide by the factor `times`. */
export function wideResnet({ side = 16, width = 4, times = 2, blocks = 1 } = {}): LayersModel {
  const inputs = image(side);
  let [x, channels] = [through(inputs, plain(width)), width];
  for (const [filters, stride] of stages(times * width, blocks)) {
    const start = through(x, norm(), relu());
    const branch = through(start, plain(filters, 3, stride), norm(), relu(), plain(filters));
    const same = stride === 1 && filters === channels;
    const direct = same ? x : through(start, plain(filters, 1, stride));
    [x, channels] = [merged(layers.add(), direct, branch), filters];
  }
  return model({ inputs, outputs: through(x, norm(), relu(), average(), classes()) });
}

/** Sandler et al. 2018: inverted residuals, whose ends are linear. */
export function mobilenet({ side = 16, width = 8 } = {}): LayersModel {
  const inputs = image(side);
  let x = through(inputs, plain(width, 3, 2), norm(), relu6());
  for (const [filters, stride] of [
    [1, 1],
    [2, 2],
    [2, 1],
  ].map(([times, stride]) => [width * times!, stride!] as const)) {
    // prettier-ignore
    const channels = x.shape.at(-1)!;
    const depthwise = layers.depthwiseConv2d({ kernelSize: 3, strides: stride, padding: "same", useBias: false }); // prettier-ignore
    const branch = through(x, plain(3 * channels, 1), norm(), relu6(), depthwise, norm(), relu6(), plain(filters, 1), norm()); // prettier-ignore
    x = stride === 1 && filters === channels ? merged(layers.add(), x, branch) : branch;
  }
  return model({ inputs, outputs: through(x, plain(4 * width, 1), norm(), relu6(), average(), classes()) }); // prettier-ignore
}

/** Huang et al. 2017: two blocks of two layers with bottlenecks, and a transition between. */
function densenet(): LayersModel {
  const [inputs, rate] = [image(), 4];
  const block = (start: SymbolicTensor) => {
    let x = start;
    for (let i = 0; i < 2; i++) {
      const added = through(x, norm(), relu(), plain(2 * rate, 1), norm(), relu(), plain(rate));
      x = merged(layers.concatenate(), x, added);
    }
    return x;
  };
  const first = block(through(inputs, plain(2 * rate)));
  const second = block(through(first, norm(), relu(), plain(8, 1), layers.averagePooling2d({ poolSize: 2 }))); // prettier-ignore
  return model({ inputs, outputs: through(second, norm(), relu(), average(), classes()) });
}

/** Ronneberger et al. 2015, one level up by each of the two usual ways. */
function unet(): LayersModel {
  const inputs = image();
  const top = through(inputs, reluConv(6), reluConv(6));
  const middle = through(top, pool(), reluConv(8), reluConv(8));
  const bottom = through(middle, pool(), reluConv(12), reluConv(12));
  const transposed = layers.conv2dTranspose({ filters: 8, kernelSize: 2, strides: 2, padding: "same" }); // prettier-ignore
  const up = through(merged(layers.concatenate(), middle, through(bottom, transposed)), reluConv(8)); // prettier-ignore
  const resized = through(up, layers.upSampling2d({ size: [2, 2] }), reluConv(6, 2));
  const last = through(merged(layers.concatenate(), top, resized), reluConv(6));
  return model({ inputs, outputs: through(last, conv(2, 1, { activation: "softmax" })) });
}

/** Szegedy et al. 2015: one module of four branches. */
function inception(): LayersModel {
  const inputs = image();
  const stem = through(inputs, reluConv(8), pool());
  const mixed = merged(
    layers.concatenate(),
    through(stem, reluConv(4, 1)),
    through(stem, reluConv(4, 1), reluConv(6)),
    through(stem, reluConv(2, 1), reluConv(4, 5)),
    through(stem, layers.maxPooling2d({ poolSize: 3, strides: 1, padding: "same" }), reluConv(4, 1)), // prettier-ignore
  );
  return model({ inputs, outputs: through(mixed, reluConv(12), average(), classes()) });
}

/** Iandola et al. 2016: two fire modules, and no dense layer. */
function squeezenet(): LayersModel {
  const inputs = image();
  const fire = (x: SymbolicTensor, squeezed: number) => {
    const small = through(x, reluConv(squeezed, 1));
    return merged(layers.concatenate(), through(small, reluConv(2 * squeezed, 1)), through(small, reluConv(2 * squeezed))); // prettier-ignore
  };
  const x = fire(through(fire(through(inputs, reluConv(8), pool()), 4), pool()), 6);
  return model({ inputs, outputs: through(x, layers.dropout({ rate: 0.5 }), reluConv(10, 1), average(), layers.softmax({})) }); // prettier-ignore
}

/** Chollet 2017: separable convolutions in a residual block. */
function xception(): LayersModel {
  const inputs = image();
  const separable = (filters: number) =>
    layers.separableConv2d({ filters, kernelSize: 3, padding: "same", useBias: false });
  const stem = through(inputs, plain(8, 3, 2), norm(), relu());
  const branch = through(stem, separable(12), norm(), relu(), separable(12), norm(), layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" })); // prettier-ignore
  const x = merged(layers.add(), branch, through(stem, plain(12, 1, 2), norm()));
  return model({ inputs, outputs: through(x, separable(16), norm(), relu(), average(), classes()) }); // prettier-ignore
}

/** Kim 2014: convolutions of several sizes over words. */
function textCnn(): LayersModel {
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
function audioCnn(): LayersModel {
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

function lstmClassifier(): LayersModel {
  const inputs = words();
  const x = through(inputs, embedding(8), layers.lstm(recurrent(10, true)), layers.lstm(recurrent(8))); // prettier-ignore
  return model({ inputs, outputs: through(x, dense(8, "relu"), classes(2)) });
}

function stackedGru(): LayersModel {
  const inputs = input({ shape: [10, 4] });
  const x = through(inputs, layers.gru(recurrent(8, true)), layers.dropout({ rate: 0.2 }), layers.gru(recurrent(8, true)), layers.gru(recurrent(6))); // prettier-ignore
  return model({ inputs, outputs: through(x, dense(1)) });
}

function bidirectional(): LayersModel {
  const inputs = words();
  const around = (layer: Layer) => layers.bidirectional({ layer: layer as layers.RNN, mergeMode: "concat" }); // prettier-ignore
  const x = through(inputs, embedding(8), around(layers.lstm(recurrent(6, true))), around(layers.lstm(recurrent(6)))); // prettier-ignore
  return model({ inputs, outputs: through(x, dense(8, "relu"), classes(3)) });
}

/** The last state of an encoder, repeated for a decoder that has an output for each step, and one for the whole. */
function encoderDecoder(): LayersModel {
  const inputs = words();
  const code = through(inputs, embedding(8), layers.gru(recurrent(10)));
  const steps = through(code, layers.repeatVector({ n: 6 }), layers.lstm(recurrent(8, true)), layers.timeDistributed({ layer: dense(8, "relu") }), dense(30, "softmax")); // prettier-ignore
  const whole = through(code, dense(6, "relu"), dense(2, "softmax"));
  return model({ inputs, outputs: [steps, whole] });
}

/** Convolutions down to a code, and transposed ones up from it. */
function autoencoder(): LayersModel {
  const inputs = image(16, 1);
  const code = through(inputs, reluConv(6, 3, { strides: 2 }), reluConv(8, 3, { strides: 2 }), layers.flatten(), dense(10, "relu")); // prettier-ignore
  const up = (filters: number) =>
    layers.conv2dTranspose({ filters, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }); // prettier-ignore
  const start = through(code, dense(4 * 4 * 8, "relu"), layers.reshape({ targetShape: [4, 4, 8] }));
  return model({ inputs, outputs: through(start, up(8), up(6), conv(1, 3, { activation: "sigmoid" })) }); // prettier-ignore
}

/** A net for images, on each frame of a film, and a recurrent layer over the frames. */
function film(): LayersModel {
  const inputs = input({ shape: [4, 8, 8, 3] });
  const each = (layer: Layer) => layers.timeDistributed({ layer });
  const x = through(inputs, each(reluConv(6)), each(pool()), each(reluConv(8)), each(layers.flatten()), each(dense(10, "relu")), layers.lstm(recurrent(8))); // prettier-ignore
  return model({ inputs, outputs: through(x, classes(4)) });
}

/** A backbone as a model of its own with a head behind: models as transfer learning makes them. */
function nested(): LayersModel {
  const inner = sequential({ name: "head" });
  inner.add(layers.dense({ units: 12, activation: "relu", inputShape: [8] }));
  inner.add(dense(10, "relu"));
  const frame = image(12);
  const features = through(frame, reluConv(6), pool(), reluConv(8), average());
  const backbone = model({ inputs: frame, outputs: features, name: "backbone" });
  const inputs = image(12);
  const x = through(inputs, backbone, inner);
  return model({ inputs, outputs: through(x, dense(8, "relu"), classes()) });
}

/** Attention with several heads, each of three dense layers, before an MLP; both are residual and normalize first. */
export function transformer({
  length = 8,
  features = 6,
  width = 8,
  heads = 2,
  blocks = 1,
} = {}): LayersModel {
  const inputs = input({ shape: [length, features] });
  let x = through(inputs, dense(width));
  for (let block = 0; block < blocks; block++) {
    const start = through(x, layers.layerNormalization({}));
    const parts = Array.from({ length: heads }, () => attention(start, width / heads));
    const gathered = heads > 1 ? merged(layers.concatenate(), ...parts) : parts[0]!;
    x = merged(layers.add(), x, through(gathered, dense(width)));
    const mlp = through(x, layers.layerNormalization({}), dense(4 * width, "relu"), dense(width));
    x = merged(layers.add(), x, mlp);
  }
  const pooled = through(x, layers.layerNormalization({}), layers.globalAveragePooling1d({}));
  return model({ inputs, outputs: through(pooled, classes()) });
}

/** One head: each position gathers values from all, by the products of its query with their keys. */
function attention(x: SymbolicTensor, width: number): SymbolicTensor {
  const [query, key, value] = [0, 1, 2].map(() => through(x, layers.dense({ units: width, useBias: false }))) as [SymbolicTensor, SymbolicTensor, SymbolicTensor]; // prettier-ignore
  const weights = through(merged(layers.dot({ axes: [2, 2] }), query, key), layers.softmax({}));
  return merged(layers.dot({ axes: [2, 1] }), weights, value);
}

/** Hu et al. 2018: channels scaled by a function of their means. */
function squeezeAndExcitation(): LayersModel {
  const inputs = image();
  let x = through(inputs, plain(8), norm(), relu());
  for (const filters of [8, 12]) {
    const features = through(x, plain(filters), norm(), relu());
    const scales = through(features, average(), dense(4, "relu"), dense(filters, "sigmoid"), layers.reshape({ targetShape: [1, 1, filters] })); // prettier-ignore
    x = merged(layers.multiply(), features, scales);
  }
  return model({ inputs, outputs: through(x, average(), classes()) });
}

/** Two inputs through the same layers, compared. */
function siamese(): LayersModel {
  const shared = [reluConv(6), pool(), reluConv(8), average(), dense(10, "relu")];
  const inputs = [image(), image()];
  const codes = inputs.map((x) => through(x, ...shared));
  const joined = merged(layers.concatenate(), ...codes);
  return model({ inputs, outputs: through(joined, dense(8, "relu"), dense(1, "sigmoid")) });
}

/** Every architecture, by its usual name. */
export const architectures: Readonly<Record<string, () => LayersModel>> = {
  MLP: mlp,
  LeNet: lenet,
  VGG: vgg,
  ResNet: resnet,
  WideResNet: wideResnet,
  MobileNetV2: mobilenet,
  DenseNet: densenet,
  "U-Net": unet,
  Inception: inception,
  SqueezeNet: squeezenet,
  Xception: xception,
  "text CNN": textCnn,
  "audio CNN": audioCnn,
  "LSTM classifier": lstmClassifier,
  "stacked GRU": stackedGru,
  "bidirectional LSTM": bidirectional,
  "encoder and decoder": encoderDecoder,
  autoencoder,
  "CNN over time": film,
  "nested models": nested,
  transformer,
  "squeeze and excitation": squeezeAndExcitation,
  siamese,
};
