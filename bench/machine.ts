/** Describes the machine that the figures come from. */
import { readFileSync } from "node:fs";
import { cpus, release, type } from "node:os";
import * as numpy from "./peers/numpy.ts";

function version(name: string): string {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  return `${name} ${version}`;
}

export async function machine(): Promise<Record<string, string>> {
  const cores = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    CPU: `${cores[0].model.trim()}, ${cores.length} cores`,
    system: `${type()} ${release()}`,
    engine: `Node ${process.versions.node}, V8 ${process.versions.v8}`,
    packages: ["@tensorflow/tfjs", "ml-matrix", "emlapack", "assemblyscript"]
      .map(version)
      .join(", "),
    native: await numpy.version(),
  };
}
