/**
 * Every public function while memory ends, kernels trap and the backend fails, at every place in turn: always an error
 * of the package, nothing left behind, and the next call has the bits of the first.
 */
import * as assert from "uvu/assert";
import { ArgumentError, EngineError, MemoryError } from "../../src/errors.ts";
import { ending, roomsOf, unclean } from "../support/ending.ts";
import { refusing } from "../support/refusing.ts";
import { breaking, Gone } from "../support/breaking.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";
import * as linalg from "../../src/linalg/index.ts";
import { linalg as onTensors, TrainingError } from "../../src/tfjs/index.ts";
import * as door from "../../src/tfjs/index.ts";
import { models } from "./models.ts";
import { others } from "./door.ts";
import { classifiers, heads } from "./heads.ts";
import { arrays } from "./arrays.ts";
import { tensors } from "./tensors.ts";
import type { Deeds } from "./deeds.ts";

/** FAULTS="^grow" takes only the calls whose name matches, and prints how often each was disturbed. */
const only = new RegExp(process.env.FAULTS ?? "");

/** Where TensorFlow.js itself leaves tensors behind if its backend fails: in fit. */
const TFJS = /^fitGrowing/;

/** At most so many places of a call fail, evenly spread over all. */
const PLACES = 40;
/** Of a call that asks more than LONG times, FEW places, because it takes long. */
const [LONG, FEW] = [2000, 5];

/** What is thrown, if it is not what comes of the fault by itself. */
async function caught(job: () => unknown): Promise<Error | undefined> {
  try {
    await job();
    return undefined;
  } catch (error) {
    // What stops a training comes with what was trained.
    return (error instanceof TrainingError ? error.cause : error) as Error;
  }
}

for (const [entry, , deeds] of [
  ["linalg", linalg, arrays],
  ["linalg of tensors", onTensors, tensors],
  ["models", door, models],
  ["others", door, others],
  ["heads", door, heads],
  ["classifiers", door, classifiers],
] as [string, Record<string, unknown>, Deeds][])
  suite(`faults: ${entry}`, (test) => {
    for (const [what, job] of Object.entries(deeds).filter(([what]) => only.test(what)))
      test(what, async () => {
        const first = await job();
        const before = tf.memory().numTensors;
        const after = async (
          place: string,
          error: Error | undefined,
          wanted: (e: Error) => boolean,
        ) => {
          assert.ok(error && wanted(error), `${place}: ${error?.stack ?? "no error"}`);
          assert.equal(unclean(), [], `${place}: left something on an arena`);
          if (/^backend/.test(place) && TFJS.test(what)) return;
          assert.is(tf.memory().numTensors, before, `${place}: left tensors\n${error?.stack}`);
        };
        const counts: Record<string, number> = {};
        for (const name of await roomsOf(job)) {
          for (const traps of [false, true]) {
            const found = await ending(name, traps, async (limit) => {
              const error = await caught(job);
              if (error)
                await after(
                  `${name} ends at ${limit}`,
                  error,
                  (e) => e instanceof (traps ? EngineError : MemoryError),
                );
            });
            counts[traps ? "traps" : "arena"] = (counts[traps ? "traps" : "arena"] ?? 0) + found;
          }
          assert.equal(await job(), first, name);
        }
        for (const [kind, disturb, wanted] of [
          ["array", refusing, (e: Error) => e instanceof MemoryError],
          [
            "backend",
            breaking,
            (e: Error) =>
              e instanceof Gone ||
              (e instanceof ArgumentError && e.message.includes("the backend is gone")),
          ],
        ] as const) {
          const total = await disturb(Infinity, job);
          counts[kind] = total;
          const places = total > LONG ? FEW : PLACES;
          for (let k = 0; k < total; k += Math.ceil(total / places))
            await after(`${kind} ${k} of ${total}`, await caught(() => disturb(k, job)), wanted);
        }
        assert.equal(await job(), first);
        if (process.env.FAULTS) console.log(`${what}: ${JSON.stringify(counts)}`);
      });
  });
