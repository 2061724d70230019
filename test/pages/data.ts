/** Data-driven initialization with its equations solved here, in a worker of its own, and in one of the page's. */
import { normal } from "../../src/linalg/index.ts";
import { initializeFromData } from "../../src/tfjs/index.ts";
import { hashes } from "../support/hash.ts";
import { run, type Step } from "./table.ts";
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

const made = (code: string) => () => new Worker(URL.createObjectURL(new Blob([code])));

/** Workers that do not do; on a page whose own worker has no file, or may have none. */
const useless: Record<string, () => boolean | Worker> = {
  "its own": () => true,
  "a file that is not there": () => new Worker("/nowhere.js"),
  "a script that fails": made("throw new Error('boom')"),
  null: made("onmessage = () => postMessage(null)"),
  closed: made("close()"),
  "closed when it is asked": made("onmessage = () => close()"),
};

/** What is said of each. All are asked at once, since some take as long as patience lasts. */
export function failures() {
  const said: Record<string, Promise<string>> = {};
  return run("Workers that do not do", "each is said", [
    [
      "backend",
      async () => {
        const name = await wasm();
        for (const [what, worker] of Object.entries(useless)) said[what] = told(worker);
        return name;
      },
    ],
    ...Object.keys(useless).map((what): Step => [what, () => said[what]]),
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
