/** Runs benchmarks in the worker. */
import { measure, type Row } from "../../bench/harness.ts";
import { cases } from "./cases.ts";

export type { Row };

/** The names of all cases, by file. */
export const names = () =>
  Object.fromEntries(
    Object.entries(cases).map(([file, list]) => [file, list.map(({ name }) => name)]),
  );

/** Measures cases one after the other; `tell` gets the rows of each, and says whether to go on. */
export async function measureAll(
  wanted: readonly string[],
  tell: (rows: readonly Row[]) => Promise<boolean>,
): Promise<void> {
  for (const c of Object.values(cases).flat()) {
    if (!wanted.includes(c.name)) continue;
    // A breath, so that messages get through between two cases.
    await new Promise((done) => setTimeout(done));
    if (!(await tell(await measure(c, true)))) return;
  }
}
