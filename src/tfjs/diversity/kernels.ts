/** The kernels of a model, by layer. */
import type * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkNames } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { layoutOf, type Layout } from "../../init/units.ts";
import { checkModel, layerOf, type Layer } from "../layers/graph.ts";

export interface ModelKernel {
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
export function kernelsOf(model: LayersModel, names?: readonly string[]): ModelKernel[] {
  checkModel(model);
  checkNames("layers", names);
  const wanted = names?.map((name) => layerOf(model, name));
  return (wanted ?? model.layers).flatMap((layer) => {
    const kernels = layer.weights.flatMap((weight): ModelKernel[] => {
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
  // A call of the layer's own, as a user may have set, is put back; that of its class is seen again.
  const own = watched.map((layer) => Object.getOwnPropertyDescriptor(layer, "call"));
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
    watched.forEach((layer, i) => {
      delete (layer as Partial<Layer>).call;
      if (own[i]) Object.defineProperty(layer, "call", own[i]);
    });
  }
}
