/** The machinery of `npm run report`: what is kept, what is computed in its time, and what is called reproduced. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { compute } from "../../bench/evidence/compute.ts";
import { keyOf } from "../../bench/evidence/key.ts";
import { index, page, verdicts } from "../../bench/evidence/page.ts";
import { Store } from "../../bench/evidence/store.ts";
import { judge, quantile } from "../../bench/evidence/verdict.ts";
import { observed, type Cell, type Comparison, type Experiment, type Study } from "../../bench/study.ts"; // prettier-ignore
import { suite } from "../support/suite.ts";

/** Each cell takes a second of the clock, "slow" ten; it counts what was run. */
function laboratory(seeds = 4) {
  const ran: Cell[] = [];
  let now = 0;
  const experiment: Experiment = {
    methods: { here: ["good", "bad"], there: ["bad", "slow"] },
    seeds: { quick: 1, usual: seeds, full: 2 * seeds },
    sizes: { quick: 0, usual: 1, full: 1 },
    async run(cell) {
      ran.push(cell);
      now += cell.method === "slow" ? 10 : 1;
      return observed(cell, { score: cell.method === "good" ? 2 + 0.01 * cell.seed : 1 });
    },
  };
  const go = (store: Store, seconds: number, scale: "usual" | "full" = "usual") =>
    compute(experiment, store, { scale, seconds, clock: () => now });
  return { experiment, ran, go };
}

