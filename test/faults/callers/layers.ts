/** Layers, losses, bases and activations of the caller's own that throw or answer nonsense. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as assert from "uvu/assert";
import { ArgumentError } from "../../../src/errors.ts";
import * as door from "../../../src/tfjs/index.ts";
import { suite } from "../../support/suite.ts";
import { tf } from "../../support/wasm.ts";
import { labels, on as onHead } from "../heads.ts";
import { on, xs, ys } from "../models.ts";
import { deep, two } from "./calls.ts";
import { assertKnown, failing, own, rejected, throws } from "./failing.ts";

/** A layer of the caller's own that fails, or answers nonsense, at its call number `at`. */
class Faulty extends tf.layers.Layer {
  static className = "Faulty";
  static at = Infinity;
  static react: (x: Tensor) => Tensor = throws;
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = [inputs].flat()[0]!;
    return Faulty.at-- === 0 ? Faulty.react(x) : tf.tidy(() => tf.mul(x, 1));
  }
}
tf.serialization.registerClass(Faulty as never);

const faulty = () => {
  Faulty.at = Infinity;
  const kernelInitializer = "ones";
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ name: "hidden", units: 4, inputShape: [3], kernelInitializer }),
      new Faulty({ name: "faulty" }) as never,
      tf.layers.dense({ name: "out", units: 2, kernelInitializer }),
    ],
  });
  const kernel = tf.tensor2d([1, 2, 3, -1, 0.5, 1, -2, 3, 0.25, 0.5, 1, 2], [3, 4]);
  model.layers[0]!.weights[0]!.write(kernel);
  kernel.dispose();
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model;
};
/** Runs a job on this model, whose layer fails at one of its calls from then on. */
const failingAt = (at: number, act: (model: LayersModel) => unknown) =>
  on(faulty, (model) => {
    Faulty.at = at;
    return act(model);
  });

suite("faults: layers and losses", (test) => {
  const acts: Record<string, (model: LayersModel) => unknown> = {
    diversity: (model) => door.diversity(model, xs),
    initializeFromData: (model) => door.initializeFromData(model, xs),
    inspect: (model) => door.inspect(model, xs, { ys, gradients: true }),
    replaceRedundant: (model) => door.replaceRedundant(model, { layer: "hidden", threshold: 1e-9, xs, seed: 1 }), // prettier-ignore
  };
  for (const [name, act] of Object.entries(acts))
    test(name, async () => {
      let failed = 0;
      for (const at of [0, 1, 2]) {
        Faulty.react = throws;
        const before = tf.memory().numTensors;
        try {
          await failingAt(at, act);
        } catch (error) {
          assert.ok(error === own || error instanceof ArgumentError, (error as Error).stack);
          failed++;
        }
        assert.is(tf.memory().numTensors, before, `call ${at}`);
      }
      assert.ok(failed > 0 || name === "replaceRedundant", "the layer was never called");
    });

  test("a loss that throws", async () => {
    const lossy = () => deep(throws);
    const jobs = {
      inspect: () => on(lossy, (model) => door.inspect(model, xs, { ys, gradients: true })),
      gradmax: () => on(lossy, (model) => door.grow(model, { ...two, layer: "hidden", method: "gradmax", xs, ys })), // prettier-ignore
    };
    for (const [name, job] of Object.entries(jobs)) assertKnown(await failing(name, job), name);
  });

  test("a base that throws, or answers nonsense", async () => {
    const bad: Record<string, (x: Tensor) => unknown> = {
      "throws": throws,
      "rejects": rejected,
      "null": () => null,
      "a number": () => 5,
      "a promise of null": async () => null,
      "fewer samples": () => tf.zeros([1, 3]),
      "another width": (x) => tf.zeros([x.shape[0]!, 9]),
      "NaN": () => tf.fill([20, 3], NaN),
      "a disposed tensor": (x) => { const y = tf.clone(x); y.dispose(); return y; },
    }; // prettier-ignore
    for (const [name, react] of Object.entries(bad)) {
      let good = true;
      const base = ((x: Tensor) => (good ? tf.mul(x, 1) : react(x))) as never;
      for (const ask of ["add", "remove", "evaluate", "predict"] as const) {
        const job = () => onHead({ base }, async (head) => {
          good = false;
          try {
            return await head[ask](xs, (ask === "predict" ? undefined : labels) as never);
          } finally {
            good = true;
          }
        }); // prettier-ignore
        assertKnown(await failing(`${ask}: ${name}`, job), `${ask}: ${name}`);
      }
    }
  });

  test("an activation that throws, or answers nonsense", async () => {
    const good = { value: Math.abs, derivative: Math.sign, kinks: [0] };
    const jobs = {
      approximate: (activation: never) => door.approximate(activation, { degree: 3 }),
      lpsDesign: (activation: never) => door.lpsDesign({ activation, degree: 3 }),
      lps: (activation: never) => door.lps({ activation, degree: 3 }),
    };
    const bad = [throws, () => NaN, () => Infinity, () => "x", () => undefined];
    for (const [name, job] of Object.entries(jobs))
      for (const value of bad)
        assertKnown(await failing(name, async () => job({ ...good, value } as never)), name);
  });
});
