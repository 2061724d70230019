/**
 * Every public function while something fails beneath it, at each place where it can in turn:
 *
 *   arena    memory ends where a kernel, or the call itself, asks for more     MemoryError
 *   traps    the kernel traps there, in the middle of its work                 EngineError
 *   array    JavaScript refuses one of the typed arrays                        MemoryError
 *   backend  TensorFlow.js fails to run a kernel, to make or to read a tensor  its error
 *
 * Nothing is left on an arena or of tensors, models and heads are as they were, and the next call has the bits of the
 * first. `FAULTS="^grow" node --import tsx test/faults/memory.test.ts` takes only the calls whose name matches, and prints
 * the table: how often each was disturbed in each way. With FAULTS_EVERY=1 each call fails at every place instead of some:
 * 18,000 faults in two minutes, and as many again, which take far longer, in the hundred steps of `grow, inverse`.
 */
import * as assert from "uvu/assert";
import { ArgumentError, EngineError, MemoryError } from "../../src/errors.ts";
import * as linalg from "../../src/linalg/index.ts";
import * as door from "../../src/tfjs/index.ts";
import { ending, roomsOf, unclean } from "../support/ending.ts";
import { refusing } from "../support/refusing.ts";
import { breaking, Gone } from "../support/breaking.ts";
import { kernels } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";
import { arrays } from "./arrays.ts";
import type { Deeds } from "./deeds.ts";
import { others } from "./door.ts";
import { classifiers, heads } from "./heads.ts";
import { models } from "./models.ts";
import { tensors } from "./tensors.ts";
import { training } from "./training.ts";

const only = new RegExp(process.env.FAULTS ?? "");
const every = process.env.FAULTS_EVERY === "1";
const shown = every || process.env.FAULTS !== undefined;

/** Where TensorFlow.js itself leaves tensors behind if its backend fails: in fit. */
const TFJS = /^fitGrowing/;

/**
 * At most so many places of a call fail, evenly spread over all. A call that asks for more than LONG arrays or kernels
 * is long: it fails at FEW, and where memory ends kernels trap at every other place instead of at all, once more.
 */
const [PLACES, LONG, FEW] = [40, 1000, 5];

/** What needs neither memory nor a backend. */
const nothing = ["provideKernels", "uninstall", "ridgeHead", "knnClassifier"];

const of = (prototype: object) => Object.fromEntries(Object.getOwnPropertyNames(prototype).map((name) => [name, () => {}])); // prettier-ignore
/** Properties and methods of heads that read what is there. */
const reading = ["constructor", "classes", "count", "counts", "dispose", "clearAllClasses", "getClassExampleCount", "getNumClasses"]; // prettier-ignore

type Entry = [name: string, exported: object, deeds: Deeds, without: readonly string[]];
const entries: Entry[] = [
  ["linalg", linalg, arrays, nothing],
  ["linalg on tensors", door.linalg, tensors, []],
  ["models and the rest", door, { ...models, ...others }, nothing],
  ["ridgeHead", of(Object.getPrototypeOf(door.ridgeHead()) as object), heads, reading],
  ["knnClassifier", of(Object.getPrototypeOf(door.knnClassifier()) as object), classifiers, reading], // prettier-ignore
  ["train", {}, training, []],
];

/** What a job throws. */
async function caught(job: () => unknown): Promise<unknown> {
  try {
    await job();
    return undefined;
  } catch (error) {
    // What stops a training comes with what was trained.
    return error instanceof door.TrainingError ? error.cause : error;
  }
}

const wanted = {
  arena: (error: unknown) => error instanceof MemoryError,
  traps: (error: unknown) => error instanceof EngineError,
  array: (error: unknown) => error instanceof MemoryError,
  backend: (error: unknown) => error instanceof Gone || (error instanceof ArgumentError && error.message.includes("the backend is gone")), // prettier-ignore
};

/** Faults in all calls. */
const sums = { arena: 0, traps: 0, array: 0, backend: 0 };
if (shown) process.on("exit", () => console.log("all".padEnd(40), JSON.stringify(sums)));

for (const [entry, exported, deeds, without] of entries)
  suite(`faults: ${entry}`, (test) => {
    test("every function is here", () => {
      const names = Object.entries(exported)
        .filter(([name, value]) => typeof value === "function" && !/Error$/.test(name))
        .map(([name]) => name);
      const here = Object.keys(deeds).map((what) => what.split(",")[0]!);
      const missing = names.filter((name) => !here.includes(name) && !without.includes(name));
      assert.equal(missing, []);
    });

    for (const [what, job] of Object.entries(deeds).filter(([what]) => only.test(what)))
      test(what, async () => {
        const start = process.cpuUsage();
        const first = await job();
        const before = tf.memory().numTensors;
        const counts = { arena: 0, traps: 0, array: 0, backend: 0 };
        const check = (kind: keyof typeof wanted, place: string | number, error: unknown) => {
          counts[kind]++;
          sums[kind]++;
          const hold = (found: boolean, complaint: string) =>
            found || assert.unreachable(`${complaint}, ${kind} ${place}: ${(error as Error)?.stack ?? "no error"}`); // prettier-ignore
          hold(wanted[kind](error), "another error");
          hold(unclean().length === 0, "left something on an arena");
          if (kind === "backend" && TFJS.test(what)) return;
          hold(tf.memory().numTensors === before, "left tensors");
        };
        let rooms: string[] = [];
        const total = { array: 0, backend: 0 };
        total.array = await refusing(Infinity, async () => {
          total.backend = await breaking(Infinity, async () => void (rooms = await roomsOf(job)));
        });
        // The debug build is for the kernels, and linalg reaches them all.
        if (kernels === "debug" && exported !== linalg) rooms = [];
        // Whatever it computes, linalg makes an array; else arrays would not be seen.
        if (exported === linalg) assert.ok(total.array > 0, "no array");
        const long = !every && Math.max(total.array, total.backend) > LONG;
        const ways = long ? [(count: number) => count % 2 === 1] : [() => false, () => true];
        for (const name of rooms)
          for (const traps of ways) {
            await ending(name, traps, async (limit, trapping) => {
              const error = await caught(job);
              if (error) check(trapping ? "traps" : "arena", `${name} from ${limit}`, error);
            });
            assert.equal(await job(), first, name);
          }
        // Arrays and tensors do not depend on the build of the kernels.
        const disturbed = kernels === "release" ? { array: refusing, backend: breaking } : {};
        for (const [kind, disturb] of Object.entries(disturbed)) {
          const all = total[kind as keyof typeof total];
          const step = every ? 1 : Math.ceil(all / (long ? FEW : PLACES));
          for (let k = 0; k < all; k += step)
            check(kind as keyof typeof wanted, k, await caught(() => disturb(k, job)));
        }
        assert.equal(await job(), first);
        const { user } = process.cpuUsage(start);
        if (shown) console.log(what.padEnd(40), JSON.stringify(counts), JSON.stringify(total), user / 1e6, "s"); // prettier-ignore
      });
  });
