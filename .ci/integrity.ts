/**
 * The hashes by which a page makes sure of scripts from elsewhere. Run as a program, it prints that of ours, as a
 * release's notes and the script tags of docs/recipes.md want it.
 *
 *   node --import tsx .ci/integrity.ts
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** The value of `integrity` in a script tag. */
export const integrity = (file: string) =>
  `sha384-${createHash("sha384").update(readFileSync(file)).digest("base64")}`;

if (import.meta.filename === process.argv[1]) {
  const { name, version, unpkg } = JSON.parse(readFileSync("package.json", "utf8"));
  console.log(`${name}@${version}/${unpkg.replace("./", "")}\n  integrity="${integrity(unpkg)}"`);
}
