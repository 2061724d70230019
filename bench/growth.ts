/**
 * How time and memory of a job grow with the size of its matrices. Every size has a process of its own (this file, run as
 * a script), which does the job once at that size: nothing else allocates, and no peak hides another.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Matrix } from "../src/linalg/index.ts";
import { settled } from "./memory.ts";

export interface Growth {
  name: string;
  /** A function of src/linalg. */
  job: "matmul" | "haar" | "qr" | "svd" | "eigh";
  /** The name of a method of `svd` that src/linalg exports. */
  method?: "jacobi";
  sizes: number[];
}

export interface GrowthRow {
  case: string;
  size: number;
  /** In milliseconds, of one call. */
  time: number;
  /** Over the time at the size before; absent for the first. */
  factor?: number;
  /** Peak over input and output; absent where the process had been as large before the job. */
  memory?: number;
}

const SCRIPT = fileURLToPath(import.meta.url);
/** Quick runs end here. */
const SHORT = 1024;

export async function measureGrowth(c: Growth, quick: boolean): Promise<GrowthRow[]> {
  const rows: GrowthRow[] = [];
  for (const size of c.sizes.filter((n) => !quick || n <= SHORT)) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...["--import", "tsx", "--expose-gc"],
      ...[SCRIPT, c.job, String(size), c.method ?? ""],
    ]);
    const found = JSON.parse(stdout.trim().split("\n").at(-1)!) as Pick<
      GrowthRow,
      "time" | "memory"
    >;
    const before = rows.at(-1)?.time;
    rows.push({ case: c.name, size, ...found, factor: before && found.time / before });
  }
  return rows;
}

/** Bytes of all arrays of numbers in a result. */
function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + bytesOf(part), 0);
}

if (process.argv[1] === SCRIPT) {
  const linalg = await import("../src/linalg/index.ts");
  const [name, size, method] = process.argv.slice(2) as [Growth["job"], string, "jacobi" | ""];
  const options = method ? { method: linalg[method] } : {};

  const inputs = (n: number): Matrix[] => {
    if (name === "haar") return [];
    const a = linalg.normal(n, n, { seed: 1 });
    if (name === "matmul") return [a, linalg.normal(n, n, { seed: 2 })];
    // eigh checks that its input is symmetric: in place, so that there is never more than one matrix.
    if (name === "eigh")
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a.data[j * n + i] = a.data[i * n + j];
    return [a];
  };
  const run = (matrices: Matrix[], n: number): unknown =>
    (linalg[name] as (...args: unknown[]) => unknown)(
      ...(name === "haar" ? [n, n, { seed: 1 }] : matrices),
      ...(name === "haar" ? [] : [options]),
    );
  const peak = () => process.resourceUsage().maxRSS / 2 ** 10;

  run(inputs(200), 200); // compiles what is compiled at first use
  const n = Number(size);
  const matrices = inputs(n);
  const before = await settled();
  const least = peak();
  const start = performance.now();
  const result = run(matrices, n);
  const time = performance.now() - start;
  const given = bytesOf(matrices) / 2 ** 20;
  const all = given + bytesOf(result) / 2 ** 20;
  const memory = peak() > least ? (peak() - before + given) / all : undefined;
  console.log(`\n${JSON.stringify({ time, memory })}`);
}
