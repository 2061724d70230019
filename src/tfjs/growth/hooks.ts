/** Temporary changes of layers, by which a run of a model tells its inner values. */
import { concat, eye, zeros, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { attributes } from "../layers/attributes.ts";
import type { Layer } from "../layers/graph.ts";

/** Undoes a change. */
export type Undo = () => void;

/** Replaces what a layer computes. `call` is what it computes otherwise. */
export function onCall(layer: Layer, by: (x: Tensor, call: (x: Tensor) => Tensor) => Tensor): Undo {
  const call = layer.call;
  const own = Object.hasOwn(layer, "call");
  layer.call = (inputs, kwargs) =>
    by(Array.isArray(inputs) ? inputs[0]! : inputs, (x) => call.call(layer, x, kwargs) as Tensor);
  return () => {
    if (own) layer.call = call;
    else delete (layer as Partial<Layer>).call;
  };
}

/**
 * Puts `through` between a layer's linear part and its activation. The class name is unknown to tf.layers, so that the
 * layer does not run a fused kernel, which would include the activation.
 */
export function onPreActivation(layer: Layer, through: (z: Tensor) => Tensor): Undo {
  const holder = attributes(layer);
  const { activation } = holder;
  holder.activation = {
    apply: (z) => (activation ? activation.apply(through(z)) : through(z)),
    getClassName: () => "probe",
  };
  return () => {
    holder.activation = activation;
  };
}

/**
 * Adds `through` of zeros to what the kernel of a recurrent layer makes of its input, at every time step: the input gets
 * these zeros as more entries, and the kernel the identity as more rows.
 */
export function onRecurrent(layer: Layer, through: (z: Tensor) => Tensor): Undo {
  const { kernel } = attributes(attributes(layer).cell!);
  return onCall(layer, (x, call) => {
    const width = kernel!.shape[1]!;
    const wide = concat([kernel!.read() as Tensor2D, eye(width)], 0);
    const more = through(zeros([...x.shape.slice(0, -1), width]));
    const holder = kernel as unknown as { read?: LayerVariable["read"] };
    holder.read = () => wide;
    try {
      return call(concat([x, more], -1));
    } finally {
      delete holder.read;
    }
  });
}
