/** Finds the kernels of a model and observes the outputs of its layers. */
import type * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkNames } from "../../arguments.ts";
import { ArgumentError, show } from "../../errors.ts";
import { layoutOf, type Layout } from "../../init/units.ts";
import { checkModel, layerOf, type Layer } from "../layers/graph.ts";

export interface ModelKernel {
  readonly layer: Layer;
  /** "<layer>/kernel", "<layer>/recurrent_kernel", "<layer>/depthwise_kernel" or "<layer>/pointwise_kernel". */
  readonly name: string;
  readonly weight: Layer["weights"][number];
  readonly layout: Layout;
}

/**
 * Returns the kernels of a model's layers, wrappers and inner models included.
 *
 * @param names names of the layers; default: all layers, where those without a kernel are skipped
 * @throws ArgumentError if `model` is not a model, has no layer of a given name, or a named layer has no kernel
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

/** Runs a job and gives every output of the watched layers to `see`. The layers are restored when the job ends. */
export function watching<T>(
  watched: readonly Layer[],
  see: (layer: Layer, output: tf.Tensor) => void,
  job: () => T,
): T {
  // A user may have set `call` on the layer itself: it is put back. Otherwise `call` of the class shows again.
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
