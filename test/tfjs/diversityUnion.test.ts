/** The same in the union package, on both of its backends that run here: training with everything at once. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import * as assert from "uvu/assert";
import {
  diversity,
  diversityHistory,
  diversitySchedule,
  replaceRedundant,
  spreading,
} from "../../src/tfjs/index.ts";
import { suite } from "../support/suite.ts";
import { setUp } from "../support/diversity.ts";

suite("tfjs/diversity: the union package", (test) => {
  for (const backend of ["wasm", "cpu"])
    test(`${backend}: trains, less alike than without, and leaves nothing`, async () => {
      await tf.setBackend(backend);
      const run = async (on: boolean) => {
        const { model, xs, ys } = setUp(tf as never, on ? { regularizer: { penalty: "energy" }, penalty: { lambda: 0.1 } } : {}); // prettier-ignore
        const callbacks = [diversityHistory(model, { xs }), ...(on ? [diversitySchedule(model), spreading(model)] : [])]; // prettier-ignore
        const fit = () => model.fit(xs, ys, { epochs: 4, shuffle: false, verbose: 0, callbacks });
        await fit();
        const before = tf.memory().numTensors;
        const { history } = await fit();
        assert.is(tf.memory().numTensors, before);
        const [{ meanAbsCos }] = diversity(model);
        assert.is(replaceRedundant(model, { layer: "hidden" }).replaced, undefined);
        assert.is(history["hidden/kernel/effectiveRank"].length, 4);
        model.dispose();
        tf.dispose([xs, ys]);
        return meanAbsCos;
      };
      const [without, with_] = [await run(false), await run(true)];
      assert.ok(with_ < without, `${with_}, ${without}`);
    });
});
