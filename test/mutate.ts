/**
 * Do the tests see? Plants single faults in copies of the sources, and looks which of them the tests find.
 *
 *   npm run test:mutate -- [--sample 300] [--seed 1] [--kind random|numerical] [--only 'assembly/lapack/**']
 *                          [--minutes 60] [--report file.json]
 *
 * Random faults are slips of the pen, drawn from all that there could be (test/mutate/random.ts). Numerical ones take away
 * what makes a method accurate, and are a list (test/mutate/numerical.ts): no golden hash may count as having seen them.
 * A fault is judged by the tests nearest to its file (test/mutate/cover.ts); it is found if one of them fails. What no
 * test could find, because the program does the same, is listed with the reason in test/mutate/equivalent.json.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import { cover } from "./mutate/cover.ts";
import { identity, random as kinds, shown, type Fault } from "./mutate/fault.ts";
import { Lane, type Times, type Verdict } from "./mutate/lane.ts";
import { numericalFaults } from "./mutate/numerical.ts";
import { randomFaults } from "./mutate/random.ts";

/** Processes at a time. */
const LANES = 2;
/**
 * Tests that judge a fault, at most, and by how many imports they may be farther away than the nearest. Those named after
 * the file come first; of a random fault the golden hashes besides.
 */
const [NEAREST, FARTHER] = [12, 2];
/** The shares that are to be found. */
const BARS = { random: 0.95, numerical: 0.9 };
type Family = keyof typeof BARS;

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    sample: { type: "string", default: "300" },
    kind: { type: "string" },
    only: { type: "string", default: "**" },
    minutes: { type: "string", default: "60" },
    report: { type: "string" },
  },
});
const [seed, sample, minutes] = [options.seed, options.sample, options.minutes].map(Number);
if (![seed, sample, minutes].every((x) => x! >= 0)) throw new Error("--seed, --sample and --minutes are numbers"); // prettier-ignore
if (options.kind !== undefined && !(options.kind in BARS)) throw new Error("--kind is random or numerical"); // prettier-ignore

const pattern = new RegExp(
  `^${options.only.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*\*|\*/g, (star) => (star === "*" ? "[^/]*" : ".*"))}$`,
);
const files = ["assembly", "src"]
  .flatMap(
    (root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => posix.join(root, name.replaceAll("\\", "/"))), // prettier-ignore
  )
  .filter((name) => /(?<!\.d)\.ts$/.test(name) && !name.startsWith("src/wasm/binaries/"))
  .sort();
const sources = new Map(files.map((file) => [file, readFileSync(file, "utf8")]));
const seen = cover(".");
const equivalent: Record<string, { fault: string; reason: string }> = JSON.parse(
  readFileSync(new URL("mutate/equivalent.json", import.meta.url), "utf8"),
);

const familyOf = (fault: Fault): Family => (fault.kind === "numerical" ? "numerical" : "random");
const idOf = (fault: Fault) => identity(sources.get(fault.file)!, fault);
const textOf = (fault: Fault) => shown(sources.get(fault.file)!, fault);

/** The tests that judge a fault, the nearest first. */
function judges({ file, kind }: Fault): string[] {
  // Faulty kernels are in build/ alone, not in the package as it is built.
  const able = seen.tests(file).filter(({ test }) => !file.startsWith("assembly/") || !seen.packaged(test)); // prettier-ignore
  const [golden, others] = [true, false].map((is) => able.filter(({ test }) => seen.golden(test) === is)); // prettier-ignore
  const least = others![0]?.distance ?? 0;
  const near = others!
    .filter(({ distance }) => distance <= least + FARTHER)
    .sort((a, b) => Number(b.named) - Number(a.named))
    .slice(0, NEAREST);
  return [...near, ...(kind === "numerical" ? [] : golden!)].map(({ test }) => test);
}

