/**
 * Friedman's first regression problem (Annals of Statistics 19, 1991): ten inputs, of which five matter,
 *
 *   y = 10 sin(π x₁ x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅ + noise of variance 1.
 *
 * A net 10 – 64 relu – 1 with its last layer as drawn, and solved by ridgeHead on the same hidden layer; then both are
 * trained.
 */
import * as tf from "@tensorflow/tfjs";
import { ridgeHead } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";

const [INPUTS, UNITS, TRAIN, TEST, BATCH] = [10, 64, 500, 2000, 32];
/** Epochs after which the test set is looked at. */
export const LOOKS = [0, 1, 5, 20];
export const METHODS = ["last layer as drawn (He)", "last layer solved"] as const;

function draw(count: number, seed: number): { xs: tf.Tensor2D; ys: tf.Tensor2D } {
  const xs = tf.randomUniform([count, INPUTS], 0, 1, "float32", seed) as tf.Tensor2D;
  const rows = xs.arraySync();
  const noise = normal(count, 1, { seed }).data;
  const values = rows.map(([a, b, c, d, e], i) => {
    const signal = 10 * Math.sin(Math.PI * a! * b!) + 20 * (c! - 0.5) ** 2 + 10 * d! + 5 * e!;
    return [signal + noise[i]!];
  });
  return { xs, ys: tf.tensor2d(values) };
}

/** 1 less the test error over the variance of the targets. */
const explained = (model: tf.LayersModel, { xs, ys }: ReturnType<typeof draw>): number =>
  tf.tidy(() => {
    const error = tf.losses.meanSquaredError(ys, model.predict(xs) as tf.Tensor);
    return 1 - tf.div(error, tf.moments(ys).variance).dataSync()[0]!;
  });

/** R² on test samples after each of LOOKS. */
export async function friedman(method: (typeof METHODS)[number], seed: number): Promise<number[]> {
  const [train, test] = [draw(TRAIN, 2 * seed + 1), draw(TEST, 2 * seed + 2)];
  const dense = (units: number, layer: number, activation?: "relu") =>
    tf.layers.dense({ units, activation, kernelInitializer: tf.initializers.heNormal({ seed: 2 * seed + layer }) }); // prettier-ignore
  const base = tf.sequential({
    layers: [tf.layers.inputLayer({ inputShape: [INPUTS] }), dense(UNITS, 1, "relu")],
  });
  let model: tf.LayersModel;
  if (method === "last layer solved") {
    const head = ridgeHead({ base, task: "regression" });
    await head.add(train.xs, train.ys);
    model = head.toModel();
    head.dispose();
  } else model = tf.sequential({ layers: [...base.layers, dense(1, 2)] });
  const optimizer = tf.train.adam(1e-2);
  model.compile({ optimizer, loss: "meanSquaredError" });
  const found = [explained(model, test)];
  for (let epoch = 1; epoch <= LOOKS.at(-1)!; epoch++) {
    await model.fit(train.xs, train.ys, { epochs: 1, batchSize: BATCH, shuffle: false, verbose: 0 }); // prettier-ignore
    if (LOOKS.includes(epoch)) found.push(explained(model, test));
  }
  optimizer.dispose();
  model.dispose();
  tf.dispose([train, test]);
  return found;
}
