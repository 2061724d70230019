import * as tf from "@tensorflow/tfjs";
import { decorrelated, diversityPenalty, diversityRegularizer } from "../../src/tfjs/index.ts";
import { type Case, type Contender, type Job, job } from "../harness.ts";
import { matMul } from "../peers/tfjs.ts";

type Kind = NonNullable<Parameters<typeof diversityRegularizer>[0]>["penalty"];
type Activations = NonNullable<Parameters<typeof diversityPenalty>[0]>["penalty"];

const BATCH = 256;
/** A penalty may add 30 % to the time of a training step. */
const BAR = 1.3;

/** A training step of a 784 – 128 – 10 MLP. */
function step({ penalty, after }: { penalty?: Kind; after?: Activations } = {}): Promise<Job> {
  const kernelRegularizer = penalty && diversityRegularizer({ penalty, lambda: 1e-4, epochs: 0 });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 128, activation: "relu", inputShape: [784], kernelInitializer: decorrelated({ seed: 1 }), kernelRegularizer }),
      ...(after ? [diversityPenalty({ penalty: after, lambda: 1e-4, epochs: 0 })] : []),
      tf.layers.dense({ units: 10, activation: "softmax", kernelInitializer: decorrelated({ seed: 2 }) }),
    ],
  }); // prettier-ignore
  model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
  const xs = tf.randomUniform([BATCH, 784], 0, 1, "float32", 1);
  const ys = tf.oneHot(
    tf.range(0, BATCH, 1, "int32").mod(tf.scalar(10, "int32")) as tf.Tensor1D,
    10,
  );
  const run = async (reps: number) => {
    const start = performance.now();
    for (let i = 0; i < reps; i++) await model.trainOnBatch(xs, ys);
    return (performance.now() - start) / reps;
  };
  return Promise.resolve({ time: run, stop: () => (model.dispose(), tf.dispose([xs, ys])) });
}

const plain: Contender = { name: "the step without", start: () => step() };

const weights: Kind[] = ["cos2", "softOrthogonality", "srip", "logDet", "energy", "minAngle"];
const activations: Activations[] = ["correlation", "deCov", "ncl"];

const decorrelation = (units: number, inputs: number, bar?: number): Case => ({
  name: `decorrelated ${inputs}x${units}`,
  unit: matMul(units, inputs, units),
  bar,
  start: () =>
    job(
      () => decorrelated({ seed: 1 }).apply([inputs, units]),
      undefined,
      (t) => t.dispose(),
    ),
});

export default [
  ...weights.map((penalty): Case => ({
    name: `MLP step, ${penalty}`,
    unit: plain,
    bar: BAR,
    start: () => step({ penalty }),
  })),
  ...activations.map((after): Case => ({
    name: `MLP step, ${after}`,
    unit: plain,
    start: () => step({ after }),
  })),
  decorrelation(128, 784, 10),
  decorrelation(64, 64),
  decorrelation(128, 64),
] satisfies Case[];
