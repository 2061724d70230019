/** Shared by the tests of diversity in training: models of core + layers or of the union package, and data. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { decorrelated, diversityPenalty, diversityRegularizer } from "../../src/tfjs/index.ts";
import type { tf as namespace } from "./wasm.ts";

export type TensorFlow = Pick<typeof namespace, "layers" | "randomNormal" | "randomUniform" | "sequential">; // prettier-ignore
type Regularizer = NonNullable<Parameters<typeof diversityRegularizer>[0]>;
type Penalty = NonNullable<Parameters<typeof diversityPenalty>[0]>;

/** A model 8 – 12 relu – (penalty) – 3, and data for the model. */
export function setUp(
  tf: TensorFlow,
  { regularizer, penalty }: { regularizer?: Regularizer; penalty?: Penalty } = {},
) {
  const dense = (name: string, units: number, seed: number, more: object = {}) =>
    tf.layers.dense({ name, units, kernelInitializer: decorrelated({ seed }), ...more });
  const kernelRegularizer = regularizer && diversityRegularizer(regularizer);
  const model: LayersModel = tf.sequential({
    layers: [
      dense("hidden", 12, 1, { inputShape: [8], activation: "relu", kernelRegularizer }),
      ...(penalty ? [diversityPenalty({ name: "penalty", ...penalty })] : []),
      dense("out", 3, 2),
    ],
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return {
    model,
    xs: tf.randomNormal([40, 8], 0, 1, "float32", 1),
    ys: tf.randomUniform([40, 3], 0, 1, "float32", 2),
  };
}
