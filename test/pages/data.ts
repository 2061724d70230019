/** Data-driven initialization with its equations solved here, in a worker of its own, and in one of the page's. */
import * as core from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { normal } from "../../src/linalg/index.ts";
import { initializeFromData } from "../../src/tfjs/index.ts";
import { hashes } from "../hash.ts";
import { run } from "./table.ts";

const tf = { ...core, ...layers };

/** A hash of the kernels that come of the same samples. */
export async function kernels(worker: boolean | Worker): Promise<string> {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [8, 8, 2] }),
      tf.layers.depthwiseConv2d({ kernelSize: 3 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5 }),
    ],
  });
  const xs = tf.tensor4d(normal(1, 50 * 128, { seed: 1 }).data, [50, 8, 8, 2]);
  await initializeFromData(model, xs, { worker, onProgress: () => {} });
  const weights = model.getWeights().map((weight) => {
    return { rows: 1, cols: weight.size, data: weight.dataSync<"float32">() };
  });
  return (await hashes({ weights: () => weights })).weights;
}

export function report() {
  const given = new Worker("/worker.js", { type: "module" });
  return run("Initialization from data", "core + layers + backend-wasm, and a worker", [
    [
      "backend",
      async () => {
        setWasmPaths("/node_modules/@tensorflow/tfjs-backend-wasm/dist/");
        await tf.setBackend("wasm");
        return tf.getBackend();
      },
    ],
    ["here", () => kernels(false)],
    ["a worker of its own", () => kernels(true)],
    ["a worker of the page", () => kernels(given)],
    ["the same once more", () => kernels(given)],
  ]);
}
