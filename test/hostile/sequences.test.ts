/** Calls in any order: heads against a list of samples, installations against a flag, models that grow, learn and begin anew. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { grow, initialize, initializeFromData, install, uninstall } from "../../src/tfjs/index.ts";
import { register } from "../../src/tfjs/register.ts";
import { kernels } from "../support/kernels.ts";
import { suite } from "../support/suite.ts";
import { tf } from "../support/wasm.ts";
import { digest } from "./digest.ts";
import { foundBefore } from "./found.ts";
import * as knn from "./knnSteps.ts";
import { model, xs, ys } from "./models.ts";
import * as ridge from "./ridgeSteps.ts";
import { aborted, ended, type Kept } from "./steps.ts";

const seed = Number(process.env.HOSTILE_SEED ?? 1) + Number(kernels === "debug");
const times = Number(process.env.HOSTILE_TIMES ?? 1);
const runs = (numRuns: number) => ({ seed, numRuns: numRuns * times, includeErrorInReport: true });

suite("hostile: found before", foundBefore);

suite("hostile: sequences", (test) => {
  test("a ridgeHead in any order of calls is one that learnt what is left", async () => {
    const before = tf.memory().numTensors;
    const start = () => ({
      model: { samples: [], disposed: false } as Kept,
      real: { head: ridge.made() },
    });
    const property = fc.asyncProperty(ridge.ridgeSteps, (list) => fc.asyncModelRun(start, list));
    await fc.assert(property, runs(60));
    assert.is(tf.memory().numTensors, before);
  });

  test("a knnClassifier in any order of calls is one that learnt what is left", async () => {
    const before = tf.memory().numTensors;
    const start = () => ({
      model: { samples: [], disposed: false, firsts: [] } as Kept,
      real: { head: knn.made() },
    });
    const property = fc.asyncProperty(knn.knnSteps, (list) => fc.asyncModelRun(start, list));
    await fc.assert(property, runs(60));
    assert.is(tf.memory().numTensors, before);
  });

  test("installed and uninstalled in any order: the stock method or ours", () => {
    const stock = tf.initializers.orthogonal({ gain: 1, seed: 1 }) as unknown as { apply(shape: number[]): unknown }; // prettier-ignore
    const drawn = () => tf.tidy(() => digest(stock.apply([3, 3])));
    install();
    const ours = drawn();
    const calls = { install, again: () => install(undefined, { variance: true }), register, uninstall, refused: () => assert.throws(() => install({} as never)) }; // prettier-ignore
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...(Object.keys(calls) as (keyof typeof calls)[]))), (names) => {
        uninstall();
        let active = false;
        for (const name of names) {
          calls[name]();
          active = name === "refused" ? active : name !== "uninstall";
          const proto = Object.getPrototypeOf(stock) as object;
          assert.is(Symbol.for("tfjs-initializers/stock-apply") in proto, active);
          if (active) assert.is(drawn(), ours);
        }
      }),
      runs(60),
    ); // prettier-ignore
    uninstall();
  });

  test("a model grows, learns, begins anew and is refused, in any order", async () => {
    const [x, y] = [xs(), ys()];
    const before = tf.memory().numTensors;
    const names = [
      "zero",
      "gradmax",
      "split",
      "fit",
      "lps",
      "orthogonal",
      "refused",
      "aborted",
    ] as const;
    const property = fc.asyncProperty(
      fc.array(fc.constantFrom(...names), { maxLength: 6 }),
      async (list) => {
        let own: ReturnType<typeof model> = model();
        let units = 4;
        for (const name of list) {
          const old = own.predict(x) as typeof x;
          if (name === "fit") await own.fit(x, y, { epochs: 1, verbose: 0 });
          else if (name === "lps" || name === "orthogonal")
            initialize(own, name === "lps" ? { scheme: "lps", seed: 1 } : { seed: 1 }); // prettier-ignore
          else if (name === "refused")
            await ended(true, () => grow(own, { layer: "hidden", units: -1, method: "zero" })); // prettier-ignore
          else if (name === "aborted") {
            const weights = digest(own);
            await aborted((run) =>
              grow(own, { layer: "hidden", units: 1, method: "zero", ...run }),
            );
            await aborted((run) => initialize(own, { seed: 1, ...run }));
            await aborted((run) => initializeFromData(own, x, run));
            assert.is(digest(own), weights, "an aborted call changed the model");
          } else {
            const grown = await grow(own, { layer: "hidden", units: 1, method: name, xs: x, ys: y, seed: 1 } as never); // prettier-ignore
            own.dispose();
            own = grown.model as typeof own;
            units++;
          }
          const now = own.predict(x) as typeof x;
          if (["zero", "split", "gradmax", "refused", "aborted"].includes(name)) {
            const apart = tf.tidy(() => tf.max(tf.abs(tf.sub(old, now))).dataSync()[0]!);
            assert.ok(apart < 1e-4, `${name}: apart by ${apart}`);
          }
          assert.ok(now.dataSync().every(Number.isFinite));
          assert.is(own.getLayer("hidden").getWeights()[0]!.shape[1], units);
          tf.dispose([old, now]);
        }
        own.dispose();
      },
    );
    await fc.assert(property, runs(12));
    assert.is(tf.memory().numTensors, before, "tensors are left");
    tf.dispose([x, y]);
  });
});
