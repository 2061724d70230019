/** fitGrowing, which hands over what it has trained when its caller stops it. */
import type { Tensor } from "@tensorflow/tfjs-core";
import * as assert from "uvu/assert";
import type { Dataset } from "../../../src/tfjs/data/source.ts";
import * as door from "../../../src/tfjs/index.ts";
import { suite } from "../../support/suite.ts";
import { tf } from "../../support/wasm.ts";
import { dense, xs, ys } from "../models.ts";
import { data } from "./calls.ts";
import { caught, own, rejected, throws } from "./failing.ts";
import { spoilt } from "./spoilt.ts";

suite("faults: fitGrowing", (test) => {
  const schedule = { layers: "hidden", every: 1, units: 1, method: "orthogonal", seed: 1 } as const;
  const args = { epochs: 3, verbose: 0, batchSize: 8, schedule } as const;
  const ways: Record<string, (model: never, more: object, from?: Dataset) => Promise<door.GrownFit>> = {
    tensors: (model, more) => door.fitGrowing(model, xs, ys, { ...args, ...more }),
    steps: (model, more) => door.fitGrowing(model, xs, ys, { ...args, schedule: { ...schedule, unit: "steps" }, ...more }), // prettier-ignore
    Dataset: (model, more, from = data()) => door.fitGrowing(model, from, { ...args, ...more } as never), // prettier-ignore
    "steps of a Dataset": (model, more, from = data()) => door.fitGrowing(model, from, { ...args, schedule: { ...schedule, unit: "steps", method: "gradmax", samples: 8 }, ...more } as never), // prettier-ignore
  }; // prettier-ignore

  /** A training that must stop for a reason; the last model is handed over and still computes. */
  async function stopped(
    what: string,
    job: (model: never) => Promise<door.GrownFit>,
    begun = true,
  ) {
    const model = await dense();
    const error = await caught(() => job(model as never));
    if (!begun) return model.dispose();
    assert.instance(error, door.TrainingError, `${what}: ${(error as Error)?.stack}`);
    const { cause, fit } = error as door.TrainingError;
    assert.is(cause, own, `${what}: ${(cause as Error)?.stack}`);
    const y = fit.model.predict(xs) as Tensor;
    assert.ok(y.dataSync().every(Number.isFinite), what);
    y.dispose();
    if (fit.model !== model) fit.model.dispose();
    model.dispose();
  }

  for (const [name, way] of Object.entries(ways))
    test(name, async () => {
      let tensors = tf.memory().numTensors;
      const stop = () => {
        const stop = new AbortController();
        return { signal: stop.signal, abort: () => stop.abort(own) };
      };
      const kinds: Record<string, () => object> = {
        "onGrow throws": () => ({ onGrow: throws }),
        "onGrow rejects": () => ({ onGrow: rejected }),
        "a callback throws": () => ({ callbacks: { onBatchEnd: throws } }),
        "a callback rejects": () => ({ callbacks: { onEpochEnd: rejected } }),
        "aborted in a batch": () => {
          const { signal, abort } = stop();
          return { signal, callbacks: { onBatchEnd: async () => abort() } };
        },
        "aborted in onGrow": () => {
          const { signal, abort } = stop();
          return { signal, onGrow: abort };
        },
        "aborted at the end": () => {
          const { signal, abort } = stop();
          return { signal, callbacks: { onTrainEnd: async () => abort() } };
        },
      };
      for (const [what, more] of Object.entries(kinds)) {
        await stopped(what, (model) => way(model, more()));
        // TensorFlow.js itself leaves the logs of a batch behind if a callback throws.
        if (/callback/.test(what)) tensors = tf.memory().numTensors;
        assert.is(tf.memory().numTensors, tensors, `${what}: left tensors`);
      }
      await stopped(
        "aborted before",
        (model) => way(model, { signal: AbortSignal.abort(own) }),
        false,
      );
      for (const bad of [null, 1])
        await stopped("no signal", (model) => way(model, { signal: bad }), false);
      assert.is(tf.memory().numTensors, tensors, "left tensors");
      if (!/Dataset/.test(name)) return;
      // TensorFlow.js opens iterators that it does not use.
      let failed = 0;
      for (const walk of [0, 1, 2, 3]) {
        const model = await dense();
        const found: unknown = await way(model as never, {}, spoilt(walk, 0, throws)).catch((error: unknown) => error); // prettier-ignore
        if (found instanceof Error) failed++;
        const { cause = found, fit = found } = found as door.TrainingError;
        if (found instanceof Error)
          assert.is(cause, own, `walk ${walk}: ${(cause as Error).stack}`);
        const last = (fit as Partial<door.GrownFit>).model;
        if (last && last !== model) last.dispose();
        model.dispose();
        assert.is(tf.memory().numTensors, tensors, `walk ${walk}: left tensors`);
      }
      assert.ok(failed > 0, "no walk failed");
    });
});
