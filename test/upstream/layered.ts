/** Cases of layers: their weights are inputs of the case, so that they are drawn and have gradients. */
import * as tf from "@tensorflow/tfjs";
import type { Case, Input, Shape } from "../support/outcomes.ts";

await tf.setBackend("cpu"); // On which layers are built to know the shapes of their weights.

type Layer = tf.layers.Layer;
interface Weight {
  val: tf.Tensor;
}
type Rest = Partial<Case> & {
  /** The shapes of the weights, where the layer cannot be built. */
  weights?: Shape[];
  /** The input, where it is not to be drawn. */
  x?: Input;
  /** What becomes of the input and the layer; default `layer.apply(x)`. */
  use?: (layer: Layer, x: tf.Tensor) => tf.Tensor | tf.Tensor[];
};

const weightsOf = (layer: Layer) => layer.weights as unknown as Weight[];

/** Builds a layer; what its initializers made is disposed of. */
function built(make: () => Layer, shape: Shape): Layer {
  const layer = make();
  if (!layer.built) layer.build([...shape]);
  layer.built = true; // Which recurrent layers leave to their first call.
  return layer;
}

function shapesOf(make: () => Layer, shape: Shape): Shape[] {
  const weights = weightsOf(built(make, shape));
  return weights.map(({ val }) => {
    val.dispose();
    return val.shape;
  });
}

/** A case of a layer, or a model, that is applied to an input of this shape. */
export function layered(name: string, make: () => Layer, shape: Shape, rest: Rest = {}): Case {
  const { weights = shapesOf(make, shape), x = shape, use, ...others } = rest;
  return {
    name: `layer ${name}`,
    inputs: [x, ...weights],
    run: (x, ...values) => {
      const layer = built(make, shape);
      weightsOf(layer).forEach((weight, i) => {
        weight.val.dispose();
        weight.val = values[i];
      });
      return use ? use(layer, x) : (layer.apply(x) as tf.Tensor);
    },
    ...others,
  };
}
