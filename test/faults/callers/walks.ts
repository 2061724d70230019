/** Datasets that throw, end early, never answer or answer nonsense. */
import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { tf } from "../../support/wasm.ts";
import { walks } from "./calls.ts";
import { assertKnown, failing, own, rejected, throws } from "./failing.ts";
import { spoilt, type Iterator } from "./spoilt.ts";

const element = (make: () => unknown) => async () => ({ done: false, value: make() });
const gone = () => {
  const x = tf.zeros([8, 3]);
  x.dispose();
  return { xs: x, ys: x };
};

/** What a Dataset may answer instead of a batch. */
const answers: Record<string, (good: Iterator) => unknown> = {
  "throws": throws,
  "rejects": rejected,
  "answers null": () => null,
  "answers a number": () => 5,
  "answers nothing": () => undefined,
  "gives null": element(() => null),
  "gives a number": element(() => 5),
  "gives no tensors": element(() => ({ xs: 1, ys: "x" })),
  "gives disposed tensors": element(gone),
  "gives another shape": element(() => ({ xs: tf.zeros([8, 7]), ys: tf.zeros([8, 2]) })),
  "gives fewer labels": element(() => ({ xs: tf.zeros([8, 3]), ys: tf.zeros([7, 2]) })),
  "gives NaN": element(() => ({ xs: tf.fill([8, 3], NaN), ys: tf.fill([8, 2], NaN) })),
}; // prettier-ignore

/** What is no fault for a function: labels are not looked at, or NaN is what it is to show. */
const fine: Record<string, RegExp> = {
  inspect: /NaN|fewer/,
  settle: /fewer/,
  predict: /fewer/,
};

suite("faults: Datasets", (test) => {
  for (const [name, job] of Object.entries(walks))
    test(name, async () => {
      const first = await job({});
      for (const iterator of [throws, rejected, async () => null, async () => ({})])
        assertKnown(await failing("iterator", () => job({}, { iterator } as never)));
      for (const [what, next] of Object.entries(answers)) {
        if (fine[name]?.test(what)) continue;
        for (const at of [0, 1]) {
          const bad = () => job({}, spoilt(0, at, next));
          assertKnown(await failing(`${what} at ${at}`, bad), `${what} at ${at}`);
        }
      }
      const empty = () =>
        job(
          {},
          spoilt(0, 0, () => ({ done: true, value: null })),
        );
      if (name !== "predict") assertKnown(await failing("nothing", empty));
      if (/^in/.test(name))
        for (const at of [0, 1, 2]) {
          const early = () =>
            job(
              {},
              spoilt(1, at, () => ({ done: true, value: null })),
            );
          assertKnown(await failing(`ends early at ${at}`, early));
        }
      // It never answers, until the caller gives up; what then still comes is disposed.
      for (const at of [0, 1]) {
        const stop = new AbortController();
        let arrive: (value: unknown) => void = () => {};
        const silent = spoilt(0, at, () => {
          setTimeout(() => stop.abort(own), 5);
          return new Promise((resolve) => (arrive = resolve));
        });
        assert.is(await failing("silent", () => job({ signal: stop.signal }, silent)), own);
        const before = tf.memory().numTensors;
        arrive({ done: false, value: { xs: tf.zeros([8, 3]), ys: tf.zeros([8, 2]) } });
        await new Promise((resolve) => setTimeout(resolve));
        assert.is(tf.memory().numTensors, before, "what came late was left");
      }
      assert.equal(await job({}), first);
    });
});
