/**
 * Measures the memory of a job: resident memory before it, at its peak, and after its result is released. The
 * measurement is made in a process of its own (this file, run as a script), where nothing else allocates.
 */
import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** One function of a module, by name, with its arguments. */
type Call = [name: string, ...args: unknown[]];

export interface MemoryCase {
  name: string;
  call: Call;
  /** The module that exports the function. */
  module: string;
  /** Bar: the MB that may stay after the job. */
  keep: number;
  /** Bar: the MB that the job may take at its peak. */
  take?: number;
  /** Whether quick runs leave it out. */
  slow?: boolean;
}

/** A measurement, in MB. */
export interface MemoryRow {
  case: string;
  before: number;
  peak: number;
  after: number;
  bar: string;
  ok: boolean;
}

export function keeps(
  name: string,
  call: Call,
  keep: number,
  rest: Partial<Pick<MemoryCase, "module" | "take" | "slow">> = {},
): MemoryCase {
  return { name, call, keep, module: "../src/linalg/index.ts", ...rest };
}

const SCRIPT = fileURLToPath(import.meta.url);

export async function measureMemory({
  name,
  call,
  keep,
  module,
  take,
}: MemoryCase): Promise<MemoryRow> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...["--import", "tsx", "--expose-gc"],
    ...[SCRIPT, JSON.stringify(call), module],
  ]);
  const { before, peak, after } = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<
    "before" | "peak" | "after",
    number
  >;
  const bar = `keeps ≤ ${keep} MB${take === undefined ? "" : `, takes ≤ ${take} MB`}`;
  const ok = after - before <= keep && peak - before <= (take ?? Infinity);
  return { case: name, before, peak, after, bar, ok };
}

/** Resident memory after several garbage collections: some memory goes back to the system late. */
export async function settled(): Promise<number> {
  for (let i = 0; i < 10; i++) {
    globalThis.gc!();
    await setTimeout(50);
  }
  return process.memoryUsage.rss() / 2 ** 20;
}

if (process.argv[1] === SCRIPT) {
  const functions = (await import(process.argv[3])) as Record<string, Function>;
  const [name, ...args] = JSON.parse(process.argv[2]) as Call;
  // A small run first: code that is compiled at first use does not count as memory of the job.
  const small = args.map((arg) => (typeof arg === "number" ? 64 : arg));
  await functions[name](...small);
  const before = await settled();
  await functions[name](...args);
  const peak = process.resourceUsage().maxRSS / 2 ** 10;
  // The result is the last line: libraries may have printed lines of their own.
  console.log(`\n${JSON.stringify({ before, peak, after: await settled() })}`);
}
