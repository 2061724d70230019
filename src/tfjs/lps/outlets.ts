/** Where the outputs of a layer go in a model: into which activation, or out of the model. */
import type { LayersModel, layers } from "@tensorflow/tfjs-layers";

type Layer = layers.Layer;

/** An activation by the name it has in `activations`, or another name if it is not among them. */
export interface Outlet {
  readonly name: string;
  readonly parameter?: number;
}

/** Layers that an activation function looks through: they move, drop, pool or normalize values. */
const TRANSPARENT =
  /^(AlphaDropout|BatchNormalization|Cropping|Dropout|Flatten|Gaussian|Global|LayerNormalization|Permute|RepeatVector|Reshape|SpatialDropout|UpSampling|ZeroPadding|(Average|Max)Pooling)/;

/** What the layer itself does to its values, if that is element by element (or softmax). */
function activationOf(outer: Layer): Outlet | undefined {
  const layer = within(outer);
  // The fields of the advanced activations are private to tf.layers' types.
  const { activation, maxValue, alpha, theta } = layer as unknown as {
    activation?: { getClassName(): string } | null;
    maxValue?: number;
    alpha?: number | { read(): { dataSync(): Float32Array } };
    theta?: number;
  };
  switch (layer.getClassName()) {
    case "ReLU":
      return { name: "relu", parameter: maxValue ?? undefined };
    case "LeakyReLU":
      return { name: "leakyRelu", parameter: alpha as number };
    case "PReLU": {
      const slopes = (alpha as { read(): { dataSync(): Float32Array } }).read().dataSync();
      return {
        name: "leakyRelu",
        parameter: slopes.reduce((sum, x) => sum + x, 0) / slopes.length,
      };
    }
    case "ELU":
      return { name: "elu", parameter: alpha as number };
    case "ThresholdedReLU":
      return { name: "thresholdedRelu", parameter: theta! };
    case "Softmax":
      return { name: "softmax" };
    default: {
      const name = activation?.getClassName() ?? "linear";
      return name === "linear" ? undefined : { name };
    }
  }
}

const ACTIVATION = /^(Activation|ReLU|LeakyReLU|PReLU|ELU|ThresholdedReLU|Softmax)$/;

const isTransparent = (layer: Layer): boolean => TRANSPARENT.test(within(layer).getClassName());
const isActivation = (layer: Layer): boolean => ACTIVATION.test(within(layer).getClassName());

/** The layer that TimeDistributed applies to every step; any other layer itself. */
export function within(layer: Layer): Layer {
  const isWrapper = layer.getClassName() === "TimeDistributed";
  return isWrapper ? (layer as Layer & { layer: Layer }).layer : layer;
}

/** The layers of the model that take the layer's output. */
function consumers(model: LayersModel, layer: Layer): Layer[] {
  return layer.outboundNodes
    .map((node) => node.outboundLayer)
    .filter((consumer) => model.layers.includes(consumer));
}

/** Whether all of the layer's output leaves the model, through nothing that has a kernel or joins branches. */
export function isLast(model: LayersModel, layer: Layer): boolean {
  const next = consumers(model, layer);
  const leaves = model.outputs.some((output) => output.sourceLayer === layer);
  const through = next.every(
    (consumer) => (isTransparent(consumer) || isActivation(consumer)) && isLast(model, consumer),
  );
  return through && (leaves || next.length > 0);
}

/** The activations that the layer's output meets, its own first; `"linear"` where there is none. */
export function outlets(model: LayersModel, layer: Layer): Outlet[] {
  const own = activationOf(layer);
  if (own !== undefined) return [own];
  const next = isActivation(layer) ? [] : consumers(model, layer);
  if (next.length === 0) return [{ name: "linear" }];
  return next.flatMap((consumer) =>
    isActivation(consumer) || isTransparent(consumer)
      ? outlets(model, consumer)
      : [{ name: "linear" }],
  );
}

/** Whether batch normalization stands between the layer and its activation. */
export function isNormalized(model: LayersModel, layer: Layer): boolean {
  if (activationOf(layer) !== undefined) return false;
  return consumers(model, layer).some(
    (consumer) =>
      consumer.getClassName() === "BatchNormalization" ||
      (isTransparent(consumer) && isNormalized(model, consumer)),
  );
}
