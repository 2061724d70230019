/**
 * Checks that what is published follows from its sources: a clean build elsewhere, in another time zone and language,
 * makes the same files as the one in dist, byte by byte. On a fresh clone both are clean builds.
 *
 *   npm run build && node --import tsx .ci/reproducible.ts
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** All that the build reads. */
const sources = [
  ...[".ci", "assembly", "src", "LICENSE", "asconfig.json", "package.json"],
  ...["tsconfig.json", "tsconfig.build.json"],
];

/** The files below a folder, with their hashes. */
function hashes(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  const hash = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return new Map(files.map((name) => [name, hash(name)]));
}

const clone = mkdtempSync(join(tmpdir(), "tfjs-initializers-clone-"));
try {
  for (const name of sources) cpSync(name, join(clone, name), { recursive: true });
  rmSync(join(clone, "src/wasm/binaries"), { recursive: true, force: true }); // which the build makes
  symlinkSync(resolve("node_modules"), join(clone, "node_modules"), "junction");
  const env = { ...process.env, TZ: "Pacific/Chatham", LC_ALL: "C", NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync("npm run build", { cwd: clone, env, shell: true, encoding: "utf8" }); // prettier-ignore
  if (status !== 0) throw new Error(`${stdout}${stderr}`);

  const [here, there] = [hashes("dist"), hashes(join(clone, "dist"))];
  const names = new Set([...here.keys(), ...there.keys()]);
  const found = [...names].filter((name) => here.get(name) !== there.get(name));
  console.log([...found, `${names.size} files, ${found.length} differ`].join("\n"));
  process.exitCode = there.size > 0 && found.length === 0 ? 0 : 1;
} finally {
  rmSync(clone, { recursive: true });
}
