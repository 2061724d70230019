/**
 * Small variants of common architectures, of stock layers only: what a tool that changes models must be able to work
 * on. Each takes milliseconds to build.
 */
import { input, layers, model, sequential } from "@tensorflow/tfjs-layers";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  lenet,
  vgg,
  resnet,
  wideResnet,
  mobilenet,
  densenet,
  unet,
  inception,
  squeezenet,
  xception,
  autoencoder,
  squeezeAndExcitation,
} from "./images.ts";
import { average, classes, dense, image, merged, pool, reluConv, through } from "./parts.ts";
import {
  textCnn,
  audioCnn,
  lstmClassifier,
  stackedGru,
  bidirectional,
  encoderDecoder,
  film,
  transformer,
} from "./sequences.ts";

function mlp(): LayersModel {
  const inputs = input({ shape: [20] });
  return model({ inputs, outputs: through(inputs, dense(16, "relu"), dense(12, "relu"), classes()) }); // prettier-ignore
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
