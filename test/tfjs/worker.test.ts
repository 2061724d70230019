import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as assert from "uvu/assert";
import { initializeFromData, type DataOptions } from "tfjs-initializers";
import { normal } from "tfjs-initializers/linalg";
import { suite } from "../suite.ts";
import { tf } from "./wasm.ts";

// The package as it is built: the worker is a file of its own beside the one that starts it.
const { layers: L } = tf;

const build = () =>
  tf.sequential({
    layers: [
      L.conv2d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [8, 8, 2] }),
      L.separableConv2d({ filters: 4, kernelSize: 2 }),
      L.flatten(),
      L.dense({ units: 3 }),
    ],
  });

const xs = tf.tensor4d(normal(1, 50 * 128, { seed: 1 }).data, [50, 8, 8, 2]);
const bits = (model: LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);

async function found(options: DataOptions): Promise<number[][]> {
  const model = build();
  await initializeFromData(model, xs, options);
  return bits(model);
}

suite("tfjs/worker", (test) => {
  for (const code of ["pca", "random", "randomProjection"] as const)
    test(`${code}: the same bits in a thread`, async () => {
      const progress: string[] = [];
      const onProgress: DataOptions["onProgress"] = (...[, , { weight }]) => void progress.push(weight!); // prettier-ignore
      assert.equal(await found({ code, worker: true, onProgress }), await found({ code }));
      assert.is(progress.length, 4);
    });

  test("targets: the same bits in a thread", async () => {
    const ys = tf.tensor2d(normal(50, 3, { seed: 2 }).data, [50, 3]);
    assert.equal(await found({ ys, worker: true }), await found({ ys }));
    assert.not.equal(await found({ ys }), await found({}));
  });

  test("a function code stays here", async () => {
    const code: DataOptions["code"] = ({ rows }, _, units) => normal(rows, units, { seed: 1 });
    assert.equal(await found({ code, worker: true }), await found({ code }));
  });

  test("errors of the thread are those of the package; weights as before", async () => {
    const model = build();
    const before = bits(model);
    // Finite, but their squares are not.
    const code: DataOptions["code"] = ({ rows }, _, units) => {
      return { rows, cols: units, data: new Float64Array(rows * units).map((_, at) => at * 1e300) };
    };
    const errors = [];
    for (const worker of [true, false]) {
      errors.push(await initializeFromData(model, xs, { code, worker }).catch((e: unknown) => e));
      assert.equal(bits(model), before);
    }
    assert.is((errors[0] as Error).name, "ArgumentError");
    assert.equal(
      errors.map((error) => [(error as Error).name, (error as Error).message]),
      Array(2).fill([(errors[1] as Error).name, (errors[1] as Error).message]),
    );
  });

  test("aborted while a thread is at work: at once, weights as before", async () => {
    const model = tf.sequential({ layers: [L.dense({ units: 400, inputShape: [1400] })] });
    const before = bits(model);
    const many = tf.tensor2d(normal(300, 1400, { seed: 1 }).data, [300, 1400]);
    const stop = new AbortController();
    const reason = new Error("enough");
    const job = initializeFromData(model, many, { worker: true, signal: stop.signal });
    const start = performance.now();
    const timer = setInterval(() => performance.now() - start > 100 && stop.abort(reason), 10);
    assert.is(await job.catch((error: unknown) => error), reason);
    clearInterval(timer);
    assert.equal(bits(model), before);
  });
});
