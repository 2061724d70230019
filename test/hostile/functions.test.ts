/**
 * Arguments that nobody should give. Every function that an entry of the package exports gets them in every place, every
 * method of what it returns, and every class that a saved model names; `attempt` says what must hold.
 *
 * HOSTILE_SEED sets another seed, HOSTILE_TIMES a multiple of the inputs.
 */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { show } from "../../src/errors.ts";
import { kernels } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { attempt, expected, shown, tried, type Good } from "./attempt.ts";
import { classes, entries, errors, functions, methods, type Loose } from "./entries.ts";
import { ofHeads } from "./heads.ts";
import { ofMatrices } from "./matrices.ts";
import { ofMessages } from "./messages.ts";
import { ofModels, ofWeights } from "./models.ts";
import { ofClasses } from "./saved.ts";
import { changes, later, spoilt } from "./spoil.ts";
import { all } from "./values.ts";

const seed = Number(process.env.HOSTILE_SEED ?? 1);
const times = Number(process.env.HOSTILE_TIMES ?? 1);
/** Inputs of a function; the debug build, which is slower, has a third, of another seed. */
const USUAL = kernels === "release" ? 150 : 40;
const AT_LEAST = kernels === "release" ? 20_000 : 5_000;
/** The next good call is made after so many inputs. */
const EVERY = 3;

const rooms = { matrices: ofMatrices, weights: ofWeights, models: ofModels, heads: ofHeads, saved: ofClasses, messages: ofMessages }; // prettier-ignore

/** By path; "ridgeHead().add moments" is another case of the method "ridgeHead().add". */
const goods: Record<string, Good> = {};
for (const [name, given] of Object.values(rooms).flatMap((room) => Object.entries(room))) {
  const path = name.split(" ")[0]!;
  const method = path.split("().")[1]?.split(".").at(-1);
  const own = typeof given === "function" ? { good: given } : given;
  const call = method
    ? function (this: Record<string, Loose>, ...values: unknown[]) { return this[method]!(...values); } // prettier-ignore
    : functions[path];
  goods[name] = { call, ...own } as Good;
}

/** So that each function gets other inputs. */
const ofName = (name: string) => [...name].reduce((sum, one) => (31 * sum + one.charCodeAt(0)) | 0, seed); // prettier-ignore

for (const [room, here] of Object.entries(rooms))
  suite(`hostile: ${room}`, (test) => {
    for (const name of Object.keys(here))
      test(name, async () => {
        const one = goods[name]!;
        const bits = await expected(one);
        let count = 0;
        const property = fc.asyncProperty(changes, (list) => {
          const fickle = list.some(({ kind }) => kind === "changes between reads");
          const good = count++ % EVERY ? undefined : bits;
          return attempt(one, (values) => spoilt(values, list), good, fickle);
        });
        const numRuns = Math.ceil(times * (one.share ?? 1) * USUAL);
        const own = ofName(kernels + name);
        const examples = later.slice(0, numRuns / 3);
        await fc.assert(property, { seed: own, numRuns, examples, endOnFailure: true, includeErrorInReport: true }); // prettier-ignore
        assert.is(await expected(one), bits);
      });
  });

suite("hostile: all of it", (test) => {
  test("every function that an entry exports is here", () => {
    assert.equal(Object.keys(functions).filter((path) => !(path in goods)), []); // prettier-ignore
    assert.ok(Object.keys(entries).length >= 6 && Object.keys(functions).length >= 100);
    assert.ok(Object.keys(errors).length >= 6);
  });

  test("every method of what a function returns is here", async () => {
    // What takes no arguments, and callbacks, which `fit` alone calls.
    const simple = /^(getClassName|fromConfigUsesCustomObjects|getConfig|toString|on[A-Z].*)$/;
    const missing: string[] = [];
    for (const [path, call] of Object.entries(functions)) {
      const found = await shown({ ...goods[path]!, call }, methods);
      missing.push(...found.filter((key) => !simple.test(key)).map((key) => `${path}().${key}`));
    }
    const ofLayers = ["call", "penalty", "values"].flatMap((key) => missing.filter((path) => path.endsWith(`.${key}`))); // prettier-ignore
    assert.equal(missing.filter((path) => !(path in goods) && !ofLayers.includes(path)), []); // prettier-ignore
  });

  test("every class that a saved model may name is here", () => {
    assert.equal(classes.filter((name) => !(`class:${name}` in goods)), []); // prettier-ignore
    assert.ok(classes.length >= 20);
  });

  test("whatever it is can be shown, shortly", () => {
    for (const value of all()) assert.ok(show(value).length < 400, show(value));
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true, withTypedArray: true, withDate: true, withMap: true }); // prettier-ignore
    fc.assert(fc.property(anything, (value) => show(value).length < 1000), { seed, numRuns: 1000 }); // prettier-ignore
  });

  test("there were enough of them", () => {
    console.log(`\nnote: ${tried} hostile inputs, HOSTILE_SEED=${seed}`);
    assert.ok(tried >= times * AT_LEAST, `${tried} inputs`);
  });
});
