/** The hidden layers of a model: those whose size is a choice of whoever makes the model. */
import type { layers, LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";

type Layer = layers.Layer;

/** What layers call their size. */
const SIZES = ["units", "filters", "outputDim"];

/** Whether the layer, or the one that it wraps, has a size to choose. */
function isSized(layer: Layer): boolean {
  const config = layer.getConfig() as Record<string, { config?: object } | undefined>;
  return SIZES.some((size) => size in config || size in (config["layer"]?.config ?? {}));
}

/** The layers of a nested model. */
const inside = (layer: Layer) => (layer as unknown as LayersModel).layers as Layer[] | undefined;

/**
 * Addresses of the hidden layers, "outer/inner" inside of nested models: layers with a size, except those whose units
 * are the outputs of the model, directly or through layers without a size.
 */
export function hiddenLayers(model: LayersModel): string[] {
  const last = new Set<Layer>();
  const visit = ({ sourceLayer, inputs }: SymbolicTensor): void => {
    if (isSized(sourceLayer) || inside(sourceLayer)) last.add(sourceLayer);
    else inputs.forEach(visit);
  };
  model.outputs.forEach(visit);
  const sized = (all: readonly Layer[], outer: string): string[] =>
    all.flatMap((layer) => {
      const nested = inside(layer);
      if (nested) return sized(nested, `${outer}${layer.name}/`);
      return isSized(layer) && !last.has(layer) ? [outer + layer.name] : [];
    });
  return sized(model.layers, "");
}
