/**
 * Checks that every relative link of the repository's Markdown leads to a file, and its anchor to a heading there.
 *
 *   node --import tsx .ci/links.ts
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";

/** Where the pages of `npm run report` are, which need not be there. */
const REPORT = "docs/report/";

/** GitHub's and VitePress' anchor of a heading, for the letters and marks that occur here. */
const anchorOf = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[`*:,.()…→+?!/&'’]/g, "")
    .trim()
    .replace(/ +/g, "-");

const anchors = (text: string) =>
  [...text.replace(/^```.*?^```$/gms, "").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!)); // prettier-ignore

/** The links of a page that lead nowhere; `read` gives the text of a file, "" of a folder, undefined if there is none. */
export function broken(
  page: string,
  text: string,
  read: (file: string) => string | undefined,
): string[] {
  const prose = text.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path, anchor] = link.split("#") as [string, string?];
    const file = path === "" ? page : posix.join(posix.dirname(page), path);
    const found = file === page ? text : read(file);
    if (found === undefined) return !file.startsWith(REPORT);
    return anchor !== undefined && file.endsWith(".md") && !anchors(found).includes(anchor);
  });
}

/** README and its like, and the pages of the site. */
export function pages(): string[] {
  const among = (folder: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".md"))
      .map((name) => posix.join(folder, name));
  return [".", "bench", "docs", "docs/methods", "docs/report", "examples"]
    .filter((one) => existsSync(one))
    .flatMap(among);
}

/** The files whose names TypeDoc makes pages of, by the folders of these pages; the first folder that fits counts. */
const entries: Record<string, string> = {
  "docs/api/tfjs-initializers/linalg/": "src/linalg/index.ts",
  "docs/api/tfjs-initializers/namespaces/linalg/": "src/tfjs/linalg/index.ts",
  "docs/api/": "src/tfjs/index.ts",
};

/** Pages of the reference need not be there: they will be if their entry has their name. */
function reference(file: string): string | undefined {
  const [, entry] = Object.entries(entries).find(([folder]) => file.startsWith(folder))!;
  const name = posix.basename(file, ".md");
  const has = name === "index" || new RegExp(`\\b${name}\\b`).test(readFileSync(entry, "utf8"));
  return has ? "" : undefined;
}

export const read = (file: string) => {
  if (file.startsWith("docs/api/")) return reference(file);
  if (!existsSync(file)) return undefined;
  return statSync(file).isDirectory() ? "" : readFileSync(file, "utf8");
};

if (import.meta.filename === process.argv[1]) {
  const found = pages().flatMap((page) =>
    broken(page, read(page)!, read).map((link) => `${page}: ${link}`),
  );
  console.log([...found, `${pages().length} pages, ${found.length} links lead nowhere`].join("\n"));
  process.exitCode = found.length === 0 ? 0 : 1;
}
