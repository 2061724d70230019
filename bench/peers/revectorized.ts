/**
 * Our kernels on a later Node, with V8's revectorizer, which makes 256-bit instructions of pairs of 128-bit ones, and
 * without. Each runs in a child process that times itself: this file, run as a script, without the loader of the benches.
 *
 * That Node is this one, if it is late enough, or that of npm's package `node`, if it has been fetched before:
 *
 *   npx -y -p node@24 -c "node -v"
 */
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Absent, type Contender } from "../harness.ts";

const SCRIPT = fileURLToPath(import.meta.url);
const FLAG = "--experimental-wasm-revectorize";
const MAJOR = 24;
const run = promisify(execFile);

/** Path and version of a Node that knows the flag. */
async function find(): Promise<{ path: string; version: string }> {
  const candidates = [async () => process.execPath, fetched];
  for (const candidate of candidates) {
    try {
      const path = await candidate();
      const { stdout } = await run(path, [FLAG, "-p", "process.versions.node"]);
      const version = stdout.trim();
      if (parseInt(version) >= MAJOR) return { path, version };
    } catch {
      // Not there, or without the flag.
    }
  }
  throw new Absent(`no Node ${MAJOR}: npx -y -p node@${MAJOR} -c "node -v" fetches one`);
}

async function fetched(): Promise<string> {
  const { stdout } = await run("npx", [
    ...["--offline", "-y", "-p", `node@${MAJOR}`],
    ...["-c", "node -p process.execPath"],
  ]);
  return stdout.trim().split("\n").at(-1)!;
}

let node: ReturnType<typeof find> | undefined;

export type Kernel = "gemm" | "haar";

/** One of the kernels, n x n, from memory to memory of the binary. */
export function kernel(
  name: Kernel,
  n: number,
  real: "f32" | "f64",
  revectorize: boolean,
): Contender {
  return {
    name: `Node ${MAJOR}${revectorize ? ", revectorized" : ""}`,
    async start() {
      const { path } = await (node ??= find());
      const child = spawn(path, [...(revectorize ? [FLAG] : []), SCRIPT, name, String(n), real], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      return {
        async time(reps) {
          child.stdin.write(`${reps}\n`);
          const { value, done } = await lines.next();
          if (done) throw new Absent(`Node ${MAJOR} ended`);
          return Number(value);
        },
        stop: () => void child.kill(),
      };
    },
  };
}

/** The job of the child: a line with a number of calls, and back their milliseconds a call. */
async function serve([name, size, real]: string[]): Promise<void> {
  const { readFileSync } = await import("node:fs");
  const binary = new URL(
    `../../build/${name === "gemm" ? "products" : "orthogonal"}.${real}.wasm`,
    import.meta.url,
  );
  const module = new WebAssembly.Module(readFileSync(binary));
  const kernels = new WebAssembly.Instance(module).exports as Record<string, any>;
  const [n, bytes] = [Number(size), real === "f32" ? 4 : 8];
  const room = (): number => kernels.alloc(BigInt(n * n * bytes)) >>> 0;
  const [a, b, c] = [room(), room(), room()];
  const kind = real === "f32" ? Float32Array : Float64Array;
  for (const x of [a, b])
    new kind(kernels.memory.buffer, x, n * n).forEach((_, i, all) => (all[i] = (i % 97) / 97));
  const call = {
    gemm: () => kernels.gemm(0, 0, n, n, n, 1, a, n, b, n, 0, c, n),
    haar: () => kernels.haar(0, n, n, 1, 2, 0, c),
  }[name as Kernel];
  for await (const line of createInterface(process.stdin)) {
    const start = performance.now();
    for (let i = 0; i < Number(line); i++) call();
    console.log((performance.now() - start) / Number(line));
  }
}

if (process.argv[1] === SCRIPT) await serve(process.argv.slice(2));
