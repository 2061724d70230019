/**
 * Arguments that nobody should give. Every function that an entry of the package exports gets them in every place, every
 * method of what it returns, and every class that a saved model names; see `attempt` for what must hold.
 *
 * HOSTILE_SEED sets another seed, HOSTILE_TIMES a multiple of the inputs.
 */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { show } from "../../src/errors.ts";
import { kernels } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";
import { attempt, expected, shown, tried, type Good } from "./attempt.ts";
import { classes, errors, functions, methods, type Loose } from "./entries.ts";
import { ofHeads } from "./heads.ts";
import { ofMatrices } from "./matrices.ts";
import { ofWeights } from "./models.ts";
import { changes, spoilt } from "./spoil.ts";
import { all } from "./values.ts";

const seed = Number(process.env.HOSTILE_SEED ?? 1);
const times = Number(process.env.HOSTILE_TIMES ?? 1);
const USUAL = 150;
/** The next good call is made after so many inputs. */
const EVERY = 3;

/** By path; "ridgeHead().add moments" is another case of the method "ridgeHead().add". */
const goods: Record<string, Good> = {};
for (const [name, given] of Object.entries({ ...ofMatrices, ...ofWeights, ...ofHeads })) {
  const [path] = name.split(" ") as [string];
  const method = path.split("().")[1]?.split(".").at(-1);
  const own = typeof given === "function" ? { good: given } : given;
  const call = method
    ? function (this: Record<string, Loose>, ...values: unknown[]) { return this[method]!(...values); } // prettier-ignore
    : functions[path]!;
  goods[name] = { ...own, call } as Good;
}

for (const room of ["matrices", "weights", "heads"])
  suite(`hostile: ${room}`, (test) => {
    const here = { matrices: ofMatrices, weights: ofWeights, heads: ofHeads }[room]!;
    for (const name of Object.keys(here))
      test(name, async () => {
        const one = goods[name]!;
        const bits = await expected(one);
        let count = 0;
        const property = fc.asyncProperty(changes, (list) =>
          attempt(one, (values) => spoilt(values, list), count++ % EVERY ? undefined : bits),
        );
        await fc.assert(property, { seed, numRuns: times * (one.runs ?? USUAL), endOnFailure: true });
        assert.is(await expected(one), bits);
      });
  });

suite("hostile: completeness", (test) => {
  test("every function that an entry exports is here", () => {
    assert.equal(Object.keys(functions).filter((path) => !(path in goods)), []); // prettier-ignore
    assert.ok(Object.keys(functions).length > 90 && Object.keys(errors).length > 5);
  });
});
void [kernels, tf, classes, methods, shown, tried, show, all];
