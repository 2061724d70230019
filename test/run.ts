/**
 * Runs all tests and checks. `npm test` starts it; `npm test -- qr` runs only the jobs with "qr" in their name, those
 * included that `npm test` leaves to another script.
 *
 * Each job is a process of its own. Two run at a time, and beside them one of those that drive browsers or npm, since they
 * wait much. The last line printed is `N passed, N failed`. A job that crashes, hangs, skips a test, or tests nothing is a
 * failure.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { chromium } from "./browser/chromium.ts";
import { forbidden, found, plan, type Program } from "./browser/find.ts";
import { firefox } from "./browser/firefox.ts";
import { webkit, xvfb } from "./browser/webkit.ts";

interface Job {
  name: string;
  command: string;
  /** Whether the output ends with uvu's summary; otherwise only the exit code counts. */
  uvu?: boolean;
  /** The binaries to test, see kernels.ts. */
  kernels?: "release" | "debug";
}

interface Result {
  passed: number;
  failed: number;
  /** A failure of the run itself: a crash, a time-out, skipped tests or no tests. */
  complaint?: string;
}

const WIDTH = 2;
const PATIENCE = 15 * 60_000; // ms

const build: Job = { name: "build", command: "npm run build" };

const checks: Job[] = [
  { name: "types", command: "tsc" },
  { name: "types of the playground", command: "tsc -p playground" },
  { name: "imports", command: "node --import tsx .ci/imports.ts" },
  { name: "lockfile", command: "node --import tsx .ci/lockfile.ts" },
  { name: "licences", command: "node --import tsx .ci/licences.ts" },
  { name: "reproducible", command: "node --import tsx .ci/reproducible.ts" },
  { name: "reference", command: "node --import tsx docs/.vitepress/api.ts" },
  { name: "format", command: "prettier --check ." },
];

const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".test.ts"))
  .sort();

const unit = (file: string, kernels: "release" | "debug"): Job => ({
  name: `${file} [${kernels}]`,
  command: `node --import tsx test/${file}`,
  uvu: true,
  kernels,
});

/**
 * Rooms whose tests run on release binaries alone, unless `npm run test:debug` asks. Each kernel that they reach runs
 * on debug binaries in the tests of the rooms below, at all sizes around its blocks.
 */
const above = ["ci/", "tfjs/"];
const isAbove = (file: string) => above.some((room) => file.startsWith(room));

const units: Job[] = files.flatMap((file) => [
  unit(file, "release"),
  ...(isAbove(file) ? [] : [unit(file, "debug")]),
]);

/** Jobs with browsers or npm, which wait much. */
const wholes: Job[] = [
  { name: "engines", command: "node --import tsx test/engines.ts", uvu: true },
  { name: "playground", command: "node --import tsx test/playground.ts", uvu: true },
  { name: "package", command: "node --import tsx test/package.ts", uvu: true },
];

/** Jobs that run only if they are named: `npm run test:engines`, `npm run test:debug`. */
const extras: Job[] = [
  ...files.filter(isAbove).map((file) => unit(file, "debug")),
  { name: "engines [debug]", command: "node --import tsx test/engines.ts debug", uvu: true },
  { name: "runtimes", command: "node --import tsx test/runtimes.ts", uvu: true },
];

/** Reads uvu's summary. The exit code alone is not enough: it is 0 also when nothing ran. */
function tally(output: string, end: number | string): Result {
  const numbers = (label: string) =>
    [...output.matchAll(new RegExp(`^ +${label}: +(\\d+)$`, "gm"))].map((match) => +match[1]);
  const [[total], [passed], [skipped]] = ["Total", "Passed", "Skipped"].map(numbers);
  if (numbers("Total").length !== 1 || passed === undefined)
    return { passed: 0, failed: 1, complaint: `no summary, ended with ${end}` };

  const failed = total - passed;
  if (total === 0 || output.includes("(0 / 0)"))
    return { passed, failed: failed + 1, complaint: "a suite without tests" };
  if (skipped > 0) return { passed, failed: failed + 1, complaint: `${skipped} tests skipped` };
  if (end !== 0 && failed === 0) return { passed, failed: 1, complaint: `ended with ${end}` };
  return { passed, failed };
}

/** Runs the job and prints a line on it, with its notes, or with all that it said if it failed. */
async function run({ name, command, uvu, kernels }: Job): Promise<Result & { said: string }> {
  const start = performance.now();
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, KERNELS: kernels };
  // A shell is used on Windows only: the timeout would end the shell and leave the test running.
  const shell = process.platform === "win32";
  const [program, ...args] = command.split(" ");
  const child = spawn(program, args, { shell, env, timeout: PATIENCE, killSignal: "SIGKILL" });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
  child.on("error", (error) => (output += error.message));
  const end = await new Promise<number | string>((done) =>
    child.on("close", (code, signal) => done(code ?? signal ?? "nothing")),
  );

  const passed = Number(end === 0);
  const result = uvu ? tally(output, end) : { passed, failed: 1 - passed };
  const counts = `${result.passed} passed, ${result.failed} failed`;
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  const complaint = result.complaint ? `  (${result.complaint})` : "";
  const line = `${name.padEnd(44)} ${counts.padEnd(24)} ${seconds.padStart(8)}${complaint}`;
  const notes = [...output.matchAll(/^note: .*$/gm)].map(([note]) => `\n  ${note}`);
  const said = result.failed > 0 ? `${line}\n\n${output.trim()}\n` : line + notes.join("");
  console.log(said);
  return { ...result, said };
}

/** Runs the jobs, `width` of them at a time, and returns their results. */
async function runAll(jobs: Job[], width: number) {
  const results: Awaited<ReturnType<typeof run>>[] = [];
  const queue = jobs.values();
  const worker = async () => {
    for (const job of queue) results.push(await run(job));
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

const words = process.argv.slice(2);
const named = ({ name }: Job) => words.some((word) => name.includes(word));
const usual = [...wholes, ...checks, ...units];
const jobs = words.length === 0 ? usual : [...usual, ...extras].filter(named);
const idle = units.length === 0 || jobs.length === 0;
if (idle) console.log(units.length === 0 ? "No test files." : `Nothing is called ${words}.`);

/** Announces that a browser will be installed on this machine, and asks for permission if there is a terminal. */
async function askFor(program: Program): Promise<void> {
  const { title, prefix } = program;
  if (found(program) || forbidden(program)) return;
  console.log(`The browser tests need ${title}, which is not on this machine. npm test will run`);
  console.log(
    `\n  ${plan(program)}\n\n(${prefix}_PATH names one that is elsewhere, ${prefix}_INSTALL=no forbids it.)`,
  );
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question("Go on? [y/N] ");
  terminal.close();
  if (!/^y/i.test(answer)) process.env[`${prefix}_INSTALL`] = "no";
}

const needed = ({ name }: Job) => {
  if (name.startsWith("engines")) return [chromium, firefox, webkit, xvfb];
  return name === "playground" ? [chromium, firefox] : [];
};
for (const program of new Set(jobs.flatMap(needed))) await askFor(program);
const results = [await run(build)];
if (results[0]!.failed === 0) {
  const waiting = jobs.filter((job) => wholes.includes(job));
  const busy = jobs.filter((job) => !wholes.includes(job));
  results.push(...(await Promise.all([runAll(waiting, 1), runAll(busy, WIDTH)])).flat());
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, Number(idle));
process.exitCode = failed > 0 ? 1 : 0;
// Once more at the end, which is all that some logs keep.
for (const result of results) if (result.failed > 0) console.log(`\nfailed: ${result.said}`);
console.log(`\n${passed} passed, ${failed} failed`);
