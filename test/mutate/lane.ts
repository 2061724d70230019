/** A copy of the tree in which faults are planted, one at a time, and tests are run. The tree itself is never touched. */
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { compile } from "../../assembly/compile.js";
import type { Cover } from "./cover.ts";
import { planted, type Fault } from "./fault.ts";

/** `broken`: the fault is no program at all. */
export type Verdict =
  { end: "killed" | "hung"; by: string } | { end: "survived"; tests: number } | { end: "broken" };

/** How long a test takes without a fault, in milliseconds, by its name and its kernels; the lanes share it. */
export type Times = Map<string, number>;

/** A test that takes this many times as long as usual, and so much more, hangs. */
const [PATIENCE, GRACE] = [4, 20_000];

/** How long one takes that has not passed yet. */
const UNKNOWN = 40_000;

/** Debug binaries are compiled in a quarter of the time, and tests load them as files. */
const kernelsOf = ({ file }: Fault) => (file.startsWith("assembly/") ? "debug" : "release");

const copied = (path: string) => !/(^|\/)(node_modules|\.git|playground|\.cache)(\/|$)/.test(path);

export class Lane {
  readonly root = mkdtempSync(join(tmpdir(), "tfjs-initializers-mutate-"));

  constructor(
    readonly cover: Cover,
    readonly times: Times,
  ) {
    cpSync(".", this.root, { recursive: true, filter: (path) => copied(relative(".", path)) });
    symlinkSync(resolve("node_modules"), join(this.root, "node_modules"), "junction");
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Runs the tests, in this order, until one fails. */
  async judge(fault: Fault, tests: readonly string[]): Promise<Verdict> {
    const verdict = await this.attempt(fault, tests);
    if (verdict.end !== "killed" && verdict.end !== "hung") return verdict;
    const known = this.times.has(`${verdict.by} ${kernelsOf(fault)}`);
    await this.measure(verdict.by, kernelsOf(fault));
    // On a machine with much else to do a test may only have been slower than those before it.
    return verdict.end === "hung" && !known ? this.attempt(fault, tests) : verdict;
  }

  private async attempt(fault: Fault, tests: readonly string[]): Promise<Verdict> {
    const inKernels = fault.file.startsWith("assembly/");
    const kernels = kernelsOf(fault);
    const source = readFileSync(fault.file, "utf8");
    const path = join(this.root, fault.file);
    const built = new Set<string>();
    let bundled = false;
    try {
      if (!inKernels) writeFileSync(path, planted(source, fault));
      for (const test of tests) {
        if (inKernels && !(await this.build(fault, planted(source, fault), test, built)))
          return { end: "broken" };
        if (!inKernels && this.cover.packaged(test) && !bundled) {
          if (!this.bundle()) return { end: "broken" };
          bundled = true;
        }
        const key = `${test} ${kernels}`;
        const usual = this.times.get(key) ?? UNKNOWN;
        const start = performance.now();
        const end = await this.run(test, kernels, PATIENCE * usual + GRACE);
        if (end !== "passed") return { end: end === "hung" ? "hung" : "killed", by: test };
        this.times.set(key, performance.now() - start);
      }
      return { end: "survived", tests: tests.length };
    } finally {
      if (!inKernels) writeFileSync(path, source);
      if (bundled) this.bundle();
      for (const name of built) copyFileSync(binary(name), join(this.root, binary(name)));
    }
  }

  /** Makes the entries of the package anew. */
  private bundle(): boolean {
    const args = ["--import", "tsx", ".ci/entries.ts"];
    return spawnSync(process.execPath, args, { cwd: this.root, stdio: "ignore" }).status === 0;
  }

  /** Compiles the binaries that have the fault and that the test calls. False: it does not compile. */
  private async build(fault: Fault, source: string, test: string, built: Set<string>) {
    const called = this.cover.called(test);
    const rooms = this.cover.rooms(fault.file).filter((room) => called.has(room));
    const names = rooms.flatMap((room) => binaries().filter((name) => name.startsWith(`${room}.`)));
    for (const name of names) {
      if (built.has(name)) continue;
      const bytes = await compileFaulty(name, fault.file, source);
      if (!bytes) return false;
      built.add(name);
      writeFileSync(join(this.root, binary(name)), bytes);
    }
    return true;
  }

  /** A test that found a fault, and has not passed in this run yet, must pass without one. */
  private async measure(test: string, kernels: string): Promise<void> {
    const key = `${test} ${kernels}`;
    if (this.times.has(key)) return;
    const start = performance.now();
    const end = await this.run(test, kernels, 15 * 60_000);
    if (end !== "passed") throw new Error(`without a fault, ${test} [${kernels}] ${end}`);
    this.times.set(key, performance.now() - start);
  }

  /** A run ends with the first test of the file that fails: uvu marks it at once. */
  private run(test: string, kernels: string, limit: number) {
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, KERNELS: kernels };
    const child = spawn(process.execPath, ["--import", "tsx", test], { cwd: this.root, env });
    return new Promise<"passed" | "failed" | "hung">((done) => {
      let late = false;
      let failed = false;
      let output = "";
      const timer = setTimeout(() => {
        late = true;
        child.kill("SIGKILL");
      }, limit);
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (failed || !text.includes("✘")) return;
        failed = true;
        child.kill("SIGKILL");
      });
      child.stderr.resume();
      child.on("close", (code) => {
        clearTimeout(timer);
        const [, total, passed] = /Total: +(\d+)\s+Passed: +(\d+)/.exec(output) ?? [];
        if (late) done("hung");
        else done(code === 0 && !failed && total !== undefined && total === passed ? "passed" : "failed"); // prettier-ignore
      });
    });
  }
}

const binary = (name: string) => `build/${name}.debug.wasm`;

/** The names of all binaries, as the build wrote them. */
function binaries(): string[] {
  const index = readFileSync("src/wasm/binaries/index.ts", "utf8");
  return JSON.parse(/names = (\[.*?\]);/.exec(index)![1]!);
}

const stamp = () => /stamp = "(\w+)"/.exec(readFileSync("src/wasm/binaries/index.ts", "utf8"))![1]!;

/** The compiler works on one program at a time. */
let turn: Promise<unknown> = Promise.resolve();

function compileFaulty(
  name: string,
  file: string,
  source: string,
): Promise<Buffer<ArrayBuffer> | undefined> {
  // prettier-ignore
  const read = (path: string) => {
    if (path === file) return source;
    try {
      return readFileSync(path, "utf8");
    } catch {
      return null;
    }
  };
  const job = async () => {
    try {
      return await compile(`${name}.debug`, stamp(), read);
    } catch {
      return undefined; // types that do not fit, say
    }
  };
  const result = turn.then(job);
  turn = result;
  return result;
}
