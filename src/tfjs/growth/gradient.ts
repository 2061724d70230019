/** The gradients that growth needs: ∂L/∂z of the consumers, with the input of the grown layer. */
import {
  add,
  clone,
  customGrad,
  dispose,
  engine as tfEngine,
  keep,
  mean,
  mul,
  scalar,
  slice,
  tidy,
  valueAndGrad,
  type Tensor,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { engine, type Layer } from "../layers/graph.ts";
import { attributes } from "../layers/attributes.ts";
import type { Chain } from "./chain.ts";

export type Tensors = Tensor | Tensor[];

/** The gradients of one piece of the batch; deltas and loss are weighted by the piece's share of the batch. */
export interface Gradients {
  /** The input of the grown layer. */
  readonly input: Tensor;
  /** ∂L/∂z of every path's consumer, where z is its pre-activation. */
  readonly deltas: readonly Tensor[];
  /** The loss L of the piece. */
  readonly loss: number;
}

/** Properties of compiled models that tf.layers' types omit. */
interface Compiled {
  lossFunctions: ((truth: Tensor, prediction: Tensor) => Tensor)[];
  standardizeUserDataXY(xs: Tensors, ys: Tensors, checkBatch: boolean): [Tensor[], Tensor[]];
}

/**
 * Runs `job` on the gradients of every piece of `batchSize` samples.
 *
 * The model is run in inference mode, because a run in training mode would write moving averages and drop units. L is
 * the loss without regularization. The model is unchanged when this function returns or throws.
 *
 * @returns the loss of the batch
 * @throws ArgumentError for xs and ys that do not fit the model, or a loss that is not finite
 */
export function withGradients(
  model: LayersModel,
  chain: Chain,
  xs: Tensors,
  ys: Tensors,
  batchSize: number,
  job: (gradients: Gradients) => void,
): number {
  return tidy(() => {
    const compiled = engine(model) as unknown as Compiled;
    let data: [Tensor[], Tensor[]];
    try {
      data = compiled.standardizeUserDataXY(xs, ys, true);
    } catch (error) {
      throw new ArgumentError("xs, ys", "a batch as model.fit takes it", (error as Error).message);
    }
    const samples = data[0][0]!.shape[0]!;
    if (samples === 0) throw new ArgumentError("xs", "at least one sample", "none");
    let loss = 0;
    for (let at = 0; at < samples; at += batchSize) {
      const size = Math.min(batchSize, samples - at);
      tidy(() => {
        const [x, y] = data.map((all) => all.map((t) => part(t, at, size))) as typeof data;
        const gradients = record(model, chain, x, y, size / samples);
        loss += gradients.loss;
        job(gradients);
      });
    }
    return loss;
  });
}

/** The samples from `at` to `at + size` − 1 of a tensor. */
export function part(t: Tensor, at: number, size: number): Tensor {
  const rest = t.shape.length - 1;
  return slice(t, [at, ...Array(rest).fill(0)], [size, ...Array(rest).fill(-1)]);
}

function record(
  model: LayersModel,
  chain: Chain,
  xs: Tensor[],
  ys: Tensor[],
  share: number,
): Gradients {
  const inner = engine(model);
  const { lossFunctions } = inner as unknown as Compiled;
  const consumers = chain.paths.map(({ consumer }) => consumer);
  let input: Tensor | undefined;
  const deltas: Tensor[] = [];
  const probed = (probe: Tensor) => {
    const restore = [
      onInput(chain.layer, (x) => (input = keep(clone(x)))),
      ...consumers.map((layer, i) => {
        const probing = customGrad((z) => ({
          value: clone(z as Tensor),
          gradFunc: (dz: Tensor) => {
            deltas[i] = keep(clone(dz));
            return dz;
          },
        }));
        return onPreActivation(layer, (z) => probing(add(z, probe)));
      }),
    ];
    try {
      const predictions = inner.call(xs, { training: false }) as Tensor[];
      const losses = lossFunctions.map((f, i) => mean(f(ys[i]!, predictions[i]!)));
      return mul(
        losses.reduce((sum, one) => add(sum, one)),
        share,
      );
    } finally {
      restore.forEach((undo) => undo());
    }
  };
  try {
    const value = differentiated(probed);
    const loss = value.dataSync()[0]!;
    if (!Number.isFinite(loss)) {
      throw new ArgumentError("xs, ys", "a batch with a finite loss", `loss ${loss}`);
    }
    return { input: clone(input!), deltas: deltas.map((delta) => clone(delta)), loss };
  } finally {
    input?.dispose();
    deltas.forEach((delta) => delta.dispose());
  }
}

/** Returns the value of f at 0. Its gradient is computed too, so that the probes inside of f record the deltas. */
function differentiated(f: (probe: Tensor) => Tensor): Tensor {
  try {
    return valueAndGrad(f)(scalar(0)).value;
  } catch (error) {
    // After an error TensorFlow.js forgets the tensors that it has saved for the gradient.
    tfEngine().state.activeTape?.forEach(({ saved }) => dispose(saved));
    const expected = "layers and a loss that TensorFlow.js can differentiate";
    throw new ArgumentError("model", expected, (error as Error).message);
  }
}

/** Calls `see` with the input of a layer at every call. Returns the function that undoes this. */
function onInput(layer: Layer, see: (x: Tensor) => void): () => void {
  const call = layer.call;
  const own = Object.hasOwn(layer, "call");
  layer.call = (inputs, kwargs) => {
    see(Array.isArray(inputs) ? inputs[0]! : inputs);
    return call.call(layer, inputs, kwargs);
  };
  return () => {
    if (own) layer.call = call;
    else delete (layer as Partial<Layer>).call;
  };
}

/**
 * Puts `through` between a layer's linear part and its activation. Returns the function that undoes this. The class
 * name is unknown to tf.layers, so that the layer does not run a fused kernel, which would include the activation.
 */
function onPreActivation(layer: Layer, through: (z: Tensor) => Tensor): () => void {
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
