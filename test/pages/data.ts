/** Data-driven initialization with its equations solved here, in a worker of its own, and in one of the page's. */
import { normal } from "../../src/linalg/index.ts";
import { initializeFromData } from "../../src/tfjs/index.ts";
import { hashes } from "../support/hash.ts";
import { run } from "./table.ts";
import { tf, wasm } from "./wasm.ts";

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
    ["backend", wasm],
    ["here", () => kernels(false)],
    ["a worker of its own", () => kernels(true)],
    ["a worker of the page", () => kernels(given)],
    ["the same once more", () => kernels(given)],
    [
      "two runs at once",
      async () => [...new Set(await Promise.all([kernels(given), kernels(given)]))].join(),
    ],
  ]);
}

/** What is said of a worker, by the package or, where the engine makes no worker at all, by the engine. */
const told = async (worker: () => boolean | Worker) => {
  let made;
  try {
    made = worker();
  } catch (error) {
    return `refused by the engine: ${error}`;
  }
  return kernels(made).catch(String);
};

/** What is said of workers that do not do; on a page whose own worker has no file, or may have none. */
export function failures() {
  const made = (code: string) => () => new Worker(URL.createObjectURL(new Blob([code])));
  // Takes as long as patience lasts, beside the others.
  let closed!: Promise<string[]>;
  const close = ["close()", "onmessage = () => close()"];
  return run("Workers that do not do", "each is said", [
    [
      "backend",
      async () => {
        const name = await wasm();
        closed = Promise.all(close.map((code) => told(made(code))));
        return name;
      },
    ],
    ["its own", () => told(() => true)],
    ["a file that is not there", () => told(() => new Worker("/nowhere.js"))],
    ["a script that fails", () => told(made("throw new Error('boom')"))],
    ["null", () => told(made("onmessage = () => postMessage(null)"))],
    ["closed", async () => (await closed)[0]],
    ["closed when it is asked", async () => (await closed)[1]],
    ["foreign messages on the page", foreign],
  ]);
}

/** How many messages there are after one of the page to itself; it has our worker's module, which is not to answer. */
async function foreign(): Promise<string> {
  let heard = 0;
  const count = () => void heard++;
  addEventListener("message", count);
  postMessage({ id: 1, equation: {} });
  await new Promise((done) => setTimeout(done, 100));
  removeEventListener("message", count);
  return `${heard}`;
}
