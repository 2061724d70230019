/**
 * Makes a folder with a package.json for each entry of `exports` that has types, before `npm pack` runs, and removes
 * these folders afterwards. They serve tools that do not read `exports` (TypeScript's `moduleResolution: node`,
 * Parcel, Metro, Browserify).
 *
 *   node --import tsx .ci/stubs.ts [remove]
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
for (const [entry, target] of Object.entries<{ types?: string; default: string }>(exports)) {
  if (entry === "." || !target.types) continue;
  const more = existsSync(entry) && readdirSync(entry).some((name) => name !== "package.json");
  if (more) throw new Error(`${entry} is a folder with other files`);
  rmSync(entry, { recursive: true, force: true });
  if (process.argv[2] === "remove") continue;
  mkdirSync(entry);
  const stub = { main: `.${target.default}`, types: `.${target.types}` };
  writeFileSync(`${entry}/package.json`, `${JSON.stringify(stub, null, 2)}\n`);
}
