/** Backends that are switched or removed between the steps of a call. */
import "@tensorflow/tfjs-backend-cpu";
import * as assert from "uvu/assert";
import type { Dataset } from "../../../src/tfjs/data/source.ts";
import { suite } from "../../support/suite.ts";
import { tf } from "../../support/wasm.ts";
import { data, walks, type Run } from "./calls.ts";

suite("faults: backends", (test) => {
  /** What a call does between its steps: the next batch, or its progress. */
  const between = (act: () => unknown): [Run, Dataset] => {
    const from = data();
    const iterator = async () => {
      const good = await from.iterator();
      const next = async () => {
        await act();
        return good.next();
      };
      return { next };
    };
    return [{ onProgress: () => void act() }, { iterator }];
  };
  const flat = (value: unknown): number[] =>
    typeof value === "string" ? [] : typeof value === "number" ? [value]
    : typeof value === "object" && value !== null ? Object.values(value).flatMap(flat) : []; // prettier-ignore

  for (const [name, job] of Object.entries(walks))
    test(`${name}: switched in the middle, and back`, async () => {
      const first = await job({});
      for (let k = 0; k < 4; k++) {
        let count = 0;
        const before = tf.memory().numTensors;
        const [run, from] = between(() => count++ === k && tf.setBackend("cpu"));
        const found = await job(run, from);
        await tf.setBackend("wasm");
        assert.is(tf.memory().numTensors, before, "left tensors");
        if (/add/.test(name)) continue; // its answer is text
        const [wanted, own] = [flat(first), flat(found)];
        assert.is(own.length, wanted.length);
        own.forEach((x, i) => assert.ok(Math.abs(x - wanted[i]!) <= 1e-3 * (1 + Math.abs(wanted[i]!)), `${x} for ${wanted[i]}`)); // prettier-ignore
      }
      assert.equal(await job({}), first);
    });

  for (const [name, job] of Object.entries(walks))
    test(`${name}: removed in the middle`, async () => {
      const first = await job({});
      const factory = tf.findBackendFactory("cpu");
      for (const k of [0, 1, 3]) {
        tf.registerBackend("other", factory);
        let count = 0;
        const [run, from] = between(async () => {
          if (count === k) await tf.setBackend("other");
          if (count++ === k + 1) {
            await tf.setBackend("wasm");
            tf.removeBackend("other");
          }
        });
        // What was on it is lost, the model maybe, too; the run ends, by itself or by an error.
        await job(run, from).catch((error: unknown) => assert.instance(error, Error));
        await tf.setBackend("wasm");
        if (tf.findBackend("other")) tf.removeBackend("other");
        assert.equal(await job({}), first, `the next call, after ${k}`);
      }
    });
});
