/** Norms of the gradients of a model's compiled loss, over all samples. */
import {
  add,
  dispose,
  mean,
  mul,
  sqrt,
  square,
  sum,
  tidy,
  variableGrads,
  type Scalar,
  type Tensor,
  type Variable,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { differentiating } from "../layers/undone.ts";
import type { Stream } from "./stream.ts";

/** A property of compiled models that tf.layers' types omit. */
interface Compiled {
  readonly lossFunctions?: ((truth: Tensor, prediction: Tensor) => Tensor)[];
}

/**
 * ‖∂L/∂W‖ by name of the variable, where L is the compiled loss, mean over all samples.
 *
 * @throws ArgumentError for a model that is not compiled or has several outputs, and for missing labels
 */
export async function gradientNorms(
  model: LayersModel,
  samples: Stream,
  passed: (count: number) => void,
): Promise<Map<string, number>> {
  const { lossFunctions } = model as Compiled;
  if (lossFunctions === undefined) {
    throw new ArgumentError("model", "a compiled model, for gradients", "one that is not");
  }
  if (lossFunctions.length !== 1) {
    throw new ArgumentError("model", "one output, for gradients", `${lossFunctions.length}`);
  }
  const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
  const sums = new Map<string, Tensor>();
  try {
    for await (const { batch, count } of samples.walk()) {
      const [truth] = batch.labels;
      if (truth === undefined) throw new ArgumentError("ys", "labels, for gradients", "none");
      const grads = tidy(() => {
        const loss = () => {
          const [prediction] = [model.call([...batch.inputs], { training: false })].flat();
          return mul(mean(lossFunctions[0]!(truth, prediction!)), count / samples.total) as Scalar;
        };
        const found = differentiating(() => variableGrads(loss, variables).grads);
        for (const [name, part] of Object.entries(found)) {
          const before = sums.get(name);
          if (before) found[name] = add(before, part);
        }
        return found;
      });
      dispose([...sums.values()]);
      for (const [name, sum] of Object.entries(grads)) sums.set(name, sum);
      passed(count);
    }
    const norms = new Map<string, number>();
    for (const [name, gradient] of sums) {
      const norm = tidy(() => sqrt(sum(square(gradient))));
      norms.set(name, (await norm.data().finally(() => norm.dispose()))[0]!);
    }
    return norms;
  } finally {
    dispose([...sums.values()]);
  }
}
