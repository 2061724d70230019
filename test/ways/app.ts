/** What a user's app does: it makes a model, trains it for a step, saves it and loads it again. */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { initializeFromData, install, orthogonal } from "tfjs-initializers";
import { haar } from "tfjs-initializers/linalg";
import "tfjs-initializers/train";

/** With `worker`, the weights come from the data, by equations that are solved in a worker. */
export async function app({ worker = false }: { worker?: boolean | Worker } = {}): Promise<string> {
  await tf.setBackend("wasm");
  install();
  const kernelInitializer = orthogonal({ seed: 1 });
  const { dense, flatten, conv1d, lstm } = tfl.layers;
  const layers: tfl.layers.Layer[] = worker
    ? [flatten({ inputShape: [8, 4] }), dense({ units: 6, activation: "relu" })]
    : [
        conv1d({ filters: 6, kernelSize: 3, inputShape: [8, 4], kernelInitializer }),
        lstm({ units: 5 }), // which stock cannot build
      ];
  const model = tfl.sequential({ layers: [...layers, dense({ units: 2 })] });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const xs = tf.randomNormal([32, 8, 4], 0, 1, "float32", 1);
  const ys = tf.randomNormal([32, 2], 3, 1, "float32", 2);
  if (worker) await initializeFromData(model, xs, { ys, worker });

  const first = (await model.trainOnBatch(xs, ys)) as number;
  const second = (await model.trainOnBatch(xs, ys)) as number;
  if (!(second < first)) throw new Error(`the loss went from ${first} to ${second}`);

  let saved: tf.io.ModelArtifacts | undefined;
  const keep = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" as const } };
  });
  await model.save(keep);
  const loaded = await tfl.loadLayersModel({ load: async () => saved! });
  const predictions = (of: tfl.LayersModel) => (of.predict(xs) as tf.Tensor).dataSync();
  const again = predictions(loaded);
  const same = predictions(model).every((value, i) => value === again[i]);
  if (!same) throw new Error("the loaded model predicts otherwise");

  const random = haar(7, 5, { seed: 1 }).data.length;
  return `ok: tfjs ${tf.version_core}, loss ${first.toFixed(2)} to ${second.toFixed(2)}, ${random}`;
}
