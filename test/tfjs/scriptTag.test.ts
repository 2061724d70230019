/** The bundle for script tags, as `npm run build` made it; test/engines.ts runs it in browsers. */
import { readFileSync } from "node:fs";
import * as vm from "node:vm";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import { orthogonal as values } from "../../src/init/orthogonal.ts";
import { haar } from "../../src/linalg/index.ts";
import type * as Door from "../../src/tfjs/script-tag.ts";
import { suite } from "../support/suite.ts";
import { thrown } from "../support/thrown.ts";

await tf.setBackend("wasm");

const bundle = readFileSync(
  new URL("../../dist/tfjs-initializers.min.js", import.meta.url),
  "utf8",
);

/** What every page has, of what data and growth need. */
const web = { performance, setTimeout, setInterval, clearInterval, AbortController };

/** Runs the bundle as a page does, where these are its globals; returns what it defines. */
function load(globals: object) {
  const page = vm.createContext({ WebAssembly, ...globals });
  const before = new Set(Object.keys(page));
  vm.runInContext(bundle, page, { filename: "tfjs-initializers.min.js" });
  const defined = Object.keys(page).filter((key) => !before.has(key));
  return { defined, door: page.tfjsInitializers as typeof Door };
}

suite("tfjs/script-tag", (test) => {
  test("without TensorFlow.js it says what is missing", () => {
    // The last is what `<div id="tf">` makes of the global.
    for (const globals of [{}, { tf: undefined }, { tf: null }, { tf: {} }])
      try {
        load(globals);
        assert.unreachable("loaded");
      } catch (error) {
        // Of the page's realm, so no Error of ours.
        assert.match((error as Error).message, "tfjs-initializers: load @tensorflow/tfjs");
      }
  });

  test("defines one global, with the functions of the package", () => {
    const { defined, door } = load({ tf });
    assert.equal(defined, ["tfjsInitializers"]);
    const names = ["ArgumentError", "ConvergenceError", "EngineError", "MemoryError", "SingularError", "TrainingError", "approximate", "decorrelated", "deltaOrthogonal", "diversity", "diversityHistory", "diversityPenalty", "diversityRegularizer", "diversitySchedule", "fitGrowing", "glorotNormal", "glorotUniform", "grow", "growable", "heNormal", "heUniform", "idInit", "identity", "initialize", "initializeFromData", "inputCovariance", "inspect", "install", "knnClassifier", "leCunNormal", "leCunUniform", "linalg", "lps", "lpsDesign", "matrices", "mimetic", "orthogonal", "provideKernels", "randomNormal", "randomUniform", "register", "relu1", "reluOrthogonal", "replaceRedundant", "ridgeHead", "settle", "solveLPS", "spreadUnits", "spreading", "train", "truncatedNormal", "uninstall", "varianceScaling", "zerO"]; // prettier-ignore
    assert.equal(Object.keys(door).sort(), names);
  });

  test("has nothing to fetch or to require", () => {
    assert.not.match(bundle, /\bimport\(|\brequire\(|\bimport\s*["'{*]|\bfetch\(|sourceMappingURL/);
  });

  test("installs into the global tf, and takes it back", () => {
    const { door } = load({ tf });
    const apply = () => tf.tidy(() => tf.initializers.orthogonal({}).apply([50, 50]).dataSync());
    const warned: unknown[] = [];
    const { warn } = console;
    console.warn = (...values) => warned.push(values);
    try {
      door.install();
      apply();
      assert.equal(warned, [], "stock has run");
      door.uninstall();
      apply();
      assert.is(warned.length, 1, "stock has not run");
    } finally {
      console.warn = warn;
    }
  });

  test("its initializers have the bits of their seeds, in layers of the page", () => {
    const { door } = load({ tf });
    const kernelInitializer = door.orthogonal({ gain: 2, seed: 1 });
    const layer = tf.layers.dense({ units: 5, inputShape: [7], kernelInitializer });
    const model = tf.sequential({ layers: [layer] });
    assert.equal(model.getWeights()[0].dataSync(), values([7, 5], { gain: 2, seed: 1 }));
  });

  test("grows a model of the page", async () => {
    const { door } = load({ tf, ...web });
    const model = tf.sequential();
    model.add(tf.layers.dense({ units: 4, activation: "relu", name: "a", inputShape: [3] }));
    model.add(tf.layers.dense({ units: 2 }));
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const [xs, ys] = [tf.randomNormal([8, 3]), tf.randomNormal([8, 2])];
    const options = { layer: "a", units: 2, method: "gradmax", xs, ys } as const;
    const { model: wide } = await door.grow(model, options);
    const [f, g] = [model, wide].map((one) => one.predict(xs) as tf.Tensor);
    assert.ok(tf.norm(tf.sub(f, g)).dataSync()[0] <= 1e-6 * tf.norm(f).dataSync()[0]);
    await wide.fit(xs, ys, { epochs: 1, verbose: 0 });
  });

  test("does not know where it lies, and says that it wants a Worker", async () => {
    const { door } = load({ ...web, tf });
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    const error = await door.initializeFromData(model, tf.ones([4, 3]), { worker: true }).catch((e: unknown) => e); // prettier-ignore
    assert.instance(error, door.ArgumentError);
    assert.match(
      (error as Error).message,
      'expected a Worker that runs "tfjs-initializers/worker"',
    );
  });

  test("has linear algebra on plain arrays", () => {
    const { door } = load({ tf });
    assert.equal(
      [...door.matrices.haar(5, 3, { seed: 1 }).data],
      [...haar(5, 3, { seed: 1 }).data],
    );
  });

  test("trains convolutions after train(), which wants the wasm backend", async () => {
    const bare = Object.create(tf, { findBackendFactory: { value: () => null } }) as typeof tf;
    const error = await load({ tf: bare })
      .door.train()
      .then(() => undefined, String);
    assert.match(error!, "load @tensorflow/tfjs-backend-wasm");

    const { door } = load({ tf });
    const conv = tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] });
    const model = tf.sequential({ layers: [conv, tf.layers.flatten(), tf.layers.dense({ units: 1 })] }); // prettier-ignore
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const fit = () => model.fit(tf.ones([2, 5, 5, 1]), tf.ones([2, 1]), { verbose: 0 });
    door.register();
    assert.match(await fit().then(() => "trained", String), "await tfjsInitializers.train()");
    await door.train();
    await fit();
    door.uninstall();
  });

  test("its errors are its own ArgumentError", () => {
    const { door } = load({ tf });
    assert.is(thrown(door.ArgumentError, () => door.orthogonal({ gain: NaN })).argument, "gain");
    assert.is(thrown(door.ArgumentError, () => door.install({} as never)).argument, "tf");
  });
});
