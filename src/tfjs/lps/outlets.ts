/** Where the output of a layer goes in a model: into an activation, or out of the model. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { activationOf, type Activation } from "../layers/activation.ts";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";
import { kindOf, passesSigns } from "../layers/kinds.ts";

/** The activation of an output that no activation follows. */
export const LINEAR: Activation = { name: "linear" };

/** The layer inside of a TimeDistributed; any other layer itself. */
export function within(layer: Layer): Layer {
  return layer.getClassName() === "TimeDistributed" ? attributes(layer).layer! : layer;
}

const isActivation = (layer: Layer): boolean => kindOf(within(layer)).role === "activation";

/** Whether the search for an activation may continue after the layer. */
const isTransparent = (layer: Layer): boolean => passesSigns(within(layer));

/** The layers of the model that take the layer's output as input. */
function consumers(model: LayersModel, layer: Layer): Layer[] {
  return layer.outboundNodes
    .map((node) => node.outboundLayer)
    .filter((consumer) => model.layers.includes(consumer));
}

/** Whether the layer's whole output leaves the model without passing a layer that has a kernel or joins branches. */
export function isLast(model: LayersModel, layer: Layer): boolean {
  const next = consumers(model, layer);
  const leaves = model.outputs.some((output) => output.sourceLayer === layer);
  const through = next.every(
    (consumer) => (isTransparent(consumer) || isActivation(consumer)) && isLast(model, consumer),
  );
  return through && (leaves || next.length > 0);
}

/** The activations of the layer's output: its own, or those that follow on all ways; `LINEAR` for a way without any. */
export function outlets(model: LayersModel, layer: Layer): Activation[] {
  const own = activationOf(within(layer));
  if (own !== undefined) return [own];
  const next = isActivation(layer) ? [] : consumers(model, layer);
  if (next.length === 0) return [LINEAR];
  return next.flatMap((consumer) =>
    isActivation(consumer) || isTransparent(consumer) ? outlets(model, consumer) : [LINEAR],
  );
}

/** Whether batch normalization lies between the layer and its activation. */
export function isNormalized(model: LayersModel, layer: Layer): boolean {
  if (activationOf(within(layer)) !== undefined) return false;
  return consumers(model, layer).some(
    (consumer) =>
      consumer.getClassName() === "BatchNormalization" ||
      (isTransparent(consumer) && isNormalized(model, consumer)),
  );
}
