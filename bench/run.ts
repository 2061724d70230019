/**
 * npm run bench -- [--only <regex>] [--quick] [--json]
 *
 * Runs the benchmarks. Every file in the folders below exports an array of cases. A whole run writes RESULTS.md; the
 * exit code is 1 if a bar was missed.
 */
import { readdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Growth, measureGrowth } from "./growth.ts";
import { type Case, measure } from "./harness.ts";
import { machine } from "./machine.ts";
import { type MemoryCase, measureMemory } from "./memory.ts";
import { stop } from "./peers/numpy.ts";
import { type AnyRow, type Judged, heading, line, markdown } from "./report.ts";

const ROOMS = ["linalg", "tfjs"];

type AnyCase = Case | MemoryCase | Growth;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const only = new RegExp(options.only);
// With --json, standard output carries nothing but the JSON that another program reads.
const say = options.json ? console.error : console.log;

async function rowsOf(c: AnyCase): Promise<AnyRow[]> {
  if ("call" in c) return options.quick && c.slow ? [] : [await measureMemory(c)];
  if ("sizes" in c) return measureGrowth(c, options.quick);
  return measure(c, options.quick);
}

const files: Record<string, AnyRow[]> = {};
for (const room of ROOMS) {
  for (const file of (await readdir(new URL(room, import.meta.url))).sort()) {
    const module = (await import(`./${room}/${file}`)) as { default: AnyCase[] };
    const cases = module.default.filter((c) => only.test(c.name));
    if (!cases.length) continue;
    const timed = cases.some((c) => "unit" in c);
    say(heading(`${room}/${file.replace(/\.ts$/, "")}`, timed));
    const rows: AnyRow[] = (files[`${room}/${file}`] = []);
    for (const c of cases) {
      const found = await rowsOf(c);
      for (const row of found) say(line(row));
      rows.push(...found);
    }
  }
}

const rows = Object.values(files).flat();
if (!rows.length) throw new Error(`no case matches ${only}`);
const judged = rows.filter((row): row is Judged => !("size" in row));
const met = judged.filter((row) => row.ok).length;
const missed = judged.filter((row) => row.ok === false).length;
const open = judged.filter((row) => row.bar && row.ok === undefined).length;
say(`\n${met} bars met, ${missed} missed${open ? `, ${open} not judged` : ""}`);
if (missed) process.exitCode = 1;

const here = await machine();
stop();
if (options.json) console.log(JSON.stringify({ machine: here, rows }, null, 2));
if (!options.only && !options.quick) {
  await writeFile(new URL("RESULTS.md", import.meta.url), await markdown(here, files));
}
