/**
 * package-lock.json names versions and hashes, but no addresses: it installs from any registry.
 * (.npmrc asks npm for that; this check notices a lockfile written without it.)
 *
 *   node --import tsx .ci/lockfile.ts
 */
import { readFileSync } from "node:fs";

const lines = readFileSync("package-lock.json", "utf8").split("\n");
const found = lines.filter((line) => /"resolved":|\bregistry\./.test(line));
console.log([...found, `${found.length} addresses in package-lock.json`].join("\n"));
process.exitCode = found.length === 0 ? 0 : 1;
