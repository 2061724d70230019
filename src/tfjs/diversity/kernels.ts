/** The kernels of a model, by layer. */
import type * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError, show } from "../../errors.ts";
import { layoutOf, type Layout } from "../../init/diversity/units.ts";
import { layerOf, type Layer } from "../layers/graph.ts";

export interface Kernel {
  readonly layer: Layer;
  /** "<layer>/kernel", also "/recurrent_kernel", "/depthwise_kernel", "/pointwise_kernel". */
  readonly name: string;
  readonly weight: Layer["weights"][number];
  readonly layout: Layout;
}

/**
 * The kernels of the layers of a model (wrappers and inner models included), of those named or of all.
 *
 * @throws ArgumentError for what is no model, a layer that it does not have, or a layer without a kernel
 */
export function kernelsOf(model: LayersModel, names?: readonly string[]): Kernel[] {
  if (!Array.isArray(model?.layers)) {
    throw new ArgumentError("model", "a model of tf.layers", show(model));
  }
  const wanted = names?.map((name) => layerOf(model, name));
  return (wanted ?? model.layers).flatMap((layer) => {
    const kernels = layer.weights.flatMap((weight): Kernel[] => {
      const name = weight.originalName;
      if (!/kernel$/.test(name) || weight.shape.length < 2) return [];
      const layout = layoutOf(weight.shape as number[], /depthwise_kernel$/.test(name));
      return [{ layer, name, weight, layout }];
    });
    if (wanted !== undefined && kernels.length === 0) {
      throw new ArgumentError("layers", "layers with a kernel", show(layer.name));
    }
    return kernels;
  });
}

/** Runs a job while what the layers put out is given to `see`; as it was before, afterwards. */
export function watching<T>(
  watched: readonly Layer[],
  see: (layer: Layer, output: tf.Tensor) => void,
  job: () => T,
): T {
  for (const layer of watched) {
    const { call } = layer;
    layer.call = function (inputs, kwargs) {
      const output = call.call(this, inputs, kwargs);
      see(layer, [output].flat()[0]!);
      return output;
    };
  }
  try {
    return job();
  } finally {
    // What was set is an own property; that of the class is seen again.
    for (const layer of watched) delete (layer as Partial<Layer>).call;
  }
}
