/** Schemes of `initialize` beside the default of tf.layers, and training that starts from them. */
import * as tf from "@tensorflow/tfjs";
import { glorotUniform, initialize, type InitializeOptions } from "tfjs-initializers";

export type Scheme = NonNullable<InitializeOptions["scheme"]> | "tf.layers";
export const SCHEMES: readonly Scheme[] = ["auto", "he", "orthogonal", "fixup", "tf.layers"];
export const BATCH = 64;

/** Gives all kernels the default of tf.layers, but with a seed. */
function stock(model: tf.LayersModel, seed: number): void {
  initialize(model, { scheme: "he", seed });
  const kernels = model.weights.filter(({ name }) => name.includes("kernel"));
  kernels.forEach((weight, i) => {
    const values = glorotUniform({ seed: 1000 * seed + i }).apply(weight.shape as number[]);
    weight.write(values);
    values.dispose();
  });
}

export function start(model: tf.LayersModel, scheme: Scheme, seed: number): void {
  if (scheme === "tf.layers") stock(model, seed);
  else initialize(model, { scheme, seed });
}

export interface Samples {
  readonly xs: tf.Tensor;
  readonly ys: tf.Tensor;
}

/** Loss and accuracy on the test samples after every epoch of Adam, all epochs in the order of the samples. */
export async function learn(
  model: tf.LayersModel,
  { training, test }: { training: Samples; test: Samples },
  { rate, epochs }: { rate: number; epochs: number },
): Promise<{ loss: number[]; accuracy: number[] }> {
  const optimizer = tf.train.adam(rate);
  model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  const { history } = await model.fit(training.xs, training.ys, {
    ...{ epochs, batchSize: BATCH, shuffle: false, verbose: 0 },
    validationData: [test.xs, test.ys],
  });
  optimizer.dispose();
  return { loss: history["val_loss"] as number[], accuracy: history["val_acc"] as number[] };
}
