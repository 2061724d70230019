/**
 * Friedman's regression problems (Annals of Statistics 19, 1991). The first has ten inputs, of which five matter,
 *
 *   y = 10 sin(π x₁ x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅ + noise of variance 1.
 *
 * The others are the impedance and the phase of a circuit with four parts, with a third of the signal's deviation as noise.
 *
 * A net 10 – 64 relu – 1 with its last layer as drawn, and solved by ridgeHead on the same hidden layer, and with all
 * layers initialized from the data; then all are trained.
 */
import * as tf from "@tensorflow/tfjs";
import { initializeFromData, ridgeHead } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";

const [UNITS, TRAIN, TEST, BATCH] = [64, 500, 2000, 32];
/** Epochs after which the test set is looked at. */
export const LOOKS = [0, 1, 5, 20];
export const METHODS = ["last layer as drawn (He)", "last layer solved"] as const;
export const FROM_DATA = "all layers from data";

interface Problem {
  readonly inputs: number;
  /** Of inputs from [0, 1). */
  signal(x: readonly number[]): number;
  /** Standard deviation of the noise, about a third of the signal's but in the first, where it is given. */
  readonly noise: number;
}

/** Resistance, frequency (of a turn: 40 to 560 π), inductance and capacity of the circuit. */
const circuit = ([r, w, l, c]: readonly number[]) => {
  const [omega, capacity] = [Math.PI * (40 + 520 * w!), 1 + 10 * c!];
  return { resistance: 100 * r!, reactance: omega * l! - 1 / (omega * capacity) };
};

export const PROBLEMS = {
  first: {
    inputs: 10,
    signal: ([a, b, c, d, e]) =>
      10 * Math.sin(Math.PI * a! * b!) + 20 * (c! - 0.5) ** 2 + 10 * d! + 5 * e!,
    noise: 1,
  },
  second: {
    inputs: 4,
    signal(x) {
      const { resistance, reactance } = circuit(x);
      return Math.hypot(resistance, reactance);
    },
    noise: 125,
  },
  third: {
    inputs: 4,
    signal(x) {
      const { resistance, reactance } = circuit(x);
      return Math.atan2(reactance, resistance);
    },
    noise: 0.1,
  },
} satisfies Record<string, Problem>;

function draw({ inputs, signal, noise }: Problem, count: number, seed: number): Samples {
  const xs = tf.randomUniform([count, inputs], 0, 1, "float32", seed) as tf.Tensor2D;
  const errors = normal(count, 1, { seed }).data;
  const values = xs.arraySync().map((row, i) => [signal(row) + noise * errors[i]!]);
  return { xs, ys: tf.tensor2d(values) };
}

type Samples = Readonly<Record<"xs" | "ys", tf.Tensor2D>>;

/** Both sets with targets of mean 0 and variance 1 in the first, as one does before training. */
function standardized(train: Samples, test: Samples): [Samples, Samples] {
  return [train, test].map(({ xs, ys }) => ({
    xs,
    ys: tf.tidy(() => {
      const { mean, variance } = tf.moments(train.ys);
      return tf.div(tf.sub(ys, mean), tf.sqrt(variance)) as tf.Tensor2D;
    }),
  })) as [Samples, Samples];
}

/** 1 less the test error over the variance of the targets. */
const explained = (model: tf.LayersModel, { xs, ys }: Samples): number =>
  tf.tidy(() => {
    const error = tf.losses.meanSquaredError(ys, model.predict(xs) as tf.Tensor);
    return 1 - tf.div(error, tf.moments(ys).variance).dataSync()[0]!;
  });

/** R² on test samples after each of LOOKS. The targets are as they are, or in their own mean and deviation. */
export async function friedman(
  method: (typeof METHODS)[number] | typeof FROM_DATA,
  seed: number,
  { problem = "first", scaled = false }: { problem?: keyof typeof PROBLEMS; scaled?: boolean } = {},
): Promise<number[]> {
  const own = PROBLEMS[problem];
  const drawn = [draw(own, TRAIN, 2 * seed + 1), draw(own, TEST, 2 * seed + 2)] as const;
  const [train, test] = scaled ? standardized(...drawn) : drawn;
  const dense = (units: number, layer: number, activation?: "relu") =>
    tf.layers.dense({ units, activation, kernelInitializer: tf.initializers.heNormal({ seed: 2 * seed + layer }) }); // prettier-ignore
  const base = tf.sequential({
    layers: [tf.layers.inputLayer({ inputShape: [own.inputs] }), dense(UNITS, 1, "relu")],
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
  if (method === FROM_DATA) await initializeFromData(model, train.xs, { ys: train.ys, seed });
  const found = [explained(model, test)];
  for (let epoch = 1; epoch <= LOOKS.at(-1)!; epoch++) {
    await model.fit(train.xs, train.ys, { epochs: 1, batchSize: BATCH, shuffle: false, verbose: 0 }); // prettier-ignore
    if (LOOKS.includes(epoch)) found.push(explained(model, test));
  }
  optimizer.dispose();
  model.dispose();
  tf.dispose([...drawn, train, test]);
  return found;
}
