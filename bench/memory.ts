/**
 * What a job leaves behind: resident memory before it, at its peak, and after its result is let go.
 * Measured in a process of its own (this file, run as a script), where nothing else comes and goes.
 */
import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** One function of src/linalg, by name, with its arguments. */
type Call = [name: string, ...args: unknown[]];

export interface MemoryCase {
  name: string;
  call: Call;
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

export function keeps(name: string, call: Call, keep: number): MemoryCase {
  return { name, call, keep };
}

const SCRIPT = fileURLToPath(import.meta.url);

export async function measureMemory({ name, call, keep }: MemoryCase): Promise<MemoryRow> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...["--import", "tsx", "--expose-gc"],
    ...[SCRIPT, JSON.stringify(call)],
  ]);
  const { before, peak, after } = JSON.parse(stdout) as Record<"before" | "peak" | "after", number>;
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
  const linalg = (await import("../src/linalg/index.ts")) as unknown as Record<string, Function>;
  const [name, ...args] = JSON.parse(process.argv[2]) as Call;
  // Code compiled at first use is not what the job leaves behind.
  const small = args.map((arg) => (typeof arg === "number" ? 64 : arg));
  linalg[name](...small);
  const before = await settled();
  linalg[name](...args);
  const peak = process.resourceUsage().maxRSS / 2 ** 10;
  console.log(JSON.stringify({ before, peak, after: await settled() }));
}