async function withFile(job: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "evidence-"));
  try {
    await job(join(folder, "study.json"), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const comparison = (by?: number, counts?: number): Comparison => ({
  of: { method: "good", measure: "score" },
  over: { method: "bad", measure: "score" },
  ...(by !== undefined && { by }),
  ...(counts !== undefined && { counts }),
});

suite("bench/evidence", (test) => {
  test("a run that is continued computes what is left, and no cell twice", () =>
    withFile(async (file) => {
      const { experiment, ran, go } = laboratory();
      const failing = { ...experiment, run: async (cell: Cell) => (ran.length === 5 ? Promise.reject(new Error("power cut")) : experiment.run(cell, 1)) }; // prettier-ignore
      const first = new Store(file, "key", { run: 1 });
      try {
        await compute(failing, first, { scale: "usual", seconds: 1e9 });
        assert.unreachable();
      } catch (error) {
        assert.match((error as Error).message, "here, bad, seed 1");
        assert.match(((error as Error).cause as Error).message, "power cut");
      }
      await go(new Store(file, "key", { run: 2 }), 1e9);
      assert.is(ran.length, 16);
      assert.is(new Set(ran.map((cell) => JSON.stringify(cell))).size, 16);
      assert.is(JSON.parse(readFileSync(file, "utf8")).cells.length, 16);
      await go(new Store(file, "key", { run: 3 }), 1e9, "full");
      assert.is(ran.length, 32, "the seeds of the smaller scale are kept");
    }));

  test("results of another key are shown until there are new ones, and not used", () =>
    withFile(async (file) => {
      const { ran, go } = laboratory();
      await go(new Store(file, "old", {}), 1e9);
      const store = new Store(file, "new", {});
      assert.is(store.outdated, true);
      assert.is(store.kept.cells.length, 16);
      await go(store, 1);
      assert.is(store.outdated, false);
      assert.equal(JSON.parse(readFileSync(file, "utf8")).cells.length, 1);
      await go(new Store(file, "new", {}), 1e9);
      assert.is(ran.length, 32);
    }));

  test("the key follows the experiment and what it calls, not its claims and comments", () =>
    withFile(async (_, folder) => {
      const [study, room] = [join(folder, "study.ts"), join(folder, "room.ts")];
      const write = (result: number, claim: string, unused = 0) => {
        writeFileSync(room, `export const result = ${result}; export const unused = () => ${unused};`);
        writeFileSync(study, `import { result, unused } from "./room.ts"; // ${claim}\nexport const experiment = { run: () => result };\nexport default { experiment, claims: [unused(${JSON.stringify(claim)})] };`);
      }; // prettier-ignore
      write(1, "a");
      const key = await keyOf(study, { size: 1 });
      write(1, "b", 2);
      assert.is(await keyOf(study, { size: 1 }), key);
      assert.is.not(await keyOf(study, { size: 2 }), key);
      write(2, "a");
      assert.is.not(await keyOf(study, { size: 1 }), key);
    }));

  test("time is kept to by what earlier cells took, over all runs together", () =>
    withFile(async (file) => {
      const { ran, go } = laboratory();
      // A seed takes 13 seconds; the slow cell of the third would end at 39.
      assert.is(await go(new Store(file, "key", {}), 38), 29);
      assert.is(ran.length, 11);
      assert.is(await go(new Store(file, "key", {}), 38), 29);
      assert.is(ran.length, 11);
      await go(new Store(file, "key", {}), 40);
      assert.is(ran.length, 13);
    }));

  test("verdicts", () => {
    const verdict = (differences: number[], by?: number, counts?: number) =>
      judge(differences, comparison(by, counts)).verdict;
    assert.is(verdict([1, 1.1, 0.9]), "reproduces");
    assert.is(verdict([1, 1.1]), "undecided", "two seeds");
    assert.is(verdict([1, -1, 0.5]), "undecided");
    assert.is(verdict([-1, -1.1, -0.9]), "does not reproduce");
    assert.is(verdict([1, 1.1, 0.9], 2), "does not reproduce", "less than is claimed");
    assert.is(verdict([0.1, 0.11, 0.09], 0, 0.5), "does not reproduce", "less than counts");
    assert.is(verdict([-0.1, -0.11, -0.09], -0.5), "reproduces", "loses less than half");
    assert.is(verdict([0, 0, 0]), "does not reproduce", "no difference at all");
    assert.is(verdict([]), "undecided");
  });

  test("intervals are Student's", () => {
    // Differences 1, 2, 3: mean 2, deviation 1, and t of two degrees of freedom.
    const { difference, half } = judge([1, 2, 3], comparison());
    assert.is(difference, 2);
    assert.ok(Math.abs(half - 4.303 / Math.sqrt(3)) < 1e-12);
    for (const [freedom, t] of [[11, 2.201], [20, 2.086], [39, 2.0227]] as const)
      assert.ok(Math.abs(quantile(freedom) - t) < 1e-3, `${freedom}`); // prettier-ignore
  });

  test("pages say what was found and what was not run", () =>
    withFile(async (file) => {
      const { experiment, go } = laboratory();
      const store = new Store(file, "key", { commit: "0123abc" });
      await go(store, 38);
      const claims = [comparison(), comparison(5)].map((one, i) => ({ text: `claim ${i}`, source: "ours", comparisons: [one] })); // prettier-ignore
      const study: Study = { ...{ id: "study", title: "A study", about: "What it asks.", share: 1 }, experiment, claims, columns: [{ measure: "score", title: "score" }], charts: [] }; // prettier-ignore
      const found = {
        study,
        kept: store.kept,
        scale: "usual" as const,
        outdated: false,
        charts: [],
      };
      // Of three seeds, "good" and "bad" in "here" were all that was left of the third.
      const judged = verdicts(found);
      assert.equal(
        judged.map(({ verdict }) => verdict),
        ["reproduces", "does not reproduce"],
      );
      assert.equal(
        judged[0]!.compared.map(({ setting, seeds }) => [setting, seeds]),
        [["here", 3]],
      );
      assert.match(await page(found), "11 of 16 runs, 2 of 4 seeds in full");
      const all = await index([found], [{ ...study, title: "Another" }]);
      assert.match(all, /claim 1 .*\*\*does not reproduce\*\*/);
      assert.match(all, /Another .*not yet/);
    }));
});
