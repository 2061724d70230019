/**
 * npm run report -- [--quick | --full] [--only <regex>] [--budget <minutes>] [--data <directory>] [--out <directory>]
 *
 * Computes the studies and writes docs/report: results as JSON, a page of Markdown and charts for each study, and an
 * index with all verdicts. The time is shared out by the studies' shares, and what one leaves goes to those behind it.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import "tfjs-initializers/train";
import { plot } from "../../examples/plot.ts";
import { machine } from "../machine.ts";
import { stop } from "../peers/numpy.ts";
import "../peers/wasm.ts";
import { files, studies } from "../studies/index.ts";
import type { Scale, Study } from "../study.ts";
import { spec } from "./charts.ts";
import { compute } from "./compute.ts";
import { keyOf } from "./key.ts";
import { index, observationsOf, page, verdicts, type Found } from "./page.ts";
import { Store } from "./store.ts";

/** Minutes for all studies together, so that with the build a quick run ends within 5 and a usual one within 90. */
const BUDGETS: Record<Scale, number> = { quick: 3.5, usual: 85, full: Infinity };

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    budget: { type: "string" },
    data: { type: "string" },
    out: { type: "string" },
  },
});
if (options.quick && options.full) throw new Error("--quick and --full exclude each other");
const scale: Scale = options.quick ? "quick" : options.full ? "full" : "usual";
const minutes = options.budget === undefined ? BUDGETS[scale] : Number(options.budget);
if (!(minutes > 0)) throw new Error(`--budget: expected minutes above 0, got ${options.budget}`);
const only = new RegExp(options.only);
const chosen = studies.filter(({ id }) => only.test(id));
if (chosen.length === 0) throw new Error(`--only: no study matches ${only}; there are ${studies.map(({ id }) => id).join(", ")}`); // prettier-ignore
const root = fileURLToPath(new URL("../../", import.meta.url));
const out = options.out ?? join(root, scale === "quick" ? "build/report" : "docs/report");

function commit(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim(); // prettier-ignore
  try {
    const changed = git("status", "--porcelain", "--", ".", ":!docs/report") !== "";
    return git("rev-parse", "--short=10", "HEAD") + (changed ? " with changes" : "");
  } catch {
    return "unknown";
  }
}

const shared = { commit: commit(), machine: await machine() };

const bar = new SingleBar({
  format: "{bar} {study}: {value}/{total} runs, {time} left: {job}",
  noTTYOutput: true,
  notTTYSchedule: 15_000,
});
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Opens the results that are kept of a study. */
async function open(study: Study): Promise<Store> {
  const { id, experiment } = study;
  const size = experiment.sizes[scale];
  const data = experiment.data?.(options.data);
  const key = await keyOf(files[id]!, size, data);
  return new Store(join(out, `${id}.json`), key, { ...shared, ...(data && { data }), ...(size as object && { sizes: JSON.stringify(size) }) }); // prettier-ignore
}

/** Draws the charts and writes the page. */
async function show(study: Study, store: Store): Promise<Found> {
  const found = { study, kept: store.kept, scale, outdated: store.outdated };
  const observations = observationsOf(found);
  const charts: string[] = [];
  for (const [i, chart] of (observations.length > 0 ? study.charts : []).entries()) {
    const file = `${study.id}-${i + 1}.svg`;
    await plot(join(out, file), spec(study, chart, observations));
    charts.push(file);
  }
  writeFileSync(join(out, `${study.id}.md`), await page({ ...found, charts }));
  return { ...found, charts };
}

mkdirSync(out, { recursive: true });
let left = 60 * minutes;
let shares = chosen.reduce((sum, { share }) => sum + share, 0);
const all: Found[] = [];
const missing: Study[] = [];
for (const study of studies) {
  const store = await open(study);
  if (chosen.includes(study)) {
    const seconds = left === Infinity ? left : (left * study.share) / shares;
    const place = `${chosen.indexOf(study) + 1} of ${chosen.length}, ${study.id}`;
    bar.start(1, 0, { study: place, time: "–", job: "" });
    left -= await compute(study.experiment, store, {
      ...{ scale, seconds, directory: options.data },
      onCell({ cell: { setting, method, seed }, done, total, left }) {
        bar.setTotal(total);
        bar.update(done, { time: left === undefined ? "?" : clock(left), job: [setting, method, `seed ${seed}`].filter(Boolean).join(", ") }); // prettier-ignore
      },
    });
    bar.stop();
    shares -= study.share;
  }
  if (store.kept.cells.length === 0) {
    missing.push(study);
    continue;
  }
  const found = await show(study, store);
  for (const { claim, verdict } of verdicts(found)) console.log(`${study.id}: ${verdict}: ${claim.text}`); // prettier-ignore
  all.push(found);
}
stop();
writeFileSync(join(out, "index.md"), await index(all, missing));
console.log(`Report: ${join(out, "index.md")}`);
