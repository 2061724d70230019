/** Progress callbacks that throw, runs that are aborted at each of their steps. */
import * as assert from "uvu/assert";
import { ArgumentError } from "../../../src/errors.ts";
import { suite } from "../../support/suite.ts";
import { runs, walks } from "./calls.ts";
import { failing } from "./failing.ts";

suite("faults: progress and aborts", (test) => {
  for (const [kind, all] of Object.entries({ tensors: runs, Datasets: walks }))
    for (const [name, job] of Object.entries(all))
      test(`${name}, ${kind}`, async () => {
        const first = await job({});
        const seen: [number, number?][] = [];
        assert.equal(
          await job({ onProgress: (done, total) => void seen.push([done, total]) }),
          first,
        );
        assert.ok(seen.length > 0, "no progress");
        seen.forEach(([done], i) => assert.ok(i === 0 || done >= seen[i - 1]![0], "goes back"));
        const [done, total] = seen.at(-1)!;
        if (total !== undefined) assert.is(done, total, "the end");
        seen.forEach((one) => assert.is(one[1], total, "another total"));

        const reason = new Error("enough");
        const signal = AbortSignal.abort(reason);
        assert.is(await failing("aborted before", () => job({ signal })), reason);
        for (let k = 0; k < seen.length; k++) {
          let [left, thrown] = [k, k];
          const stop = new AbortController();
          const onProgress = () => void (left-- === 0 && stop.abort(reason));
          const aborted = () => job({ onProgress, signal: stop.signal });
          assert.is(await failing(`aborted at ${k}`, aborted), reason);
          const throwing = () => {
            if (thrown-- === 0) throw reason;
          };
          assert.is(await failing(`thrown at ${k}`, () => job({ onProgress: throwing })), reason);
        }
        for (const bad of [1, null, "x"]) {
          const run = { onProgress: bad } as never;
          assert.instance(await failing("no function", () => job(run)), ArgumentError);
          assert.instance(await failing("no signal", () => job({ signal: bad } as never)), ArgumentError); // prettier-ignore
        }
        assert.equal(await job({}), first);
      });
});
