/**
 * What a job leaves behind: resident memory before it, at its peak, and after its result is let go.
 * Measured in a process of its own (this file, run as a script), where nothing else comes and goes.
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
  /** Where the function is. */
  module: string;
  /** MB that may stay. */
  keep: number;
}

/** All in MB. */
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
  module = "../src/linalg/index.ts",
): MemoryCase {
  return { name, call, keep, module };
}

const SCRIPT = fileURLToPath(import.meta.url);

export async function measureMemory({ name, call, keep, module }: MemoryCase): Promise<MemoryRow> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...["--import", "tsx", "--expose-gc"],
    ...[SCRIPT, JSON.stringify(call), module],
  ]);
  const { before, peak, after } = JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<
    "before" | "peak" | "after",
    number
  >;
  return { case: name, before, peak, after, bar: `keeps ≤ ${keep} MB`, ok: after - before <= keep };
}

/** Memory goes back to the system late, some of it after several collections. */
async function settled(): Promise<number> {
  for (let i = 0; i < 10; i++) {
    globalThis.gc!();
    await setTimeout(50);
  }
  return process.memoryUsage.rss() / 2 ** 20;
}

if (process.argv[1] === SCRIPT) {
  const functions = (await import(process.argv[3])) as Record<string, Function>;
  const [name, ...args] = JSON.parse(process.argv[2]) as Call;
  // Code compiled at first use is not what the job leaves behind.
  const small = args.map((arg) => (typeof arg === "number" ? 64 : arg));
  await functions[name](...small);
  const before = await settled();
  await functions[name](...args);
  const peak = process.resourceUsage().maxRSS / 2 ** 10;
  // The last line: libraries may have printed some of their own.
  console.log(`\n${JSON.stringify({ before, peak, after: await settled() })}`);
}