/** mulberry32: the same sample for a seed everywhere. */
function generator(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** Random faults without end: kernels and TypeScript in turn, one kind after the other, each place at most once. */
function* draws(): Generator<Fault> {
  const next = generator(seed!);
  const all = files.filter((file) => pattern.test(file) && seen.tests(file).length > 0);
  const faults = all.flatMap((file) => randomFaults(file, sources.get(file)!));
  const piles = kinds.flatMap((kind) =>
    ["assembly/", "src/"].map(
      (root) =>
      shuffled(faults.filter((one) => one.kind === kind && one.file.startsWith(root)), next), // prettier-ignore
    ),
  );
  while (piles.some((pile) => pile.length > 0)) {
    for (const pile of piles) if (pile.length > 0) yield pile.pop()!;
  }
}

const curated = numericalFaults(sources).filter(({ file }) => pattern.test(file));
const wanted = (family: Family) => options.kind === undefined || options.kind === family;
const numerical = wanted("numerical") ? shuffled(curated, generator(seed!)).slice(0, sample) : [];
const drawn = wanted("random") ? draws() : [][Symbol.iterator]();
const count = { numerical: numerical.length, random: wanted("random") ? sample! - numerical.length : 0 }; // prettier-ignore

interface Judged {
  fault: Fault;
  verdict: Verdict;
}
const judged: Judged[] = [];
const reviewed: Fault[] = [];
const deadline = performance.now() + minutes! * 60_000;
const ended = (ends: Verdict["end"][], family?: Family) =>
  judged.filter(({ fault, verdict }) => ends.includes(verdict.end) && (!family || familyOf(fault) === family)); // prettier-ignore

/** Written anew after each fault: what is interrupted has told what it knew. */
function report(): void {
  if (!options.report) return;
  const lines = judged.map(({ fault, verdict }) => ({ id: idOf(fault), kind: fault.kind, fault: textOf(fault), ...verdict })); // prettier-ignore
  writeFileSync(options.report, `${JSON.stringify({ seed, lines }, null, 2)}\n`);
}

/** The next fault that is not known to change nothing; another random one in the place of one that does not compile. */
function next(): Fault | undefined {
  const counted = () => ended(["killed", "hung", "survived"], "random").length + underway;
  for (;;) {
    const fault = numerical.pop() ?? (counted() < count.random ? drawn.next().value : undefined);
    if (!fault || !(idOf(fault) in equivalent)) return fault;
    reviewed.push(fault);
  }
}
let underway = 0;

console.log(`seed ${seed}, ${count.numerical} numerical faults, ${count.random} random ones`);
const bar = new SingleBar({
  format: "{bar} {value}/{total}  {eta_formatted} left  {survived} survived  {file}",
  noTTYOutput: true,
  notTTYSchedule: 30_000,
  etaBuffer: 30,
});
bar.start(count.numerical + count.random, 0, { survived: 0, file: "" });
const times: Times = new Map();
const unfit = new Set<string>();
const lanes = Array.from({ length: LANES }, () => new Lane(seen, times, unfit));
try {
  await Promise.all(
    lanes.map(async (lane) => {
      for (let fault = next(); fault && performance.now() < deadline; fault = next()) {
        const isRandom = Number(familyOf(fault) === "random");
        underway += isRandom;
        const verdict = await lane.judge(fault, judges(fault));
        underway -= isRandom;
        judged.push({ fault, verdict });
        report();
        const survived = ended(["survived"]).length;
        bar.update(ended(["killed", "hung", "survived"]).length, { survived, file: fault.file });
      }
    }),
  );
} finally {
  bar.stop();
  for (const lane of lanes) lane.remove();
}

const table = new Table({ head: ["kind", "planted", "found", "of them hung", "survived", "found %"], style: { head: [], border: [] } }); // prettier-ignore
for (const kind of [...kinds, "numerical"] as const) {
  const of = (...ends: Verdict["end"][]) => ended(ends).filter(({ fault }) => fault.kind === kind).length; // prettier-ignore
  const [found, left] = [of("killed", "hung"), of("survived")];
  const share = ((100 * found) / (found + left)).toFixed(1);
  if (found + left > 0) table.push([kind, found + left, found, of("hung"), left, share]);
}
console.log(`\n${table}`);

for (const { fault } of ended(["survived"]))
  console.log(`survived  ${idOf(fault)}  ${textOf(fault)}`);
for (const { fault } of ended(["broken"], "numerical")) console.log(`does not compile  ${textOf(fault)}`); // prettier-ignore
console.log(`${ended(["broken"]).length} did not compile, ${reviewed.length} known to change nothing:`); // prettier-ignore
for (const fault of reviewed) console.log(`same  ${textOf(fault)}: ${equivalent[idOf(fault)]!.reason}`); // prettier-ignore

for (const test of unfit) console.log(`fails without a fault, and judged none: ${test}`);

let failed = ended(["broken"], "numerical").length + unfit.size > 0;
for (const family of ["random", "numerical"] as const) {
  const [found, left] = [ended(["killed", "hung"], family).length, ended(["survived"], family).length]; // prettier-ignore
  if (found + left === 0) continue;
  const share = found / (found + left);
  if (share < BARS[family]) failed = true;
  console.log(`${family}: ${found} of ${found + left} found, ${(100 * share).toFixed(1)} % (at least ${100 * BARS[family]} %)`); // prettier-ignore
}
const left = count.numerical + count.random - ended(["killed", "hung", "survived"]).length;
if (left > 0) console.log(`${left} were not judged`);
process.exitCode = failed || judged.length === 0 ? 1 : 0;
