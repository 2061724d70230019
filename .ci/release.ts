/**
 * Checks that a tag may become a release, and prints the notes of the release: the part of CHANGELOG.md, and the hash
 * for script tags of what is in dist.
 *
 *   npm run build && node --import tsx .ci/release.ts v0.1.0
 */
import { readFileSync } from "node:fs";
import { integrity } from "./integrity.ts";

/** One line for each reason not to publish. `manifest` is the text of package.json. */
export function obstacles(tag: string, manifest: string, changelog: string): string[] {
  const { version } = JSON.parse(manifest);
  const found: string[] = [];
  if (tag !== `v${version}`) found.push(`the tag is ${tag}, package.json has version ${version}`);
  if (!section(version, changelog))
    found.push(`CHANGELOG.md has no heading "## ${version} - <date>" with text below it`);
  // A top-level domain that belongs to nobody stands for what only the owner of the repository knows.
  for (const [placeholder] of manifest.matchAll(/[\w.@-]+\.example\b/g))
    found.push(`package.json still has the placeholder ${placeholder}`);
  return found;
}

/** What CHANGELOG.md says below the heading of a version. */
export function section(version: string, changelog: string): string | undefined {
  const part = changelog.split(/^## /m).find((text) => text.startsWith(`${version} - `));
  const [heading = "", ...lines] = part?.split("\n") ?? [];
  const dated = / - \d{4}-\d\d-\d\d$/.test(heading);
  return (dated && lines.join("\n").trim()) || undefined;
}

if (import.meta.filename === process.argv[1]) {
  const [tag = ""] = process.argv.slice(2);
  const [manifest, changelog] = ["package.json", "CHANGELOG.md"].map((name) => readFileSync(name, "utf8")); // prettier-ignore
  const found = obstacles(tag, manifest!, changelog!);
  if (found.length > 0) {
    console.error(found.join("\n"));
    process.exitCode = 1;
  } else {
    const { name, version, unpkg } = JSON.parse(manifest!);
    console.log(section(version, changelog!));
    console.log(`\n\`${name}@${version}/${unpkg.replace("./", "")}\`: \`integrity="${integrity(unpkg)}"\``); // prettier-ignore
  }
}
