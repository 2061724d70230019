/**
 * Checks that every package of package-lock.json has a licence under which we may use it to develop. None of them is
 * part of what we publish.
 *
 *   node --import tsx .ci/licences.ts
 */
import { readFileSync } from "node:fs";

/** SPDX names of permissive licences, and of MPL-2.0, whose copyleft ends at its own files. */
const allowed = new Set([
  ...[
    "0BSD",
    "Apache-2.0",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
  ],
  ...["MPL-2.0", "Python-2.0", "Unlicense", "Zlib"],
]);

/** Whether the licences of an SPDX expression are allowed: of alternatives one, of others all. */
function permits(expression: string): boolean {
  const flat = expression.replace(/^\((.*)\)$/, "$1");
  const [alternatives, parts] = [flat.split(" OR "), flat.split(" AND ")];
  // Longer expressions are no licence's name: somebody has to read them.
  return alternatives.length > 1
    ? alternatives.some((name) => allowed.has(name))
    : parts.every((name) => allowed.has(name));
}

/** Packages whose package.json names no licence, and where they say it. */
const elsewhere: Record<string, string> = {
  "numeric@1.2.6": "MIT", // its README.md
};

interface Locked {
  version: string;
  license?: string;
  /** Whether the entry stands for a workspace, which has an entry of its own. */
  link?: boolean;
}

/** One line for each package of a lockfile without an allowed licence. */
export function refused(packages: Record<string, Locked>): string[] {
  return Object.entries(packages)
    .filter(([path, { link }]) => path !== "" && !link) // neither ourselves nor entries twice
    .map(([path, { version, license }]) => {
      const name = `${path.replace(/^.*node_modules\//, "")}@${version}`;
      return { name, license: license ?? elsewhere[name] ?? "none" };
    })
    .filter(({ license }) => !permits(license))
    .map(({ name, license }) => `${name}: ${license}`);
}

if (import.meta.filename === process.argv[1]) {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const found = refused(packages);
  const count = Object.keys(packages).length - 1;
  console.log([...found, `${count} packages, ${found.length} licences to look at`].join("\n"));
  process.exitCode = count > 0 && found.length === 0 ? 0 : 1;
}
