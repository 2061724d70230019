/**
 * Checks that package-lock.json contains versions and hashes, but no addresses, so that it installs from any
 * registry. The settings in .npmrc make npm write it so; this check notices a lockfile written without them.
 *
 *   node --import tsx .ci/lockfile.ts
 */
import { readFileSync } from "node:fs";

const lines = readFileSync("package-lock.json", "utf8").split("\n");
const found = lines.filter((line) => /"resolved": "\w+:|\bregistry\./.test(line));
console.log([...found, `${found.length} addresses in package-lock.json`].join("\n"));
process.exitCode = found.length === 0 ? 0 : 1;
