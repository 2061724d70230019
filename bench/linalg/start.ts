import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Case, type Job } from "../harness.ts";

const entry = new URL("../../dist/linalg.js", import.meta.url);

/** Characters of a module and of all that it imports from beside it. */
function sizeOf(module: URL, seen = new Set<string>()): number {
  if (seen.has(module.href)) return 0;
  seen.add(module.href);
  const text = readFileSync(module, "utf8");
  const imported = [...text.matchAll(/from "(\.\/[\w-]+\.js)"/g)].map(
    ([, name]) => new URL(name, module),
  );
  return imported.reduce((size, next) => size + sizeOf(next, seen), text.length);
}

/** A process of its own for every time, which begins where the import does. */
const fresh = (code: string): Job => ({
  time(reps) {
    let total = 0;
    for (let i = 0; i < reps; i++) {
      const timed = `const start = performance.now(); ${code}; console.log(performance.now() - start);`;
      const args = ["--input-type=module", "--eval", timed];
      total += Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
    }
    return total / reps;
  },
});

function withoutKernels(): Job {
  const file = join(mkdtempSync(join(tmpdir(), "start-")), "plain.mjs");
  writeFileSync(file, `export default ${JSON.stringify("x".repeat(sizeOf(entry)))};\n`);
  return fresh(`await import("${pathToFileURL(file)}")`);
}

export default [
  {
    name: "import, first haar(64), fresh process",
    unit: { name: "import of a file of that size", start: withoutKernels },
    start: () => fresh(`const { haar } = await import("${entry}"); haar(64, 64, { seed: 1 })`),
    // The one binary for everything, in a file for each module, took about 8.
    bar: 3,
  },
] satisfies Case[];
